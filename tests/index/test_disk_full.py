"""A full disk: one clear line, nothing published, and the same command goes on when there is room.

The disk is a small tmpfs, which only root may mount: a limit on the size of files gives another
error than a full disk does.
"""

import errno
import itertools
import os
import random
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pinakes.index.build import embed, pipeline, publish
from pinakes.index.build.disk import told_of_full_disk
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import DiskFull, NoCollection
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.keywords import bm25
from pinakes.index.keywords.bm25 import KeywordDocument, write_keyword_index
from pinakes.index.store import links
from pinakes.index.store.links import open_link_totals
from pinakes.index.swap import record_files
from pinakes.index.types import FileRecord
from pinakes.ingest.sources.base import Source
from tests.index.collections import ENCODER, comparable
from tests.index.kills import awkward_dump
from tests.index.toys import QuietProgress, in_threads
from tests.ingest.measured import pinakes

_DISK_KB = 32 << 10


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 32 MB."""
    if os.geteuid():
        pytest.skip("only root may mount a small disk")
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_KB}k", "tmpfs", str(path)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture(autouse=True)
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "worker_processes", in_threads)
    monkeypatch.setattr(embed, "_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(embed, "_LEAST_BATCH", 40)
    monkeypatch.setattr(embed, "_MOST_BATCH", 40)


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return awkward_dump(tmp_path_factory.mktemp("dump"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, dump: Source) -> dict[str, Any]:
    collection = tmp_path_factory.mktemp("roomy") / dump.identity.name
    with pytest.MonkeyPatch.context() as patch:
        in_small_steps.__wrapped__(patch)  # type: ignore[attr-defined]
        build_collection(collection, dump, ENCODER, "all", QuietProgress(), BuildOptions(1))
    return comparable(collection)


def fill(disk: Path, leave: int) -> None:
    """Leave so many bytes free."""
    with (disk / "ballast").open("wb", buffering=0) as file:
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            file.writelines(itertools.repeat(bytes(4096)))
        size = os.fstat(file.fileno()).st_size
        os.ftruncate(file.fileno(), size - leave)


class FillingProgress(QuietProgress):
    """Fills the disk at a call of progress in a step: the one of this number there, from 0."""

    def __init__(self, disk: Path, step: str, number: int, leave: int) -> None:
        super().__init__()
        self._filled = disk, step, number, leave

    def _called(self, kind: str) -> None:
        super()._called(kind)
        disk, step, number, leave = self._filled
        if self._step == step and len([one for one in self.calls if one[1] == step]) == number + 1:
            fill(disk, leave)


READING, LINKS, KEYWORDS = "Reading the dump", "Counting links", "Writing the keyword index"
# The step and the call in it at which the disk fills, and the bytes left then.
FULL = [
    *((READING, 0, leave) for leave in (0, 8 << 10, 64 << 10)),  # segments
    *((LINKS, 0, leave) for leave in (0, 16 << 10, 48 << 10)),  # names, DuckDB, store
    *((KEYWORDS, 0, leave) for leave in (0, 4 << 10, 64 << 10)),  # the writer's start and commit
    *((KEYWORDS, 1, leave) for leave in (0, 16 << 10)),
]


def build_there(collection: Path, dump: Source, progress: QuietProgress) -> None:
    build_collection(collection, dump, ENCODER, "all", progress, BuildOptions(1))


@pytest.mark.parametrize(("step", "number", "leave"), FULL)
def test_nothing_is_published_and_the_build_goes_on(
    disk: Path, dump: Source, undisturbed: dict[str, Any], step: str, number: int, leave: int
) -> None:
    collection = disk / dump.identity.name
    with pytest.raises(
        DiskFull, match=r"the disk of .* is full .*nothing unfinished was published.*goes on"
    ):
        build_there(collection, dump, FillingProgress(disk, step, number, leave))
    with pytest.raises(NoCollection):
        current_generation(collection)
    with pytest.raises(DiskFull):  # there is still no room
        build_there(collection, dump, QuietProgress())
    (disk / "ballast").unlink()
    build_there(collection, dump, QuietProgress())
    assert comparable(collection) == undisturbed


def test_no_room_for_the_manifest(
    disk: Path, dump: Source, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = disk / dump.identity.name

    def full_then_record(
        stage: Path, known: Mapping[str, FileRecord] | None
    ) -> dict[str, FileRecord]:
        fill(disk, 0)
        return record_files(stage, known)

    with monkeypatch.context() as patch:
        patch.setattr(publish, "record_files", full_then_record)
        with pytest.raises(DiskFull):
            build_there(collection, dump, QuietProgress())
    with pytest.raises(NoCollection):
        current_generation(collection)
    (disk / "ballast").unlink()
    build_there(collection, dump, QuietProgress())
    assert comparable(collection) == undisturbed


@pytest.mark.parametrize("number", [0, 1, 3])
def test_vectors_without_room_leave_what_was_published(
    disk: Path, dump: Source, undisturbed: dict[str, Any], number: int
) -> None:
    collection = disk / dump.identity.name
    progress = FillingProgress(disk, "Embedding passages", number, 0)
    with pytest.raises(DiskFull):
        build_there(collection, dump, progress)
    manifest = read_manifest(current_generation(collection))
    assert manifest.vectors == max(number - 2, 0) * 40
    (disk / "ballast").unlink()
    build_there(collection, dump, QuietProgress())
    assert comparable(collection) == undisturbed


def test_a_writer_of_keywords_that_dies_at_work(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more than fits its memory tantivy writes in a thread, and says only that this died."""
    monkeypatch.setattr(bm25, "WRITER_HEAP", 15 << 20)
    chance = random.Random(1)
    bodies = (" ".join(f"{chance.getrandbits(40):x}" for _ in range(150)) for _ in range(20_000))
    documents = (KeywordDocument(n, "title", "", "", body) for n, body in enumerate(bodies))
    fill(disk, 4 << 20)
    with pytest.raises(DiskFull), told_of_full_disk(disk):
        write_keyword_index(disk / "bm25", "en", documents)


def test_links_that_exceed_memory_have_nowhere_to_go(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MEMORY_LIMIT", 100_000_000)
    run = tmp_path / "run.tsv.zst"
    with zstandard.open(run, "wt", encoding="utf-8") as lines:
        for number in range(1_500_000):
            lines.write(f"Page {number % 1000}\tword {number * 7919 % 1_500_007} of it\t{number}\n")
    titles = [(number, number, f"Page {number}") for number in range(1000)]
    fill(disk, 8 << 20)
    with (
        pytest.raises(DiskFull),
        told_of_full_disk(disk),
        open_link_totals([run], titles, disk) as totals,
    ):
        list(totals.anchors())


def test_the_command_sees_it_beforehand(disk: Path, dump: Source) -> None:
    words: list[str | Path] = [
        "build",
        *dump.files,
        "--vectors",
        "none",
        "--workers",
        "1",
        "--data",
        disk,
    ]
    for room in (0, 16 << 10, 100 << 10, 160 << 10):
        fill(disk, room)
        found = pinakes(*words)
        assert found.status == 1, found
        assert found.out == ""
        assert "Traceback" not in found.err, found.err
        last = found.err.splitlines()[-1]
        assert re.match(
            r"pinakes: the build needs about .* MB, and the disk of .*; make room", last
        )
        # Seen from a sample, before anything was written.
        assert [path.name for path in disk.iterdir()] == ["ballast"]
        (disk / "ballast").unlink()
    assert pinakes(*words).status == 1  # of the damaged block; all else is done
    assert (disk / dump.identity.name / "current").exists()
