"""How a page's text is laid out: what each line is, cells in rows, links, formulas and code.

All of it are slices of the text, in code points; the text itself says nothing of it. Headings are
not here: sections have them. Kept packed, a few bytes for a line that is no paragraph and three for
a link: which page a link leads to stands among the document's links, by its number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import zstandard

from pinakes.ingest.types import Link

__all__ = [
    "CODE",
    "FORMULA",
    "Cell",
    "Layout",
    "LayoutLine",
    "LineKind",
    "PackedLine",
    "Span",
    "SpanKind",
    "link_titles",
    "pack_layout",
    "unpack_layout",
]

# item: of a list, its bullet or number written out. indent: after a colon, as replies and
# definitions are. term: what a definition defines. row: of a table. code and quote: a line of one.
LineKind = Literal["paragraph", "item", "indent", "term", "row", "caption", "code", "quote"]
SpanKind = Literal["link", "formula", "code"]
_KINDS: tuple[LineKind, ...] = get_args(LineKind)
_CODES = {kind: number for number, kind in enumerate(_KINDS)}
_VERSION = 1
_BETWEEN = "; "
_JOINT = ": "
# Bits of a cell.
_HEADER, _REPEATED, _NAME = 1, 2, 4
_DEEPEST = 15
# What a span is, where it is no link: those have their number.
FORMULA, CODE = -1, -2
_OTHER_SPANS = 2
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


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a page that are no plain paragraphs, in order, and the spans in its lines.

    Nothing overlaps: lines do not, nor cells, nor spans; a span lies inside one line.
    """

    lines: tuple[LayoutLine, ...]
    spans: tuple[Span, ...]


def link_titles(layout: Layout | None) -> list[str]:
    """The titles that the links of a page name, each once."""
    spans = layout.spans if layout else ()
    return list(dict.fromkeys(span.target for span in spans if span.kind == "link"))


class PackedLine(NamedTuple):
    """A line to be packed. ``spans``: start, end and a link's number, or FORMULA or CODE.

    All but ``start`` counts from there.
    """

    start: int
    text: str
    kind: LineKind = "paragraph"
    level: int = 0
    cells: Sequence[Cell] = ()
    spans: Sequence[tuple[int, int, int]] = ()


def pack_layout(text: str, lines: Iterable[PackedLine], fragments: dict[int, str]) -> bytes:
    """The layout of ``text`` as bytes; none if all of it is plain paragraphs without links.

    ``lines``: in order, those that are more. ``fragments``: of links, by number.
    """
    runs: list[int] = []
    rows: list[int] = []
    spans: list[int] = []
    run: list[int] = []  # gap, kind and count of the lines that are like the last one
    line_number = line_start = run_end = 0
    span_end = last_link = 0
    told: dict[int, str] = {}
    for line in lines:
        begin = line.start
        for start, end, what in line.spans:
            gap = begin + start - span_end
            if gap < 0:
                continue
            span_end = begin + end
            if what < 0:
                spans += (gap, end - start, what + _OTHER_SPANS)
                continue
            step = what - last_link - 1  # 0: the next link
            spans += (gap, end - start, _OTHER_SPANS + (_zigzag(step) if step else 0))
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
    if not runs and not spans:
        return b""
    names = b"".join(
        _encoded((number, len(encoded))) + encoded
        for number, encoded in ((number, name.encode()) for number, name in told.items())
    )
    streams = [*map(_encoded, (runs, rows, spans)), names]
    head = _encoded((_VERSION, *map(len, streams)))
    return zstandard.compress(head + b"".join(streams), _LEVEL)


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


def _encoded(numbers: Sequence[int]) -> bytes:
    """Numbers as bytes, small ones in one (LEB128)."""
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _unzigzag(number: int) -> int:
    return -(number + 1 >> 1) if number & 1 else number >> 1


class _Reader:
    """Numbers from bytes, until there are no more."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def is_done(self) -> bool:
        return self._at >= len(self._content)

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self._content[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def raw(self, length: int) -> bytes:
        self._at += length
        if self._at > len(self._content):
            raise IndexError
        return self._content[self._at - length : self._at]


def unpack_layout(packed: bytes, text: str, links: Sequence[Link]) -> Layout:
    """The layout of ``text``, whose links are these.

    Raises ValueError when it is not of this one, or of another version than this program's.
    """
    if not packed:
        return Layout((), ())
    try:
        reader = _Reader(zstandard.decompress(packed))
        if (version := reader.number()) != _VERSION:
            raise ValueError(f"a layout of version {version}: this program reads {_VERSION}")
        lengths = [reader.number() for _ in range(_STREAMS)]
        runs, rows, spans, names = (_Reader(reader.raw(length)) for length in lengths)
        lines = tuple(_lines(text, runs, rows))
        fragments = dict(_fragments(names))
        found = tuple(_spans(spans, len(text), links, fragments))
    except (IndexError, UnicodeDecodeError, zstandard.ZstdError) as error:
        raise ValueError(f"a layout that is not of this text ({error})") from None
    return Layout(lines, found)


def _lines(text: str, runs: _Reader, rows: _Reader) -> Iterator[LayoutLine]:
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


def _cells(text: str, start: int, end: int, rows: _Reader) -> Iterator[Cell]:
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


def _fragments(names: _Reader) -> Iterator[tuple[int, str]]:
    while not names.is_done:
        number = names.number()
        yield number, names.raw(names.number()).decode()


def _spans(
    spans: _Reader, length: int, links: Sequence[Link], fragments: dict[int, str]
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
        last_link += 1 + _unzigzag(what - _OTHER_SPANS)
        if not 0 <= last_link < len(links):
            raise IndexError
        yield Span("link", start, end, links[last_link].target, fragments.get(last_link, ""))
