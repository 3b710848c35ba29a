"""From expanded wikitext to the text that is kept: tags gone, lines sorted into sections.

Knows nothing of templates and links: those are text by now.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from html.entities import html5
from itertools import takewhile

from pinakes.ingest.characters import cleaned
from pinakes.ingest.layout import LineKind
from pinakes.ingest.sources.mediawiki.markup.debris import DROPPED, tidied, without_dropped
from pinakes.ingest.sources.mediawiki.markup.emphasis import without_emphasis
from pinakes.ingest.sources.mediawiki.markup.laid_lines import (
    KEPT,
    QUOTE,
    QUOTE_END,
    ROW_START,
    KeptText,
    PageMarks,
    with_kept,
)
from pinakes.ingest.sources.mediawiki.markup.scanner import EQUALS, PIPE
from pinakes.ingest.sources.mediawiki.markup.tables import APART, BREAK, CAPTION, CELL, ROW
from pinakes.ingest.types import Section

__all__ = [
    "Block",
    "assemble",
    "clean_line",
    "lines_of",
    "lowered",
    "plain_words",
    "raised",
    "sections_of",
    "unescape",
]

# Heading path and lines of one section.
Block = tuple[tuple[str, ...], list[str]]

# How lines of lists are told, by the last of their marks.
_ITEM_KINDS: dict[str, LineKind] = {"*": "item", "#": "item", ":": "indent", ";": "term"}
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
# What MediaWiki takes for a tag; anything else between angle brackets is text.
_TAG_LIST = """
abbr b bdi bdo big blockquote br caption ce center chem cite code data dd del dfn div dl dt em font
gallery graph h1 h2 h3 h4 h5 h6 hiero hr i imagemap includeonly ins kbd li link mark math meta
noinclude nowiki ol onlyinclude p phonos poem pre q rb ref references rp rt rtc ruby s samp score
section small source span strike strong sub sup syntaxhighlight table tbody td templatestyles th
thead time timeline tr translate tt tvar u ul var wbr
"""
_TAG_NAMES = frozenset(_TAG_LIST.split())
# What somebody has taken back is not told as true: <del>7</del> 8 legs.
_STRUCK = re.compile(r"<(s|strike|del)\b[^<>]*(?<!/)>(?:(?!\n\n).){0,2000}?</\1>", re.I | re.S)
_SUPERSCRIPT = re.compile(r"<sup\b[^<>]*>([^<>]{1,20})</sup>", re.IGNORECASE)
_SUPERSCRIPT_DIGITS = str.maketrans("0123456789+-−n()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ⁽⁾")
_SUBSCRIPT = re.compile(r"<sub(?<=\d<sub)\b[^<>]*>\s*(\d{1,6})\s*</sub>", re.IGNORECASE)
_SUBSCRIPT_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_AFTER_DIGIT = re.compile(f"(?<=\\d){APART}")
_ORDINALS = frozenset(("st", "nd", "rd", "th", "er", "e", "a", "o"))
_BLOCK_TAGS = frozenset(
    (
        "hr",
        "p",
        "div",
        "li",
        "tr",
        "blockquote",
        "table",
        "ul",
        "ol",
        "dl",
        "dd",
        "dt",
        "poem",
        "center",
        "caption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    )
)
_EXTERNAL = re.compile(
    r"\[(?:(?:https?|ftps?|ircs?|git|svn|gopher)://|(?:mailto|news|tel):|//)"
    r"[^\s\[\]<>\"']*(?:'[^\s\[\]<>\"']+)*[ \t]*"
    r"([^\[\]\n]{0,2000}(?:\[(?!https?:|//)[^\[\]\n]{0,2000}){0,3})\]",
    re.IGNORECASE,
)
# Only with its semicolon: "&copy=1" is part of an address.
_ENTITY = re.compile(r"&(?:#\d{1,11}|#[xX][0-9a-fA-F]{1,10}|[A-Za-z][A-Za-z0-9]{1,31});")
_HEADING = re.compile(r"^(={1,6})[ \t]*(.+?)[ \t]*\1[ \t]*$")
_DEFINITION = re.compile(r"\s+:\s*(?=\S)")
_LIST = re.compile(r"^([*#:;]+)[ \t]*(.*)$")
_EMPTY_BRACKETS = re.compile(r"[ ]?[(（](?:[\s,;:/·–，、；：،؛-]|lit\.)*[)）]")
# Where one may be, by the letter that the engine can skip to.
_EMPTY_ASCII, _EMPTY_WIDE = (
    re.compile(rf"{bracket}(?:[\s,;:/·–)，、；：）،؛-]|lit\.)") for bracket in (r"\(", "（")
)
_MARKUP = re.compile("[<&\\[\ue000-\ue00f'](?:(?<!')|')")
_ODD_SPACES = "\t\xa0\u2009\u200a\u200b"
_SOFT_HYPHEN = "\xad"  # where a word may be parted at the end of a line
_SPACES = re.compile("  +")
_LOOSE = re.compile("[ ][ ,.;:!?)]")
_BLANK_LINES = re.compile(r"\n\n\n+")
# Not where the sign is a value, behind a label or in a list: "Mass: ? 180, ? 220; !".
_BEFORE_STOP = re.compile(r" (?<![:;] )(?<!, (?=[?!]))(?=[,.;:!?)](?:[\s,.;)]|$))")


def unescape(text: str) -> str:
    """Entities as the characters they name; none may name a mark of this package, or a control."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    entity = match.group()
    character = html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)
    return "" if "\ue000" <= character <= "\ue00f" else cleaned(character)


