"""An article cut into blocks for the reader page: headings, lines, tables, pictures, the highlight.

What lines are is told by the page's layout; where none was kept, it is guessed from the text. The
heading above an infobox's facts is the program's own, and is not shown.

Pure functions; the HTML is the template's. Every block shows stored text, none of it changed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Literal, NamedTuple

from pinakes.index.types import StoredPage
from pinakes.ingest.layout import Cell, Layout, LayoutLine, Picture, Span
from pinakes.ingest.types import INFOBOX_HEADING
from pinakes.service.http.line_pieces import Cutter, Piece

__all__ = ["Block", "TableCell", "heading_anchor", "opening", "page_blocks"]

Kind = Literal[
    "heading", "text", "item", "fact", "row", "table", "indent", "term", "caption", "quote", "code",
    "figure",
]  # fmt: skip

_ITEM = re.compile(r"(?P<indent> *)(?:-|\d+\.) ")
_BULLET = re.compile(" *- ")
# "Name: value", in an infobox once and in the row of a table once for each cell.
_COLON = ": "
_LABEL = re.compile(rf"(?:^|(?<=; ))[^:;]{{1,40}}{_COLON}")
_NO_LAYOUT = Layout((), ())
# A picture no higher and wider, in pixels, stands in its line.
_OF_A_LINE = 60
# Around these lines pictures stand on their own.
_PARTED = frozenset(("text", "caption", "quote", "indent", "term", "row"))


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell: ``pieces``, after those of the text that the table tells otherwise: its label.

    ``empty``: columns before it without a cell. ``is_name``: the label is a heading of the row.
    """

    before: tuple[Piece, ...]
    pieces: tuple[Piece, ...]
    empty: int
    columns: int
    is_header: bool
    is_name: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the article, a piece of code, or a table.

    ``level``: a heading's (2 to 6), or how deep an item or indented line is (from 1). ``anchor``: a
    heading's or table's own on the page; none is like a name that the page itself has. ``opens``,
    ``closes``: lists that begin before an item and end behind it. ``head``: a table's headings by
    column. ``left_out``: how many of its rows are not shown. ``pictures``: of a figure, whose
    pieces are its caption. ``goes_on``: text in the line right below other text, which is no
    paragraph of its own.
    """

    kind: Kind
    level: int
    pieces: tuple[Piece, ...] = ()
    anchor: str = ""
    opens: int = 0
    closes: int = 0
    head: tuple[str, ...] = ()
    rows: tuple[tuple[TableCell, ...], ...] = ()
    left_out: int = 0
    pictures: tuple[Picture, ...] = ()
    goes_on: bool = False

    @property
    def text(self) -> str:
        """All of its pieces."""
        cells = (cell for row in self.rows for cell in row)
        pieces = [*self.pieces, *(piece for cell in cells for piece in cell.before + cell.pieces)]
        return "".join(piece.text for piece in pieces)


class _Line(NamedTuple):
    kind: Kind
    level: int
    start: int
    text: str
    cells: Sequence[Cell] = ()


def page_blocks(
    page: StoredPage,
    highlight: tuple[int, int] | None,
    layout: Layout | None = None,
    address_of: Callable[[Span], str] = lambda _link: "",
    most_rows: int | None = None,
) -> Iterator[Block]:
    """The page line by line; ``highlight`` is a slice of its text in code points.

    ``address_of``: where a link leads; "" shows it as text. ``most_rows``: of each table so many
    are shown, and what is highlighted of the others; None: all.
    """
    known = layout or _NO_LAYOUT
    cutter = Cutter(highlight or (0, 0), known.spans, address_of, known.pictures)
    lines = _lines(page, {line.start: line for line in known.lines} if layout else None)
    yield from _nested(_blocks(lines, cutter, _Table(most_rows), guesses_rows=layout is None))


def opening(blocks: Sequence[Block]) -> tuple[Sequence[Block], Sequence[Block], Sequence[Block]]:
    """The facts of the infobox, the lead that stands before them, and all behind; [] where none."""
    places = [place for place, block in enumerate(blocks) if block.kind == "fact"]
    if not places:
        return [], [], blocks
    first, last = places[0], places[-1] + 1
    return blocks[first:last], blocks[:first], blocks[last:]


def _blocks(
    lines: Iterable[_Line], cutter: Cutter, table: "_Table", *, guesses_rows: bool
) -> Iterator[Block]:
    anchors: Counter[str] = Counter()
    text_end = -2  # of the line before, if that was text
    for line in lines:
        kind, level, start, text, cells = line
        goes_on = kind == "text" and start == text_end + 1
        text_end = start + len(text) if kind == "text" else -2
        if not (cells and table.takes(line)):
            yield from table.ended()
        if cells:
            table.add(line, cutter)
            continue
        labels = [match.span() for match in _LABEL.finditer(text)]
        if guesses_rows and kind == "text" and len(labels) > 1 and labels[0][0] == 0:
            kind = "row"
        shown = labels if kind == "row" else []
        if kind == "item" and (bullet := _BULLET.match(text)):
            shown = [bullet.span()]
        if kind == "fact" and labels:
            start_of, end_of = labels[0]
            shown = [(start_of, end_of - len(_COLON)), (end_of - len(_COLON), end_of)]
        is_heading = kind == "heading"
        pieces = cutter.pieces(start, text, shown, is_line=True, has_pictures=not is_heading)
        anchor = _numbered(heading_anchor(text), anchors) if is_heading else ""
        yield from _parted(Block(kind, level, pieces, anchor, goes_on=goes_on))
    yield from table.ended()


def _parted(block: Block) -> Iterator[Block]:
    """The block, and the pictures before and behind it as figures; a caption is part of its own."""
    pieces = block.pieces
    if block.kind not in _PARTED or not any(piece.picture for piece in pieces):
        yield block
        return
    before = [piece.picture for piece in takewhile(_is_figure, pieces) if piece.picture]
    rest = pieces[len(before) :]
    behind = [piece.picture for piece in takewhile(_is_figure, reversed(rest)) if piece.picture]
    rest = rest[: len(rest) - len(behind)]
    if block.kind == "caption" and before:
        yield Block("figure", 0, rest, pictures=tuple(before))
    else:
        if before:
            yield Block("figure", 0, pictures=tuple(before))
        yield replace(block, pieces=rest)
    if behind:
        yield Block("figure", 0, pictures=tuple(reversed(behind)))


def _is_figure(piece: Piece) -> bool:
    """Whether it is a picture that is larger than a line, as far as that is known."""
    picture = piece.picture
    return picture is not None and not 0 < max(picture.width, picture.height) <= _OF_A_LINE


@dataclass(slots=True)
class _Table:
    """Rows that follow each other under the same headings; of many, the first ones.

    ``number``: how many tables there were before.
    """

    most: int | None
    number: int = 0
    left_out: int = 0
    head: dict[int, str] = field(default_factory=dict)
    rows: list[tuple[TableCell, ...]] = field(default_factory=list)
    end: int = -1

    def takes(self, line: _Line) -> bool:
        labels = self._labels(line)
        is_next = line.start == self.end + 1
        return is_next and all(self.head.get(at, label) == label for at, label in labels.items())

    def add(self, line: _Line, cutter: Cutter) -> None:
        self.head |= self._labels(line)
        self.end = line.start + len(line.text)
        is_full = self.most is not None and len(self.rows) >= self.most
        if is_full and not cutter.marks(line.start, self.end):
            self.left_out += 1
            cutter.pictures_to(self.end)
            return
        row: list[TableCell] = []
        told, column = line.start, 0  # so far
        for cell in line.cells:
            label = line.text[told - line.start : cell.value - line.start]
            words = line.text[cell.value - line.start : cell.end - line.start]
            name = [(0, len(label))] if label else []
            before = cutter.pieces(told, label, name, has_pictures=False)
            at = cell.column - cell.is_name
            row.append(
                TableCell(
                    before,
                    cutter.pieces(cell.value, words),
                    at - column,
                    cell.columns,
                    cell.is_header,
                    cell.is_name,
                )
            )
            told, column = cell.end, cell.column + cell.columns
        self.rows.append(tuple(row))

    def ended(self) -> Iterator[Block]:
        if self.rows:
            width = max(self.head, default=-1) + 1
            head = tuple(self.head.get(column, "") for column in range(width))
            self.number += 1
            yield Block(
                "table",
                0,
                anchor=f"table-{self.number}",
                head=head,
                rows=tuple(self.rows),
                left_out=self.left_out,
            )
        self.head, self.rows, self.end, self.left_out = {}, [], -1, 0

    def _labels(self, line: _Line) -> dict[int, str]:
        return {
            cell.column: line.text[cell.start - line.start : cell.value - line.start].rstrip(": ")
            for cell in line.cells
            if cell.columns == 1 and cell.value > cell.start and not cell.is_name
        }


def _nested(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; items say which lists begin and end with them."""
    before: Block | None = None
    depth = 0
    for block in blocks:
        level = block.level if block.kind == "item" else 0
        if before is not None:
            yield replace(before, closes=max(0, depth - level))
            before = None
        if level:
            before = replace(block, opens=max(0, level - depth))
        else:
            yield block
        depth = level
    if before is not None:
        yield replace(before, closes=depth)


