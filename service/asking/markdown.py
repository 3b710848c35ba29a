"""Markdown that is no prose, told apart line by line while it comes: what stands in it stays.

Code between fences, rows of tables, formulas that stand alone, headings; and inside of a sentence
code and formulas, where brackets are no citation and points end nothing. Pure, and the same however
the text is cut into pieces. Formats: https://spec.commonmark.org/ and https://github.github.com/gfm/
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import regex

from pinakes.ingest.characters import cut_place
from pinakes.ingest.text.sentences import STOPS
from pinakes.service.asking.citations import marked_numbers, marker_at

__all__ = [
    "MarkdownKind",
    "MarkdownLine",
    "MarkdownLines",
    "marks_in",
    "masked",
    "span_at",
    "with_marks",
]

# "sentence": prose, of any length. The others are one line each.
MarkdownKind = Literal["sentence", "heading", "code", "table", "formula"]

# In characters: what is longer is prose, whatever it begins with.
LONGEST_LINE = 2_000
# A formula that is never closed is none: what follows is text that must be checked.
_MOST_FORMULA_LINES = 40

_END = r"[.,;]?[ \t]*(?:\[[\d, ]+\][ \t]*)*"
_BEGINNING = regex.compile(
    r"[ \t]*(?:(?P<code>`{3,}[^`\n]*|~{3,}[^\n]*)|"
    r"(?P<heading>\#{1,6}[ \t]+[^\n]*|(?P<bold>\*\*|__)[^*_\n]{1,100}(?P=bold):?[ \t]*|"
    r"\*\*[^*_\n]{1,100}:\*\*[ \t]*)|"
    r"(?P<table>\|[^\n]*\|[ \t]*)|"
    rf"(?P<formula>\$\$[^$\n]*(?:\$\$(?P<closed>{_END}))?|\\\[(?:[^\\\n]|\\[^\]\n])*"
    rf"(?:\\\](?P<closed>{_END}))?|\\begin\{{(?P<name>\w+\*?)\}}[^\n]*))\n"
)
_ROW = regex.compile(r"[ \t]*\|[^\n]*\n")
# Code and formulas inside of a sentence. A dollar sign before a digit is money.
_SPAN = regex.compile(
    r"``[^`\n]{1,300}``|`[^`\n]{1,300}`|\\\([^\n]{1,300}?\\\)|\\\[[^\n]{1,300}?\\\]|"
    r"\$\$[^$\n]{1,300}\$\$|\$(?![\s\d$])[^$\n]{0,300}(?<!\s)\$(?!\d)"
)
_MEANING = re.compile(rf"[{STOPS}\[\]()【】［］]")
_SPACE_BEFORE = re.compile(r"[ \t]+$")


@dataclass(frozen=True, slots=True)
class MarkdownLine:
    """Text of one kind; of other kinds than prose a whole line, without its end.

    ``is_last``: what it belongs to ends with it.
    """

    kind: MarkdownKind
    text: str
    is_last: bool = True


class MarkdownLines:
    """Takes pieces of text; gives prose as it comes, and whole lines of everything else."""

    def __init__(self) -> None:
        """At the beginning of a line."""
        self._raw = ""
        self._in_line = False  # of prose
        self._inside: MarkdownKind = "sentence"  # of what the line before was one
        self._closes: Callable[[str], bool] = bool
        self._fence = ""
        self._lines = 0  # of the formula that is open

    @property
    def open_fence(self) -> str:
        """What would end the code that has begun; empty where none has."""
        return self._fence if self._inside == "code" else ""

    def feed(self, piece: str, *, at_end: bool = False) -> Iterator[MarkdownLine]:
        """What ``piece`` adds; ``at_end``: nothing follows."""
        self._raw += piece
        while self._raw:
            found = self._next(at_end=at_end)
            if found is None:
                return
            yield found

    def _next(self, *, at_end: bool) -> MarkdownLine | None:
        if self._in_line:
            return self._prose()
        if self._inside in ("code", "formula"):
            return self._line_inside(at_end=at_end)
        text = self._raw if not at_end or "\n" in self._raw else self._raw + "\n"
        if self._inside == "table":
            row = _ROW.match(text, partial=True)
            if row and not row.partial:
                return self._taken("table", row.end(), is_last=False)
            if row and not at_end and len(self._raw) <= LONGEST_LINE:
                return None
            self._inside = "sentence"
        found = _BEGINNING.match(text, partial=True)
        if found is None or len(found[0]) > LONGEST_LINE:
            return self._prose()
        if found.partial:
            return self._prose() if at_end or len(self._raw) > LONGEST_LINE else None
        kind: MarkdownKind = next(
            kind for kind in ("code", "heading", "table", "formula") if found[kind] is not None
        )
        self._open(kind, found)
        return self._taken(kind, found.end(), is_last=self._inside == "sentence")

    def _open(self, kind: MarkdownKind, found: "regex.Match[str]") -> None:
        """Note what ends that which begins with this line."""
        self._inside = kind
        if kind == "code":
            said = found["code"]
            self._fence = said[: len(said) - len(said.lstrip(said[0]))]
            self._closes = _closing_fence(self._fence)
        elif kind == "formula":
            self._lines = 0
            said = found["formula"]
            end = (
                f"\\end{{{found['name']}}}" if found["name"] else "$$" if said[0] == "$" else "\\]"
            )
            self._closes = lambda line: end in line
            if found["closed"] is not None or (found["name"] and end in said):
                self._inside = "sentence"
        elif kind == "heading":
            self._inside = "sentence"

    def _line_inside(self, *, at_end: bool) -> MarkdownLine | None:
        """The next line of code, or of a formula."""
        kind = self._inside
        place = self._raw.find("\n", 0, LONGEST_LINE + 1)
        if place < 0 and not at_end and len(self._raw) < LONGEST_LINE + 2:
            return None  # where it may be cut depends on the letters behind
        end = place + 1 or cut_place(self._raw, LONGEST_LINE)
        self._lines += 1
        closed = self._closes(self._raw[:end])
        if closed or (kind == "formula" and self._lines == _MOST_FORMULA_LINES):
            self._inside = "sentence"
        return self._taken(kind, end, is_last=closed)

    def _prose(self) -> MarkdownLine:
        """Prose up to the end of its line, as far as that has come."""
        end = self._raw.find("\n") + 1
        self._in_line = not end
        return self._taken("sentence", end or len(self._raw), is_last=False)

    def _taken(self, kind: MarkdownKind, end: int, *, is_last: bool) -> MarkdownLine:
        text, self._raw = self._raw[:end], self._raw[end:]
        return MarkdownLine(kind, text, is_last)


def _closing_fence(fence: str) -> Callable[[str], bool]:
    def closes(line: str) -> bool:
        bare = line.strip()
        return bare.startswith(fence) and not bare.strip(fence[0])

    return closes


def span_at(text: str, at: int) -> tuple[int, bool]:
    """Length of the code or formula that begins at ``at``, and whether that is decided; 0: none."""
    found = _SPAN.match(text, at, partial=True)
    if found is None:
        return 0, True
    return 0 if found.partial else found.end() - at, found.end() < len(text)


def masked(span: str) -> str:
    """``span`` with nothing in it that ends a sentence or is a mark, as many characters long."""
    return _MEANING.sub("_", span)


def marks_in(line: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Start, end and numbers of each citation marker in a whole line."""
    at = 0
    while at < len(line):
        length, decided = marker_at(line, at)
        if length and (decided or at + length == len(line)):
            yield at, at + length, tuple(marked_numbers(line[at : at + length]))
        at += length or 1


def with_marks(line: str, known: Callable[[int], bool]) -> str:
    """``line`` with its citation markers where they stand, each as ``[n]``; unknown ones go."""
    parts: list[str] = []
    at = 0
    for start, end, numbers in marks_in(line):
        before = line[at:start]
        marks = "".join(f"[{number}]" for number in dict.fromkeys(numbers) if known(number))
        parts += [before, marks] if marks else [_SPACE_BEFORE.sub("", before)]
        at = end
    return "".join([*parts, line[at:]])
