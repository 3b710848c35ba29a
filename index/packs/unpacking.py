"""Unpack a pack into a collection: all of it verified before it is published, in one rename.

Nothing in a pack says where anything is written: names and sizes are those of its record, which was
checked, and the archive has to be just that, header by header. Needs no PyTorch.
"""

import hashlib
import json
import os
import shutil
import tarfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from pinakes.index.build.disk import require_room, told_of_full_disk
from pinakes.index.build.progress import Progress
from pinakes.index.build.progress_file import told_in_file
from pinakes.index.checksums import FileChecksums, edges_checksum, file_checksums, pieces
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.errors import BadPack, CollectionError, NotAnUpdate, OtherWiki
from pinakes.index.generations import (
    all_generations,
    building_directory,
    collection_names,
    current_generation,
    finish_swap,
    go_live,
    next_name,
    read_manifest,
    seal,
)
from pinakes.index.health import damaged
from pinakes.index.locks import GenerationLock, hold_collection
from pinakes.index.packs.layout import (
    BLOCK,
    PackRecord,
    PartRecord,
    archive_length,
    archive_places,
    bytes_in_archive,
    pack_digest,
    read_pack,
)
from pinakes.index.packs.packing import without_vectors
from pinakes.index.packs.parts import ArchiveReader
from pinakes.index.retrieval.search import Index
from pinakes.index.superseded import KEPT_DUMPS, remove_superseded
from pinakes.index.types import FileRecord, Manifest, QuestionEncoder
from pinakes.ingest.files import read_json, sync_tree, write_whole

__all__ = ["Unpacked", "unpack"]

_PIECE = 1 << 20
OpenEncoder = Callable[[Path], QuestionEncoder]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The generation now current, whether it was not before, and how many files were at hand."""

    manifest: Manifest
    changed: bool
    linked: int


def unpack(
    directory: Path,
    collection: Path,
    progress: Progress,
    *,
    with_vectors: bool = True,
    kept_dumps: int = KEPT_DUMPS,
    open_encoder: OpenEncoder = open_question_encoder,
) -> Unpacked:
    """Make what is in the pack at ``directory`` the current generation of ``collection``.

    Files that some generation of this data directory has are linked from there. Parts that were
    verified, and files that are whole, are not read again by the call that goes on after a kill.
    Raises BadPack, UnknownFormat, OtherWiki, NotAnUpdate for an older dump, DiskFull,
    BuildInProgress, and what ``Index.open`` does; nothing is published then.
    """
    pack = read_pack(directory)
    manifest = pack.manifest if with_vectors else without_vectors(pack.manifest)
    at_hand = _files_at_hand(collection)
    _check_nothing_missing(directory, pack, manifest, at_hand)
    with (
        hold_collection(collection),
        told_of_full_disk(collection),
        told_in_file(collection, progress) as progress,
    ):
        finish_swap(collection)
        before = _current(collection)
        key = f"unpack-{pack_digest(directory)[:16]}"
        if before is not None and before.files == manifest.files:
            _clear_up(collection / "building" / key)  # of a call that was stopped at the swap
            return Unpacked(before, changed=False, linked=len(before.files))
        if before is not None and not before.dump.is_same_wiki(manifest.dump):
            raise OtherWiki(
                f"{collection.name} holds {before.dump.name}, and the pack is of "
                f"{manifest.dump.name}; name another collection with --collection"
            )
        if before is not None and manifest.dump.is_older(before.dump):
            raise NotAnUpdate(
                f"the pack is of {manifest.dump.day}, and {collection.name} answers as of "
                f"{before.dump.day}; to go back to a generation that is still there: pinakes "
                f"rollback -c {collection.name}; to have this one beside it: --collection"
            )
        work = building_directory(collection, key)
        stage = work / "stage"
        done = _Done(work / "done.json", stage)
        for name in manifest.files:
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / "vectors").mkdir(exist_ok=True)
        linked = _link_at_hand(stage, pack, manifest, at_hand, done, progress)
        wanted = {name for name in manifest.files if name not in done.files}
        _verify_parts(directory, pack, wanted, stage, done, progress)
        _take_files(directory, pack, wanted, stage, done, progress)
        published = _publish(collection, stage, manifest, open_encoder)
        _clear_up(work)
        remove_superseded(collection, kept_dumps)
    return Unpacked(published, changed=True, linked=linked)


def _clear_up(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    with suppress(OSError):  # of something else, a build has not finished there
        work.parent.rmdir()


class _Done:
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
        with write_whole(self._path) as file:
            file.write(json.dumps({"parts": self.parts, "files": self.files}).encode())


def _current(collection: Path) -> Manifest | None:
    try:
        return read_manifest(current_generation(collection))
    except CollectionError:
        return None


def _files_at_hand(collection: Path) -> dict[str, Path]:
    """Files of the generations of this data directory by their SHA-256; this collection's first."""
    found: dict[str, Path] = {}
    data = collection.parent
    others = [data / name for name in collection_names(data) if name != collection.name]
    for place in (collection, *others):
        for generation in all_generations(place):
            with suppress(CollectionError, OSError):
                for name, record in read_manifest(generation).files.items():
                    found.setdefault(record.sha256, generation / name)
    return found


