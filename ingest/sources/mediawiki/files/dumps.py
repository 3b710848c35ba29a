"""Find the parts of a dump, check that they are one, and split them into work units.

A work unit is a run of bytes of one part that can be read on its own. Knows file names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from glob import glob
from itertools import pairwise
from pathlib import Path

from pinakes.ingest.errors import DumpNotFound, IngestError
from pinakes.ingest.sources.base import Unit, collection_name
from pinakes.ingest.sources.file_state import FileState, state_of
from pinakes.ingest.sources.mediawiki.files.archives import archive_format, check_end, read_pieces
from pinakes.ingest.sources.mediawiki.types import Piece, SiteInfo
from pinakes.ingest.sources.mediawiki.xml.page_xml import CutPage, cut_pages
from pinakes.ingest.sources.mediawiki.xml.site_info import read_site_info
from pinakes.ingest.sources.named_files import checked_file

__all__ = [
    "Dump",
    "PartName",
    "WorkUnit",
    "find_dump",
    "holds_dump",
    "part_name",
    "part_order",
    "plan_units",
    "sample_units",
]

# Small enough that progress shows every second or two and that small dumps keep all cores busy;
# large enough that reading on to the end of the last page, a block of bz2, weighs little.
_UNIT_BYTES, _LEAST_UNIT_BYTES, _LEAST_UNITS = 2 << 20, 256 << 10, 16
# Of XML, where that is what is counted.
_XML_UNIT_BYTES = 8 << 20
# What a page that is set aside weighs in a unit.
_ITEM_BYTES = 1 << 10

# <name>-<date>-pages-articles…, <name>-<date>-p1p4500.xml.bz2 and their like. A part of one page
# may be called p7p7 or p7, one of some revisions of it p7r1r500.
_DATE = r"\d{8}\b|\d{4}-\d\d-\d\d\b"
_NAME = re.compile(
    rf"^(?P<name>.+?)(?=-(?:{_DATE})|-latest\b|-pages-|-p\d+[pr]\d+|\.xml|\.bz2|\.gz|\.zst|\.7z|$)"
    rf"(?:-(?P<date>{_DATE}))?",
    re.DOTALL,
)
_PART = re.compile(r"\.xml(-p\d+p\d+)?(\.(bz2|gz|zst|7z))?$", re.IGNORECASE)
# Packed, or called as dumps are: what else ends with .xml may be anything.
_NAME_OF_DUMP = re.compile(rf"\.(?:bz2|gz|zst|7z)$|-(?:{_DATE})\b|-pages-", re.IGNORECASE)
_EXPORT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<mediawiki\b")
_PAGE_RANGE = r"\d*(-p\d+([pr]\d+)*)?$"


@dataclass(frozen=True, slots=True)
class Dump:
    """The parts of one dump in reading order, and the wiki they come from.

    ``date`` is YYYYMMDD from the file names, or None where they carry no day of the calendar.
    ``states``: of each part, before anything in it was read.
    """

    name: str
    date: str | None
    parts: tuple[Path, ...]
    site: SiteInfo
    states: tuple[FileState, ...]

    @property
    def byte_count(self) -> int:
        """Bytes of all parts, as they lie on disk."""
        return sum(state.size for state in self.states)


@dataclass(frozen=True, slots=True)
class PartName:
    """What the name of a part says: its wiki, its date (YYYYMMDD), and which pages it holds.

    ``kind``: "-pages-articles", or nothing where only pages are given. ``is_range``: it holds a
    range of them; parts of one dump are the same in all of this.
    """

    wiki: str
    date: str | None
    kind: str
    is_range: bool


@dataclass(frozen=True, slots=True)
class WorkUnit(Unit):
    """Bytes ``start`` to ``end`` of one part, as it lies on disk.

    Where a file cannot be entered in the middle, ``items`` are the unit's pages, cut already.
    """

    start: int
    end: int
    items: tuple[CutPage, ...] | None = None


def find_dump(paths: Sequence[Path]) -> Dump:
    """The dump made of these files, or of the dump files in these directories or patterns.

    Raises DumpNotFound, NotADump, TruncatedDump or IngestError when the files belong to different
    wikis.
    """
    parts = tuple(dict.fromkeys(checked_file(part) for path in paths for part in _parts_of(path)))
    if not parts:
        raise DumpNotFound("no dump file given")
    states = tuple(state_of(part) for part in parts)
    if len({part.name for part in parts}) < len(parts):
        name = next(a for a, b in pairwise(sorted(part.name for part in parts)) if a == b)
        raise IngestError(f"two files named {name}; name one of them")
    sites = [read_site_info(part) for part in parts]
    names = [_NAME.match(part.name) for part in parts]
    wikis = {match["name"].lower() for match in names if match}
    if len(wikis) > 1:
        raise IngestError(
            f"files of different wikis: {', '.join(sorted(wikis))}; build one collection at a time"
        )
    dates = {match["date"].replace("-", "") for match in names if match and match["date"]}
    if len(dates) > 1:
        raise IngestError(f"files of different dumps: {', '.join(sorted(dates))}; name one date")
    kinds = {_kind(part.name) for part in parts}
    if len(kinds) > 1 or (len(parts) > 1 and not any("#" in kind for kind in kinds)):
        some = ", ".join(sorted(part.name for part in parts)[:4])
        raise IngestError(
            f"several dumps of the same pages: {some}; name one of them, or all parts of one"
        )
    for part in parts:
        check_end(part)
    name = _wiki(min(wikis, default=""))
    day = next((day for day in dates if _is_day(day)), None)
    return Dump(name=name, date=day, parts=parts, site=sites[0], states=states)


def part_name(path: Path) -> PartName | None:
    """What the name of a dump's part says; None where it is not called like one."""
    match = _NAME.match(path.name)
    if match is None or not _PART.search(path.name):
        return None
    digits = (match["date"] or "").replace("-", "")
    date = digits if _is_day(digits) else None
    kind = _kind(path.name)
    return PartName(_wiki(match["name"]), date, kind.removesuffix("#"), kind.endswith("#"))