def _lines(page: StoredPage, laid: dict[int, LayoutLine] | None) -> Iterator[_Line]:
    """Kind, level, offset and text of every heading and of every line that is not empty.

    ``laid``: by their offsets, the lines of which the layout says what they are. Code is one line.
    """
    path: tuple[str, ...] = ()
    code: _Line | None = None
    for section in page.sections:
        if section.heading_path != (INFOBOX_HEADING,):
            if code:
                yield code
                code = None
            yield from _headings(path, section.heading_path, section.start)
        path = section.heading_path
        start = section.start
        for text in page.text[section.start : section.end].split("\n"):
            line = _line(path, start, text, laid)
            if code and line and line.kind == "code" and code.start + len(code.text) + 1 == start:
                code = code._replace(text=f"{code.text}\n{text}")
            else:
                if code:
                    yield code
                code = line if line and line.kind == "code" else None
                if line and not code:
                    yield line
            start += len(text) + 1
    if code:
        yield code


def _line(
    path: tuple[str, ...], start: int, text: str, laid: dict[int, LayoutLine] | None
) -> _Line | None:
    item = _ITEM.match(text)
    known = laid.get(start) if laid else None
    if path == (INFOBOX_HEADING,):
        return _Line("fact", 0, start, text)
    if item and (laid is None or (known and known.kind == "item")):
        return _Line("item", 1 + len(item["indent"]) // 2, start, text)
    if known and known.kind == "row" and known.cells:
        return _Line("row", 0, start, text, known.cells)
    if known and known.kind in ("indent", "term", "caption", "quote", "code"):
        return _Line(known.kind, known.level, start, text)
    return _Line("text", 0, start, text) if text.strip() else None


def heading_anchor(heading: str) -> str:
    """What the heading is called in addresses, where no other on its page is like it."""
    return "_".join(["", *heading.split()])


def _numbered(name: str, taken: Counter[str]) -> str:
    """The name; of several that are alike, those behind the first numbered."""
    taken[name.casefold()] += 1
    number = taken[name.casefold()]
    return name if number == 1 else f"{name}_{number}"


def _headings(before: tuple[str, ...], path: tuple[str, ...], start: int) -> Iterator[_Line]:
    """The headings that ``path`` adds; only its last one stands in the text, above ``start``.

    Those above it belong to sections without text, which are not stored; they lie nowhere.
    """
    last = len(path) - 1
    shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, path, strict=False))
    )
    for depth in range(max(0, min(shared, last)), len(path)):
        heading = path[depth]
        end = start - 1 if depth == last else -1
        yield _Line("heading", min(depth + 2, 6), end - len(heading), heading)
