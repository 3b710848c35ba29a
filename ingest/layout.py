"""How a page's text is laid out: what each line is, cells in rows, links, formulas, code, pictures.

All of it are slices of the text, in code points; the text itself says nothing of it. Headings are
not here: sections have them. Kept packed, a few bytes for a line that is no paragraph and three for
a link: which page a link leads to stands among the document's links, by its number. A picture is
kept by its path in the source.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import zstandard

from pinakes.ingest.packed_numbers import (
    NumberReader,
    packed_numbers,
    packed_words,
    unzigzag,
    zigzag,
)
from pinakes.ingest.types import Link

__all__ = [
    "CODE",
    "FORMULA",
    "Cell",
    "Layout",
    "LayoutLine",
    "LineKind",
    "PackedLine",
    "Picture",
    "Span",
    "SpanKind",
    "is_picture",
    "link_titles",
    "pack_layout",
    "picture_span",
    "unpack_layout",
]

# item: of a list, its bullet or number written out. indent: after a colon, as replies and
# definitions are. term: what a definition defines. row: of a table. code and quote: a line of one.
LineKind = Literal["paragraph", "item", "indent", "term", "row", "caption", "code", "quote"]
SpanKind = Literal["link", "formula", "code"]
_KINDS: tuple[LineKind, ...] = get_args(LineKind)
_CODES = {kind: number for number, kind in enumerate(_KINDS)}
# A layout without pictures is of the version that earlier programs read, too.
_VERSION, _VERSION_WITH_PICTURES = 1, 2
_BETWEEN = "; "
_JOINT = ": "
# Bits of a cell.
_HEADER, _REPEATED, _NAME = 1, 2, 4
_DEEPEST = 15
# What a span is, where it is no link: those have their number.
FORMULA, CODE = -1, -2
_OTHER_SPANS = 2
# Below these, pictures by their numbers on the page; nothing of the text is theirs.
_FIRST_PICTURE = -3
_LEVEL = 9
_STREAMS = 4


class Cell(NamedTuple):
    """A cell of a row: its label from ``start`` to ``value``, then what it holds, to ``end``.

    ``column`` counts from 0; ``columns``: how many it covers. ``repeated``: it stands in the row
    above and reaches into this one. ``is_name``: its label is a heading of the row.
    """

    start: int
    value: int
    end: int
    column: int
    columns: int
    is_header: bool = False
    repeated: bool = False
    is_name: bool = False


class LayoutLine(NamedTuple):
    """A line of the text; ``level``: how deep it is indented, from 1, where the text is not."""

    kind: LineKind
    start: int
    end: int
    level: int = 0
    cells: tuple[Cell, ...] = ()


class Span(NamedTuple):
    """A piece of a line. A link leads to the page ``target``, perhaps to a ``fragment`` of it."""

    kind: SpanKind
    start: int
    end: int
    target: str = ""
    fragment: str = ""


class Picture(NamedTuple):
    """A picture that stands in the text before the letter ``at``, or behind the last one.

    ``path``: what its source calls it. ``alternative``: what it shows, in words; "" where nobody
    says. ``width``, ``height``: in pixels of a page, 0 where they are not told.
    """

    path: str
    alternative: str = ""
    width: int = 0
    height: int = 0
    at: int = 0


def picture_span(number: int) -> int:
    """What a span is at whose beginning the picture of this number stands."""
    return _FIRST_PICTURE - number


def is_picture(what: int) -> bool:
    """Whether a span is a picture, not words."""
    return what <= _FIRST_PICTURE


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a page that are no plain paragraphs, in order, and the spans in its lines.

    Nothing overlaps: lines do not, nor cells, nor spans; a span lies inside one line. ``pictures``:
    in the order of the text.
    """

    lines: tuple[LayoutLine, ...]
    spans: tuple[Span, ...]
    pictures: tuple[Picture, ...] = ()


def link_titles(layout: Layout | None) -> list[str]:
    """The titles that the links of a page name, each once."""
    spans = layout.spans if layout else ()
    return list(dict.fromkeys(span.target for span in spans if span.kind == "link"))


class PackedLine(NamedTuple):
    """A line to be packed. ``spans``: start, end and a link's number, FORMULA, CODE or a picture.

    All but ``start`` counts from there.
    """

    start: int
    text: str
    kind: LineKind = "paragraph"
    level: int = 0
    cells: Sequence[Cell] = ()
    spans: Sequence[tuple[int, int, int]] = ()


def pack_layout(
    text: str,
    lines: Iterable[PackedLine],
    fragments: dict[int, str],
    pictures: Sequence[Picture] = (),
) -> bytes:
    """The layout of ``text`` as bytes; none if all of it is plain paragraphs without links.

    ``lines``: in order, those that are more. ``fragments``: of links, ``pictures``: by number.
    """
    runs: list[int] = []
    rows: list[int] = []
    spans: list[int] = []
    run: list[int] = []  # gap, kind and count of the lines that are like the last one
    line_number = line_start = run_end = 0
    span_end = last_link = 0
    told: dict[int, str] = {}
    placed: dict[int, int] = {}  # of pictures where they stand; in cells that are repeated, once
    for line in lines:
        begin = line.start
        for start, end, what in line.spans:
            if is_picture(what):
                placed.setdefault(_FIRST_PICTURE - what, begin + start)
                continue
            gap = begin + start - span_end
            if gap < 0:
                continue
            span_end = begin + end
            if what < 0:
                spans += (gap, end - start, what + _OTHER_SPANS)
                continue
            step = what - last_link - 1  # 0: the next link
            spans += (gap, end - start, _OTHER_SPANS + (zigzag(step) if step else 0))
            last_link = what
            if what in fragments:
                told[what] = fragments[what]
        if line.kind == "paragraph":
            continue
        line_number += text.count("\n", line_start, line.start)
        line_start = line.start
        count = line.text.count("\n") + 1
        code = _CODES[line.kind] | min(line.level, _DEEPEST) << 3
        if run and run[1] == code and line_number == run_end:
            run[2] += count
        else:
            runs += run
            run = [line_number - run_end, code, count]
        run_end = line_number + count
        if line.kind == "row":
            rows += _cell_numbers(line)
    runs += run
    if not runs and not spans and not placed:
        return b""
    names = b"".join(
        packed_numbers((number,)) + packed_words(name) for number, name in told.items()
    )
    streams = [*map(packed_numbers, (runs, rows, spans)), names]
    if placed:
        streams.append(_packed_pictures(placed, pictures))
    version = _VERSION_WITH_PICTURES if placed else _VERSION
    head = packed_numbers((version, *map(len, streams)))
    return zstandard.compress(head + b"".join(streams), _LEVEL)