def _resolved(text: str, tag_text: Callable[[re.Match[str]], str] | None = None) -> str:
    """Tags, emphasis and external links gone; line breaks, bars and equals signs themselves."""
    if "<" in text:
        if "</s>" in text or "</del>" in text or "</strike>" in text:
            text = _STRUCK.sub(DROPPED, text)
        if "<sub" in text:  # the base of 20<sub>16</sub>
            text = _SUBSCRIPT.sub(lambda match: lowered(match[1]), text)
        text = _TAG.sub(tag_text or _tag_text, _SUPERSCRIPT.sub(_superscript, text))
    if "[" in text:
        text = _EXTERNAL.sub(r"\1", text)
    text = without_dropped(without_emphasis(text))
    if APART in text:
        text = _AFTER_DIGIT.sub(" ", text).replace(APART, "")
    if CELL in text:
        text = text.replace(ROW, "\n").replace(CELL, "; ")
    return text.replace(BREAK, "\n").replace(PIPE, "|").replace(EQUALS, "=")


def _words(line: str, kept: Sequence[KeptText]) -> str:
    """The words of a line, without its list or heading marks: entities resolved, kept text back."""
    line = _marked_words(line)
    return with_kept(line, kept)[0] if KEPT in line else line


def _marked_words(line: str) -> str:
    """The same, marks for kept text still in it."""
    return clean_line(unescape(line.replace(CAPTION, "") if CAPTION in line else line))


def _kept_spans(words: str, line: str, kept: Sequence[KeptText]) -> list[tuple[int, int, int]]:
    """Formulas and code in ``words``, which were made of ``line`` and end with it.

    None where it was changed once they were in it: only a definition is, whose colon they hold.
    """
    marked = _marked_words(line)
    for spelled in (marked, _with_definition(marked)):
        end, spans = with_kept(spelled, kept)
        if words.endswith(end):
            shift = len(words) - len(end)
            return [(start + shift, stop + shift, what) for start, stop, what in spans]
    return []


def lines_of(text: str, kept: Sequence[KeptText]) -> list[str]:
    """The lines of a text without headings or lists; ``kept`` texts back in their places."""
    lines = (_words(line, kept) for line in _resolved(text).split("\n"))
    return [line for line in lines if line]


def plain_words(text: str, kept: Sequence[KeptText]) -> str:
    """A short piece, such as a link's words, on one line without markup."""
    if _MARKUP.search(text):
        text = _words(_resolved(text), kept)
    return " ".join(text.split())


