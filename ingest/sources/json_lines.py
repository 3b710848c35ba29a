"""Files of JSON lines, packed or not, as a source: cut into units, and read line by line.

What dumps of search indexes and of HTML come in. Knows nothing of what the lines say.
"""

import json
import re
import tarfile
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Self

from pinakes.ingest.errors import IngestError, NotADump, TruncatedDump
from pinakes.ingest.sources.base import IsKnown, Source, SourceIdentity, Unit
from pinakes.ingest.sources.file_state import FileState, digest_pieces, state_of
from pinakes.ingest.sources.mediawiki.files.archives import archive_format, check_end, read_pieces
from pinakes.ingest.sources.mediawiki.types import Piece
from pinakes.ingest.sources.named_files import checked_file
from pinakes.ingest.types import Damage, Entry, TrailingBytes

__all__ = [
    "JsonLinesSource",
    "LinesUnit",
    "day_of_calendar",
    "number_of",
    "object_of",
    "text_of",
]

# Of a file as it lies on disk, and of lines where that is what is counted.
_UNIT_BYTES, _LINES_BYTES = 2 << 20, 8 << 20
# The longest pages have some ten megabytes as HTML and wikitext together.
_LONGEST_LINE = 64 << 20
_END = b"}"
_CHUNK = 1 << 20
_LARGEST_ID = (1 << 63) - 1
_NAME = re.compile(r"\.(nd)?json(\.(bz2|gz|zst|tar\.gz))?$", re.IGNORECASE)
_BROKEN_TAR = (tarfile.TarError, EOFError, OSError, zlib.error)


_Line = bytes | Damage | TrailingBytes


@dataclass(frozen=True, slots=True)
class LinesUnit(Unit):
    """Bytes ``start`` to ``end`` of a file; its lines are those behind the first line's end there.

    Where a file cannot be entered in the middle, ``lines`` are the unit's, read already.
    """

    start: int
    end: int
    lines: tuple[_Line, ...] | None = None


