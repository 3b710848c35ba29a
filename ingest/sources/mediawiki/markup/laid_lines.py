"""What the lines of a page are, found while they are made, and their layout when all are there.

Rows of tables and quotations are marked at the beginning of their line, once all else is rendered:
no step that weighs signs against each other sees marks between words. Links go along by their
places. The text is the same whether a layout is wanted or not.
"""

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from pinakes.ingest.layout import CODE, Cell, LineKind, PackedLine
from pinakes.ingest.sources.mediawiki.markup.located import (
    LONGEST_ANCHOR,
    Located,
    Part,
    Place,
    moved,
)
from pinakes.ingest.types import Link, Section

__all__ = [
    "KEPT",
    "KEPT_MARK",
    "QUOTE",
    "QUOTE_END",
    "ROW_START",
    "KeptText",
    "LaidLine",
    "PageMarks",
    "kept_mark",
    "placed_lines",
    "with_kept",
    "with_links",
    "with_places",
    "without_block_marks",
]

ROW_START, _ROW_END = "\ue00c", "\ue00d"
# Stand for text that is hidden from parsing, by its number, until lines are done.
KEPT, _KEPT_END = "\ue000", "\ue001"
KEPT_MARK = re.compile(f"{KEPT}(\\d+){_KEPT_END}")
QUOTE, QUOTE_END = "\ue00e", "\ue00f"
_ROW_MARK = re.compile(f"{ROW_START}(\\d+){_ROW_END}")
_BLOCK_MARKS = re.compile(f"{ROW_START}\\d+{_ROW_END}|[{QUOTE}{QUOTE_END}]")
# A mark before these would hide what the line is to MediaWiki: a heading, a box.
_NOT_MARKED = ("=", "\ue007")
_BETWEEN, _JOINT = "; ", ": "
# So far behind a link of a box its next one may stand: a few facts.
_FARTHEST = 400
_BLANK_LINES = re.compile(r"\n\n\n+")


def kept_mark(number: int) -> str:
    """The mark that stands for the kept text of this number until the lines are done."""
    return f"{KEPT}{number}{_KEPT_END}"


class KeptText(NamedTuple):
    """Text hidden from parsing, and what it is: FORMULA, CODE, or None for mere text."""

    text: str
    what: int | None = None


class LaidLine(str):
    """A line that is no plain paragraph, or has spans: start, end, and what ``PackedLine`` says."""

    __slots__ = ("cells", "kind", "level", "spans")
    kind: LineKind
    level: int
    cells: Sequence[Cell]
    spans: Sequence[tuple[int, int, int]]

    def __new__(
        cls,
        text: str,
        kind: LineKind = "paragraph",
        level: int = 0,
        cells: Sequence[Cell] = (),
        spans: Sequence[tuple[int, int, int]] = (),
    ) -> "LaidLine":
        """The line as it is kept."""
        made = str.__new__(cls, text)
        made.kind, made.level, made.cells, made.spans = kind, level, cells, spans
        return made


def with_places(line: str, places: Sequence[Place]) -> str:
    """The line with these spans beside those that it has."""
    if not places:
        return line
    if not isinstance(line, LaidLine):
        return LaidLine(line, spans=places)
    return LaidLine(line, line.kind, line.level, line.cells, sorted([*line.spans, *places]))


