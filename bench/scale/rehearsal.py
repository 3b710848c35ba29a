"""A rehearsal of English Wikipedia: build and serve wikis of growing size, and draw the line.

Measures, for each size: every step of a build (wall and CPU seconds, largest RssAnon of the parent
and of a worker), every part of the generation on disk, and the most on disk at once; then, in a
process that serves it, opening, latency of each mode and of suggestions, and RssAnon. Then the
largest once more, its RLIMIT_DATA at 200 bytes a passage and 500 MB: a limit on all writable
private memory, reserved or used, which is stricter than one on what is used. From all sizes the
straight line (least squares) to 40 million passages; nothing there was run.
Corpus: bench.corpora.synthetic_wiki; vectors by bench.corpora.synthetic_vectors, so that embedding
costs only what surrounds the encoder; what that takes itself must be added.
Command: python -m bench.scale.rehearsal [--sizes 1000000,2000000,4000000] [--data DIR] [--keep]

What an interrupted run has built and measured is used again; at the end all of it is removed,
unless --keep is given. A trial: --sizes 90000,100000,120000; only full sizes are recorded.
"""

import argparse
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.corpora.synthetic_wiki import write_wiki
from bench.quality.development import DATA, QUESTIONS
from bench.record import record
from bench.scale.watched_build import built
from bench.speed.serving import served

_FULL = (1_000_000, 2_000_000, 4_000_000)
_WIKIPEDIA = 40_000_000
_LIMIT_PER_PASSAGE, _LIMIT_BASE = 200, 500_000_000
_TARGET_PER_PASSAGE = 120
# A serving process at its fullest: all questions in all modes, many clients, suggestions.
_FULLEST = "several clients"
_STEP_NAMES = {"Between": "hashing and publishing; the encoder", "Starting": ""}

# From passages to a figure: its value where there are none, and what each passage adds.
Line = tuple[float, float]