def _tag_text(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name not in _TAG_NAMES:
        return match.group()
    if name in _BLOCK_TAGS:
        return "\n"
    return " " if name in ("td", "th") else ""


def _tag_in_line(match: re.Match[str]) -> str:
    """The same, with marks around quotations."""
    if match[1].lower() == "blockquote":
        return f"{QUOTE_END}\n" if match.group()[1] == "/" else f"\n{QUOTE}"
    return _tag_text(match)


def _superscript(match: re.Match[str]) -> str:
    return raised(match[1].strip())


def raised(content: str) -> str:
    """Powers keep their meaning: 10<sup>6</sup> is not 106."""
    characters = unescape(content)
    high = characters.translate(_SUPERSCRIPT_DIGITS)
    if all(a != b for a, b in zip(characters, high, strict=True)):
        return high
    return content if content.lower() in _ORDINALS else f"^{content}"


def lowered(digits: str) -> str:
    """The base of 20<sub>16</sub>, and nothing but digits."""
    return digits.translate(_SUBSCRIPT_DIGITS)


def sections_of(text: str, kept: Sequence[KeptText], marks: PageMarks) -> Iterator[Block]:
    """Heading path and lines of each section; the lead comes first, with an empty path.

    Captions that stand before the lead follow its first paragraph.
    """
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    captions: list[str] = []
    numbers: list[int] = []
    list_marks = ""
    resolved = _resolved(text, _tag_in_line)
    marks.follow(text, resolved)
    line, parts, is_quoted = "", None, False
    has_blocks = ROW_START in resolved or QUOTE in resolved
    for written, links in marks.lines(resolved):
        if has_blocks:
            line, parts, is_quoted = marks.unmarked(written)
            line = line.strip()
        else:
            line = written.strip()
        if not line:
            list_marks = ""
            if captions and any(lines):
                lines, captions = _with_captions([*lines, ""], captions), []
            lines.append("")
            continue
        kind: LineKind = "paragraph"
        level = 0
        into = lines
        said = line  # without marks of lists
        if line[0] == CAPTION and not path and not any(lines):
            words, kind, into = _words(line, kept), "caption", captions
        elif line.startswith("=") and (heading := _HEADING.match(_evenly_spaced(line))):
            yield tuple(title for _, title in path), _with_captions(lines, captions)
            depth = len(heading[1])
            path = [entry for entry in path if entry[0] < depth]
            path.append((depth, _words(heading[2], kept)))
            lines, captions, list_marks = [], [], ""
            marks.quoted = 0
            continue
        elif line[:1] in ("*", "#", ":", ";") and (item := _LIST.match(line)):
            # An item continues the lists that its marks share with the item before.
            del numbers[_shared(list_marks, item[1]) :]
            list_marks = item[1]
            said = item[2]
            words = _list_line(list_marks, _words(said, kept), numbers)
            kind = _ITEM_KINDS[list_marks[-1]]
            level = len(list_marks) if kind == "indent" else 0
        else:
            list_marks = ""
            if line[0] == CAPTION:
                kind = "caption"
            elif line.startswith("----"):  # a rule across the page
                said = line = line.lstrip("-")
            words = _words(line, kept)
        if kind == "paragraph" and is_quoted:
            kind = "quote"
        if marks.wanted and (kind != "paragraph" or links or parts or KEPT in written):
            spans = _kept_spans(words, said, kept) if KEPT in said else []
            words = marks.laid(words, written, links, spans, kind, level, parts)
        into.append(words)
    yield tuple(title for _, title in path), _with_captions(lines, captions)


def _with_captions(lines: list[str], captions: list[str]) -> list[str]:
    """A paragraph with the captions behind it, if it says anything."""
    says = any(character.isalnum() for line in lines for character in line) if captions else True
    return [*lines, *captions] if says else [*captions, *lines]


def _shared(first: str, second: str) -> int:
    """How many characters two runs of list marks have in common from the left."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    )


def clean_line(line: str) -> str:
    """Single spaces; no brackets that a dropped template left empty, no space before a stop."""
    line = _plain_spaces(line).strip()
    if is_loose := _LOOSE.search(line) is not None:
        line = tidied(_SPACES.sub(" ", line))
    if ("(" in line and _EMPTY_ASCII.search(line)) or ("（" in line and _EMPTY_WIDE.search(line)):
        line = tidied(_EMPTY_BRACKETS.sub("", line))
        is_loose = True
    return _BEFORE_STOP.sub("", line) if is_loose else line


def _evenly_spaced(line: str) -> str:
    return _SPACES.sub(" ", _plain_spaces(line))


def _plain_spaces(line: str) -> str:
    if line.isascii():
        return line.replace("\t", " ")
    for space in _ODD_SPACES:
        if space in line:
            line = line.replace(space, " ")
    return line.replace(_SOFT_HYPHEN, "")


def _list_line(marks: str, content: str, numbers: list[int]) -> str:
    """Bullets as "- ", numbered items with their number, definitions and indents as lines."""
    depth = len(marks)
    numbers += [0] * (depth - len(numbers))
    if not content:
        return ""
    indent = "  " * (depth - 1)
    if marks[-1] == "*":
        return f"{indent}- {content}"
    if marks[-1] == "#":
        numbers[-1] += 1
        return f"{indent}{numbers[-1]}. {content}"
    if marks[-1] == ";":
        return _with_definition(content)
    return content


def _with_definition(content: str) -> str:
    """A term and what it means, joined by a colon."""
    return _DEFINITION.sub(": ", content, count=1)


def assemble(blocks: Sequence[Block]) -> tuple[str, tuple[Section, ...]]:
    """One text with every section's heading on a line of its own, and the sections' offsets.

    Sections without text are left out.
    """
    parts: list[str] = []
    sections: list[Section] = []
    length = 0
    for path, lines in blocks:
        body = "\n".join(lines).strip("\n")
        if "\n\n\n" in body:
            body = _BLANK_LINES.sub("\n\n", body)
        if not body.strip():
            continue
        head = ("\n\n" if parts else "") + (path[-1] + "\n" if path else "")
        parts += [head, body]
        start = length + len(head)
        length = start + len(body)
        sections.append(Section(path, start, length))
    return "".join(parts), tuple(sections)
