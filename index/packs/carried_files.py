"""The files that a pack carries, taken out of its parts, which are verified first.

A part that is another than was packed is named, and whatever in it is not the ordinary file that
comes next by the pack's record is refused. What is done stays done when a call is killed.
"""

import hashlib
import json
import os
import shutil
import tarfile
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from contextlib import ExitStack, suppress
from pathlib import Path

from pinakes.index.build.disk import require_room
from pinakes.index.build.progress import Progress
from pinakes.index.checksums import FileChecksums, edges_checksum, pieces
from pinakes.index.errors import BadPack
from pinakes.index.packs.layout import (
    BLOCK,
    PackRecord,
    PartRecord,
    archive_length,
    archive_places,
    bytes_in_archive,
)
from pinakes.index.packs.parts import ArchiveReader
from pinakes.index.types import FileRecord
from pinakes.ingest.files import read_json, write_whole

__all__ = ["Done", "take_files", "verify_parts"]

_PIECE = 1 << 20


class Done:
    """What need not be done again: parts that were verified, as they lay there, and whole files.

    As far as they are still in the stage: of a call that was killed at the swap none is.
    """

    def __init__(self, path: Path, stage: Path) -> None:
        self._path = path
        self.parts: dict[str, list[int]] = {}
        self.files: list[str] = []
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = read_json(path)
            self.parts = dict(kept["parts"])
            self.files = [name for name in kept["files"] if (stage / name).is_file()]

    def keep(self) -> None:
        """Write it down, for the call that goes on."""
        with write_whole(self._path) as file:
            file.write(json.dumps({"parts": self.parts, "files": self.files}).encode())


def verify_parts(
    directory: Path,
    pack: PackRecord,
    wanted: Collection[str],
    stage: Path,
    done: Done,
    progress: Progress,
) -> None:
    """Compare the parts that hold what is wanted with their sums; all have to be there first.

    Raises BadPack, and DiskFull where there is no room for what they hold.
    """
    needed = _parts_of(pack, wanted)
    for part in needed:
        path = directory / part.name
        if not path.is_file():
            raise BadPack(f"{path} is missing; fetch it, and the same command goes on")
        if path.stat().st_size != part.size:
            raise BadPack(
                f"{path} has {path.stat().st_size:,} bytes instead of {part.size:,}; fetch it "
                "again, and the same command goes on"
            )
    room = sum(pack.manifest.files[name].size for name in wanted)
    require_room(stage, shutil.disk_usage(stage).free, room, "unpacking")
    states = {part.name: _state_of(directory / part.name) for part in needed}
    unsure = [part for part in needed if done.parts.get(part.name) != states[part.name]]
    if unsure:
        progress.step("Verifying the pack", sum(part.size for part in unsure), "bytes")
    for part in unsure:
        digest = hashlib.sha256()
        for piece in pieces(directory / part.name):
            digest.update(piece)
            progress.advance(len(piece))
        if digest.hexdigest() != part.sha256:
            raise BadPack(
                f"{directory / part.name} is not the part that was packed; fetch it again, and "
                "the same command goes on"
            )
        done.parts[part.name] = states[part.name]
        done.keep()


def _parts_of(pack: PackRecord, wanted: Collection[str]) -> list[PartRecord]:
    """The parts in which the files that are wanted lie."""
    starts = [part.start for part in pack.parts]
    numbers: set[int] = set()
    for name, start, end in archive_places(pack):
        if name in wanted:
            numbers.update(range(bisect_right(starts, start) - 1, bisect_left(starts, end)))
    return [pack.parts[number] for number in sorted(numbers)]


def _state_of(path: Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns, state.st_ino]


def take_files(
    directory: Path,
    pack: PackRecord,
    wanted: Collection[str],
    stage: Path,
    done: Done,
    progress: Progress,
) -> None:
    """Write the files that are wanted, each whole before it counts. Raises BadPack."""
    if wanted:
        sizes = (pack.manifest.files[name].size for name in wanted)
        progress.step("Unpacking", sum(sizes), "bytes")
    with ExitStack() as stack:
        reader, place = None, -1
        for name, start, end in archive_places(pack):
            if name not in wanted:
                continue
            if reader is None or place != start:
                reader = ArchiveReader(directory, pack.parts, archive_length(pack), start)
                stack.callback(reader.close)
            _take_file(reader, name, pack.manifest.files[name], stage / name, progress)
            place = end
            done.files.append(name)
            done.keep()


def _take_file(
    reader: ArchiveReader, name: str, record: FileRecord, path: Path, progress: Progress
) -> None:
    _check_header(reader.read(BLOCK), name, record.size)
    checksums = FileChecksums()
    path.unlink(missing_ok=True)  # it may be a link to another generation's
    with path.open("xb") as file:
        left = record.size
        while left:
            piece = reader.read(min(left, _PIECE))
            checksums.update(piece)
            file.write(piece)
            progress.advance(len(piece))
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    reader.read(bytes_in_archive(record.size) - BLOCK - record.size)
    sha256, xxh3 = checksums.hexdigests()
    written = FileRecord(size=record.size, sha256=sha256, xxh3=xxh3, edges=edges_checksum(path))
    if written != record:
        raise BadPack(f"{name} in the pack is not what its record says; nothing was published")


def _check_header(block: bytes, name: str, size: int) -> None:
    """Raise BadPack for anything but the ordinary file that comes next: a link, another path."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError):
        raise BadPack(f"the pack holds no file where {name} belongs; it is refused") from None
    found = (info.type, info.name, info.size, info.linkname)
    if found != (tarfile.REGTYPE, name, size, ""):
        raise BadPack(
            f"the pack holds {info.name[:200]!r} (type {info.type!r}, {info.size:,} bytes) where "
            f"the file {name} of {size:,} bytes belongs; it is refused"
        )