def _wiki(name: str) -> str:
    return collection_name(name, "wiki")


def _is_day(digits: str) -> bool:
    """Whether these are a day of the calendar, as YYYYMMDD: 20269999 is none."""
    try:
        date.fromisoformat(digits)
    except ValueError:
        return False
    return True


def _kind(name: str) -> str:
    """What a file holds, by its name; "#" where it is one part of several: pages-articles#."""
    match = _NAME.match(name)
    kind, _, ending = name[match.end() if match else 0 :].partition(".xml")
    bare = re.sub(_PAGE_RANGE, "", kind)
    return bare + "#" if bare != kind or ending.startswith("-p") else kind


def _parts_of(path: Path) -> Iterable[Path]:
    try:
        if path.is_dir():
            found = [entry for entry in path.iterdir() if _is_dump(entry)]
            if not found:
                raise DumpNotFound(
                    f"{path}: no dump file (*.xml, *.xml.bz2, …) in this directory, and no text "
                    "that can be read (Markdown, HTML, PDF, …)"
                )
        elif re.search(r"[*?[]", path.name) and not path.exists():
            found = _matching(path)
            if not found:
                raise DumpNotFound(f"{path}: no file has such a name")
        else:
            found = [path]
    except OSError as error:
        raise DumpNotFound(f"{path}: cannot be read ({error.strerror})") from None
    return sorted(found, key=part_order)


def _matching(path: Path) -> list[Path]:
    """The files that the pattern ``path`` means; a directory that is there is no pattern."""
    if path.parent.is_dir():
        return [path.parent / name for name in glob(path.name, root_dir=path.parent)]
    return [Path(name) for name in glob(str(path))]


