"""From a finished directory to the current generation: recorded, sealed, and one rename.

``current`` is a symlink, swapped by one rename, so that readers see the old generation or the new
one. What a run that was killed at the swap had begun, the next one finishes. Knows nothing of how
the files were made.
"""

import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pinakes.index.checksums import edges_checksum, file_checksums
from pinakes.index.encoder_files import share_encoder
from pinakes.index.errors import CollectionError
from pinakes.index.generations import (
    GENERATIONS,
    MANIFEST,
    SEAL,
    SEALED,
    current_generation,
    read_manifest,
    seal_of,
)
from pinakes.index.types import FileRecord, Manifest
from pinakes.ingest.files import sync_directory, write_whole

__all__ = [
    "finish_swap",
    "go_live",
    "link_files",
    "linked_files",
    "make_current",
    "publish",
    "record_files",
    "seal",
]


def record_files(
    stage: Path, known: Mapping[str, FileRecord] | None = None
) -> dict[str, FileRecord]:
    """Size and checksums of every file under ``stage``; ``known`` ones are not read again."""
    records = {}
    for leftover in stage.rglob("*.partial"):  # of a build that was killed while it wrote it
        leftover.unlink()
    for path in sorted(stage.rglob("*")):
        if not path.is_file() or path.name in SEALED:
            continue
        name = path.relative_to(stage).as_posix()
        if known and name in known:
            records[name] = known[name]
            continue
        with path.open("rb") as file:
            os.fsync(file.fileno())
        sha256, xxh3 = file_checksums(path)
        size, edges = path.stat().st_size, edges_checksum(path)
        records[name] = FileRecord(size=size, sha256=sha256, xxh3=xxh3, edges=edges)
    return records


def link_files(generation: Path, stage: Path) -> None:
    """Begin a new generation at ``stage`` with the files of another, as hard links."""
    shutil.rmtree(stage, ignore_errors=True)
    for directory, _, names in os.walk(generation, onerror=_raise):
        copy = stage / Path(directory).relative_to(generation)
        os.makedirs(copy)
        for name in names:
            if name not in SEALED:
                os.link(Path(directory, name), copy / name)


def _raise(error: OSError) -> None:
    raise error


def linked_files(manifest: Manifest, generation: Path, stage: Path) -> dict[str, FileRecord]:
    """The records of those files of the generation that the stage has, too, unchanged."""
    return {
        name: record
        for name, record in manifest.files.items()
        if (stage / name).exists() and os.path.samefile(generation / name, stage / name)
    }


def publish(collection: Path, stage: Path, manifest: Manifest) -> Path:
    """Make the finished directory ``stage`` the current generation; readers see all or nothing."""
    seal(collection, stage, manifest)
    return go_live(collection, stage, manifest.generation)


def seal(collection: Path, stage: Path, manifest: Manifest) -> None:
    """Make ``stage`` a whole generation that can be opened where it lies, not published yet."""
    share_encoder(collection, stage, manifest)
    content = manifest.model_dump_json(indent=2).encode() + b"\n"
    for name, written in ((MANIFEST, content), (SEAL, seal_of(content))):
        with write_whole(stage / name) as file:
            file.write(written)
    _open_to_readers(stage)
    for directory in [path for path in stage.rglob("*") if path.is_dir()]:
        sync_directory(directory)


def go_live(collection: Path, stage: Path, name: str) -> Path:
    """Make the sealed generation at ``stage`` the current one, under its name."""
    generation = collection / GENERATIONS / name
    generation.parent.mkdir(exist_ok=True)
    # Takes room: on a full disk the stage stays, to be gone on with. And says what goes live.
    _link_to(generation)
    stage.rename(generation)
    sync_directory(generation.parent)
    make_current(generation)
    return generation


def make_current(generation: Path) -> None:
    """Let ``current`` lead to a generation that lies in its place: one rename."""
    collection = generation.parents[1]
    _link_to(generation).replace(collection / "current")
    sync_directory(collection)


def finish_swap(collection: Path) -> None:
    """Let go live what a run that was killed at the swap had moved to its place already.

    Not what is older than the current one: somebody was going back to it, and may still want to.
    """
    link = collection / "current.new"
    if not link.is_symlink():
        return
    with suppress(CollectionError):
        generation = collection / link.readlink()
        read_manifest(generation)
        is_first = not (collection / "current").is_symlink()
        if is_first or _place(current_generation(collection).name) < _place(generation.name):
            make_current(generation)
    link.unlink(missing_ok=True)


def _place(name: str) -> tuple[str, int]:
    """A generation's place among others, by its name."""
    date, _, number = name.partition("-")
    return date, int(number)


def _link_to(generation: Path) -> Path:
    """The link that will be ``current``, made where it is not there yet."""
    link = generation.parents[1] / "current.new"
    target = Path(GENERATIONS) / generation.name
    if not (link.is_symlink() and link.readlink() == target):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return link


def _open_to_readers(stage: Path) -> None:
    """Give all files the rights that the umask leaves: tantivy makes some for their owner alone."""
    mode = stat.S_IMODE((stage / MANIFEST).stat().st_mode)
    for path in stage.rglob("*"):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) != mode:
            with suppress(PermissionError):  # linked, and another user's: as readable as before
                path.chmod(mode)