def main() -> None:
    """Build, serve, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(map(str, _FULL)))
    parser.add_argument("--data", type=Path, default=DATA / "scale")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    if len(set(sizes)) < 2:
        parser.error("--sizes: a line needs two sizes at least")
    dumps = write_wiki(options.data / "dumps", sizes)
    runs = []
    for size in sizes:
        collection = options.data / f"passages-{size}"
        build = built(collection, dumps[size])
        runs.append({"build": build, "serving": _kept(collection, "serving")})
    figures = {"sizes": runs, "limited": _limited(options.data / f"passages-{sizes[-1]}")}
    figures["lines"] = _print(figures)
    if tuple(sizes) == _FULL:
        print(record("scale", "bench.corpora.synthetic_wiki; vectors synthetic", figures))
    if not options.keep:
        shutil.rmtree(options.data)


def _kept(collection: Path, name: str, memory_limit: int | None = None) -> dict[str, Any]:
    """What serving reports, measured unless it was before."""
    path = collection.with_name(f"{collection.name}-{name}.json")
    if not path.exists():
        found = served(collection, QUESTIONS, memory_limit=memory_limit)
        path.write_text(json.dumps(found))
    kept: dict[str, Any] = json.loads(path.read_text())
    return kept


def _limited(collection: Path) -> dict[str, Any]:
    """The same within the limit, or why there is no answer."""
    passages = json.loads(collection.with_name(f"{collection.name}.json").read_text())["passages"]
    limit = _LIMIT_PER_PASSAGE * passages + _LIMIT_BASE
    try:
        return {"limit": limit, **_kept(collection, "limited", limit)}
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or [f"exit status {error.returncode}"])[-1]
        return {"limit": limit, "failed": f"no answer: {reason}"}


def _line(passages: Sequence[int], values: Sequence[float]) -> Line:
    slope, base = np.polyfit(np.array(passages, dtype=float), np.array(values, dtype=float), 1)
    return float(base), float(slope)


def _at(line: Line, passages: int) -> float:
    return line[0] + line[1] * passages


def _print(figures: dict[str, Any]) -> dict[str, dict[str, Line]]:
    """Four tables, and the lines they draw, by table and row."""
    runs = figures["sizes"]
    passages = [run["build"]["passages"] for run in runs]
    groups = {
        "Building, wall minutes": _steps(runs, "wall_seconds", 60),
        "Building, CPU minutes": _steps(runs, "cpu_seconds", 60),
        "Building, RssAnon of the parent at most, MB": _steps(runs, "parent_bytes", 1e6),
        "Building, RssAnon of a worker at most, MB": _steps(runs, "worker_bytes", 1e6),
        "On disk, GB": _disk(runs),
        "Serving, ms": _latencies(runs),
        "Serving, RssAnon in MB": _memory(runs),
    }
    lines: dict[str, dict[str, Line]] = {}
    console = Console(width=120)
    for title, rows in groups.items():
        table = Table(title=title)
        for name in ("", *(f"{count:,}" for count in passages), f"{_WIKIPEDIA:,} (extrapolated)"):
            table.add_column(name, justify="left" if not name else "right")
        lines[title] = {}
        for name, values in rows.items():
            line = lines[title][name] = _line(passages, values)
            cells = [_cell(value) for value in [*values, max(0.0, _at(line, _WIKIPEDIA))]]
            table.add_row(name, *cells)
        console.print(table)
    memory = lines["Serving, RssAnon in MB"][_FULLEST]
    each = memory[1] * 1e6
    whole = _at(memory, _WIKIPEDIA) * 1e6 / _WIKIPEDIA
    console.print(
        f"RssAnon of serving: {memory[0]:.0f} MB and {each:.0f} bytes a passage; at "
        f"{_WIKIPEDIA:,} passages {whole:.0f} bytes a passage all told "
        f"(wanted: {_TARGET_PER_PASSAGE})"
    )
    console.print(_limited_text(figures["limited"]))
    return lines


def _cell(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _steps(runs: Sequence[dict[str, Any]], key: str, unit: float) -> dict[str, list[float]]:
    names = [step["name"] for step in runs[0]["build"]["steps"] if step["name"] != "Starting"]
    found: dict[str, list[float]] = {}
    for name in names:
        values = [
            next((step[key] for step in run["build"]["steps"] if step["name"] == name), 0.0) / unit
            for run in runs
        ]
        if any(values):
            found[_STEP_NAMES.get(name, name)] = values
    if key.endswith("seconds"):
        found["all"] = [sum(column) for column in zip(*found.values(), strict=True)]
    return found


def _disk(runs: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    builds = [run["build"] for run in runs]
    found = {
        name: [build["disk"].get(name, 0) / 1e9 for build in builds]
        for name in builds[0]["disk"]
        if builds[0]["disk"][name] > 1e6
    }
    found["most at once, without the dump"] = [build["disk_at_most"] / 1e9 for build in builds]
    found["the dump, zst"] = [build["dump_bytes"] / 1e9 for build in builds]
    return found


def _latencies(runs: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    servings = [run["serving"] for run in runs]
    found = {"opening": [serving["opening_seconds"] * 1000 for serving in servings]}
    for name in servings[0]["latency_ms"]:
        for share in ("p50", "p95"):
            found[f"{name}, {share}"] = [serving["latency_ms"][name][share] for serving in servings]
    for name in servings[0]["suggest_ms"]:
        if name != "names":
            key = f"suggest, {name}, p95"
            found[key] = [serving["suggest_ms"][name]["p95"] for serving in servings]
    return found


def _memory(runs: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    names = runs[0]["serving"]["memory"]
    return {name: [run["serving"]["memory"][name] / 1e6 for run in runs] for name in names}


def _limited_text(limited: dict[str, Any]) -> str:
    said = f"With RLIMIT_DATA at {limited['limit'] / 1e6:,.0f} MB: "
    if "failed" in limited:
        return said + limited["failed"]
    hybrid, together = limited["latency_ms"]["hybrid"], limited["clients"]
    return (
        f"{said}hybrid p50 {hybrid['p50']:.1f} ms, p95 {hybrid['p95']:.1f} ms; "
        f"{together['clients']} clients {together['per_second']:.0f} questions/s, "
        f"{together['errors']} errors; RssAnon {limited['memory'][_FULLEST] / 1e6:.0f} MB, "
        f"VmData {limited['data_bytes'] / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
