"""Where a collection and its generations lie on disk, and what a generation says of itself.

A generation is a directory that never changes once it is published. Its manifest lists its files;
its seal, written last, is the manifest's SHA-256. ``current`` is a symlink to the one that answers.
"""

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from pinakes.index.errors import (
    CollectionError,
    DamagedGeneration,
    NoCollection,
    UnknownFormat,
    UnknownGeneration,
)
from pinakes.index.health import REBUILD, damaged, stray, unreadable
from pinakes.index.types import FORMAT_VERSION, Manifest

__all__ = [
    "GENERATIONS",
    "MANIFEST",
    "SEAL",
    "SEALED",
    "WITHHELD",
    "all_generations",
    "building_directory",
    "can_be_called",
    "check_files",
    "collection_names",
    "compare_listing",
    "current_generation",
    "find_generation",
    "is_collection",
    "next_name",
    "not_served",
    "read_manifest",
    "seal_of",
    "timestamp",
    "unknown_generation",
]

GENERATIONS = "generations"
# What a generation has beside the files that its manifest lists.
SEALED = MANIFEST, SEAL = "manifest.json", "manifest.sha256"
# Beside a stage that is whole and not published: why.
WITHHELD = "withheld.txt"
_NAME = re.compile(r"^(\d{8})-(\d+)$")
_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}", re.ASCII)


def collection_names(data: Path) -> list[str]:
    """Names of the collections in the data directory that have a generation."""
    if not data.is_dir():
        return []
    return sorted(entry.name for entry in data.iterdir() if is_collection(data, entry.name))


def is_collection(data: Path, name: str) -> bool:
    """Whether a collection of this name has a generation, or may have one that cannot be read."""
    if not can_be_called(name):
        return False
    try:
        return (data / name / "current").is_symlink()
    except PermissionError:
        return True  # opening it tells what is wrong


def can_be_called(name: str) -> bool:
    """Whether a collection can have this name, which is also its directory's and an address's."""
    return _COLLECTION.fullmatch(name) is not None


def not_served(data: Path) -> dict[str, str]:
    """Directories with something built that are no collections: why, and the way out, by name."""
    found: dict[str, str] = {}
    for path in sorted(data.iterdir()) if data.is_dir() else ():
        if is_collection(data, path.name) or not path.is_dir():
            continue
        try:
            built = all_generations(path)
            if not can_be_called(path.name) and (built or (path / "current").is_symlink()):
                found[path.name] = (
                    "no collection can be called so; rename the directory: letters, digits, "
                    "dots, hyphens and underscores"
                )
            elif built:
                kind = "no link" if (path / "current").exists() else "missing"
                found[path.name] = (
                    f"current is {kind}, as in a copy made without links; copy it again with "
                    f"cp -a, or link {GENERATIONS}/{built[-1].name} as current"
                )
        except PermissionError:
            continue
    return found


def current_generation(collection: Path) -> Path:
    """The generation that ``current`` points to. Raises NoCollection when there is none."""
    link = collection / "current"
    try:
        generation = collection / os.readlink(link)
    except PermissionError as error:
        raise unreadable(collection, error) from None
    except OSError:
        raise NoCollection(
            f"no collection at {collection}; build one with: pinakes build DUMP"
        ) from None
    if not generation.is_dir():
        raise DamagedGeneration(f"{link} leads to {generation.name}, which is gone; {REBUILD}")
    return generation


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a generation, as it was sealed.

    Raises UnknownFormat, DamagedGeneration or UnreadableGeneration.
    """
    path = generation / MANIFEST
    content, seal = _read(path), _read(generation / SEAL)
    is_sealed = seal == seal_of(content)
    try:
        values = json.loads(content or b"")
        version = values["format_version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedGeneration(f"{path}: missing or unreadable ({error}); {REBUILD}") from None
    # Earlier formats had no seal.
    if version != FORMAT_VERSION and (is_sealed or seal is None):
        try:
            files = " ".join(values["dump"]["files"])
        except (KeyError, TypeError):
            files = "DUMP"
        raise UnknownFormat(
            f"{generation.name} has format {version}, this Pinakes reads {FORMAT_VERSION}; "
            f"rebuild it with: pinakes build --force {files}"
        )
    if not is_sealed:
        raise damaged(path, f"is not what {SEAL} says")
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DamagedGeneration(f"{path}: {where}: {first['msg']}; {REBUILD}") from None
    if generation.parent.name != GENERATIONS:  # not published yet
        return manifest
    if manifest.generation != generation.name:
        raise damaged(path, f"is that of {manifest.generation}")
    # A collection is called what its directory is called: it may have been copied or renamed.
    return manifest.model_copy(update={"collection": generation.absolute().parents[1].name})


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(path, error) from None


def seal_of(manifest: bytes | None) -> bytes:
    """A manifest's seal: what sha256sum prints, and --check reads."""
    return f"{hashlib.sha256(manifest or b'').hexdigest()}  {MANIFEST}\n".encode()


