"""Find the parts of a dump, check that they are one, and split them into work units.

A work unit is a run of bytes of one part that can be read on its own. Knows file names and
multistream indexes; reads XML only as far as the header.
"""

import re
import xml.etree.ElementTree as ElementTree
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.archives import open_archive
from ingest.errors import DumpNotFound, EmptyDump, IngestError, NotADump
from ingest.types import SiteInfo

__all__ = ["Dump", "WorkUnit", "find_dump", "plan_units"]

# Small enough that progress shows every second or two, large enough that starting costs nothing.
UNIT_BYTES = 1024 * 1024
_HEADER_LIMIT = 1024 * 1024

# <name>-<date>-pages-articles…, <name>-<date>-p1p4500.xml.bz2 and their like.
_NAME = re.compile(
    r"^(?P<name>.+?)(?=-\d{8}\b|-latest\b|-pages-|-p\d+p\d+|\.xml|\.bz2|\.gz|\.zst|$)"
    r"(?:-(?P<date>\d{8})\b)?"
)
_PART = re.compile(r"\.xml(-p\d+p\d+)?(\.(bz2|gz|zst|7z))?$", re.IGNORECASE)
_INDEX = re.compile(r"-index\d*\.txt(-p\d+p\d+)?(\.bz2)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dump:
    """The parts of one dump in reading order, and the wiki they come from.

    ``date`` is YYYYMMDD from the file names, or None where they carry none.
    """

    name: str
    date: str | None
    parts: tuple[Path, ...]
    site: SiteInfo


@dataclass(frozen=True, slots=True)
class WorkUnit:
    """Bytes ``start`` to ``end`` of one part (compressed offsets); ``end`` None: to its end."""

    number: int
    part: Path
    start: int
    end: int | None
    byte_count: int


def find_dump(paths: Sequence[Path]) -> Dump:
    """The dump made of these files, or of the dump files in these directories.

    Raises DumpNotFound, NotADump or IngestError when the files belong to different wikis.
    """
    parts = tuple(dict.fromkeys(part.resolve() for path in paths for part in _parts_of(path)))
    if not parts:
        raise DumpNotFound("no dump file given")
    sites = [read_site_info(part) for part in parts]
    names = [_NAME.match(part.name) for part in parts]
    wikis = {match["name"].lower() for match in names if match}
    if len(wikis) > 1:
        raise IngestError(
            f"files of different wikis: {', '.join(sorted(wikis))}; build one collection at a time"
        )
    dates = {match["date"] for match in names if match and match["date"]}
    if len(dates) > 1:
        raise IngestError(f"files of different dumps: {', '.join(sorted(dates))}; name one date")
    kinds = {_kind(part.name) for part in parts}
    if len(kinds) > 1 or (len(parts) > 1 and not any("#" in kind for kind in kinds)):
        some = ", ".join(sorted(part.name for part in parts)[:4])
        raise IngestError(
            f"several dumps of the same pages: {some}; name one of them, or all parts of one"
        )
    name = re.sub(r"[^a-z0-9_-]+", "-", wikis.pop()).strip("-") or "wiki"
    return Dump(name=name, date=next(iter(dates), None), parts=parts, site=sites[0])


def _kind(name: str) -> str:
    """What a file holds, by its name; "#" where it is one part of several: pages-articles#."""
    match = _NAME.match(name)
    kind, _, ending = name[match.end() if match else 0 :].partition(".xml")
    bare = re.sub(r"\d*(-p\d+p\d+)?$", "", kind)
    return bare + "#" if bare != kind or ending.startswith("-p") else kind


def _parts_of(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return (path,)
    found = [
        entry
        for entry in path.iterdir()
        if _PART.search(entry.name) and not _INDEX.search(entry.name)
    ]
    if not found:
        raise DumpNotFound(f"{path}: no dump file (*.xml, *.xml.bz2, …) in this directory")
    return sorted(found, key=_part_order)


def _part_order(path: Path) -> tuple[object, ...]:
    """Numbers in the name sort as numbers: part 2 comes before part 10."""
    return tuple(
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece)
        for piece in re.split(r"(\d+)", path.name)
    )


def plan_units(dump: Dump, unit_bytes: int = UNIT_BYTES) -> Iterator[WorkUnit]:
    """Split every part: at the streams of its multistream index, or not at all.

    The split depends on the files only, so that an interrupted build finds its units again.
    """
    number = 0
    for part in dump.parts:
        size = part.stat().st_size
        cuts = _cuts(_stream_offsets(part), size, unit_bytes)
        for start, end in zip(cuts, [*cuts[1:], None], strict=True):
            yield WorkUnit(number, part, start, end, (size if end is None else end) - start)
            number += 1


def _cuts(offsets: Sequence[int], size: int, unit_bytes: int) -> list[int]:
    """The first offset, then from each the last one that is not ``unit_bytes`` further."""
    if not offsets:
        return [0]
    cuts = [offsets[0]]
    while size - cuts[-1] > unit_bytes:
        following = bisect_left(offsets, cuts[-1] + unit_bytes)
        step = offsets[min(following, len(offsets) - 1)]
        if step <= cuts[-1]:
            break
        cuts.append(step)
    return cuts


def _stream_offsets(part: Path) -> list[int]:
    """Offsets of the page streams of a multistream part, ascending; none without an index."""
    index = next((path for path in _index_names(part) if path.is_file()), None)
    if index is None:
        return []
    offsets: set[int] = set()
    rest = b""
    with open_archive(index) as file:
        while chunk := file.read(1024 * 1024):
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            offsets.update(_offset(line, index) for line in lines if line)
    if rest:
        offsets.add(_offset(rest, index))
    ordered = sorted(offsets)
    if ordered and ordered[-1] >= part.stat().st_size:
        raise NotADump(f"{index}: names offsets beyond the end of {part.name}; fetch both again")
    return ordered


def _index_names(part: Path) -> Iterator[Path]:
    name = part.name
    for suffix in (".xml.bz2", ".xml"):
        stem, found, tail = name.partition(suffix)
        if found and not tail:
            yield part.with_name(f"{stem}-index.txt.bz2")
            yield part.with_name(f"{stem}-index.txt")
    if match := re.fullmatch(r"(.+-multistream)(\d+)\.xml(-p\d+p\d+)\.bz2", name):
        yield part.with_name(f"{match[1]}-index{match[2]}.txt{match[3]}.bz2")


def _offset(line: bytes, index: Path) -> int:
    number = line.split(b":", 1)[0]
    if not number.isdigit():
        raise NotADump(f"{index}: not a multistream index (a line begins {line[:40]!r})")
    return int(number)


def read_site_info(part: Path) -> SiteInfo:
    """The wiki named in the header of ``part``; exports without siteinfo get plain defaults.

    Raises NotADump when the file does not begin like a MediaWiki export, EmptyDump when it ends
    before the first page.
    """
    header = b""
    with open_archive(part) as file:
        while b"<page>" not in header and b"</mediawiki>" not in header:
            chunk = file.read(64 * 1024)
            header += chunk
            if b"<mediawiki" not in header[: 64 * 1024] or len(header) > _HEADER_LIMIT:
                raise NotADump(
                    f"{part}: {'not a MediaWiki XML export' if header else 'the file is empty'}; "
                    "take a dump such as …-pages-articles.xml.bz2"
                )
            if not chunk:
                break
    if b"<page>" not in header:
        raise EmptyDump(f"{part}: the export holds no page; take another dump")
    return _parse_header(part, header[: header.index(b"<page>")])


def _parse_header(part: Path, header: bytes) -> SiteInfo:
    try:
        root = ElementTree.fromstring(header + b"</mediawiki>")  # noqa: S314 (expat >= 2.4)
    except ElementTree.ParseError as error:
        raise NotADump(f"{part}: its header is not well-formed ({error})") from None
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    texts: dict[str, str] = {}
    namespaces: list[tuple[int, str]] = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "namespace":
            key = element.get("key", "")
            if not re.fullmatch(r"-?\d{1,6}", key):
                raise NotADump(f"{part}: its header has a namespace numbered {key[:40]!r}")
            namespaces.append((int(key), element.text or ""))
        else:
            texts[tag] = (element.text or "").strip()
    match = re.match(r"([a-z_]+)wiki", part.name)
    database = texts.get("dbname") or (match.group() if match else "")
    if not language:
        language = database.removesuffix("wiki") or "en"
    return SiteInfo(
        database=database,
        name=texts.get("sitename", ""),
        base_url=texts.get("base", ""),
        language=language,
        namespaces=tuple(namespaces),
    )
