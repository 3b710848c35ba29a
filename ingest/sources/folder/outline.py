"""What a file says, whatever its format: sections of lines, each of a kind, and links by addresses.

Knows no format, no other file, and nothing of where text ends up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from pinakes.ingest.characters import cleaned
from pinakes.ingest.layout import Cell, LineKind

__all__ = ["Line", "Outline", "UnreadableFile", "kept_lines", "plain", "short_title"]

_LONGEST_TITLE = 200


class UnreadableFile(ValueError):
    """What a file holds cannot be read, in words for its owner."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or several of code. ``spans``: start, end, and a link's number, FORMULA or CODE.

    ``cells``: of a row of a table.
    """

    text: str
    kind: LineKind = "paragraph"
    level: int = 0
    spans: Sequence[tuple[int, int, int]] = ()
    cells: Sequence[Cell] = ()


@dataclass(slots=True)
class Outline:
    """A file's sections in order: heading path and lines, blank ones between paragraphs.

    ``title``: its own, empty where it has none. ``links``: address, as it is written, and words.
    ``is_paged``: its sections are pages.
    """

    title: str = ""
    blocks: list[tuple[tuple[str, ...], list[Line]]] = field(default_factory=lambda: [((), [])])
    links: list[tuple[str, str]] = field(default_factory=list)
    is_paged: bool = False
    _path: list[tuple[int, str]] = field(default_factory=list)

    def heading(self, level: int, text: str) -> None:
        """A section begins, inside of those of lower levels."""
        self._path = [entry for entry in self._path if entry[0] < level]
        self._path.append((level, plain(text)))
        self.blocks.append((tuple(title for _, title in self._path), []))

    def paragraph(self, text: str, kind: LineKind = "paragraph", level: int = 0) -> None:
        """A paragraph, or an item, on a line of its own; ``apart`` puts a blank one behind it."""
        if words := plain(text):
            self.blocks[-1][1].append(Line(words, kind, level))

    def item(self, text: str, mark: str = "-", level: int = 1) -> None:
        """An item of a list, with its bullet or number."""
        if words := plain(text):
            self.blocks[-1][1].append(Line(f"{'  ' * (level - 1)}{mark} {words}", "item"))

    def code(self, text: str) -> None:
        """Lines that stay as they are."""
        if code := kept_lines(text):
            self.blocks[-1][1].append(Line(code, "code"))
            self.apart()

    def apart(self) -> None:
        """A blank line, behind a paragraph."""
        if self.blocks[-1][1]:
            self.blocks[-1][1].append(Line(""))

    @property
    def says_anything(self) -> bool:
        """Whether there is a word in it."""
        return any(
            character.isalnum()
            for _, lines in self.blocks
            for line in lines
            for character in line.text
        )

    def to_json(self) -> dict[str, Any]:
        """As it leaves the process that has read the file."""
        blocks = [
            [path, [[line.text, line.kind, line.level, line.spans, line.cells] for line in lines]]
            for path, lines in self.blocks
        ]
        return {
            "title": short_title(self.title),
            "blocks": blocks,
            "links": self.links,
            "is_paged": self.is_paged,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Outline":
        """As it came from there."""
        blocks = [
            (
                tuple(path),
                [
                    Line(text, kind, level, spans, [Cell(*cell) for cell in cells])
                    for text, kind, level, spans, cells in lines
                ],
            )
            for path, lines in row["blocks"]
        ]
        links = [(address, words) for address, words in row["links"]]
        return cls(row["title"], blocks, links, row["is_paged"])


def kept_lines(text: str) -> str:
    """Lines as they are, but for what they have in common at their left and lack at their right."""
    lines = [line.rstrip() for line in cleaned(text).expandtabs(4).split("\n")]
    return dedent("\n".join(lines)).strip("\n")


def plain(text: str) -> str:
    """One line of single spaces."""
    return " ".join(cleaned(text).split())


def short_title(text: str) -> str:
    """A title on one line, at most as long as titles are."""
    title = plain(text)
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