def _check_nothing_missing(
    directory: Path, pack: PackRecord, manifest: Manifest, at_hand: Mapping[str, Path]
) -> None:
    """Raise BadPack where a file is neither carried nor at hand."""
    missing = [
        name
        for name, record in manifest.files.items()
        if name not in pack.carried and record.sha256 not in at_hand
    ]
    if missing and manifest.encoder and all(name.startswith("encoder/") for name in missing):
        raise BadPack(
            f"{directory} does not carry the encoder {manifest.encoder.name}, and no collection "
            "here has it; get a pack with it, or go without: pinakes unpack --without vectors"
        )
    if missing:
        against = f"{pack.against}, which is not here" if pack.against else "what is not here"
        raise BadPack(
            f"{directory} carries only what differs from {against}: {len(missing)} files are "
            f"missing, {missing[0]} among them; unpack that first, or get a whole pack"
        )


def _link_at_hand(
    stage: Path,
    pack: PackRecord,
    manifest: Manifest,
    at_hand: Mapping[str, Path],
    done: _Done,
    progress: Progress,
) -> int:
    """Link the files that are here already and as they were built; how many that are.

    Raises DamagedGeneration for one that is not, if it is not in the pack either.
    """
    here = {
        name: at_hand[record.sha256]
        for name, record in manifest.files.items()
        if name not in done.files and record.sha256 in at_hand
    }
    if here:
        sizes = (manifest.files[name].size for name in here)
        progress.step("Comparing what is here", sum(sizes), "bytes")
    for name, source in here.items():
        _link(source, stage / name)
        if _record_of(stage / name) == manifest.files[name]:
            done.files.append(name)
            done.keep()
        elif name not in pack.carried:
            raise damaged(source, "has changed since it was built, and the pack does not carry it")
        progress.advance(manifest.files[name].size)
    return len(here)


def _link(source: Path, target: Path) -> None:
    """Let ``target`` be the same file, or a copy where the file system has no hard links."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        sync_tree(target)


def _record_of(path: Path) -> FileRecord:
    sha256, xxh3 = file_checksums(path)
    size = path.stat().st_size
    return FileRecord(size=size, sha256=sha256, xxh3=xxh3, edges=edges_checksum(path))


def _verify_parts(
    directory: Path,
    pack: PackRecord,
    wanted: Collection[str],
    stage: Path,
    done: _Done,
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


def _take_files(
    directory: Path,
    pack: PackRecord,
    wanted: Collection[str],
    stage: Path,
    done: _Done,
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


def _publish(
    collection: Path, stage: Path, manifest: Manifest, open_encoder: OpenEncoder
) -> Manifest:
    """Make the stage the current generation, under the next name of its date, if it opens."""
    name = next_name(collection, manifest.generation.partition("-")[0])
    own = manifest.model_copy(update={"collection": collection.name, "generation": name})
    seal(collection, stage, own)
    Index.open_generation(stage, GenerationLock(stage), open_encoder).close()
    go_live(collection, stage, name)
    return own