def _packed_pictures(placed: dict[int, int], pictures: Sequence[Picture]) -> bytes:
    """Of each where it stands behind the one before, its size, its path and what it shows."""
    packed = bytearray()
    last = 0
    for number, at in sorted(placed.items(), key=lambda place: (place[1], place[0])):
        picture = pictures[number]
        packed += packed_numbers((at - last, picture.width, picture.height))
        packed += packed_words(picture.path) + packed_words(picture.alternative)
        last = at
    return bytes(packed)


def _cell_numbers(line: PackedLine) -> list[int]:
    """Of each cell how it is told: where it ends follows from the signs between cells."""
    numbers = [len(line.cells)]
    column = 0
    for cell in line.cells:
        bits = cell.is_header * _HEADER | cell.repeated * _REPEATED | cell.is_name * _NAME
        inside = line.text.count(_BETWEEN, cell.start, cell.end)
        numbers += (cell.column - column, cell.columns, cell.value - cell.start, inside, bits)
        column = cell.column + cell.columns
    return numbers


def unpack_layout(packed: bytes, text: str, links: Sequence[Link]) -> Layout:
    """The layout of ``text``, whose links are these.

    Raises ValueError when it is not of this one, or of another version than this program's.
    """
    if not packed:
        return Layout((), ())
    try:
        reader = NumberReader(zstandard.decompress(packed))
        version = reader.number()
        if version not in (_VERSION, _VERSION_WITH_PICTURES):
            raise ValueError(
                f"a layout of version {version}: this program reads {_VERSION_WITH_PICTURES}"
            )
        count = _STREAMS + (version == _VERSION_WITH_PICTURES)
        lengths = [reader.number() for _ in range(count)]
        runs, rows, spans, names, *more = (NumberReader(reader.raw(length)) for length in lengths)
        lines = tuple(_lines(text, runs, rows))
        fragments = dict(_fragments(names))
        found = tuple(_spans(spans, len(text), links, fragments))
        pictures = tuple(_pictures(more[0], len(text))) if more else ()
    except (IndexError, UnicodeDecodeError, zstandard.ZstdError) as error:
        raise ValueError(f"a layout that is not of this text ({error})") from None
    return Layout(lines, found, pictures)


def _lines(text: str, runs: NumberReader, rows: NumberReader) -> Iterator[LayoutLine]:
    at = 0
    while not runs.is_done:
        gap, code, count = runs.number(), runs.number(), runs.number()
        for _ in range(gap):
            at = _after_newline(text, at)
        kind, level = _KINDS[code & 7], code >> 3
        for _ in range(count):
            newline = text.find("\n", at)
            end = len(text) if newline < 0 else newline
            cells = tuple(_cells(text, at, end, rows)) if kind == "row" else ()
            yield LayoutLine(kind, at, end, level, cells)
            at = end + 1


def _after_newline(text: str, at: int) -> int:
    newline = text.find("\n", at)
    if newline < 0:
        raise IndexError
    return newline + 1


def _cells(text: str, start: int, end: int, rows: NumberReader) -> Iterator[Cell]:
    count = rows.number()
    column = 0
    for number in range(count):
        gap, columns, label, inside, bits = (rows.number() for _ in range(5))
        column += gap
        stop = start - len(_BETWEEN)
        for _ in range(inside + 1):
            stop = text.find(_BETWEEN, stop + len(_BETWEEN), end)
            if stop < 0:
                break
        if number == count - 1:
            stop = end
        if stop < start + label:
            raise IndexError
        flags = (bool(bits & bit) for bit in (_HEADER, _REPEATED, _NAME))
        yield Cell(start, start + label, stop, column, columns, *flags)
        start = stop + len(_BETWEEN)
        column += columns


def _fragments(names: NumberReader) -> Iterator[tuple[int, str]]:
    while not names.is_done:
        number = names.number()
        yield number, names.words()


def _spans(
    spans: NumberReader, length: int, links: Sequence[Link], fragments: dict[int, str]
) -> Iterator[Span]:
    end = last_link = 0
    while not spans.is_done:
        start = end + spans.number()
        end = start + spans.number()
        what = spans.number()
        if end > length:
            raise IndexError
        if what < _OTHER_SPANS:
            yield Span("code" if what - _OTHER_SPANS == CODE else "formula", start, end)
            continue
        last_link += 1 + unzigzag(what - _OTHER_SPANS)
        if not 0 <= last_link < len(links):
            raise IndexError
        yield Span("link", start, end, links[last_link].target, fragments.get(last_link, ""))


def _pictures(packed: NumberReader, length: int) -> Iterator[Picture]:
    at = 0
    while not packed.is_done:
        at += packed.number()
        if at > length:
            raise IndexError
        width, height = packed.number(), packed.number()
        yield Picture(packed.words(), packed.words(), width, height, at)
