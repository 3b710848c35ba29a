"""Lines that are being collected from pieces of text: of a section, a cell, a caption or a heading.

Knows lists and where marked words began; nothing of elements.
"""

from dataclasses import dataclass, field

from pinakes.ingest.characters import cleaned
from pinakes.ingest.sources.mediawiki.markup.layout import clean_line

__all__ = ["Flow", "Mark"]

# Spaces that are written for the eye; all others of a page's source are one space.
_SPACES = str.maketrans(dict.fromkeys("\t\n\r\f\v", " "))


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a flow: so many lines were complete, so many pieces of the next were there."""

    line: int
    piece: int


@dataclass(slots=True)
class Flow:
    """``lists``: of each that is open the number of its last item; None where it has bullets."""

    is_page: bool = False
    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    _prefix: str = ""
    _flushed: int = 0

    def mark(self) -> Mark:
        """Where the text that follows begins."""
        return Mark(self._flushed, len(self.pieces))

    def since(self, mark: Mark) -> str:
        """What was said since on the same line, as it was written."""
        return "".join(self.pieces[mark.piece if mark.line == self._flushed else 0 :])

    def replace_since(self, mark: Mark, text: str) -> None:
        """Put ``text`` in its place."""
        if mark.line == self._flushed:
            self.pieces[mark.piece :] = [text]

    @staticmethod
    def tidied(text: str) -> str:
        """A line's text without what was left of things that are not in it."""
        return clean_line(text)

    def end_line(self) -> None:
        """What was said is a line, if it was anything."""
        self._flushed += 1
        if not self.pieces:
            return
        text = cleaned("".join(self.pieces)).translate(_SPACES)
        self.pieces.clear()
        if line := " ".join(self.tidied(text).split()):
            if self.lists and not self.is_page and line.endswith("."):
                line += ","  # of items in a cell, of which only a sentence needs none: Bros., Ltd.
            self.lines.append(self._prefix + line)
            self._prefix = ""

    def end_paragraph(self) -> None:
        """A blank line follows, but not inside of a cell, a caption or a list."""
        self.end_line()
        if self.is_page and not self.lists:
            self.lines.append("")

    def add_lines(self, lines: list[str]) -> None:
        """Lines that are ready, such as those of a table or of code."""
        self.end_line()
        self.lines += lines

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
