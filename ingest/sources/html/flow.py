"""Lines that are being collected from pieces of text: of a section, a cell, a caption or a heading.

Each knows what it is and where in it links, formulas and code stand. Knows lists and where marked
words began; nothing of elements.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pinakes.ingest.characters import cleaned
from pinakes.ingest.layout import LineKind
from pinakes.ingest.sources.mediawiki.markup.laid_lines import LaidLine, with_places
from pinakes.ingest.sources.mediawiki.markup.layout import clean_line
from pinakes.ingest.sources.mediawiki.markup.located import Place, moved

__all__ = ["Flow", "Mark"]

# Spaces that are written for the eye; all others of a page's source are one space.
_SPACES = str.maketrans(dict.fromkeys("\t\n\r\f\v", " "))


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a flow: so many lines were complete, so many pieces of the next were there."""

    line: int
    piece: int


class _Span(NamedTuple):
    """Words of the line that begin with a piece; ``what``: as ``PackedLine`` has it.

    Of pictures there are none.
    """

    piece: int
    words: str
    what: int


@dataclass(slots=True)
class Flow:
    """``lists``: of each that is open the number of its last item; None where it has bullets.

    ``kinds``: what lines are that are no items, and their levels, by the elements that are open.
    """

    is_page: bool = False
    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    kinds: list[tuple[LineKind, int]] = field(default_factory=list)
    _spans: list[_Span] = field(default_factory=list)
    _pictures: list[_Span] = field(default_factory=list)
    _prefix: str = ""
    _flushed: int = 0

    def mark(self) -> Mark:
        """Where the text that follows begins."""
        return Mark(self._flushed, len(self.pieces))

    def since(self, mark: Mark) -> str:
        """What was said since on the same line, as it was written."""
        return "".join(self.pieces[mark.piece if mark.line == self._flushed else 0 :])

    def words_since(self, mark: Mark) -> str:
        """The same as it will stand in the line, but for what is tidied there."""
        return " ".join(cleaned(self.since(mark)).split())

    def replace_since(self, mark: Mark, text: str) -> None:
        """Put ``text`` in its place."""
        if mark.line == self._flushed:
            self.pieces[mark.piece :] = [text]
            self._forget_spans(mark)

    def note_span(self, mark: Mark, what: int) -> None:
        """What was said since is a link of this number, or FORMULA or CODE.

        Spans do not nest: a link goes before the code in it, others leave what stands in them.
        """
        if mark.line != self._flushed or not (words := self.words_since(mark)):
            return
        if what >= 0:
            self._forget_spans(mark)
        if not self._spans or self._spans[-1].piece < mark.piece:
            self._spans.append(_Span(mark.piece, words, what))

    def note_picture(self, what: int) -> None:
        """A picture stands here, as a span is one: in this line, or before the next one."""
        self._pictures.append(_Span(len(self.pieces), "", what))

    def take_pictures(self) -> list[int]:
        """Those that no line has followed, as spans; they are not waited for any longer."""
        pictures, self._pictures = self._pictures, []
        return [picture.what for picture in pictures]

    def settle_pictures(self) -> None:
        """Those that no line has followed stand behind the last one, if there is any."""
        for number in range(len(self.lines) - 1, -1, -1):
            if line := self.lines[number]:
                end = len(line)
                places = [(end, end, what) for what in self.take_pictures()]
                self.lines[number] = with_places(line, places)
                return

    def _forget_spans(self, mark: Mark) -> None:
        while self._spans and self._spans[-1].piece >= mark.piece:
            self._spans.pop()

    @staticmethod
    def tidied(text: str) -> str:
        """A line's text without what was left of things that are not in it."""
        return clean_line(text)

    def end_line(self) -> None:
        """What was said is a line, if it was anything."""
        self._flushed += 1
        spans, self._spans = self._spans, []
        if not self.pieces:
            return
        written = cleaned("".join(self.pieces)).translate(_SPACES)
        said = " ".join(written.split())
        places = list(_places(self.pieces, spans, said)) if spans else []
        pictures = list(_places(self.pieces, self._pictures, said)) if self._pictures else []
        self.pieces.clear()
        if line := " ".join(self.tidied(written).split()):
            self._pictures.clear()
            places = sorted([*places, *pictures])
            if places:
                shift = len(self._prefix)
                found = moved(said, places, line)
                places = [(start + shift, end + shift, what) for start, end, what in found]
            if self.lists and not self.is_page and line.endswith("."):
                line += ","  # of items in a cell, of which only a sentence needs none: Bros., Ltd.
            usual: tuple[LineKind, int] = ("item" if self._prefix else "paragraph", 0)
            kind, level = usual if self._prefix or not self.kinds else self.kinds[-1]
            line = self._prefix + line
            if kind != "paragraph" or places:
                line = LaidLine(line, kind, level, (), places)
            self.lines.append(line)
            self._prefix = ""
        else:
            self._pictures = [picture._replace(piece=0) for picture in self._pictures]

    def end_paragraph(self) -> None:
        """A blank line follows, but not inside of a cell, a caption or a list."""
        self.end_line()
        if self.is_page and not self.lists:
            self.lines.append("")

    def add_lines(self, lines: list[str]) -> None:
        """Lines that are ready, such as those of a table or of code."""
        self.end_line()
        if lines and self._pictures:
            places = [(0, 0, what) for what in self.take_pictures()]
            lines = [with_places(lines[0], places), *lines[1:]]
        self.lines += lines

    def take_code(self) -> str:
        """What was said since the last line, as it is; nothing is left of it."""
        code = "".join(self.pieces)
        self.pieces.clear()
        self._spans.clear()
        self._pictures = [picture._replace(piece=0) for picture in self._pictures]
        return code

    def begin_item(self) -> None:
        """The next line is an item of the innermost list."""
        self.end_line()
        self._prefix = ""
        if not (self.is_page and self.lists):
            return
        indent = "  " * (len(self.lists) - 1)
        if (number := self.lists[-1]) is None:
            self._prefix = f"{indent}- "
        else:
            self.lists[-1] = number + 1
            self._prefix = f"{indent}{number + 1}. "


def _places(pieces: Sequence[str], spans: Sequence[_Span], line: str) -> Iterator[Place]:
    """Where ``spans`` of these pieces stand in ``line``: all of them, with single spaces."""
    first = length = last = 0
    is_spaced = False
    for piece, words, what in spans:
        before = cleaned("".join(pieces[first:piece])).translate(_SPACES)
        first = piece
        if said := " ".join(before.split()):
            length += (length > 0 and (is_spaced or before[0].isspace())) + len(said)
        is_spaced = before[-1].isspace() if before else is_spaced
        start = length + line.startswith(" ", length)
        if start >= last and line.startswith(words, start):
            last = start + len(words)
            yield start, last, what
