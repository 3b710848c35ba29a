"""Unpack a pack into a collection: all of it verified before it is published, in one rename.

Nothing in a pack says where anything is written: names and sizes are those of its record, which was
checked, and the archive has to be just that, header by header. Needs no PyTorch.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pinakes.index.build.disk import told_of_full_disk
from pinakes.index.build.progress import Progress
from pinakes.index.build.progress_file import told_in_file
from pinakes.index.checksums import edges_checksum, file_checksums
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.errors import BadPack, CollectionError, NotAnUpdate, OtherWiki
from pinakes.index.generations import (
    all_generations,
    building_directory,
    collection_names,
    current_generation,
    next_name,
    read_manifest,
)
from pinakes.index.health import damaged
from pinakes.index.locks import GenerationLock, hold_collection
from pinakes.index.packs.carried_files import Done, take_files, verify_parts
from pinakes.index.packs.layout import (
    PackRecord,
    pack_digest,
    read_pack,
)
from pinakes.index.packs.packing import without_vectors
from pinakes.index.retrieval.search import Index
from pinakes.index.superseded import KEPT_DUMPS, remove_superseded
from pinakes.index.swap import finish_swap, go_live, seal
from pinakes.index.types import FileRecord, Manifest, QuestionEncoder
from pinakes.ingest.files import sync_tree

__all__ = ["Unpacked", "unpack"]

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
        done = Done(work / "done.json", stage)
        for name in manifest.files:
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / "vectors").mkdir(exist_ok=True)
        linked = _link_at_hand(stage, pack, manifest, at_hand, done, progress)
        wanted = {name for name in manifest.files if name not in done.files}
        verify_parts(directory, pack, wanted, stage, done, progress)
        take_files(directory, pack, wanted, stage, done, progress)
        published = _publish(collection, stage, manifest, open_encoder)
        _clear_up(work)
        remove_superseded(collection, kept_dumps)
    return Unpacked(published, changed=True, linked=linked)


def _clear_up(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    with suppress(OSError):  # of something else, a build has not finished there
        work.parent.rmdir()


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
    done: Done,
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
