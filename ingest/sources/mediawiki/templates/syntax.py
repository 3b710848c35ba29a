"""The syntax of a template's body: text, parameters and calls of other templates, as a tree.

One pass with a stack over the marks, so that time is linear in the length. Links shelter their bars
and equals signs, verbatim tags all they hold. Knows nothing of what names mean.

Format: MediaWiki's "Preprocessor ABNF".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Argument", "Call", "Cases", "Node", "Nodes", "Parameter", "parse_body"]

# Deeper nesting than any template needs; what opens beyond it is text.
_MAX_DEPTH = 60
_PARAMETER_BRACES = 3
_VERBATIM = "nowiki|pre|syntaxhighlight|source|math|chem|ce|timeline"
_MARK = re.compile(
    rf"\{{\{{+|\}}\}}+|\[\[|\]\]|\||=|<(?P<tag>{_VERBATIM})\b[^<>]*(?<!/)>", re.IGNORECASE
)
_CLOSING = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in _VERBATIM.split("|")}
_SWITCH = re.compile(r"\s*(?:(?:safe)?subst:)?#switch:", re.IGNORECASE)
# A choice of so many is looked up; one of fewer is as quickly gone through.
_FEWEST_CASES = 8
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """``{{{name|default}}}``; ``default`` is None where none is written."""

    name: "Nodes"
    default: "Nodes | None"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as written: ``name`` is what stands before its first equals sign, if any."""

    name: "Nodes | None"
    value: "Nodes"


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a ``#switch`` in which all are written out, as data are: what each gives."""

    texts: Mapping[str, "Nodes"]
    numbers: Mapping[float, "Nodes"]
    default: "Nodes"

    def chosen(self, wanted: str) -> "Nodes":
        """What the case gives that is the same text, or the same number."""
        if (found := self.texts.get(wanted)) is not None:
            return found
        if _NUMBER.fullmatch(wanted):
            return self.numbers.get(float(wanted), self.default)
        return self.default


@dataclass(frozen=True, slots=True)
class Call:
    """``{{head|argument|…}}``: of a template, or of a function."""

    head: "Nodes"
    arguments: tuple[Argument, ...]
    cases: Cases | None = None


Node = str | Parameter | Call
Nodes = tuple[Node, ...]


@dataclass(slots=True)
class _Frame:
    """Something opened that waits for its end: its arguments so far, and the one under way."""

    kind: Literal["root", "braces", "link"]
    braces: int = 0
    nodes: list[Node] = field(default_factory=list)
    equals: int = -1  # where in ``nodes`` the name of the argument ends
    arguments: list[Argument] = field(default_factory=list)

    def end_argument(self) -> None:
        name = joined(self.nodes[: self.equals]) if self.equals >= 0 else None
        self.arguments.append(Argument(name, joined(self.nodes[max(self.equals, 0) :])))
        self.nodes, self.equals = [], -1


def joined(nodes: Sequence[Node]) -> Nodes:
    """The nodes with neighbouring texts made one."""
    found: list[Node] = []
    texts: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            texts.append(node)
            continue
        if text := "".join(texts):
            found.append(text)
        texts = []
        found.append(node)
    if text := "".join(texts):
        found.append(text)
    return tuple(found)


def parse_body(text: str) -> Nodes:
    """The tree of ``text``; what never closes, or closes nothing, is text."""
    parser = _Parser()
    place = 0
    unclosed: set[str] = set()
    while match := _MARK.search(text, place):
        parser.add(text[place : match.start()])
        place = match.end()
        if tag := match["tag"]:
            tag = tag.lower()
            closing = None if tag in unclosed else _CLOSING[tag].search(text, place)
            if closing is None:
                unclosed.add(tag)
            else:
                place = closing.end()
            parser.add(text[match.start() : place])
        else:
            parser.mark(match.group())
    parser.add(text[place:])
    return parser.end()