def check_files(generation: Path, manifest: Manifest) -> None:
    """Just the files that the manifest lists, of the sizes that it gives, and all readable.

    Raises DamagedGeneration or UnreadableGeneration.
    """
    for _, error in compare_listing(generation, manifest):
        raise error


def compare_listing(generation: Path, manifest: Manifest) -> Iterator[tuple[str, CollectionError]]:
    """Name and error of each file that differs from the manifest's list; none is read."""
    try:
        found = dict(_files(generation))
    except OSError as error:
        path = Path(error.filename or generation)
        yield path.relative_to(generation).as_posix(), unreadable(path, error)
        return
    for name, record in manifest.files.items():
        path = generation / name
        about = found.pop(name, None)
        if about is None:
            yield name, damaged(path, "is missing")
        elif not stat.S_ISREG(about.st_mode):
            yield name, damaged(path, "is no file of its own")
        elif about.st_size != record.size:
            yield name, damaged(path, f"has {about.st_size} bytes instead of {record.size}")
        elif not os.access(path, os.R_OK):
            yield name, unreadable(path, PermissionError(errno.EACCES, "no permission"))
    for name in sorted(found.keys() - set(SEALED)):
        yield name, stray(generation / name)


def _files(directory: Path, inside: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Name and state of all that lies below; links are not followed."""
    with os.scandir(directory) as entries:
        for entry in entries:
            name = inside + entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _files(directory / entry.name, f"{name}/")
            else:
                yield name, entry.stat(follow_symlinks=False)


def building_directory(collection: Path, key: str) -> Path:
    """Where an unfinished build of this dump keeps its work; made when missing."""
    directory = collection / "building" / key
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def next_name(collection: Path, date: str) -> str:
    """``YYYYMMDD-n`` with the first n that is above every generation of that date."""
    taken = [
        int(match[2])
        for entry in all_generations(collection)
        if (match := _NAME.match(entry.name)) and match[1] == date
    ]
    return f"{date}-{max(taken, default=0) + 1}"


def timestamp() -> str:
    """The time now, UTC, to the second, as manifests give it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def all_generations(collection: Path) -> list[Path]:
    """All that have been published here, by name."""
    directory = collection / "generations"
    if not directory.is_dir():
        return []
    return sorted(entry for entry in directory.iterdir() if _NAME.match(entry.name))


def find_generation(collection: Path, name: str) -> Path:
    """The generation called so. Raises UnknownGeneration."""
    found = next((path for path in all_generations(collection) if path.name == name), None)
    if found is None:
        raise unknown_generation(collection, name)
    return found


def unknown_generation(collection: Path, name: str) -> UnknownGeneration:
    """That there is none called so; it names those there are."""
    names = ", ".join(path.name for path in all_generations(collection)) or "none"
    return UnknownGeneration(
        f"{collection.name} has no generation {name[:80]!r}; there are: {names}"
    )
