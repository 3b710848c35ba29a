"""Wikitext to plain text: sections, facts from templates, tables as rows, links as their words.

One pass with a stack over the markup tokens, so that time is linear in the length and nesting is
resolved from the inside out; then one pass over the lines. Knows nothing of files or passages.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.tables import BREAK, infobox_facts, render_table
from ingest.templates import Arguments, is_disambiguation, is_infobox, render_template
from ingest.types import Document, Link, Page, Section, SiteInfo

__all__ = ["parse_document"]

_MAX_DEPTH = 60
# Private-use characters stand for what later steps must not read as markup.
_PIPE, _EQUALS, _KEPT, _KEPT_END = "\ue003", "\ue004", "\ue000", "\ue001"
_PRIVATE = re.compile("[\x00\ue000-\ue00f]")

_DROPPED_TAGS = "ref|references|timeline|imagemap|graph|mapframe|maplink|templatestyles|score|hiero|section|indicator|inputbox|templatedata"
_KEPT_TAGS = "nowiki|math|chem|ce|pre|syntaxhighlight|source"
_EXTENSION = re.compile(
    rf"<!--|<(?P<tag>{_DROPPED_TAGS}|{_KEPT_TAGS}|gallery)\b(?P<attributes>[^<>]*?)(?P<closed>/?)>",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\{\{+|\}\}+|\[\[|\]\]|\||(?:(?<=\n)|(?<![\s\S]))[ \t:]*\{(?=\|)|(?<=\n)[ \t]*(?=\|\}(?!\}(?!\})))"
)
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
_LINE_BREAK = re.compile(r"<\s*/?\s*br\b[^<>]*>", re.IGNORECASE)
_SUPERSCRIPT = re.compile(r"<sup\b[^<>]*>([^<>]{1,20})</sup>", re.IGNORECASE)
_EXTERNAL = re.compile(r"\[(?:(?:https?|ftp|mailto|irc|news):|//)[^\s\[\]<>]*[ \t]*([^\[\]\n]{0,2000})\]", re.IGNORECASE)
_QUOTES = re.compile(r"'{2,}")
_SWITCH = re.compile(r"__([A-Z]{3,24})__")
_HEADING = re.compile(r"^(={1,6})[ \t]*(.+?)[ \t]*\1[ \t]*$")
_LIST = re.compile(r"^([*#:;]+)[ \t]*(.*)$")
_IMAGE_OPTION = re.compile(
    r"^(thumb(nail)?|frame(d|less)?|border|right|left|center|centre|none|baseline|middle|sub|super|"
    r"top|text-top|bottom|text-bottom|upright( ?[\d.]+)?|\d*x?\d+ ?px|(thumb|upright|link|alt|page|"
    r"lang|class|start|end|thumbtime)=.*|mini|miniatur|vignette|droite|gauche|miniatura|miniatiura)$",
    re.IGNORECASE | re.DOTALL,
)
_INTERLANGUAGE = re.compile(r"^(?:[a-z]{2,3}|simple|be-x-old|zh-[a-z-]+|roa-[a-z]+|map-bms|cbk-zam|fiu-vro|bat-smg|nds-nl):\S")
_INTERWIKI = frozenset(
    ("wikt", "wiktionary", "commons", "c", "s", "wikisource", "q", "wikiquote", "b", "wikibooks",
     "n", "wikinews", "v", "wikiversity", "voy", "wikivoyage", "d", "wikidata", "species",
     "wikispecies", "m", "meta", "w", "wikipedia", "mw", "doi", "iarchive", "special", "image talk")
)  # fmt: skip
_SUPERSCRIPT_DIGITS = str.maketrans("0123456789+-−n()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ⁽⁾")
_CANONICAL_FILE = frozenset(("file", "image", "media"))
_CANONICAL_CATEGORY = frozenset(("category",))
# Namespaces whose links lead to no article: their words stay, the target is not kept.
_OTHER_NAMESPACES = frozenset(
    ("user", "user talk", "talk", "wikipedia", "wikipedia talk", "template", "help", "portal",
     "special", "module", "draft", "mediawiki", "wp", "book", "file talk", "timedtext")
)  # fmt: skip
INFOBOX_HEADING = "Infobox"


def parse_document(page: Page, site: SiteInfo, dropped: Counter[str] | None = None) -> Document:
    """The article as plain text. Never raises on markup, however broken.

    ``dropped`` counts, by name, the templates that were left out because none of the renderers
    knows them.
    """
    parser = _Parser(page.title, site, Counter() if dropped is None else dropped)
    text = parser.expand(page.wikitext)
    blocks = list(_sections_of(_finish(text, parser.kept)))
    if parser.facts:
        facts = _finish("\n".join(parser.facts), parser.kept)
        blocks.insert(1, ((INFOBOX_HEADING,), [line for line in facts.split("\n") if line]))
    body, sections = _assemble(blocks)
    return Document(
        page_id=page.page_id,
        title=page.title,
        revision_id=page.revision_id,
        timestamp=page.timestamp,
        text=body,
        sections=sections,
        links=tuple(parser.links),
        is_disambiguation=parser.is_disambiguation,
    )


@dataclass(slots=True)
class _Frame:
    """An opening token that waits for its end, and the arguments read since."""

    kind: str
    braces: int = 0
    parts: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)

    def literal(self) -> str:
        """What stands inside, for markup that never ends: its words, without the brackets."""
        return "|".join([*self.arguments, "".join(self.parts)])


class _Parser:
    """One page on its way to text; collects links, infobox facts and what was dropped."""

    def __init__(self, title: str, site: SiteInfo, dropped: Counter[str]) -> None:
        self.title = title
        self.links: list[Link] = []
        self.facts: list[str] = []
        self.kept: list[str] = []
        self.dropped = dropped
        self.is_disambiguation = False
        self._files = _CANONICAL_FILE | site.namespace_names(6, -2)
        self._categories = _CANONICAL_CATEGORY | site.namespace_names(14)
        articles = {key for key, _ in site.namespaces if key != 0}
        self._other_namespaces = _OTHER_NAMESPACES | site.namespace_names(*articles)

    def expand(self, wikitext: str) -> str:
        """Templates, links and tables replaced by text; line markup still in place."""
        text = self._without_extensions(_PRIVATE.sub("", wikitext))
        text = _SWITCH.sub(self._switch, text)
        return self._scan(_LINE_BREAK.sub(BREAK, text))

    def _keep(self, text: str) -> str:
        """Hide text from all further parsing; ``_finish`` puts it back."""
        self.kept.append(text)
        return f"{_KEPT}{len(self.kept) - 1}{_KEPT_END}"

    def _switch(self, match: re.Match[str]) -> str:
        self.is_disambiguation = self.is_disambiguation or match[1] == "DISAMBIG"
        return ""

    def _without_extensions(self, text: str) -> str:
        """Comments and references gone, math and code kept aside, galleries as captions."""
        parts: list[str] = []
        position = 0
        unclosed: set[str] = set()
        while match := _EXTENSION.search(text, position):
            parts.append(text[position : match.start()])
            tag = (match["tag"] or "!--").lower()
            if match["closed"]:
                position = match.end()
                continue
            if tag == "!--":
                end = text.find("-->", match.end())
                position = end + 3 if end >= 0 else len(text)
                continue
            close = None if tag in unclosed else _closing(tag).search(text, match.end())
            if close is None:
                unclosed.add(tag)
                position = match.end()
                continue
            parts.append(self._extension(tag, text[match.end() : close.start()]))
            position = close.end()
        parts.append(text[position:])
        return "".join(parts)

    def _extension(self, tag: str, content: str) -> str:
        if tag in {"math", "chem", "ce"}:
            return self._keep(" ".join(content.split()))
        if tag in {"pre", "syntaxhighlight", "source"}:
            return "\n" + self._keep(content.strip("\n")) + "\n"
        if tag == "nowiki":
            return self._keep(content)
        if tag == "gallery":
            captions = (line.partition("|")[2].strip() for line in content.split("\n"))
            return "\n" + "\n".join(caption for caption in captions if caption) + "\n"
        return ""

    def _scan(self, text: str) -> str:
        stack = [_Frame("root")]
        open_templates = open_links = open_tables = 0
        position = 0
        for match in _TOKEN.finditer(text):
            token = match.group().lstrip(" \t:") if "{" in match.group() else match.group()
            if match.start() > position:
                stack[-1].parts.append(text[position : match.start()])
            elif match.start() < position:
                continue
            position = match.end()
            top = stack[-1]
            if token == "|":
                if text.startswith("|}", match.start()) and top.kind == "table" and (
                    not top.parts or top.parts[-1].endswith("\n") or not top.parts[-1].strip(" \t")
                ) and not _closes_template(text, match.start(), open_templates):
                    stack.pop()
                    open_tables -= 1
                    self._into(stack[-1], "\n" + render_table("".join(top.parts)) + "\n")
                    position += 1
                elif top.kind in {"template", "link"}:
                    top.arguments.append("".join(top.parts))
                    top.parts = []
                else:
                    top.parts.append("|")
            elif token == "[[":
                if len(stack) < _MAX_DEPTH:
                    stack.append(_Frame("link"))
                    open_links += 1
            elif token == "]]":
                if top.kind == "link":
                    stack.pop()
                    open_links -= 1
                    self._into(stack[-1], self._link(top))
            elif token == "{":
                if len(stack) < _MAX_DEPTH:
                    stack.append(_Frame("table"))
                    open_tables += 1
                    position += 1  # the bar of "{|"
            elif token.startswith("{{"):
                if len(stack) < _MAX_DEPTH:
                    stack.append(_Frame("template", braces=len(token)))
                    open_templates += 1
            elif token.startswith("}}"):
                braces = len(token)
                while braces >= 2 and open_templates:
                    while stack[-1].kind != "template":
                        lost = stack.pop()
                        open_links -= lost.kind == "link"
                        open_tables -= lost.kind == "table"
                        self._into(stack[-1], self._unclosed(lost))
                    frame = stack.pop()
                    open_templates -= 1
                    used = min(braces, frame.braces, 3)
                    braces -= used
                    result = self._template(frame) if used == 2 else self._parameter(frame)
                    if frame.braces - used >= 2:
                        stack.append(_Frame("template", braces=frame.braces - used))
                        open_templates += 1
                    self._into(stack[-1], result)
        stack[-1].parts.append(text[position:])
        while len(stack) > 1:
            lost = stack.pop()
            self._into(stack[-1], self._unclosed(lost))
        return "".join(stack[0].parts)

    def _unclosed(self, frame: _Frame) -> str:
        if frame.kind == "table":
            return "\n" + render_table("".join(frame.parts)) + "\n"
        return frame.literal()

    def _into(self, frame: _Frame, text: str) -> None:
        """Add rendered text; inside other markup its bars and equals signs are only letters."""
        if frame.kind != "root" and text != "|":
            if "|" in text:
                text = text.replace("|", _PIPE)
            if frame.kind == "template" and "=" in text:
                text = text.replace("=", _EQUALS)
        frame.parts.append(text)

    def _parameter(self, frame: _Frame) -> str:
        """``{{{name|default}}}`` outside its template: the default."""
        values = [*frame.arguments, "".join(frame.parts)]
        return values[1] if len(values) > 1 else ""

    def _template(self, frame: _Frame) -> str:
        head, *rest = [*frame.arguments, "".join(frame.parts)]
        name = " ".join(head.replace("_", " ").split()).lower()
        function, colon, first = name.partition(":")
        if colon:
            if function in {"template", "t", "msg", "subst", "safesubst"}:
                name = first.strip()
            else:
                name = function.strip()
                rest = [head.partition(":")[2].strip(), *rest]
        if name in {"pagename", "fullpagename", "subpagename"}:
            return self.title
        arguments = _arguments(rest)
        if is_disambiguation(name):
            self.is_disambiguation = True
            return ""
        if is_infobox(name):
            self.facts += infobox_facts(arguments.named)
            return ""
        rendered = render_template(name, arguments)
        if name == "coord" and rendered and arguments.get("display") == "title":
            self.facts.append(f"Coordinates: {rendered}")
            return ""
        if rendered is None:
            self.dropped[name[:80]] += 1
            return ""
        return rendered

    def _link(self, frame: _Frame) -> str:
        target, *rest = [*frame.arguments, "".join(frame.parts)]
        target = target.strip()
        escaped = target.startswith(":")
        target = target.lstrip(":").strip()
        prefix, colon, remainder = target.partition(":")
        prefix = prefix.replace("_", " ").strip().lower()
        if colon and not escaped:
            if prefix in self._files:
                caption = next(
                    (part.strip() for part in reversed(rest) if not _is_image_option(part)), ""
                )
                return f"\n{caption}\n" if caption and len(rest) > 1 else ""
            if prefix in self._categories:
                return ""
            if _INTERLANGUAGE.match(target) and not rest:
                return ""
        anchor = rest[-1].strip() if rest else target.replace("_", " ").lstrip("#")
        if rest and not anchor:
            anchor = remainder.strip() or target
        if not colon or (
            prefix not in _INTERWIKI
            and prefix not in self._other_namespaces
            and prefix not in self._files
            and prefix not in self._categories
            and not _INTERLANGUAGE.match(target)
        ):
            title = " ".join(target.partition("#")[0].replace("_", " ").split())
            if title and "\n" not in title and len(title) < 256 and _KEPT not in title:
                self.links.append(Link(title[:1].upper() + title[1:], _plain_anchor(anchor)))
        return anchor


def _closes_template(text: str, position: int, open_templates: int) -> bool:
    """Whether ``|}}`` is an empty last argument and the end of a template, not of a table."""
    return (
        open_templates > 0
        and text.startswith("|}}", position)
        and not text.startswith("|}}}", position)
    )


_CLOSING = {
    tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE)
    for tag in [*_DROPPED_TAGS.split("|"), *_KEPT_TAGS.split("|"), "gallery"]
}


def _closing(tag: str) -> re.Pattern[str]:
    return _CLOSING[tag]


def _is_image_option(part: str) -> bool:
    return not part.strip() or bool(_IMAGE_OPTION.match(part.strip()))


def _plain_anchor(anchor: str) -> str:
    if "<" in anchor or "&" in anchor:
        anchor = html.unescape(_TAG.sub("", anchor))
    return " ".join(_QUOTES.sub("", anchor).split())[:200]


def _arguments(values: list[str]) -> Arguments:
    positional: list[str] = []
    named: dict[str, str] = {}
    for value in values:
        key, equals, content = value.partition("=")
        if equals and "<" not in key and "[" not in key:
            named[key.strip().lower()] = content.strip().replace(_EQUALS, "=")
        else:
            positional.append(value.replace(_EQUALS, "="))
    for index in range(1, 10):  # {{lang|1=grc|2=…}} means the same as {{lang|grc|…}}
        if len(positional) == index - 1 and str(index) in named:
            positional.append(named[str(index)])
    return Arguments(tuple(positional), named)


def _tag_text(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name in {"hr", "p", "div", "li", "tr", "blockquote", "table", "ul", "ol", "dl", "dd", "dt", "poem"}:
        return "\n"
    return " " if name in {"td", "th"} else ""


def _superscript(match: re.Match[str]) -> str:
    content = match[1].strip()
    if all(letter in "0123456789+-−n()" for letter in content):
        return content.translate(_SUPERSCRIPT_DIGITS)
    return content if content.lower() in {"st", "nd", "rd", "th", "er", "e", "a", "o"} else f"^{content}"


def _finish(text: str, kept: list[str]) -> str:
    """Tags, emphasis, external links and entities resolved; what was kept aside put back."""
    if "<" in text:
        text = _TAG.sub(_tag_text, _SUPERSCRIPT.sub(_superscript, text))
    if "[" in text:
        text = _EXTERNAL.sub(r"\1", text)
    if "''" in text:
        text = _QUOTES.sub(lambda match: "'" if len(match.group()) == 4 else "", text)
    if "&" in text:
        text = html.unescape(text)
    text = text.replace("\xa0", " ").replace(BREAK, "\n").replace(_PIPE, "|").replace(_EQUALS, "=")
    if _KEPT in text:
        text = re.sub(f"{_KEPT}(\\d+){_KEPT_END}", lambda match: kept[int(match[1])], text)
    return text


_Block = tuple[tuple[str, ...], list[str]]


def _sections_of(text: str) -> Iterator[_Block]:
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
        elif line[:1] in "*#:;" and (item := _LIST.match(line)):
            lines.append(_list_line(item[1], item[2], numbers))
        else:
            numbers = []
            lines.append(line)
    yield tuple(title for _, title in path), lines


_EMPTY_BRACKETS = re.compile(r"[ ]?\((?:[\s,;:·–-]|lit\.)*\)")
_SPACES = re.compile(r"[ \t\u2009\u200a\u200b\u00ad]+")
_BEFORE_STOP = re.compile(r" +([,.;:!?)])(?=\s|$)")


def _clean(line: str) -> str:
    line = _SPACES.sub(" ", line).strip()
    if "(" in line:
        line = _EMPTY_BRACKETS.sub("", line)
    return _BEFORE_STOP.sub(r"\1", line) if " " in line else line


def _list_line(marks: str, content: str, numbers: list[int]) -> str:
    """Bullets as "- ", numbered items with their number, definitions as "term: meaning"."""
    depth = len(marks)
    del numbers[depth:]
    numbers += [0] * (depth - len(numbers))
    if not content:
        return ""
    kind = marks[-1]
    indent = "  " * (depth - 1)
    if kind == "*":
        return f"{indent}- {content}"
    if kind == "#":
        numbers[-1] += 1
        return f"{indent}{numbers[-1]}. {content}"
    return content


def _assemble(blocks: list[_Block]) -> tuple[str, tuple[Section, ...]]:
    """One text with every section's heading on a line of its own, and the sections' offsets."""
    parts: list[str] = []
    sections: list[Section] = []
    length = 0

    def add(piece: str) -> None:
        nonlocal length
        parts.append(piece)
        length += len(piece)

    for path, lines in blocks:
        body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
        if not body.strip():
            continue
        if parts:
            add("\n\n")
        if path:
            add(path[-1] + "\n")
        start = length
        add(body)
        sections.append(Section(path, start, length))
    return "".join(parts), tuple(sections)