@dataclass(slots=True)
class PageMarks:
    """What is known of a page's text beside it, on its way to lines.

    ``links``: by number. ``wanted``: whether there is to be a layout; nothing is known without.
    ``places``: where links stand in the text, as it is now.
    """

    links: Sequence[Link]
    wanted: bool = True
    places: Sequence[Place] = ()
    rows: list[tuple[Part, ...]] = field(default_factory=list)
    quoted: int = 0

    def marked(self, text: str) -> str:
        """``text`` with marks before its rows and around its quotations; takes its places over."""
        if not isinstance(text, Located):
            return text
        if not self.wanted:
            return str(text)
        self.places = text.places
        return self._with_marks(text) if text.blocks else str(text)

    def _with_marks(self, text: Located) -> str:
        pieces: list[str] = []
        places: list[Place] = []
        at = first = added = 0
        for start, end, parts in text.blocks:
            if text.startswith(_NOT_MARKED, start) or start < at:
                continue
            if parts is None:
                mark, mark_end = QUOTE, QUOTE_END
            else:
                mark, mark_end = f"{ROW_START}{len(self.rows)}{_ROW_END}", ""
                self.rows.append(parts)
            pieces += (text[at:start], mark, text[start:end], mark_end)
            for border, length in ((start, len(mark)), (end, len(mark_end))):
                last = bisect_left(text.places, (border,), first)
                inside = text.places[first:last]
                places += [(begin + added, stop + added, link) for begin, stop, link in inside]
                first, added = last, added + length
            at = end
        inside = text.places[first:]
        self.places = places + [(begin + added, stop + added, link) for begin, stop, link in inside]
        return "".join([*pieces, text[at:]])

    def follow(self, old: str, new: str) -> None:
        """A step has made ``new`` of the text."""
        if self.places:
            self.places = moved(old, self.places, new, self.links)

    def shift(self, added: Sequence[tuple[int, int]]) -> None:
        """A step has added so many letters to the text before these places, in their order."""
        places: list[Place] = []
        shift = first = 0
        for border, letters in (*added, (sys.maxsize, 0)):
            last = bisect_left(self.places, (border,), first)
            places += [(at + shift, end + shift, link) for at, end, link in self.places[first:last]]
            first, shift = last, shift + letters
        self.places = places

    def unmarked(self, line: str) -> tuple[str, tuple[Part, ...] | None, bool]:
        """A line without its marks; the parts of its row; whether it is in a quotation."""
        parts = None
        if ROW_START in line and (mark := _ROW_MARK.match(line)):
            parts = self.rows[int(mark[1])]
            line = line[mark.end() :]
        if QUOTE not in line and QUOTE_END not in line:
            return line, parts, self.quoted > 0
        self.quoted += line.count(QUOTE)
        is_quoted = self.quoted > 0
        self.quoted = max(0, self.quoted - line.count(QUOTE_END))
        return line.replace(QUOTE, "").replace(QUOTE_END, ""), parts, is_quoted

    def lines(self, text: str) -> Iterator[tuple[str, Sequence[Place]]]:
        """The lines of ``text``, each with the links that begin in it, by their places there."""
        if not self.places:
            yield from ((line, ()) for line in text.split("\n"))
            return
        places, first = self.places, 0
        following = places[0][0]
        at = 0
        for line in text.split("\n"):
            end = at + len(line)
            links: list[Place] = []
            while following < end:
                start, stop, number = places[first]
                if stop <= end:  # over more than a line only broken markup links
                    links.append((start - at, stop - at, number))
                first += 1
                following = places[first][0] if first < len(places) else len(text)
            yield line, links
            at = end + 1

    def laid(
        self,
        words: str,
        written: str,
        links: Sequence[Place],
        kept: Sequence[tuple[int, int, int]],
        kind: LineKind,
        level: int = 0,
        parts: Sequence[Part] | None = None,
    ) -> str:
        """A line as it is kept, ``words``, with what is known of it as it was written.

        ``kept``: where its formulas and code stand in ``words``.
        """
        cells: Sequence[Cell] = ()
        if parts and kind == "paragraph" and "\n" not in words:
            kind, cells = "row", cells_of(words, parts)
        spans = [
            (start, end, number)
            for start, end, number in moved(written, links, words, self.links)
            if words[start:end][:LONGEST_ANCHOR] == self.links[number].anchor
        ]
        if kind == "paragraph" and [(0, len(words), CODE)] == kept:
            kind = "code"
        elif kept:
            spans = sorted([*spans, *kept])
        if kind == "paragraph" and not spans:
            return words
        return LaidLine(words, kind, level, cells, spans)


