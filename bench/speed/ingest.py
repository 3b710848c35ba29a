"""Reading dumps and building the keyword side, beside other tools in the same run.

Measures: CPU seconds per MB of XML of ``pinakes extract``, WikiExtractor 3.1.0 and
mwparserfromhell's strip_code on the same files, and of what only decompresses or parses XML; then
each stage of a keyword build; then whole builds on one core and on two, with the memory of each
process and the size of every file on the way; from these, what English Wikipedia and all wikis
would take. The tools take turns, round by round.
Corpora, made in a temporary directory from the development data: *wikitext*, 106 long articles of
English Wikipedia (2016) and their redirects, repeated under new ids and titles; *wiki with
templates*, a whole small wiki (Latgalian), its articles repeated, its templates there once;
*plain text*, the 6,000-page dump of bench.quality.retrieval as it is.
Command: python -m bench.speed.ingest [--copies 24] [--rounds 3] [--parts tools,stages,builds]

WikiExtractor runs as it is installed, in one process, with its default options (it collects
templates first, then expands them; the first corpus holds none, which is its fastest case), JSON
to standard output. All output is thrown away. Needs the programs bzip2 and taskset.
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from bench.corpora.dumps import TEMPLATES_DUMP, TEXT_DUMP, WIKITEXT_DUMP, Corpus, existing, repeated
from bench.peers.ingest_tools import floors, peers, pinakes, versions
from bench.record import record
from bench.scale.on_paper import (
    CORES,
    WIKIS,
    Measured,
    busy_workers,
    disk_rows,
    memory_rows,
    time_rows,
)
from bench.speed.processes import Cost, run
from bench.speed.stages import stage_seconds

_PEER = "WikiExtractor"
_PARTS = ("tools", "stages", "builds")
# So much less of the wiki with templates is enough: WikiExtractor takes seven times as long on it.
_TEMPLATE_SHARE = 2 / 3


def main() -> None:
    """Make the corpora, measure, print tables ready for the README, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=24, help="times the wikitext is repeated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default=",".join(_PARTS), help="which parts to measure")
    options = parser.parse_args()
    parts = options.parts.split(",")
    with tempfile.TemporaryDirectory(prefix="pinakes-bench-ingest-") as name:
        directory = Path(name)
        wikitext = repeated("wikitext", WIKITEXT_DUMP, options.copies, directory / "wikitext")
        text = existing("plain text", TEXT_DUMP)
        copies = max(1, round(options.copies * _TEMPLATE_SHARE))
        templates = repeated("templates", TEMPLATES_DUMP, copies, directory / "templates")
        figures: dict[str, Any] = {"rounds": options.rounds, "peers": versions()}
        if "tools" in parts:
            figures["tools"] = _tools(wikitext, templates, options.rounds)
        if "stages" in parts:
            figures["stages"] = _stages((wikitext, text), directory)
        if "builds" in parts:
            figures["builds"] = _builds((wikitext, text, templates), directory, options.rounds)
        if {"stages", "builds"} <= set(parts):
            figures["on_paper"] = _on_paper(wikitext, text, figures)
        corpus = ", ".join(_described(source) for source in (wikitext, text))
        record("ingest", corpus, figures)


def _described(corpus: Corpus) -> str:
    return f"{corpus.name}, {corpus.megabytes:.1f} MB of XML, {corpus.pages:,} pages"


