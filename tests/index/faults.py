"""Let builds, updates, unpacking and rollbacks fail; look at what is left, and let them go on.

A program of its own, as ``kills`` is. How calls fail is told by ``failing_disk``; which do is drawn
by a seed, or all are tried.
"""

import json
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pinakes.index.build import embed
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.build.progress import Silence
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.packs.packing import pack_generation
from pinakes.index.packs.unpacking import unpack
from pinakes.index.retrieval.search import Index
from pinakes.index.upkeep import use_generation
from pinakes.index.verify import verify_files
from pinakes.ingest.sources.base import Source
from pinakes.ingest.workers import worker_processes
from tests.index.collections import QUESTIONS, comparable
from tests.index.failing_disk import Disk, Fault, Group, Outcome, run_on
from tests.index.intercept import Operation
from tests.index.kills import awkward_dump
from tests.index.toys import HashingEncoder, QuietProgress, in_threads
from tests.ingest.measured import fork_workers

__all__ = ["CORE", "EVERY_TIME", "campaign"]

Work = Callable[[Path, QuietProgress], None]  # what is done to a collection

_FAULTS: dict[Operation, tuple[Fault, ...]] = {
    "write": ("EIO", "ENOSPC", "short", "torn", "power"),
    "sync": ("EIO", "lost", "power"),
    "rename": ("EIO", "ENOSPC", "killed", "power"),
    "link": ("EIO", "ENOSPC", "killed"),
    "create": ("EIO", "ENOSPC", "killed"),
}
CORE = ("store", "keywords", "vectors", "manifest", "swap")
EVERY_TIME: tuple[Operation, ...] = ("write", "sync", "rename")
_LASTING = 0.4
# Every so many builds read the dump in a process of its own.
_WITH_PROCESSES = 8
# Nothing that is published depends on these: what is done may be whole without, and tells nobody.
_UNTOLD = ("progress.json", "source.json", "encoders", "links.duckdb")
_PART = 100_000
_READING = "Reading the dump"


def _build(
    dump: Source, collection: Path, progress: QuietProgress, *, with_processes: bool = False
) -> None:
    """Build or update, in several increments."""
    embed._PUBLISH_SECONDS, embed._LEAST_BATCH, embed._MOST_BATCH = 0.0, 100, 100
    if with_processes:
        fork_workers()
    options = BuildOptions(1, executors=worker_processes if with_processes else in_threads)
    build_collection(collection, dump, HashingEncoder(), "all", progress, options)


def _serving(collection: Path) -> tuple[str, Any]:
    """Name of the generation that answers, and what it says: all of it checked."""
    if not (collection / "current").is_symlink():
        return "", None
    generation = current_generation(collection)
    manifest = read_manifest(generation)
    verify_files(generation, manifest, Silence())
    with Index.open(collection, HashingEncoder.open) as index:
        answers = [
            [(hit.passage, round(hit.score, 5)) for hit in index.search(question, 20, "keyword")]
            for question in QUESTIONS
        ]
    return generation.name, answers


def _number(generation: str) -> tuple[str, int]:
    date, _, number = generation.partition("-")
    return date, int(number or 0)


class Campaign:
    """One thing done undisturbed once, and then failing at one point after the other."""

    def __init__(
        self, directory: Path, start: Path | None, work: Work, *, goes_back: bool = False
    ) -> None:
        """``start``: the collection that it is done to, where there is one already."""
        self._directory = directory
        self._start = start
        self._work = work
        self._goes_back = goes_back
        self._may_answer = [_serving(start)[1] if start else None]
        self.undisturbed = Disk(directory / "undisturbed")
        collection = self._begun("undisturbed")
        assert self._run(self.undisturbed, work, collection).status == 0
        self._wanted = comparable(collection)
        assert set(self._wanted["leftovers"]) <= {"source.json"}
        self._may_answer.append(_serving(collection)[1])

    def _run(self, disk: Disk, work: Work, collection: Path) -> Outcome:
        return run_on(disk, partial(work, collection), self._directory / "outcome")

    def _begun(self, name: str) -> Path:
        """A collection to work on, on a disk of its own."""
        collection = self._directory / name / "samplewiki"
        collection.parent.mkdir()
        if self._start is not None:
            shutil.copytree(self._start, collection, symlinks=True)
        return collection

    def point(self, disk: Disk, work: Work | None = None) -> tuple[Outcome, list[str]]:
        """How it ended when the disk failed, and what is wrong with what is left of it.

        ``work``: that it is done otherwise this time.
        """
        collection = self._begun(disk.directory.name)
        outcome = self._run(disk, work or self._work, collection)
        wrong = [*_told_wrong(outcome, disk), *self._served_wrong(collection, disk)]
        wrong += [f"{path} is not on the disk yet" for path in sorted(disk.too_early)]
        again = self._run(Disk(disk.directory), self._work, collection)
        if again.status == 0:
            found = comparable(collection)
            wrong += sorted(key for key in self._wanted if found.get(key) != self._wanted[key])
        else:
            wrong.append(f"does not go on: {again.told}")
        if _is_swap(disk) and _READING in again.steps:
            wrong.append("is built again, and had only to be swapped")
        shutil.rmtree(disk.directory)
        return outcome, wrong

    def _served_wrong(self, collection: Path, disk: Disk) -> list[str]:
        try:
            generation, answers = _serving(collection)
        except Exception as error:  # whatever it is, it is what is looked for
            return [f"does not serve: {error!r}"]
        wrong = []
        if answers not in self._may_answer:
            wrong.append(f"{generation} answers neither as before nor as the new one")
        if not self._goes_back and _number(generation) < _number(Path(disk.served).name):
            wrong.append(f"{generation} serves, and {disk.served} did")
        return wrong