def _is_dump(path: Path) -> bool:
    """Whether a file in a directory is part of a dump: by its name, else by its first bytes."""
    if not path.is_file():
        return False
    if _PART.search(path.name):
        return True
    if not path.stat().st_size:  # /proc and its like, where reading may wait for ever
        return False
    try:
        return archive_format(path) != "7z" and bool(_EXPORT.match(_first_bytes(path)))
    except IngestError:
        return False


def holds_dump(directory: Path) -> bool:
    """Whether a directory has a dump in it, among whatever else: not any file of XML is one."""
    try:
        return any(_is_surely_dump(entry) for entry in directory.iterdir() if _is_dump(entry))
    except OSError:
        return False


def _is_surely_dump(path: Path) -> bool:
    if _NAME_OF_DUMP.search(path.name):
        return True
    try:
        return bool(_EXPORT.match(_first_bytes(path)))
    except IngestError:
        return False


def part_order(path: Path) -> tuple[object, ...]:
    """What parts are sorted by: numbers in a name as numbers, so that part 2 is before part 10."""
    return tuple(
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece)
        for piece in re.split(r"(\d+)", path.name)
    )


def plan_units(dump: Dump, unit_bytes: int | None = None) -> Iterator[WorkUnit]:
    """Split every part into units of about ``unit_bytes`` as it lies on disk.

    The split depends on the files only, so that an interrupted build finds its units again. A
    file that cannot be entered in the middle is decompressed here, page by page.
    """
    if unit_bytes is None:
        share = dump.byte_count // _LEAST_UNITS
        unit_bytes = min(max(share, _LEAST_UNIT_BYTES), _UNIT_BYTES)
    number = 0
    for part, state in zip(dump.parts, dump.states, strict=True):
        kind = archive_format(part)
        if kind == "bz2":
            units = _units_of_file(part, state.size, unit_bytes, number)
        elif kind == "plain":
            units = _units_of_file(part, state.size, _XML_UNIT_BYTES, number)
        else:
            units = _units_of_stream(part, state.size, number)
        for unit in units:
            yield unit
            number = unit.number + 1


def sample_units(dump: Dump, count: int) -> list[WorkUnit]:
    """About ``count`` units, evenly spread over the dump.

    Of a part that cannot be entered in the middle only the first can be had.
    """
    parts = dump.parts
    if any(archive_format(part) not in ("bz2", "plain") for part in parts):
        spread = range(0, len(parts), -(-len(parts) // count))
        alone = (replace(dump, parts=(parts[n],), states=(dump.states[n],)) for n in spread)
        return [next(plan_units(part)) for part in alone]
    units = list(plan_units(dump))
    step = -(-len(units) // count)
    return units[(step - 1) // 2 :: step]


def _units_of_file(part: Path, size: int, unit_bytes: int, number: int) -> Iterator[WorkUnit]:
    for place, start in enumerate(range(0, size, unit_bytes)):
        end = min(start + unit_bytes, size)
        yield WorkUnit(number + place, part, end - start, start, end)


def _units_of_stream(part: Path, size: int, number: int) -> Iterator[WorkUnit]:
    """Units that carry their pages, from a file that can only be read from its beginning."""
    position = start = 0

    def counted(pieces: Iterator[Piece]) -> Iterator[Piece]:
        nonlocal position
        for piece in pieces:
            position = max(position, piece.offset)
            yield piece

    items: list[CutPage] = []
    length = 0
    for item in cut_pages(counted(read_pieces(part))):
        items.append(item)
        length += len(item) if isinstance(item, bytes) else _ITEM_BYTES
        if length >= _XML_UNIT_BYTES:
            yield WorkUnit(number, part, position - start, start, position, tuple(items))
            number, start, items, length = number + 1, position, [], 0
    yield WorkUnit(number, part, size - start, start, size, tuple(items))


def _first_bytes(part: Path) -> bytes:
    return next((piece.data for piece in read_pieces(part)), b"")[: 64 * 1024]
