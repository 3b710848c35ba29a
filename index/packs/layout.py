"""What a pack is: a directory with the parts of one archive, and pack.json that says what is in it.

``cat PARTS | zstd -d | tar x`` reads it, too: every part is whole frames of zstd, all together one
tar of ordinary files, each behind one header. Knows nothing of where packs come from or go to.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from pinakes.index.errors import BadPack, UnknownFormat
from pinakes.index.generations import SEALED, can_be_called
from pinakes.index.types import FORMAT_VERSION, Manifest
from pinakes.ingest.files import read_text

__all__ = [
    "BLOCK",
    "LONGEST_NAME",
    "PACK",
    "PACK_VERSION",
    "SUMS",
    "PackRecord",
    "PartRecord",
    "archive_length",
    "archive_places",
    "bytes_in_archive",
    "pack_digest",
    "read_pack",
]

# The sums, in the form of sha256sum, are written last.
PACK, SUMS = "pack.json", "pack.sha256"
PACK_VERSION = 1
# Of a tar: headers and contents begin at multiples of it. A longer name would take a second header.
BLOCK, LONGEST_NAME = 512, 100
_END_BLOCKS = 2
# Names of files in a generation: no component is . or .., and none is empty.
_COMPONENT = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+"
_SAFE = re.compile(rf"(?![.-]){_COMPONENT}(?:/{_COMPONENT})*", re.ASCII)

_GENERATION = re.compile(r"\d{8}-\d{1,9}", re.ASCII)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PartRecord(_Record):
    """A file of the pack; ``start``: at which byte of the archive its content begins."""

    name: str
    size: NonNegativeInt
    sha256: str
    start: NonNegativeInt


class PackRecord(_Record):
    """What a pack says of itself.

    ``manifest``: of the generation as it is unpacked. ``carried``: which of its files are in the
    pack, in their order; the others have to be at hand where it is unpacked, by their SHA-256.
    ``against``: what they are known to be in.
    """

    pack_version: int
    created: str
    manifest: Manifest
    carried: list[str]
    against: str | None
    parts: list[PartRecord]


def read_pack(directory: Path) -> PackRecord:
    """What is in the pack at ``directory``, as pack.json says it; no part is read.

    Raises BadPack, also for a record that no pack would have, and UnknownFormat.
    """
    path = directory / PACK
    content, sums = _read(path), _read(directory / SUMS).split("\n")
    if f"{hashlib.sha256(content.encode()).hexdigest()}  {PACK}" not in sums:
        raise BadPack(f"{path} is not what {SUMS} says; fetch both again")
    try:
        values = json.loads(content)
        versions = values["pack_version"], values["manifest"]["format_version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadPack(f"{path} is no record of a pack") from None
    if versions != (PACK_VERSION, FORMAT_VERSION):
        raise UnknownFormat(
            f"{directory} is a pack of format {versions[0]}.{versions[1]}, this Pinakes reads "
            f"{PACK_VERSION}.{FORMAT_VERSION}; ask for one that this version has made"
        )
    try:
        pack = PackRecord.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadPack(f"{path}: {where}: {first['msg']}") from None
    for what in _faults(pack):
        raise BadPack(f"{path} {what}; no pack has such a record, and nothing was unpacked")
    return pack


def pack_digest(directory: Path) -> str:
    """The SHA-256 of pack.json, by which two people can tell that they have the same pack."""
    return hashlib.sha256((directory / PACK).read_bytes()).hexdigest()


def archive_places(pack: PackRecord) -> Iterator[tuple[str, int, int]]:
    """Of each carried file its name, and where in the archive its header begins and it ends."""
    place = 0
    for name in pack.carried:
        end = place + bytes_in_archive(pack.manifest.files[name].size)
        yield name, place, end
        place = end


def archive_length(pack: PackRecord) -> int:
    """Bytes of the whole archive, its end included."""
    sizes = (pack.manifest.files[name].size for name in pack.carried)
    return sum(map(bytes_in_archive, sizes)) + _END_BLOCKS * BLOCK


def bytes_in_archive(size: int) -> int:
    """What a file of this size takes in a tar: its header, and its content in whole blocks."""
    return BLOCK + -(-size // BLOCK) * BLOCK


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except OSError as error:
        raise BadPack(
            f"{path} cannot be read ({error.strerror}); name a pack's directory"
        ) from None
    except UnicodeDecodeError:
        raise BadPack(f"{path} is no text; fetch it again") from None


def _faults(pack: PackRecord) -> Iterator[str]:
    """What would lead out of a directory, or does not add up."""
    files, collection = pack.manifest.files, pack.manifest.collection
    if not can_be_called(collection) or not _GENERATION.fullmatch(pack.manifest.generation):
        yield f"is of {collection[:80]!r}, {pack.manifest.generation[:80]!r}"
    for name in (*files, *pack.carried, *(part.name for part in pack.parts)):
        if not _SAFE.fullmatch(name) or len(name) > LONGEST_NAME:
            yield f"names {name[:200]!r}"
    for name in pack.carried:
        if name not in files:
            yield f"carries {name!r}, which its manifest does not list"
    if any(record.size < 0 for record in files.values()) or {*files} & {*SEALED}:
        yield "lists files that cannot be"
    inner = {parent.as_posix() for name in files for parent in PurePosixPath(name).parents}
    if inner & {*files}:
        yield "lists a file that others lie in"
    if len({*pack.carried}) < len(pack.carried):
        yield "carries a file twice"
    starts = [part.start for part in pack.parts]
    if starts[:1] != [0] or starts != sorted({*starts}) or starts[-1] >= archive_length(pack):
        yield "has parts that do not follow each other"
    if any("/" in part.name for part in pack.parts):
        yield "has parts in other directories"
