"""Where a collection lies on disk, and how a generation becomes the current one.

A generation is a directory that never changes once its manifest is there. ``current`` is a
symlink, swapped by one rename. Whoever reads a generation holds a shared lock on it, and nobody
removes what is held.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from index.errors import BuildInProgress, DamagedGeneration, NoCollection, UnknownFormat
from index.types import FORMAT_VERSION, FileRecord, Manifest
from ingest.files import sync_directory, write_whole

__all__ = [
    "GenerationLock",
    "building_directory",
    "collection_names",
    "current_generation",
    "hold_collection",
    "hold_generation",
    "next_name",
    "publish",
    "read_manifest",
    "record_files",
    "remove_superseded",
    "timestamp",
]

_MANIFEST = "manifest.json"
_KEPT_DUMPS = 2
_NAME = re.compile(r"^(\d{8})-(\d+)$")


def collection_names(data: Path) -> list[str]:
    """Names of the collections in the data directory that have a generation."""
    if not data.is_dir():
        return []
    return sorted(entry.name for entry in data.iterdir() if (entry / "current").is_symlink())


def current_generation(collection: Path) -> Path:
    """The generation that ``current`` points to. Raises NoCollection when there is none."""
    link = collection / "current"
    try:
        generation = collection / os.readlink(link)
    except OSError:
        raise NoCollection(
            f"no collection at {collection}; build one with: pinakes build DUMP"
        ) from None
    if not generation.is_dir():
        raise DamagedGeneration(
            f"{link} leads to {generation.name}, which is gone; build again: pinakes build DUMP"
        )
    return generation


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a generation. Raises UnknownFormat or DamagedGeneration."""
    path = generation / _MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        version = values["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedGeneration(
            f"{path}: missing or unreadable ({error}); build again: pinakes build DUMP"
        ) from None
    if version != FORMAT_VERSION:
        try:
            files = " ".join(values["dump"]["files"])
        except (KeyError, TypeError):
            files = "DUMP"
        raise UnknownFormat(
            f"{generation.name} has format {version}, this Pinakes reads {FORMAT_VERSION}; "
            f"rebuild it with: pinakes build --force {files}"
        )
    try:
        return Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise DamagedGeneration(
            f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; "
            "build again: pinakes build --force DUMP"
        ) from None


def check_files(generation: Path, manifest: Manifest) -> None:
    """Every file there, and of the size the manifest gives. Raises DamagedGeneration."""
    for name, record in manifest.files.items():
        path = generation / name
        size = path.stat().st_size if path.is_file() else None
        if size != record.size:
            found = "is missing" if size is None else f"has {size} bytes instead of {record.size}"
            raise DamagedGeneration(f"{path} {found}; build again: pinakes build --force DUMP")


class GenerationLock:
    """A shared lock on a generation; while it is held the generation is not removed."""

    def __init__(self, generation: Path) -> None:
        self._handle = os.open(generation, os.O_RDONLY)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let the generation go; harmless when repeated."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def hold_generation(collection: Path) -> tuple[Path, GenerationLock]:
    """The current generation, locked; follows ``current`` if it moves in between."""
    while True:
        generation = current_generation(collection)
        try:
            lock = GenerationLock(generation)
        except FileNotFoundError:
            continue
        if generation.is_dir() and current_generation(collection) == generation:
            return generation, lock
        lock.release()


@contextmanager
def hold_collection(collection: Path) -> Iterator[None]:
    """The one build that may write here. Raises BuildInProgress when there is another."""
    collection.mkdir(parents=True, exist_ok=True)
    handle = os.open(collection, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildInProgress(f"another build is at work on {collection}") from None
        yield
    finally:
        os.close(handle)


def building_directory(collection: Path, key: str) -> Path:
    """Where an unfinished build of this dump keeps its work; made when missing."""
    directory = collection / "building" / key
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def next_name(collection: Path, date: str) -> str:
    """``YYYYMMDD-n`` with the first n that is above every generation of that date."""
    taken = [
        int(match[2])
        for entry in _generations(collection)
        if (match := _NAME.match(entry.name)) and match[1] == date
    ]
    return f"{date}-{max(taken, default=0) + 1}"


def timestamp() -> str:
    """The time now, UTC, to the second, as manifests give it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _generations(collection: Path) -> list[Path]:
    directory = collection / "generations"
    if not directory.is_dir():
        return []
    return sorted(entry for entry in directory.iterdir() if _NAME.match(entry.name))


def record_files(
    stage: Path, known: Mapping[str, FileRecord] | None = None
) -> dict[str, FileRecord]:
    """Size and SHA-256 of every file under ``stage``; ``known`` ones are not hashed again."""
    records = {}
    for leftover in stage.rglob("*.partial"):  # of a build that was killed while it wrote it
        leftover.unlink()
    for path in sorted(stage.rglob("*")):
        if not path.is_file() or path.name == _MANIFEST:
            continue
        name = path.relative_to(stage).as_posix()
        if known and name in known:
            records[name] = known[name]
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        records[name] = FileRecord(size=path.stat().st_size, sha256=digest)
    return records


def publish(collection: Path, stage: Path, manifest: Manifest) -> Path:
    """Make the finished directory ``stage`` the current generation; readers see all or nothing."""
    with write_whole(stage / _MANIFEST) as file:
        file.write(manifest.model_dump_json(indent=2).encode() + b"\n")
    for directory in [path for path in stage.rglob("*") if path.is_dir()]:
        sync_directory(directory)
    generation = collection / "generations" / manifest.generation
    generation.parent.mkdir(exist_ok=True)
    stage.rename(generation)
    sync_directory(generation.parent)
    link = collection / "current.new"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("generations") / manifest.generation)
    link.replace(collection / "current")
    sync_directory(collection)
    return generation


def remove_superseded(collection: Path) -> list[str]:
    """Remove what no one needs: older increments of a dump, and dumps before the last two.

    The current generation and those that some process holds stay. Returns the names removed.
    """
    for doomed in (collection / "generations").glob(".removed-*"):
        shutil.rmtree(doomed)  # a removal that was interrupted
    current = current_generation(collection).name
    newest_of_dump: dict[str, str] = {}
    for generation in _generations(collection):
        date, number = generation.name.split("-")
        best = newest_of_dump.get(date)
        if best is None or int(number) > int(best.split("-")[1]):
            newest_of_dump[date] = generation.name
    # A newer one of its dump was never published: the build was killed just before.
    newest_of_dump[current.split("-")[0]] = current
    kept = {newest_of_dump[date] for date in sorted(newest_of_dump)[-_KEPT_DUMPS:]} | {current}
    removed = []
    for generation in _generations(collection):
        if generation.name in kept:
            continue
        handle = os.open(generation, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            doomed = generation.with_name(f".removed-{generation.name}")
            generation.rename(doomed)
            shutil.rmtree(doomed)
            removed.append(generation.name)
        except BlockingIOError:
            continue  # a service still answers from it; the next build tries again
        finally:
            os.close(handle)
    return removed