class _Parser:
    """The stack of what is open."""

    def __init__(self) -> None:
        self._stack = [_Frame("root")]
        self._open_braces = 0

    def add(self, node: Node) -> None:
        if node:
            self._stack[-1].nodes.append(node)

    def mark(self, mark: str) -> None:
        top = self._stack[-1]
        first = mark[0]
        if first == "{":
            self._open("braces", mark)
        elif first == "[":
            self._open("link", mark)
        elif first == "}":
            self._close(len(mark))
        elif first == "]" and top.kind == "link":
            self._stack.pop()
            self._stack[-1].nodes += ["[[", *top.nodes, "]]"]
        elif first == "|" and top.kind == "braces":
            top.end_argument()
        elif first == "=" and top.kind == "braces" and top.arguments and top.equals < 0:
            top.equals = len(top.nodes)
        else:
            top.nodes.append(mark)

    def end(self) -> Nodes:
        while len(self._stack) > 1:
            self._abandon()
        return joined(self._stack[0].nodes)

    def _open(self, kind: Literal["braces", "link"], mark: str) -> None:
        if len(self._stack) >= _MAX_DEPTH:
            self._stack[-1].nodes.append(mark)
            return
        self._stack.append(_Frame(kind, braces=len(mark) if kind == "braces" else 0))
        self._open_braces += kind == "braces"

    def _close(self, braces: int) -> None:
        while braces >= 2 and self._open_braces:
            while self._stack[-1].kind != "braces":
                self._abandon()
            frame = self._stack.pop()
            self._open_braces -= 1
            used = min(braces, frame.braces, _PARAMETER_BRACES)
            braces -= used
            frame.end_argument()
            head, rest = frame.arguments[0].value, frame.arguments[1:]
            node: Node
            if used == _PARAMETER_BRACES:
                node = Parameter(head, _written(rest[0]) if rest else None)
            else:
                node = Call(head, tuple(rest), _cases(head, rest))
            left = frame.braces - used
            if left >= 2:
                self._stack.append(_Frame("braces", braces=left))
                self._open_braces += 1
            elif left:
                self._stack[-1].nodes.append("{")
            self._stack[-1].nodes.append(node)
        if braces:
            self._stack[-1].nodes.append("}" * braces)

    def _abandon(self) -> None:
        """The innermost frame will not close: what it holds is text of the frame around it."""
        frame = self._stack.pop()
        below = self._stack[-1]
        if frame.kind == "link":
            below.nodes += ["[[", *frame.nodes]
            return
        self._open_braces -= 1
        frame.end_argument()
        below.nodes.append("{" * frame.braces)
        for number, argument in enumerate(frame.arguments):
            below.nodes += ["|"] * bool(number)
            below.nodes += _written(argument)


def _written(argument: Argument) -> Nodes:
    """An argument without meaning in its equals sign."""
    if argument.name is None:
        return argument.value
    return joined((*argument.name, "=", *argument.value))


def _cases(head: Nodes, arguments: Sequence[Argument]) -> Cases | None:
    """The cases of a long ``#switch``; None where one of them has to be computed."""
    if len(arguments) < _FEWEST_CASES or not isinstance(head[0] if head else None, str):
        return None
    if not _SWITCH.match(str(head[0])):
        return None
    texts: dict[str, Nodes] = {}
    default: Nodes = ()
    waiting: list[str] = []
    for number, argument in enumerate(arguments, start=1):
        label = argument.value if argument.name is None else argument.name
        if argument.name is None and number == len(arguments):
            default = argument.value  # a last case without equals sign is the default
            break
        if len(label) > 1 or (label and not isinstance(label[0], str)):
            return None
        waiting.append(str(label[0]).strip() if label else "")
        if argument.name is None:
            continue
        for text in waiting:
            texts.setdefault(text, argument.value)
        if "#default" in waiting:
            default = argument.value
        waiting = []
    numbers = {float(text): texts[text] for text in reversed(texts) if _NUMBER.fullmatch(text)}
    return Cases(texts, numbers, default)
