"""Read the files of a generation again and compare them with what was built.

Three measures: what opening can afford, everything at once, and everything bit by bit beside a
service at work (``scrub``).
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pinakes.index.build.progress import Progress
from pinakes.index.checksums import edges_checksum, file_checksum, pieces
from pinakes.index.errors import CollectionError, DamagedGeneration, UnreadableGeneration
from pinakes.index.generations import compare_listing
from pinakes.index.health import REBUILD, REMOVE, damaged, unreadable
from pinakes.index.types import FileRecord, Manifest

__all__ = [
    "check_on_open",
    "find_all_damage",
    "find_damage",
    "first_damaged",
    "told_together",
    "verify_files",
]

# Read wholly on opening: some fifty files of a large wiki are so small.
_SMALL = 1 << 20
# Read within a second, once a library has stumbled over something.
_SOON = 1 << 30
_ENCODER = "encoder/"
_CHANGED = "has changed since it was built"
_MOST_NAMED = 10


def check_on_open(generation: Path, manifest: Manifest, *, with_encoder: bool) -> None:
    """Compare small files and the encoder wholly, of others the first and last 64 KiB.

    Raises DamagedGeneration or UnreadableGeneration. What lies between is compared as it is read
    (texts), or by ``find_damage``.
    """
    for name, record in manifest.files.items():
        is_encoder = name.startswith(_ENCODER)
        if is_encoder and not with_encoder:
            continue
        path = generation / name
        try:
            if record.size <= _SMALL or is_encoder:
                is_same = file_checksum(path) == record.xxh3
            else:
                is_same = edges_checksum(path) == record.edges
        except OSError as error:
            raise unreadable(path, error) from None
        if not is_same:
            raise damaged(path, _CHANGED)


def first_damaged(generation: Path, manifest: Manifest, directory: Path) -> Path | None:
    """The smallest file below ``directory`` that is not as it was built.

    Of files so large that to read them takes seconds, none is.
    """
    inside = f"{directory.relative_to(generation).as_posix()}/"
    files = [(r.size, name) for name, r in manifest.files.items() if name.startswith(inside)]
    left = _SOON
    for size, name in sorted(files):
        left -= size
        if left < 0:
            break
        with suppress(OSError):
            if file_checksum(generation / name) != manifest.files[name].xxh3:
                return generation / name
    return None


def verify_files(generation: Path, manifest: Manifest, progress: Progress) -> int:
    """Compare every file by its SHA-256; the bytes read.

    Raises DamagedGeneration, which names the files that differ, or UnreadableGeneration.
    """
    if found := find_all_damage(generation, manifest, progress):
        raise told_together(list(found.values()))
    return sum(record.size for record in manifest.files.values())


def find_all_damage(
    generation: Path, manifest: Manifest, progress: Progress
) -> dict[str, CollectionError]:
    """The error of each file that is missing, too many, or not as it was built, by its name.

    Those that differ from the manifest's list come first; the others are compared by SHA-256.
    """
    found = dict(compare_listing(generation, manifest))
    left = {name: record for name, record in manifest.files.items() if name not in found}
    progress.step("Verifying", sum(record.size for record in left.values()), "bytes")
    return found | dict(_compare(generation, left, progress.advance))


def told_together(found: list[CollectionError]) -> CollectionError:
    """One error for all that was found, which is something."""
    first, *others = found
    if not others or all(isinstance(error, UnreadableGeneration) for error in found):
        return first
    names = [str(error).rpartition("; ")[0] for error in found[:_MOST_NAMED]]
    are_strays = all(str(error).endswith(f"; {REMOVE}") for error in found)
    way_out = "remove them" if are_strays else REBUILD
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return DamagedGeneration(f"{len(found)} files are damaged: {', '.join(names)}{more}; {way_out}")


def find_damage(
    generation: Path, manifest: Manifest, read: Callable[[int], object]
) -> Iterator[CollectionError]:
    """Each file that is not as it was built, by its SHA-256; ``read`` is told of bytes read."""
    for _, error in _compare(generation, manifest.files, read):
        yield error


def _compare(
    generation: Path, files: Mapping[str, FileRecord], read: Callable[[int], object]
) -> Iterator[tuple[str, CollectionError]]:
    for name, record in files.items():
        path = generation / name
        try:
            if not _is_as_built(path, record, read):
                yield name, damaged(path, _CHANGED)
        except OSError as error:
            yield name, unreadable(path, error)


def _is_as_built(path: Path, record: FileRecord, read: Callable[[int], object]) -> bool:
    digest = hashlib.sha256()
    for piece in pieces(path):
        digest.update(piece)
        read(len(piece))
    return digest.hexdigest() == record.sha256