def _tools(wikitext: Corpus, templates: Corpus, rounds: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for corpus in (wikitext, templates):
        for form, path in (("plain XML", corpus.xml), ("multistream bz2", corpus.multistream)):
            assert path is not None
            title = f"{_described(corpus)}, {form}"
            figures[title] = _compared(title, peers(path), corpus.megabytes, rounds, _PEER)
    assert wikitext.xml is not None
    assert wikitext.one_stream is not None
    title = f"floors: {_described(wikitext)}"
    commands = floors(wikitext.xml, wikitext.multistream, wikitext.one_stream)
    figures[title] = _compared(title, commands, wikitext.megabytes, rounds)
    return figures


def _compared(
    title: str, commands: Mapping[str, list[str]], megabytes: float, rounds: int, peer: str = ""
) -> list[dict[str, Any]]:
    """Run the commands in turns; CPU seconds per MB (least, median), and ``peer``'s over each."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(run(command))
    rows = [
        {
            "tool": name,
            "cpu_s_per_mb_min": min(cost.cpu_seconds for cost in found) / megabytes,
            "cpu_s_per_mb_median": median(cost.cpu_seconds for cost in found) / megabytes,
            "mb_per_s_median": megabytes / median(cost.wall_seconds for cost in found),
        }
        for name, found in costs.items()
    ]
    header = [title, "CPU s/MB, least", "median", "MB/s"]
    cells = [
        [name, f"{least:.4f}", f"{middle:.4f}", f"{speed:.1f}"]
        for name, least, middle, speed in (row.values() for row in rows)
    ]
    if peer:
        of_peer = next(row for row in rows if row["tool"] == peer)
        for row, line in zip(rows, cells, strict=True):
            row["times_peer_min"] = of_peer["cpu_s_per_mb_min"] / row["cpu_s_per_mb_min"]
            row["times_peer_median"] = of_peer["cpu_s_per_mb_median"] / row["cpu_s_per_mb_median"]
            line.append(f"{row['times_peer_min']:.2f} / {row['times_peer_median']:.2f}")
        header.append(f"× {peer} (least / median)")
    _print(header, cells)
    return rows


def _stages(corpora: tuple[Corpus, Corpus], directory: Path) -> dict[str, Any]:
    figures = {
        corpus.name: stage_seconds(corpus.multistream, directory / f"stages of {corpus.name}")
        for corpus in corpora
    }
    rows = [
        [stage, *(f"{figures[c.name][stage] / c.megabytes:.4f}" for c in corpora)]
        for stage in figures[corpora[0].name]
    ]
    sums = [f"{sum(figures[c.name].values()) / c.megabytes:.4f}" for c in corpora]
    _print(["stage, CPU s per MB of XML", *(c.name for c in corpora)], [*rows, ["all", *sums]])
    return figures


def _builds(corpora: Sequence[Corpus], directory: Path, rounds: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for corpus in corpora:
        data = directory / "collections"
        build = pinakes("build", "--vectors", "none", "--force", "--data", str(data))
        commands = {
            "two cores": ["taskset", "-c", "0,1", *build, "--workers", "2"],
            "one core": ["taskset", "-c", "0", *build, "--workers", "1"],
        }
        path = str(corpus.multistream)
        # Watching takes time itself: a build more, which is not timed.
        watched = run([*commands["two cores"], path], watched=data, kind=_kind_of_file)
        costs: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                costs[name].append(run([*command, path]))
        figures[corpus.name] = _build_figures(corpus, costs, watched)
    header = ["keyword build", "MB/s of XML on two cores (best, median)", "on one", "efficiency"]
    header += ["CPU s/MB", "largest memory in MB: parent, workers"]
    _print(header, [_build_cells(corpus, figures[corpus.name]) for corpus in corpora])
    return figures


def _build_cells(corpus: Corpus, figures: Mapping[str, Any]) -> list[str]:
    two, one = figures["two cores"], figures["one core"]
    return [
        f"{corpus.name}, {corpus.megabytes:.1f} MB",
        *(f"{which['mb_per_s_best']:.2f}, {which['mb_per_s_median']:.2f}" for which in (two, one)),
        f"{figures['efficiency_best']:.0%}, {figures['efficiency_median']:.0%}",
        f"{two['cpu_s_per_mb_median']:.3f}",
        ", ".join(f"{size / 1e6:.0f}" for size in figures["memory"]),
    ]


def _build_figures(
    corpus: Corpus, costs: Mapping[str, list[Cost]], watched: Cost
) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, found in costs.items():
        walls = [cost.wall_seconds for cost in found]
        figures[name] = {
            "mb_per_s_best": corpus.megabytes / min(walls),
            "mb_per_s_median": corpus.megabytes / median(walls),
            "cpu_s_per_mb_median": median(c.cpu_seconds for c in found) / corpus.megabytes,
        }
    two, one = figures["two cores"], figures["one core"]
    for which in ("best", "median"):
        both = two[f"mb_per_s_{which}"], one[f"mb_per_s_{which}"]
        figures[f"efficiency_{which}"] = both[0] / (2 * both[1])
    figures["memory"] = watched.memory
    figures["files"] = {kind: watched.files.get(kind, 0) for kind in _KINDS}
    return figures


# What each kind of file is called, and which files are of it: by where they lie.
_KINDS: dict[str, Callable[[str], bool]] = {
    "segments": lambda name: "/segments/" in name and ".links." not in name,
    "link runs": lambda name: ".links." in name,
    "titles and DuckDB, with what it spills": lambda name: (
        "duckdb" in name or "/spill/" in name or "/titles.tsv" in name
    ),
    "store": lambda name: name.endswith("/pages.db") or "/texts/" in name,
    "BM25": lambda name: "/bm25" in name,
    "all at once": lambda _: False,
}


def _kind_of_file(path: Path) -> str | None:
    name = f"/{path}"
    if "/building/" not in name:
        return None
    return next((kind for kind, holds in _KINDS.items() if holds(name)), "other")


def _on_paper(wikitext: Corpus, text: Corpus, figures: Mapping[str, Any]) -> dict[str, Any]:
    low, high = (
        Measured(
            c.megabytes,
            figures["builds"][c.name]["memory"],
            figures["stages"][c.name],
            figures["builds"][c.name]["files"],
        )
        for c in (wikitext, text)
    )
    times, disk, memory = time_rows(low, high), disk_rows(low, high), memory_rows(low, high)
    cores = [f"wall hours on {count} cores" for count in CORES]
    print("\nOn paper (extrapolated, not run); from real wikitext – from plain text")
    _print(["XML to be built", "CPU hours", *cores], times)
    _print(["GB on disk", "per GB of XML", *(wiki.name for wiki in WIKIS)], disk)
    _print(["GB of memory at most, any wiki", *(f"{n} cores" for n in CORES)], memory)
    limits = {c.name: busy_workers(m) for c, m in ((wikitext, low), (text, high))}
    said = ", ".join(f"{count:.0f} ({name})" for name, count in limits.items())
    print(f"\nWorkers that one parent keeps busy: {said}")
    return {
        "inputs": [asdict(wiki) for wiki in WIKIS],
        "time": times,
        "disk": disk,
        "memory": memory,
        "workers_per_parent": limits,
    }


def _print(header: list[str], rows: list[list[str]]) -> None:
    """A table in Markdown."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    print("\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines), flush=True)


if __name__ == "__main__":
    main()
