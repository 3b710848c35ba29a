"""Where a collection lies on disk, and how a generation becomes the current one.

A generation is a directory that never changes once it is published. Its manifest lists its files;
its seal, written last, is the manifest's SHA-256. ``current`` is a symlink, swapped by one rename.
Whoever reads a generation holds a shared lock on it, and nobody removes what is held.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from pinakes.index.checksums import edges_checksum, file_checksums
from pinakes.index.encoder_files import share_encoder
from pinakes.index.errors import (
    CollectionError,
    DamagedGeneration,
    NoCollection,
    UnknownFormat,
    UnknownGeneration,
)
from pinakes.index.health import REBUILD, damaged, stray, unreadable
from pinakes.index.types import FORMAT_VERSION, FileRecord, Manifest
from pinakes.ingest.files import sync_directory, write_whole

__all__ = [
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
    "finish_swap",
    "go_live",
    "is_collection",
    "link_files",
    "linked_files",
    "make_current",
    "next_name",
    "not_served",
    "publish",
    "read_manifest",
    "record_files",
    "seal",
    "timestamp",
    "unknown_generation",
]

_GENERATIONS = "generations"
_MANIFEST, _SEAL = "manifest.json", "manifest.sha256"
# What a generation has beside the files that its manifest lists.
SEALED = (_MANIFEST, _SEAL)
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
                    f"cp -a, or link {_GENERATIONS}/{built[-1].name} as current"
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
    path = generation / _MANIFEST
    content, seal = _read(path), _read(generation / _SEAL)
    is_sealed = seal == _seal_of(content)
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
        raise damaged(path, f"is not what {_SEAL} says")
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DamagedGeneration(f"{path}: {where}: {first['msg']}; {REBUILD}") from None
    if generation.parent.name != _GENERATIONS:  # not published yet
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


def _seal_of(manifest: bytes | None) -> bytes:
    """What ``sha256sum manifest.json`` prints, so that sha256sum --check reads it."""
    return f"{hashlib.sha256(manifest or b'').hexdigest()}  {_MANIFEST}\n".encode()


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
    for name, written in ((_MANIFEST, content), (_SEAL, _seal_of(content))):
        with write_whole(stage / name) as file:
            file.write(written)
    _open_to_readers(stage)
    for directory in [path for path in stage.rglob("*") if path.is_dir()]:
        sync_directory(directory)


def go_live(collection: Path, stage: Path, name: str) -> Path:
    """Make the sealed generation at ``stage`` the current one, under its name."""
    generation = collection / _GENERATIONS / name
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
    target = Path(_GENERATIONS) / generation.name
    if not (link.is_symlink() and link.readlink() == target):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return link


def _open_to_readers(stage: Path) -> None:
    """Give all files the rights that the umask leaves: tantivy makes some for their owner alone."""
    mode = stat.S_IMODE((stage / _MANIFEST).stat().st_mode)
    for path in stage.rglob("*"):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) != mode:
            with suppress(PermissionError):  # linked, and another user's: as readable as before
                path.chmod(mode)