def _is_swap(disk: Disk) -> bool:
    """Whether all was made when it failed: not where the collection's directory is made."""
    is_first = disk.hit is not None and (disk.hit.operation, disk.hit.path) == (
        "create",
        "samplewiki",
    )
    return disk.group is not None and disk.group[0] == "swap" and not is_first


def _told_wrong(outcome: Outcome, disk: Disk) -> list[str]:
    """What is wrong with how it ended."""
    if disk.hit is None:
        return []
    if disk.fault in ("killed", "torn", "power"):
        return [] if outcome.status == -signal.SIGKILL else ["was not killed"]
    if outcome.status == 0:
        is_copied = disk.hit.operation == "link" and "/building/" in disk.hit.path
        is_needless = any(name in disk.hit.path for name in _UNTOLD) or (
            disk.group == ("notes", "sync") and disk.hit.path == "samplewiki"
        )
        return [] if is_copied or is_needless or disk.fault == "short" else ["told nobody"]
    is_clear = (
        outcome.status in (1, 2)
        and outcome.is_known
        and "\n" not in outcome.told
        and str(disk.directory) in outcome.told
        and "; " in outcome.told
    )
    return [] if is_clear else ["is told badly"]


def _prepared(kind: str, directory: Path) -> tuple[Campaign, Work]:
    """What is to fail, and how it is done now and then: the dump read by another process."""
    first = awkward_dump(directory)
    if kind == "build":
        return _builds(directory, None, first)
    second = awkward_dump(directory, edited=True)
    start = _built(directory / "start", first)
    if kind == "update":
        return _builds(directory, start, second)
    if kind == "rollback":
        before = current_generation(start).name
        _built(directory / "start", second)

        def go_back(collection: Path, _progress: QuietProgress) -> None:
            use_generation(collection, collection / "generations" / before)

        return Campaign(directory, start, go_back, goes_back=True), go_back
    pack = directory / "pack"
    newer = current_generation(_built(directory / "newer", second))
    pack_generation(newer, pack, _PART, QuietProgress())

    def take(collection: Path, progress: QuietProgress) -> None:
        unpack(pack, collection, progress, open_encoder=HashingEncoder.open)

    return Campaign(directory, start, take), take


def _builds(directory: Path, start: Path | None, dump: Source) -> tuple[Campaign, Work]:
    return (
        Campaign(directory, start, partial(_build, dump)),
        partial(_build, dump, with_processes=True),
    )


def _built(directory: Path, dump: Source) -> Path:
    """A collection that is whole."""
    collection = directory / "samplewiki"
    directory.mkdir(exist_ok=True)
    work = partial(_build, dump, collection)
    assert run_on(Disk(directory), work, directory.with_suffix(".log")).status == 0
    return collection


def _drawn(
    counts: Counter[Group], chance: random.Random, points: int
) -> Iterator[tuple[Group, int, Fault, bool]]:
    """Calls of all groups in turn, the most important first: how they fail, and whether all do."""
    groups = sorted(counts)
    chance.shuffle(groups)
    groups.sort(key=lambda group: not (group[0] in CORE and group[1] in EVERY_TIME))
    for point in range(points):
        group = groups[point % len(groups)]
        number = chance.randint(1, counts[group])
        fault = chance.choice(_FAULTS[group[1]])
        yield group, number, fault, chance.random() < _LASTING and fault in ("EIO", "ENOSPC")


def _every(counts: Counter[Group]) -> Iterator[tuple[Group, int, Fault, bool]]:
    for group, count in sorted(counts.items()):
        for number in range(1, count + 1):
            yield from ((group, number, fault, False) for fault in _FAULTS[group[1]])


def campaign(directory: Path, kind: str, seed: int, points: int | None) -> dict[str, Any]:
    """Let something fail at so many calls, or (None) at every one in every way."""
    done, otherwise = _prepared(kind, directory)
    counts = done.undisturbed.counts
    places = _every(counts) if points is None else _drawn(counts, random.Random(seed), points)
    found = []
    for point, (group, number, fault, is_lasting) in enumerate(places):
        disk = Disk(directory / str(point), group, number, fault, is_lasting=is_lasting)
        outcome, wrong = done.point(disk, None if point % _WITH_PROCESSES else otherwise)
        found.append(
            {
                "point": point,
                "kind": group[0],
                "operation": group[1],
                "number": number,
                "fault": fault,
                "is_lasting": is_lasting,
                "file": disk.hit and disk.hit.path,
                "status": outcome.status,
                "told": outcome.told,
                "wrong": wrong,
            }
        )
    return {
        "seed": seed,
        "calls": {" ".join(group): count for group, count in counts.items()},
        "too_early": sorted(done.undisturbed.too_early),
        "points": found,
    }


if __name__ == "__main__":
    where, what, seed, *points = sys.argv[1:]
    print(json.dumps(campaign(Path(where), what, int(seed), int(points[0]) if points else None)))
