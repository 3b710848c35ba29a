"""Kill builds at seeded points, let the same command go on, and compare with an undisturbed one.

A program of its own: it imports everything once and forks for every build, which takes a tenth of
the time that starting a process takes. A point is an event (a file opened, renamed, linked or
removed, a directory made, a call of progress), and the build kills itself right before it; or a
moment between the first event and the last, where tantivy, DuckDB and SQLite are at work by
themselves. Units are read in a thread of the process that is killed. Of an update the next dump is
built, on a collection of the first.
"""

import bz2
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.corpora.edits import next_dump
from pinakes.index.build import embed
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.files.bz2_blocks import read_blocks
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from tests.index.collections import comparable
from tests.index.toys import SAMPLE, HashingEncoder, QuietProgress, article, in_threads
from tests.ingest.dumps_on_disk import write_multistream

_EVENTS = ("open", "os.", "shutil.", "sqlite3.connect")
_PATIENCE_S = 600


def awkward_dump(directory: Path, *, edited: bool = False) -> Source:
    """The sample with pages that are set aside and a block that is damaged; or its next dump."""
    xml = b"".join(
        bz2.decompress(path.read_bytes()) for path in SAMPLE.glob("*-multistream.xml.bz2")
    )
    pages = [part + "</page>" for part in xml.decode().split("</page>")[:-1]]
    header, pages[0] = pages[0].split("<page>")
    pages[0] = "<page>" + pages[0]
    if edited:
        pages = list(next_dump(pages, random.Random(len(pages)), 0.2))
    pages += [
        article(90_001, "Papyrus", "A second page of this title."),
        article(90_002, "Broken", "").replace("<ns>", "<odd/><ns>"),
        article(90_003, "In the damaged block", "Not read."),
        article(90_004, "Last", "The [[Library of Alexandria|library]] again."),
    ]
    date = "20261201" if edited else "20261101"
    path = directory / f"samplewiki-{date}-pages-articles-multistream.xml.bz2"
    write_multistream(path, pages, 1, header)
    data = bytearray(path.read_bytes())
    data[[block.offset for block in read_blocks(path, 0)][-3] + 25] ^= 0xFF
    path.write_bytes(data)
    return MediaWikiSource(find_dump([path]), unit_bytes=20_000)


class Events:
    """Counts what a build does to files, and calls ``act`` with the number and name of each."""

    def __init__(self, act: Callable[[int, str], None]) -> None:
        self.count = 0
        self.step = ""
        self._act = act
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_EVENTS) and event not in ("os.listdir", "os.scandir"):
            self.happened(event)

    def happened(self, event: str) -> None:
        self.count += 1
        self._act(self.count, f"{self.step}: {event}")


class EventfulProgress(QuietProgress):
    """Every call is an event."""

    def __init__(self, events: Events) -> None:
        super().__init__()
        self._events = events

    def _called(self, kind: str) -> None:
        self._events.step = self._step
        self._events.happened(kind)


def _build(collection: Path, dump: Source, act: Callable[[int, str], None]) -> None:
    embed._PUBLISH_SECONDS, embed._LEAST_BATCH, embed._MOST_BATCH = 0.0, 40, 40
    progress = EventfulProgress(Events(act))
    options = BuildOptions(1, executors=in_threads)
    build_collection(collection, dump, HashingEncoder(), "all", progress, options)


def _in_child(work: Callable[[], None], seconds: float = _PATIENCE_S) -> int:
    """Run ``work`` in a fork that is killed after so many seconds; how it ended, as ``waitpid``."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    end = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return status
        if time.monotonic() >= end:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1]
        time.sleep(0.0005)


def _undisturbed(collection: Path, dump: Source) -> tuple[list[str], float]:
    """Build a collection: the events on the way, and how long it took."""
    log = collection.parent / "events"

    def work() -> None:
        with log.open("w") as file:
            _build(collection, dump, lambda _, name: print(name, file=file))

    began = time.monotonic()
    assert _in_child(work) == 0
    return log.read_text().splitlines(), time.monotonic() - began


def _killed(collection: Path, dump: Source, number: int | None, seconds: float) -> bool:
    """Build until the event or the moment; whether the build was killed and not done."""

    def act(count: int, _name: str) -> None:
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    patience = seconds if number is None else _PATIENCE_S
    return _in_child(lambda: _build(collection, dump, act), patience) == signal.SIGKILL


def _by_step(events: list[str]) -> list[list[int]]:
    """Numbers of the events of each step; what is written one by one stands apart from files."""
    groups: dict[tuple[str, bool], list[int]] = {}
    for number, event in enumerate(events, start=1):
        step, _, kind = event.partition(": ")
        groups.setdefault((step, kind == "advance"), []).append(number)
    return list(groups.values())


def campaign(directory: Path, seed: int, points: int, *, of_update: bool) -> dict[str, Any]:
    """Kill ``points`` builds, two in three at events of all steps in turn, the others at moments.

    Every fifth build is killed a second time before it may end. Gives the points with what differs
    in the end: for all is well, nothing.
    """
    chance = random.Random(seed)
    dump = awkward_dump(directory, edited=of_update)
    start = directory / "start" / dump.identity.name
    if of_update:
        start.parent.mkdir()
        _undisturbed(start, awkward_dump(directory))

    def begun(name: str) -> Path:
        """A collection to build into."""
        collection = directory / name / start.name
        collection.parent.mkdir()
        if of_update:
            shutil.copytree(start, collection, symlinks=True)
        return collection

    undisturbed = begun("undisturbed")
    events, seconds = _undisturbed(undisturbed, dump)
    wanted = comparable(undisturbed)
    kills: list[dict[str, Any]] = []
    groups = _by_step(events)
    turn = 0
    for point in range(points):
        collection = begun(str(point))
        number, moment = None, 0.0
        if point % 3:
            number = chance.choice(groups[turn % len(groups)])
            turn += 1
        else:
            moment = seconds * (0.05 + 0.75 * chance.random())
        hit = _killed(collection, dump, number, moment)
        if point % 5 == 4:
            _killed(collection, dump, None, seconds * chance.random())
        status = _in_child(lambda: _build(collection, dump, lambda *_: None))  # noqa: B023
        found = comparable(collection) if status == 0 else {"status": status}
        kills.append(
            {
                "at": f"{moment:.3f} s" if number is None else events[number - 1],
                "killed": hit,
                "differs": sorted(key for key in wanted if found.get(key) != wanted[key]),
            }
        )
    return {"seed": seed, "events": len(events), "kills": kills}


if __name__ == "__main__":
    where, seed, points = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(campaign(where, seed, points, of_update="update" in sys.argv)))
