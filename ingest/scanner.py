"""Resolve the nesting of wikitext: templates, links and tables, from the inside out.

One pass with a stack over the tokens that open, part and close, so that time is linear in the
length. Knows what brackets belong together, not what they mean: that is the renderers'.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["EQUALS", "PIPE", "Renderers", "scan"]

# Private-use characters that stand for bars and equals signs in text that is already rendered.
PIPE, EQUALS = "\ue003", "\ue004"

# Deeper nesting than any article needs; what opens beyond it is taken as text.
_MAX_DEPTH = 60
_TOKEN = re.compile(
    r"\{\{+|\}\}+|\[\[|\]\]|\||(?:(?<=\n)|(?<![\s\S]))[ \t:]{0,20}\{(?=\|)",
)
_LINE_START = re.compile(r"(?:^|\n)[ \t]*$")
_LINE_START_REACH = 20
_HEADING_LINE = re.compile(r"(?=\n==[^\n]+==[ \t]*(?:\n|$))")
_PARAMETER_BRACES = 3


@dataclass(frozen=True, slots=True)
class Renderers:
    """What to put in place of each construct, given its parts as rendered text."""

    template: Callable[[Sequence[str]], str]
    link: Callable[[Sequence[str]], str]
    table: Callable[[str], str]


@dataclass(slots=True)
class _Frame:
    """Something opened that waits for its end, and what has been read since."""

    kind: Literal["root", "template", "link", "table"]
    braces: int = 0
    pieces: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)

    def parts(self) -> list[str]:
        return [*self.arguments, "".join(self.pieces)]


def scan(text: str, renderers: Renderers) -> str:
    """``text`` with every template, link and table rendered.

    What never closes keeps its words and loses its brackets; a stray closing token is dropped.
    """
    scanner = _Scanner(text, renderers)
    return scanner.run()


class _Scanner:
    """The stack, and how many frames of each kind are on it."""

    def __init__(self, text: str, renderers: Renderers) -> None:
        self._text = text
        self._renderers = renderers
        self._stack = [_Frame("root")]
        self._open_templates = 0

    def run(self) -> str:
        position = 0
        for match in _TOKEN.finditer(self._text):
            start, end = match.span()
            if start >= position:
                mark = match.group()
                self._stack[-1].pieces.append(self._text[position:start])
            elif end > position + 1:
                mark = self._text[position:end]  # more braces after those of "|}"
            else:
                continue  # the brace of "|}" or bar of "{|", taken already
            position = end
            if mark == "|":
                position += self._bar(match.start())
            elif mark == "[[":
                self._push(_Frame("link"))
            elif mark == "]]":
                self._close_link()
            elif mark[0] == "}":
                self._close_braces(len(mark))
            elif mark.startswith("{{"):
                self._push(_Frame("template", braces=len(mark)))
            else:
                position += 1  # the bar of "{|"
                self._push(_Frame("table"))
        self._stack[-1].pieces.append(self._text[position:])
        while len(self._stack) > 1:
            self._abandon()
        return "".join(self._stack[0].pieces)

    def _push(self, frame: _Frame) -> None:
        if len(self._stack) < _MAX_DEPTH:
            self._stack.append(frame)
            self._open_templates += frame.kind == "template"

    def _bar(self, at: int) -> int:
        """A bar parts arguments, closes a table or is only a letter; length of what follows it."""
        if self._text.startswith("|}", at) and self._closes_table(at):
            while self._stack[-1].kind == "link":
                self._abandon()
            frame = self._stack.pop()
            self._add(self._renderers.table("".join(frame.pieces)))
            return 1
        top = self._stack[-1]
        if top.kind in ("template", "link"):
            top.arguments.append("".join(top.pieces))
            top.pieces = []
        else:
            top.pieces.append("|")
        return 0

    def _closes_table(self, at: int) -> bool:
        """Whether ``|}`` at the start of a line is a table's end.

        ``|}}`` is the empty last argument and the end of a template, when one is open.
        """
        if not _LINE_START.search(self._text, max(0, at - _LINE_START_REACH), at):
            return False
        ends_template = self._text.startswith("|}}", at) and not self._text.startswith("|}}}", at)
        if ends_template and self._open_templates:
            return False
        # A link that is still open inside the table never closes.
        kinds = (frame.kind for frame in reversed(self._stack))
        return next(kind for kind in kinds if kind != "link") == "table"

    def _close_link(self) -> None:
        if self._stack[-1].kind == "link":
            frame = self._stack.pop()
            self._add(self._renderers.link(frame.parts()))

    def _close_braces(self, braces: int) -> None:
        while braces >= 2 and self._open_templates:
            while self._stack[-1].kind != "template":
                self._abandon()
            frame = self._stack.pop()
            self._open_templates -= 1
            used = min(braces, frame.braces, _PARAMETER_BRACES)
            braces -= used
            parts = frame.parts()
            if used == _PARAMETER_BRACES:  # {{{name|default}}} outside of its template
                rendered = parts[1] if len(parts) > 1 else ""
            else:
                rendered = self._renderers.template(parts)
            if frame.braces - used >= 2:
                self._push(_Frame("template", braces=frame.braces - used))
            self._add(rendered)

    def _abandon(self) -> None:
        """The innermost frame will not close: its words join the frame around it."""
        frame = self._stack.pop()
        self._open_templates -= frame.kind == "template"
        if frame.kind == "table":
            # Without its end, it reaches to the next heading at most.
            table, *rest = _HEADING_LINE.split("".join(frame.pieces), maxsplit=1)
            self._add(self._renderers.table(table))
            self._stack[-1].pieces += rest
        elif self._stack[-1].kind == "table":
            self._stack[-1].pieces.append("|".join(frame.parts()))  # its bars may part cells
        else:
            self._add("|".join(frame.parts()))

    def _add(self, rendered: str) -> None:
        """Add rendered text; inside other markup its bars and equals signs are only letters."""
        frame = self._stack[-1]
        if frame.kind != "root" and rendered != "|":  # {{!}} means a bar that parts
            if "|" in rendered:
                rendered = rendered.replace("|", PIPE)
            if frame.kind == "template" and "=" in rendered:
                rendered = rendered.replace("=", EQUALS)
        frame.pieces.append(rendered)