def without_block_marks(text: str) -> str:
    """``text`` without the marks of rows and quotations that ``marked`` has put there."""
    return _BLOCK_MARKS.sub("", text) if ROW_START in text or QUOTE in text else text


def cells_of(line: str, parts: Sequence[Part]) -> list[Cell]:
    """The cells of a row's line, which was made of ``parts``; none if they cannot be told."""
    counts = [part.label.count(_BETWEEN) + part.text.count(_BETWEEN) for part in parts]
    if line.count(_BETWEEN) != sum(counts) + len(parts) - 1:
        return []
    cells: list[Cell] = []
    pieces = line.split(_BETWEEN)
    start = first = 0
    for part, count in zip(parts, counts, strict=True):
        told = pieces[first : first + count + 1]
        end = start + sum(map(len, told)) + len(_BETWEEN) * count
        label = len(part.label) + len(_JOINT) if part.label else 0
        if label and not line.startswith(_JOINT, start + label - len(_JOINT)):
            joint = line.find(_JOINT, start, end)  # the label had markup in it
            label = joint + len(_JOINT) - start if joint >= 0 else 0
        value = min(start + label, end)
        cells.append(Cell(start, value, end, *part[:2], *part[4:]))
        start = end + len(_BETWEEN)
        first += count + 1
    return cells


def with_kept(marked: str, kept: Sequence[KeptText]) -> tuple[str, list[tuple[int, int, int]]]:
    """The line with its kept texts in the places of their marks, and where formulas and code are.

    ``kept``: all those of the page, by number.
    """
    parts: list[str] = []
    spans: list[tuple[int, int, int]] = []
    length = told = 0
    for mark in KEPT_MARK.finditer(marked):
        text, what = kept[int(mark[1])]
        before = marked[told : mark.start()]
        start, told = length + len(before), mark.end()
        length = start + len(text)
        parts += (before, text)
        if text and what is not None:
            spans.append((start, length, what))
    return "".join([*parts, marked[told:]]), spans


def with_links(
    facts: Sequence[str], links: Sequence[Link], blocks: Sequence[tuple[object, Sequence[str]]]
) -> list[str]:
    """The facts of a page's boxes, with the links that none of the ``blocks`` has, in order.

    A link stands in one of the next few facts behind the one before it, or in none.
    """
    placed = {
        what
        for _, lines in blocks
        for line in lines
        if isinstance(line, LaidLine)
        for _, _, what in line.spans
    }
    text = "\n".join(facts)
    starts = [0, *accumulate(len(fact) + 1 for fact in facts)]
    spans: list[list[tuple[int, int, int]]] = [[] for _ in facts]
    at = 0
    for number, link in enumerate(links):
        words = link.anchor
        if number in placed or not words:
            continue
        start = text.find(words, at, at + _FARTHEST)
        if start >= 0:
            at = start + len(words)
            fact = bisect_right(starts, start) - 1
            begin = starts[fact]
            spans[fact].append((start - begin, at - begin, number))
    return [
        LaidLine(fact, spans=inside) if inside else fact
        for fact, inside in zip(facts, spans, strict=True)
    ]


def placed_lines(
    blocks: Sequence[tuple[tuple[str, ...], list[str]]], text: str, sections: Sequence[Section]
) -> Iterator[PackedLine]:
    """The laid lines of ``blocks`` where they stand in the text that was assembled of them."""
    remaining = iter(sections)
    for _, lines in blocks:
        if not any(line.strip() for line in lines):
            continue
        at = next(remaining).start
        for line in lines:
            if not line:
                continue
            words = _BLANK_LINES.sub("\n\n", line.strip("\n")) if "\n" in line else line
            while text.startswith("\n", at):
                at += 1
            if not text.startswith(words, at):
                break
            if isinstance(line, LaidLine) and (words is line or line.kind == "code"):
                spans = line.spans if words is line else ()
                yield PackedLine(at, words, line.kind, line.level, line.cells, spans)
            at += len(words)
