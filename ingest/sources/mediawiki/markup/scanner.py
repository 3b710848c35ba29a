"""Resolve the nesting of wikitext: templates, links and tables, from the inside out.

One pass with a stack over the tokens that open, part and close, so that time is linear in the
length. Knows what brackets belong together, not what they mean: that is the renderers'.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from pinakes.ingest.sources.mediawiki.markup.located import (
    Located,
    Place,
    TextBlock,
    add_shifted,
    found_in,
)

__all__ = ["EQUALS", "PIPE", "Renderers", "Unread", "scan"]

# Private-use characters that stand for bars and equals signs in text that is already rendered.
PIPE, EQUALS = "\ue003", "\ue004"

# Deeper nesting than any article needs; what opens beyond it is taken as text.
_MAX_DEPTH = 60
# Every alternative begins with a letter of its own, so that the regex engine can skip to them.
_SINGLE = r"\[\[|\]\]|\{\{+|\}\}+|\{\|\}*|\|\}*"
_SINGLE_TOKEN = re.compile(f"({_SINGLE})")
# A link or template with nothing nested inside comes as one token: most are.
_TOKEN = re.compile(rf"(\[\[[^\[\]{{}}]*\]\]|\{{\{{[^\[\]{{}}]*\}}\}}(?!\}})|{_SINGLE})")
_LONGEST_INDENT = 20
_HEADING_LINE = re.compile(r"(?=\n==[^\n]+==[ \t]*(?:\n|$))")
_PARAMETER_BRACES = 3
_INSIDE = -1


class Unread(str):
    """Wikitext that a template stands for: it is read in the template's place."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Renderers:
    """What to put in place of each construct, given its parts as rendered text.

    ``links`` grows by one where ``link`` has written down a link: its words are what it gives.
    Where links stand is not followed if it does not grow.
    """

    template: Callable[[Sequence[str]], str]
    link: Callable[[Sequence[str]], str]
    table: Callable[[str], str]
    links: Sequence[object] = ()


@dataclass(slots=True)
class _Frame:
    """Something opened that waits for its end, and what has been read since."""

    kind: Literal["root", "template", "link", "table"]
    braces: int = 0
    first_link: int = 0
    pieces: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)  # which piece; number, or _INSIDE

    def parts(self) -> list[str]:
        return [*self.arguments, "".join(self.pieces)]

    def text(self) -> str:
        """Of a frame without arguments, with the places of what it was told stands in it."""
        text = "".join(self.pieces)
        if not self.links:
            return text
        ends = list(accumulate(map(len, self.pieces)))
        places: list[Place] = []
        blocks: list[TextBlock] = []
        for index, number in self.links:
            piece = self.pieces[index]
            if isinstance(piece, Located):
                add_shifted(piece, ends[index] - len(piece), places, blocks)
            else:
                places.append((ends[index] - len(piece), ends[index], number))
        return Located(text, places, blocks)


def scan(text: str, renderers: Renderers) -> str:
    """``text`` with every template, link and table rendered.

    What never closes keeps its words and loses its brackets; a stray closing token is dropped.
    The text knows where links stand in it, and what renderers know of theirs (``Located``).
    """
    return _Scanner(renderers).run(text)


