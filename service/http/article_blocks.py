"""An article cut into blocks for the reader page: headings, lines, and the highlight in them.

The heading above an infobox's facts is the program's own, and is not shown.

Pure functions; the HTML is the template's. Every block shows stored text, none of it changed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Literal

from pinakes.index.types import StoredPage
from pinakes.ingest.types import INFOBOX_HEADING

__all__ = ["Block", "Piece", "page_blocks"]

Kind = Literal["heading", "text", "item", "fact", "row"]

_ITEM = re.compile(r"(?P<indent> *)(?:-|\d+\.) ")
# "Name: value", in an infobox once and in the row of a table once for each cell.
_LABEL = re.compile(r"(?:^|(?<=; ))[^:;]{1,40}: ")


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line: ``marked`` inside the highlight, ``first`` where that begins.

    ``label``: the name of the value that follows it.
    """

    text: str
    marked: bool = False
    label: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the article; ``level`` is a heading's (2 to 6) or a list item's depth (from 1).

    ``anchor``: a heading's own on the page; none is like a name that the page itself has.
    """

    kind: Kind
    level: int
    pieces: tuple[Piece, ...]
    anchor: str = ""

    @property
    def text(self) -> str:
        """All of its pieces."""
        return "".join(piece.text for piece in self.pieces)


def page_blocks(page: StoredPage, highlight: tuple[int, int] | None) -> Iterator[Block]:
    """The page line by line; ``highlight`` is a slice of its text in code points."""
    low, high = (max(0, at) for at in highlight or (0, 0))
    lit = False
    anchors: Counter[str] = Counter()
    for kind, level, start, line in _lines(page):
        labels = [match.span() for match in _LABEL.finditer(line)]
        if kind == "text" and len(labels) > 1 and labels[0][0] == 0:
            kind = "row"
        shown = labels if kind == "row" else labels[:1] if kind == "fact" else []
        pieces = []
        for piece in _pieces(line, (low - start, high - start), shown):
            first = piece.marked and not lit
            lit = lit or first
            pieces.append(Piece(piece.text, piece.marked, piece.label, first))
        anchor = _anchor(line, anchors) if kind == "heading" else ""
        yield Block(kind, level, tuple(pieces), anchor)


def _lines(page: StoredPage) -> Iterator[tuple[Kind, int, int, str]]:
    """Kind, level, offset and text of every heading and of every line that is not empty."""
    path: tuple[str, ...] = ()
    for section in page.sections:
        if section.heading_path != (INFOBOX_HEADING,):
            yield from _headings(path, section.heading_path, section.start)
        path = section.heading_path
        start = section.start
        for line in page.text[section.start : section.end].split("\n"):
            item = _ITEM.match(line)
            if path == (INFOBOX_HEADING,):
                yield "fact", 0, start, line
            elif item:
                yield "item", 1 + len(item["indent"]) // 2, start, line
            elif line.strip():
                yield "text", 0, start, line
            start += len(line) + 1


def _anchor(heading: str, taken: Counter[str]) -> str:
    """The heading with underscores; of several that are alike, those behind the first numbered."""
    name = "_".join(["", *heading.split()])
    taken[name.casefold()] += 1
    number = taken[name.casefold()]
    return name if number == 1 else f"{name}_{number}"


def _headings(
    before: tuple[str, ...], path: tuple[str, ...], start: int
) -> Iterator[tuple[Kind, int, int, str]]:
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
        yield "heading", min(depth + 2, 6), end - len(heading), heading


def _pieces(
    line: str, highlight: tuple[int, int], labels: list[tuple[int, int]]
) -> Iterator[Piece]:
    """The line cut where the highlight or a label begins or ends."""
    low, high = (min(max(at, 0), len(line)) for at in highlight)
    edges = {0, len(line), *(edge for label in labels for edge in label)}
    if low < high:
        edges |= {low, high}
    for start, end in pairwise(sorted(edges)):
        yield Piece(
            line[start:end],
            marked=low <= start < high,
            label=any(first <= start < last for first, last in labels),
        )
