"""The next dump of a wiki: what building it takes and adds, beside a build from nothing.

Measures: CPU seconds of each step of a keyword build of a dump in which 2 % of the pages are edited
(texts, new, moved and deleted pages, redirects that become articles and back, titles in case,
disambiguation pages; chosen by seed), on a collection of the dump before it and on none; and the
bytes of each part of the new generation, and how many of them it shares with the old one.
Corpora: *plain text*, 30,729 articles of English Wikipedia (2015) as text; *wikitext*, 106 long
articles (2016) repeated under new ids and titles; *wiki with templates*, the Latgalian Wikipedia,
repeated. The edited dumps are written as dumps are published: 100 pages to a bz2 stream.
Command: python -m bench.update.next_dump [--corpora plain,wikitext,templates] [--share .02]

Everything runs in one process, units one after the other in a thread, so that all CPU time is seen;
reading is the time of that thread.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.corpora.dumps import LARGE_TEXT_DUMP, TEMPLATES_DUMP, WIKITEXT_DUMP, repeated
from bench.corpora.edits import write_next_dump
from bench.record import record, recorded
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.generations import current_generation
from pinakes.index.types import Manifest
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource

_SEED = 20261130
_COPIES = {"wikitext": 12, "templates": 8}
_READING, _STORE = "reading", "store"
# What progress calls the steps that follow.
_STEPS = {"Counting links": "links and names", "Writing the keyword index": "keyword index"}


def main() -> None:
    """Make the dumps, build, print tables, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--corpora", default="plain,wikitext,templates")
    parser.add_argument("--share", type=float, default=0.02, help="of the pages that are edited")
    options = parser.parse_args()
    figures: dict[str, Any] = recorded("update")
    for name in options.corpora.split(","):
        with tempfile.TemporaryDirectory(prefix="pinakes-bench-update-") as directory:
            figures[name] = _measured(name, options.share, Path(directory))
        _print(name, figures[name])
        record("update", ", ".join(f"{n}: {figures[n]['pages']:,} pages" for n in figures), figures)


def _measured(name: str, share: float, directory: Path) -> dict[str, Any]:
    before = _dump(name, directory)
    after = directory / "after" / before.name
    told = write_next_dump(before, after, random.Random(_SEED), share)
    collection = directory / "updated" / "wiki"
    _, first = _build(collection, before)
    old = current_generation(collection)
    manifest, update = _build(collection, after)
    new = current_generation(collection)
    _, fresh = _build(directory / "fresh" / "wiki", after)
    return {
        "pages": manifest.pages.read,
        "articles": manifest.pages.documents,
        "unchanged": manifest.pages.unchanged,
        "passages": manifest.passages,
        "edits": dict(told),
        "cpu_seconds": {"first build": first, "update": update, "from nothing": fresh},
        "share_of_time": sum(update.values()) / sum(fresh.values()),
        "bytes": _parts(old, new),
    }


def _dump(name: str, directory: Path) -> Path:
    if name == "plain":
        return LARGE_TEXT_DUMP
    source = {"wikitext": WIKITEXT_DUMP, "templates": TEMPLATES_DUMP}[name]
    corpus = repeated(f"{name}wiki", source, _COPIES[name], directory / "before")
    return corpus.multistream


class _TimedThread(Executor):
    """Runs one call after the other, and adds up the CPU time of their thread."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._threads = ThreadPoolExecutor(1)

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        return self._threads.submit(self._timed, work, *given, **named)

    def _timed(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        began = time.thread_time()
        try:
            return work(*given, **named)
        finally:
            self.seconds += time.thread_time() - began

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait, cancel_futures=cancel_futures)


class _Clock:
    """Progress that notes the CPU time of the process at every step."""

    def __init__(self) -> None:
        self.marks = [("starting", time.process_time())]

    def step(self, name: str, total: int, unit: str) -> None:
        self.marks.append((name, time.process_time()))

    def advance(self, amount: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """What is published ends the last step."""
        if text.startswith("published"):
            self.marks.append(("published", time.process_time()))


def _build(collection: Path, dump: Path) -> tuple[Manifest, dict[str, float]]:
    """A keyword build; CPU seconds of each step."""
    thread, clock = _TimedThread(), _Clock()

    @contextmanager
    def executors(_count: int) -> Iterator[Executor]:
        with thread:
            yield thread

    source = MediaWikiSource.open([dump])
    options = BuildOptions(workers=1, executors=executors)
    manifest = build_collection(collection, source, None, "none", clock, options).manifest
    seconds = {_READING: thread.seconds, _STORE: -thread.seconds}
    for (name, began), (_, ended) in zip(clock.marks, clock.marks[1:], strict=False):
        step = _STEPS.get(name, _STORE)
        seconds[step] = seconds.get(step, 0.0) + ended - began
    return manifest, seconds


def _parts(old: Path, new: Path) -> dict[str, dict[str, int]]:
    """Bytes of each part of the new generation, and how many of them are no link to the old one."""
    inodes = {path.stat().st_ino for path in old.rglob("*") if path.is_file()}
    parts: dict[str, dict[str, int]] = {}
    for path in sorted(path for path in new.rglob("*") if path.is_file()):
        part = parts.setdefault(path.relative_to(new).parts[0], {"all": 0, "new": 0})
        part["all"] += path.stat().st_size
        part["new"] += 0 if path.stat().st_ino in inodes else path.stat().st_size
    links = {"all": 0, "new": 0}  # in bytes of their content: they lie in the shards of the texts
    for path in (new / "texts").iterdir():
        connection = sqlite3.connect(path)
        sql = "SELECT total(length(CAST(bold_names AS BLOB)) + length(links)) FROM links"
        [(size,)] = connection.execute(sql)
        connection.close()
        links["all"] += int(size)
        links["new"] += 0 if path.stat().st_ino in inodes else int(size)
    return parts | {"texts, of them links and names": links}


def _print(name: str, figures: dict[str, Any]) -> None:
    """Tables in Markdown."""
    seconds = figures["cpu_seconds"]
    print(f"\n{name}: {figures['articles']:,} articles, {figures['unchanged']:,} unchanged")
    print("| step | update, CPU s | from nothing | share |\n|---|---:|---:|---:|")
    for step, whole in seconds["from nothing"].items():
        taken = seconds["update"][step]
        print(f"| {step} | {taken:.1f} | {whole:.1f} | {taken / whole:.0%} |")
    print(f"| all | | | {figures['share_of_time']:.0%} |")
    print("\n| part | MB | of them new |\n|---|---:|---:|")
    for part, size in figures["bytes"].items():
        print(f"| {part} | {size['all'] / 1e6:.1f} | {size['new'] / 1e6:.1f} |", flush=True)


if __name__ == "__main__":
    main()
