"""From expanded wikitext to the text that is kept: entities resolved, lines sorted into sections.

Knows nothing of templates and links: those are text by now.
"""

import html
import re
from collections.abc import Iterator, Sequence

from ingest.scanner import EQUALS, PIPE
from ingest.tables import BREAK
from ingest.types import Section

__all__ = ["Block", "assemble", "finish", "kept_mark", "plain_words", "sections_of"]

# Heading path and lines of one section.
Block = tuple[tuple[str, ...], list[str]]

_KEPT, _KEPT_END = "\ue000", "\ue001"
_KEPT_MARK = re.compile(f"{_KEPT}(\\d+){_KEPT_END}")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
_SUPERSCRIPT = re.compile(r"<sup\b[^<>]*>([^<>]{1,20})</sup>", re.IGNORECASE)
_SUPERSCRIPT_DIGITS = str.maketrans("0123456789+-−n()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ⁽⁾")
_ORDINALS = frozenset(("st", "nd", "rd", "th", "er", "e", "a", "o"))
_BLOCK_TAGS = frozenset(
    ("hr", "p", "div", "li", "tr", "blockquote", "table", "ul", "ol", "dl", "dd", "dt", "poem")
)
_EXTERNAL = re.compile(
    r"\[(?:(?:https?|ftp|mailto|irc|news):|//)[^\s\[\]<>]*[ \t]*([^\[\]\n]{0,2000})\]",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"'{2,}")
_HEADING = re.compile(r"^(={1,6})[ \t]*(.+?)[ \t]*\1[ \t]*$")
_LIST = re.compile(r"^([*#:;]+)[ \t]*(.*)$")
_EMPTY_BRACKETS = re.compile(r"[ ]?\((?:[\s,;:·–-]|lit\.)*\)")
_SPACES = re.compile(r"[ \t\u2009\u200a\u200b\u00ad]+")
_BEFORE_STOP = re.compile(r" +([,.;:!?)])(?=\s|$)")


def kept_mark(number: int) -> str:
    """The mark that stands for the kept text of this number until ``finish``."""
    return f"{_KEPT}{number}{_KEPT_END}"


def finish(text: str, kept: Sequence[str]) -> str:
    """Tags, emphasis, external links and entities resolved; ``kept`` texts back in their places."""
    if "<" in text:
        text = _TAG.sub(_tag_text, _SUPERSCRIPT.sub(_superscript, text))
    if "[" in text:
        text = _EXTERNAL.sub(r"\1", text)
    if "''" in text:
        text = _QUOTES.sub(lambda match: "'" if len(match.group()) == 4 else "", text)
    if "&" in text:
        text = html.unescape(text)
    text = text.replace("\xa0", " ").replace(BREAK, "\n").replace(PIPE, "|").replace(EQUALS, "=")
    return _KEPT_MARK.sub(lambda match: kept[int(match[1])], text) if _KEPT in text else text


def plain_words(text: str) -> str:
    """A short piece, such as a link's words, on one line without tags, emphasis and entities."""
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub("", text))
    return " ".join(_QUOTES.sub("", text).split())


def _tag_text(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name in _BLOCK_TAGS:
        return "\n"
    return " " if name in ("td", "th") else ""


def _superscript(match: re.Match[str]) -> str:
    """Powers keep their meaning: 10<sup>6</sup> is not 106."""
    content = match[1].strip()
    raised = content.translate(_SUPERSCRIPT_DIGITS)
    if all(a != b for a, b in zip(content, raised, strict=True)):
        return raised
    return content if content.lower() in _ORDINALS else f"^{content}"


def sections_of(text: str) -> Iterator[Block]:
    """Heading path and lines of each section; the lead comes first, with an empty path."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    numbers: list[int] = []
    for raw in text.split("\n"):
        line = _clean(raw)
        if line.startswith("=") and (heading := _HEADING.match(line)):
            yield tuple(title for _, title in path), lines
            level = len(heading[1])
            path = [entry for entry in path if entry[0] < level]
            path.append((level, heading[2].strip()))
            lines, numbers = [], []
        elif line[:1] in ("*", "#", ":", ";") and (item := _LIST.match(line)):
            lines.append(_list_line(item[1], item[2], numbers))
        else:
            numbers = []
            lines.append(line)
    yield tuple(title for _, title in path), lines


def _clean(line: str) -> str:
    """Single spaces; no brackets that a dropped template left empty, no space before a stop."""
    line = _SPACES.sub(" ", line).strip()
    if "(" in line:
        line = _EMPTY_BRACKETS.sub("", line)
    return _BEFORE_STOP.sub(r"\1", line) if " " in line else line


def _list_line(marks: str, content: str, numbers: list[int]) -> str:
    """Bullets as "- ", numbered items with their number, definitions and indents as lines."""
    depth = len(marks)
    del numbers[depth:]
    numbers += [0] * (depth - len(numbers))
    if not content:
        return ""
    indent = "  " * (depth - 1)
    if marks[-1] == "*":
        return f"{indent}- {content}"
    if marks[-1] == "#":
        numbers[-1] += 1
        return f"{indent}{numbers[-1]}. {content}"
    return content


def assemble(blocks: Sequence[Block]) -> tuple[str, tuple[Section, ...]]:
    """One text with every section's heading on a line of its own, and the sections' offsets.

    Sections without text are left out.
    """
    parts: list[str] = []
    sections: list[Section] = []
    length = 0
    for path, lines in blocks:
        body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
        if not body.strip():
            continue
        head = ("\n\n" if parts else "") + (path[-1] + "\n" if path else "")
        parts += [head, body]
        start = length + len(head)
        length = start + len(body)
        sections.append(Section(path, start, length))
    return "".join(parts), tuple(sections)
