"""The longest keyword build that a given time allows: memory over it, and the straight line beyond.

Builds wikis of growing size: of 100,000 passages, of 150,000, and one as large as the rest of the
time allows by what they took. Of the last: RssAnon of the parent and of the
largest worker, every ten seconds, and what they gain in an hour while the dump is read, in its
second half. From all: wall and CPU seconds, disk, by the straight line (least squares) to all
Wikipedias, 350 million passages and about 1 TB of XML. Nothing there was run.
Embedding is not part of it: it takes passages divided by the rate in bench/results/encoders.json.
Corpus: bench.corpora.synthetic_wiki; writing it does not count as time.
Command: python -m bench.scale.long_run --minutes 120 [--data DIR] [--keep]

Checkpoints: each wiki, each build that is done and every ten seconds of a build are kept in DIR;
the same command goes on after an interruption. Without --keep all of it is removed at the end.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.corpora.synthetic_wiki import write_wiki
from bench.quality.development import DATA
from bench.record import record
from bench.scale.watched_build import built, samples_of

# The real articles of the corpus alone have 80,000 passages.
_TRIAL, _GROWTH = 100_000, 1.5
_SPARE = 0.9  # of the time that is left, for what does not grow in proportion
_ALL_WIKIS = 350_000_000
_READING = "Reading the dump"
_MOST_ROWS = 120


def main() -> None:
    """Build, draw the line, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, required=True, help="time for all builds together")
    parser.add_argument("--data", type=Path, default=DATA / "long-run")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    runs: list[dict[str, Any]] = []
    for size in (_TRIAL, int(_TRIAL * _GROWTH)):
        runs.append(_run(options.data, size))
    runs.append(_run(options.data, _largest(options.data / "largest.json", options.minutes, runs)))
    rows = samples_of(options.data / f"passages-{runs[-1]['size']}")
    figures: dict[str, Any] = {
        "minutes": options.minutes,
        "runs": runs,
        "gained_in_an_hour": {name: _gained(rows, name) for name in ("parent", "worker")},
        "measured": _measured(runs),
        "samples": rows[:: -(-len(rows) // _MOST_ROWS) or 1],
    }
    passages = [run["passages"] for run in runs]
    figures["lines"] = {
        name: np.polyfit(passages, values, 1).tolist()[::-1]
        for name, values in figures["measured"].items()
    }
    _print(figures)
    corpus = f"bench.corpora.synthetic_wiki, {options.minutes:g} minutes; no vectors"
    print(record("long_run", corpus, figures))
    if not options.keep:
        shutil.rmtree(options.data)


def _run(data: Path, size: int) -> dict[str, Any]:
    """What building a wiki of this size took."""
    [dump] = write_wiki(data / f"dump-{size}", [size]).values()
    build = built(data / f"passages-{size}", dump, "none")
    return {"size": size, "seconds": _total(build, "wall_seconds"), **build}


def _total(build: dict[str, Any], what: str) -> float:
    return float(sum(step[what] for step in build["steps"]))


def _largest(note: Path, minutes: float, runs: list[dict[str, Any]]) -> int:
    """The size for the time that is left; the same again after an interruption."""
    if not note.exists():
        left = minutes * 60 * _SPARE - sum(run["seconds"] for run in runs)
        size = int(left * runs[-1]["passages"] / runs[-1]["seconds"])
        note.write_text(json.dumps(max(size, int(runs[-1]["size"] * _GROWTH))))
    return int(json.loads(note.read_text()))


def _gained(rows: list[dict[str, Any]], who: str) -> float:
    """MB that memory gains in an hour, by the straight line over the second half of reading."""
    reading = [row for row in rows if row["step"] == _READING]
    late = reading[len(reading) // 2 :]
    if len(late) < 3:
        return float("nan")
    hours = [row["seconds"] / 3600 for row in late]
    slope, _ = np.polyfit(hours, [row[f"{who}_bytes"] / 1e6 for row in late], 1)
    return float(slope)


def _measured(runs: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Each figure of all runs."""
    return {
        "wall hours": [run["seconds"] / 3600 for run in runs],
        "CPU hours": [_total(run, "cpu_seconds") / 3600 for run in runs],
        "disk at most, GB": [run["disk_at_most"] / 1e9 for run in runs],
        "the generation, GB": [sum(run["disk"].values()) / 1e9 for run in runs],
        "RssAnon of the parent, GB": [_most(run, "parent_bytes") / 1e9 for run in runs],
        "RssAnon of a worker, GB": [_most(run, "worker_bytes") / 1e9 for run in runs],
    }


def _most(run: dict[str, Any], who: str) -> float:
    """While the dump is read; counting links and writing keywords have bounds of their own."""
    return float(max(step[who] for step in run["steps"] if step["name"] == _READING))


def _print(figures: dict[str, Any]) -> None:
    table = Table(title="Builds, and the straight line beyond (not run)")
    table.add_column("")
    for run in figures["runs"]:
        table.add_column(f"{run['passages']:,} passages", justify="right")
    table.add_column(f"{_ALL_WIKIS:,} (line)", justify="right")
    for name, (base, slope) in figures["lines"].items():
        values = [*figures["measured"][name], base + slope * _ALL_WIKIS]
        table.add_row(name, *(f"{value:,.3g}" for value in values))
    console = Console(width=120)
    console.print(table)
    for who, gained in figures["gained_in_an_hour"].items():
        console.print(f"RssAnon of the {who}, second half of reading: {gained:+.1f} MB an hour")


if __name__ == "__main__":
    main()