class _Scanner:
    """The stack, and how many frames of each kind are on it."""

    def __init__(self, renderers: Renderers) -> None:
        self._renderers = renderers
        self._stack = [_Frame("root")]
        self._open_templates = 0
        self._links: list[tuple[str, int]] = []  # words and numbers of those in open frames

    def run(self, text: str) -> str:
        self._read(_TOKEN, text)
        while len(self._stack) > 1:
            self._abandon()
        return self._stack[0].text()

    def _read(self, token: re.Pattern[str], text: str) -> None:
        *pieces, tail = token.split(text)
        stack, link, links = self._stack, self._renderers.link, self._renderers.links
        for words, mark in zip(pieces[::2], pieces[1::2], strict=True):
            first = mark[0]
            if first == "{" and mark[1] == "|":
                self._open_table(words, braces=len(mark) - 2)
                continue
            stack[-1].pieces.append(words)
            if first == "[":
                if len(mark) == 2:
                    self._push(_Frame("link"))
                elif len(stack) == _MAX_DEPTH:
                    self._read(_SINGLE_TOKEN, mark)
                else:
                    count = len(links)
                    rendered = link(mark[2:-2].split("|"))
                    self._add(rendered, count if len(links) > count else _INSIDE)
            elif first == "|":
                self._bar(words, braces=len(mark) - 1)
            elif first == "]":
                self._close_link()
            elif first == "}":
                self._close_braces(len(mark))
            elif mark[-1] == "{":
                self._push(_Frame("template", braces=len(mark)))
            elif len(self._stack) == _MAX_DEPTH:
                self._read(_SINGLE_TOKEN, mark)
            else:
                self._add(self._renderers.template(mark[2:-2].split("|")))
        self._stack[-1].pieces.append(tail)

    def _push(self, frame: _Frame) -> None:
        if len(self._stack) < _MAX_DEPTH:
            frame.first_link = len(self._links)
            self._stack.append(frame)
            self._open_templates += frame.kind == "template"

    def _open_table(self, words: str, braces: int) -> None:
        """``{|`` opens a table at the start of a line, where colons may indent it."""
        before, newline, indent = words.rpartition("\n")
        is_line_start = newline or not self._stack[0].pieces
        if is_line_start and len(indent) <= _LONGEST_INDENT and not indent.strip(" \t:"):
            self._stack[-1].pieces.append(before + newline)
            self._push(_Frame("table"))
            self._close_braces(braces)
        else:
            self._stack[-1].pieces.append(words + "{")
            self._bar("", braces)

    def _bar(self, words: str, braces: int) -> None:
        """A bar behind ``words``, and the braces behind it: it parts arguments or is a letter.

        With a brace, at the start of a line, it closes a table.
        """
        if braces and self._closes_table(words, braces):
            while self._stack[-1].kind == "link":
                self._abandon()
            frame = self._stack.pop()
            self._links_of(frame)
            self._add(self._renderers.table(frame.text()))
            braces -= 1
        else:
            top = self._stack[-1]
            if top.kind in ("template", "link"):
                top.arguments.append("".join(top.pieces))
                top.pieces = []
            else:
                top.pieces.append("|")
        self._close_braces(braces)

    def _closes_table(self, words: str, braces: int) -> bool:
        """Whether ``|}`` behind ``words`` is a table's end.

        ``|}}`` is the empty last argument and the end of a template, when one is open.
        """
        _, newline, indent = words.rpartition("\n")
        if not newline or len(indent) >= _LONGEST_INDENT or indent.strip(" \t"):
            return False
        if braces == 2 and self._open_templates:
            return False
        # A link that is still open inside the table never closes.
        kinds = (frame.kind for frame in reversed(self._stack))
        return next(kind for kind in kinds if kind != "link") == "table"

    def _close_link(self) -> None:
        if self._stack[-1].kind == "link":
            frame = self._stack.pop()
            inside, count = self._links_of(frame), len(self._renderers.links)
            rendered = self._renderers.link(frame.parts())
            if len(self._renderers.links) > count:
                self._add(rendered, count)
            else:  # a caption, perhaps
                self._add(found_in(rendered, inside) if inside else rendered)

    def _close_braces(self, braces: int) -> None:
        if braces == 1:
            self._stack[-1].pieces.append("}")  # one is only a letter
        while braces >= 2 and self._open_templates:
            while self._stack[-1].kind != "template":
                self._abandon()
            frame = self._stack.pop()
            self._open_templates -= 1
            used = min(braces, frame.braces, _PARAMETER_BRACES)
            braces -= used
            parts = frame.parts()
            links = self._links_of(frame)
            if used == _PARAMETER_BRACES:  # {{{name|default}}} outside of its template
                rendered = parts[1] if len(parts) > 1 else ""
            else:
                rendered = self._renderers.template(parts)
            if frame.braces - used >= 2:
                self._push(_Frame("template", braces=frame.braces - used))
            if links and rendered and not isinstance(rendered, Unread):
                rendered = found_in(rendered, links)
            self._add(rendered)

    def _abandon(self) -> None:
        """The innermost frame will not close: its words join the frame around it."""
        frame = self._stack.pop()
        self._open_templates -= frame.kind == "template"
        links = self._links_of(frame)
        if frame.kind == "table":
            # Without its end, it reaches to the next heading at most.
            table, *rest = _HEADING_LINE.split("".join(frame.pieces), maxsplit=1)
            self._add(self._renderers.table(found_in(table, links)))
            self._stack[-1].pieces += rest
        elif self._stack[-1].kind == "table":
            words = found_in("|".join(frame.parts()), links)
            if isinstance(words, Located):
                self._stack[-1].links.append((len(self._stack[-1].pieces), _INSIDE))
                self._links += _words_and_numbers(words, _INSIDE)
            self._stack[-1].pieces.append(words)  # its bars may part cells
        else:
            self._add(found_in("|".join(frame.parts()), links))

    def _links_of(self, frame: _Frame) -> list[tuple[str, int]]:
        """The links inside a frame that ends; its text will say which of them it has."""
        if len(self._links) == frame.first_link:
            return []
        links = self._links[frame.first_link :]
        del self._links[frame.first_link :]
        return links

    def _add(self, rendered: str, link: int = _INSIDE) -> None:
        """Add rendered text; inside other markup its bars and equals signs are only letters.

        ``link``: the number of the link whose words they are, if they are one's.
        """
        frame = self._stack[-1]
        if isinstance(rendered, Unread):
            is_balanced = rendered.count("{{") == rendered.count("}}")
            if is_balanced and frame.kind in ("root", "table"):
                self._read(_TOKEN, rendered)  # it may open or close a table, or hold rows of one
                return
            rendered = scan(rendered, self._renderers)
        if frame.kind != "root":
            if "|" in rendered and rendered != "|":  # {{!}} means a bar that parts
                rendered = _hidden(rendered, "|", PIPE)
            if frame.kind == "template" and "=" in rendered:
                rendered = _hidden(rendered, "=", EQUALS)
        if link >= 0 or isinstance(rendered, Located):
            frame.links.append((len(frame.pieces), link))
            if frame.kind != "root":
                self._links += _words_and_numbers(rendered, link)
        frame.pieces.append(rendered)


def _words_and_numbers(text: str, link: int) -> list[tuple[str, int]]:
    """The links of a piece of text, or the one that it is."""
    if isinstance(text, Located):
        return [(text[start:end], number) for start, end, number in text.places]
    return [(text, link)]


def _hidden(text: str, sign: str, mark: str) -> str:
    """``text`` with a mark for each of these signs."""
    hidden = text.replace(sign, mark)
    return Located(hidden, text.places, text.blocks) if isinstance(text, Located) else hidden