@dataclass(frozen=True, slots=True)
class JsonLinesSource(Source):
    """The records in these files, each of one line, or of a head and the line that follows.

    ``parts``: in the order of their names; ``part_states``: of each.
    """

    parts: tuple[Path, ...]
    part_states: tuple[FileState, ...]
    about: SourceIdentity

    @classmethod
    @abstractmethod
    def is_first(cls, line: bytes) -> bool:
        """Whether files of this kind begin with such a line."""

    @classmethod
    @abstractmethod
    def is_named(cls, name: str) -> bool:
        """Whether a file of this name is to be of this kind, whatever is in it."""

    @classmethod
    @abstractmethod
    def identify(cls, parts: Sequence[Path], lines: Sequence[bytes]) -> SourceIdentity:
        """What the names of the files, and the first two lines, tell. Raises IngestError."""

    @abstractmethod
    def entries(self, line: bytes, head: bytes, is_known: IsKnown) -> Iterator[Entry]:
        """What becomes of a record: its page, and the redirects to it."""

    @property
    def is_head(self) -> Callable[[bytes], bool] | None:
        """What tells whether a line's record goes on in the next one; None: none does."""
        return None

    @classmethod
    def takes(cls, paths: Sequence[Path]) -> bool:
        """Whether the first of the files begins as those of this kind do, or is named so."""
        try:
            parts = _parts_of(paths)
            if not parts or cls.is_named(parts[0].name):
                return bool(parts)
            return cls.is_first(_first_lines(parts[0])[0])
        except (IngestError, OSError, IndexError):
            return False

    @classmethod
    def open(cls, paths: Sequence[Path]) -> Self:
        """The source of these files, or of those in a directory. Raises IngestError."""
        parts = tuple(dict.fromkeys(checked_file(path) for path in _parts_of(paths)))
        for one, other in pairwise(sorted(part.name for part in parts)):
            if one == other:
                raise IngestError(f"two files named {one}; name one of them")
        states = tuple(map(state_of, parts))
        for part in parts:
            check_end(part, _END)
        lines = _first_lines(parts[0])
        if not any(lines):
            raise NotADump(f"{parts[0]}: an archive without a line in it; fetch it again")
        if not cls.is_first(lines[0]):
            raise NotADump(f"{parts[0]}: its first line is none of a dump of this name")
        return cls(parts, states, cls.identify(parts, lines))

    @property
    def identity(self) -> SourceIdentity:
        """What the first page and the names of the files say."""
        return self.about

    @property
    def files(self) -> tuple[Path, ...]:
        """The files in the order of their names."""
        return self.parts

    @property
    def states(self) -> tuple[FileState, ...]:
        """Their states."""
        return self.part_states

    def units(self) -> Iterator[LinesUnit]:
        """Runs of bytes of one file each."""
        number = 0
        for part, state in zip(self.parts, self.part_states, strict=True):
            for unit in self._units_of(part, state.size):
                yield replace(unit, number=number)
                number += 1

    def sample(self, count: int) -> Sequence[LinesUnit]:
        """About ``count`` units; of a file that cannot be entered in the middle only the first."""
        spread = range(0, len(self.parts), -(-len(self.parts) // count))
        if not all(map(_can_be_entered, self.parts)):
            return [next(self._units_of(self.parts[n], self.part_states[n].size)) for n in spread]
        units = list(self.units())
        step = -(-len(units) // count)
        return units[(step - 1) // 2 :: step]

    def digest(self, unit: LinesUnit) -> bytes:
        """The digests of the pieces that begin in the unit's bytes."""
        return digest_pieces(unit.file, unit.start, unit.end)

    def read(self, unit: LinesUnit) -> Iterator[Entry]:
        """What became of every record of ``unit``, in order."""
        return self.read_changed(unit, lambda _key, _made_from: False)

    def read_changed(self, unit: LinesUnit, is_known: IsKnown) -> Iterator[Entry]:
        """The same, but pages that are known are not read."""
        head, is_head = b"", self.is_head
        for line in unit.lines if unit.lines is not None else _lines_of(unit, is_head):
            if not isinstance(line, bytes):
                yield line
            elif is_head is not None and is_head(line):
                head = line
            elif line.strip():
                yield from self.entries(line, head, is_known)
                head = b""

    def _units_of(self, part: Path, size: int) -> Iterator[LinesUnit]:
        if _can_be_entered(part):
            for start in range(0, size, _UNIT_BYTES):
                end = min(start + _UNIT_BYTES, size)
                yield LinesUnit(0, part, end - start, start, end)
            return
        start = length = 0
        lines: list[_Line] = []
        is_head, is_owed = self.is_head, False
        for position, line in _cut(_unpacked(part)):
            if length >= _LINES_BYTES and not is_owed:
                yield LinesUnit(0, part, position - start, start, position, tuple(lines))
                start, lines, length = position, [], 0
            lines.append(line)
            if isinstance(line, bytes):
                length += len(line)
                is_owed = is_head is not None and is_head(line)
        yield LinesUnit(0, part, size - start, start, size, tuple(lines))


def number_of(value: Any) -> int:
    """The number of a page or revision, also where it is written as text.

    Raises ValueError and TypeError for what is none: a store could not hold it either.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError("a number is missing")
    number = int(value)
    if not 0 < number <= _LARGEST_ID:
        raise ValueError(f"{number} is out of range")
    return number


def text_of(value: Any) -> str:
    """Raises TypeError for what is no text."""
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def object_of(line: bytes) -> dict[str, Any]:
    """What a line says. Raises ValueError, and TypeError where it is no object."""
    try:
        found = json.loads(line)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def day_of_calendar(digits: str) -> str | None:
    """The YYYYMMDD of a file's name; None where it is no day."""
    try:
        date.fromisoformat(digits)
    except ValueError:
        return None
    return digits


def _lines_of(unit: LinesUnit, is_head: Callable[[bytes], bool] | None) -> Iterator[_Line]:
    """The lines of a unit of a file that can be entered in the middle.

    A unit's are those behind an end of line that lies in it; so none needs to know how the bytes
    before it end. The second line of a record belongs to its head.
    """
    is_first, is_owed = unit.start > 0, False
    for behind, line in _cut(read_pieces(unit.file, unit.start, _END), skips=is_first):
        if behind >= unit.end and not is_owed:
            return
        is_begun = is_first and is_head is not None and isinstance(line, bytes)
        is_first = False
        is_owed = is_head is not None and isinstance(line, bytes) and is_head(line)
        if is_owed or not is_begun:
            yield line


def _cut(pieces: Iterator[Piece], *, skips: bool = False) -> Iterator[tuple[int, _Line]]:
    """Lines, each with the offset of the piece in which the line before it ends.

    ``skips``: what stands before the first end of a line is none. Damage costs the line it is in.
    """
    behind = length = 0
    begun: list[bytes] = []
    for piece in pieces:
        if piece.error is not None:
            yield piece.offset, Damage(piece.offset, piece.error)
            begun, length, skips = [], 0, True
            continue
        if piece.ignored:
            yield piece.offset, TrailingBytes(piece.ignored)
            continue
        *ends, rest = piece.data.split(b"\n")
        for end in ends:
            if not skips:
                yield behind, b"".join((*begun, end))
            begun, length, skips, behind = [], 0, False, piece.offset
        length += len(rest)
        if length > _LONGEST_LINE and not skips:
            yield behind, Damage(piece.offset, f"a line of more than {_LONGEST_LINE >> 20} MiB")
            begun, skips = [], True
        if rest and not skips:
            begun.append(rest)
    if begun:
        yield behind, b"".join(begun)


def _unpacked(part: Path) -> Iterator[Piece]:
    """The content of a file from its beginning, without the headers of tar."""
    if not _is_tar(part):
        yield from read_pieces(part, 0, _END)
        return
    try:
        with part.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|*") as archive:
            offset = 0
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                while file is not None and (data := file.read(_CHUNK)):
                    yield Piece(offset, data)
                    offset = raw.tell()
                if file is not None:
                    yield Piece(offset, b"\n")
    except _BROKEN_TAR as error:
        raise TruncatedDump(
            f"{part}: the file breaks off or is damaged ({error}); compare its checksum and fetch "
            "it again"
        ) from None


def _is_tar(part: Path) -> bool:
    """Whether there is a tar archive in a file: by its own mark, 257 bytes from the start.

    One without a file in it is zeros.
    """
    if archive_format(part) in ("bz2", "plain"):
        return False
    begin = next((piece.data for piece in read_pieces(part, 0, _END)), b"")
    return begin[257:262] == b"ustar" or (begin != b"" and not begin.strip(b"\0"))


def _can_be_entered(part: Path) -> bool:
    return archive_format(part) in ("bz2", "plain")


def _parts_of(paths: Sequence[Path]) -> list[Path]:
    """The files, or those that are called like JSON lines in the directories, by their names."""
    parts: list[Path] = []
    for path in paths:
        if path.is_dir():
            parts += sorted(entry for entry in path.iterdir() if _NAME.search(entry.name))
        else:
            parts.append(path)
    return parts


def _first_lines(part: Path) -> tuple[bytes, ...]:
    """The first two lines of a file. Raises IngestError where it cannot be read."""
    checked = checked_file(part)
    return _read_first_lines(checked, state_of(checked))


@lru_cache(16)
def _read_first_lines(part: Path, state: FileState) -> tuple[bytes, ...]:
    del state
    lines = (line for _, line in _cut(_unpacked(part)) if isinstance(line, bytes))
    return tuple(islice(lines, 2))
