"""What a page holds, read independently of our own parser: pieces of text and where they stand.

The only file that imports mwparserfromhell. It is slow and made for editing; here it is the
outside measure of what must not be lost (see ``meter``), never a part of a build.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import mwparserfromhell
from mwparserfromhell import nodes

from pinakes.ingest.sources.mediawiki.fidelity.fact_arguments import (
    REFERENCE_TEMPLATE,
    is_layout_argument,
    is_steering_argument,
    shown_date,
)
from pinakes.ingest.sources.mediawiki.fidelity.unclosed import count_unclosed

__all__ = ["Piece", "Place", "TemplateUse", "pieces_of"]

# Where a piece of text stands. A reader of the page sees the first five, most of what stands in
# templates that nobody knows ("unrendered") among them; the others are told apart: inside templates
# without facts, arguments that steer a template and do not show.
Place = Literal["text", "template", "infobox", "table", "unrendered", "silent", "steering"]
TemplateUse = Literal["rendered", "infobox", "unrendered", "silent"]
# By a template's name (lower case, single spaces), its named arguments as written, and how many
# others there are that are not blank.
UseOf = Callable[[str, Mapping[str, str], int], TemplateUse]

_LONGEST_PAGE = 3_000_000
# The parser backtracks from everything that never closes: its time grows with their square.
_MOST_UNCLOSED = 300
# Extension tags whose content is a drawing or a reference, and those with text of their own.
_REFERENCE_TAGS = frozenset(("ref", "references", "templatestyles", "templatedata", "indicator"))
_SCRIPT_TAGS = frozenset(("score", "mapframe", "maplink", "hiero", "inputbox"))
_INLINE_TAGS = frozenset(
    ("b", "i", "span", "small", "big", "u", "s", "em", "strong", "font", "nowiki")
)
_FILE = frozenset(("file", "image", "media"))
_TIMELINE_VALUE = re.compile(r"\b(bar|till|text):\s*(\"[^\"]*\"|[^\s\"]+)")
_IMAGE_OPTION = re.compile(
    r"^(thumb(nail)?|frame(d|less)?|border|right|left|center|centre|none|baseline|middle|sub|super|"
    r"top|text-top|bottom|text-bottom|upright( ?[\d.]+)?|\d*x?\d+ ?px|[a-z]+=.*|mini|miniatur)$",
    re.IGNORECASE | re.DOTALL,
)
_NO_FRAME = re.compile(
    r"^(frameless|border|right|left|none|baseline|middle|sub|super|text-top|top|bottom|text-bottom|"
    r"center|centre|\d*x?\d+ ?px|[a-z]+=.*)?$",
    re.IGNORECASE | re.DOTALL,
)
_INTERLANGUAGE = re.compile(r"^[a-z]{2,3}(-[a-z-]+)?:\S")
# The parser takes attributes of cells for text where a template follows them.
_ATTRIBUTE = re.compile(
    r"\b(?:(?:col|row)span|width|height|align|bgcolor|scope|style|border|cellpadding|cellspacing|size)\s*=\s*"
    r"(?:\"[^\"\n]*(?:\"|$)|'[^'\n]*'|[\w#%.]+)",
    re.IGNORECASE,
)
# Between what stands apart without a space: two numbers, but no place for a sign to begin.
_APART = "ʼ"
_EMPHASIS = re.compile("'{2,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text as it stands in the source, without markup, and the template that holds it."""

    place: Place
    template: str
    text: str


def pieces_of(
    wikitext: str,
    use_of: UseOf,
    file_prefixes: frozenset[str],
    hidden_prefixes: frozenset[str],
) -> list[Piece] | None:
    """The pieces of a page in order; None for a page that would take too long to parse.

    ``use_of`` tells what becomes of a template.
    References, addresses, comments, attributes of tags and options of pictures are left out.
    """
    if len(wikitext) > _LONGEST_PAGE or count_unclosed(wikitext) > _MOST_UNCLOSED:
        return None
    try:
        tree = mwparserfromhell.parse(wikitext, skip_style_tags=True)
        walk = _Walk(use_of, _FILE | file_prefixes, hidden_prefixes)
        walk.visit(tree, "text", "")
    except (RecursionError, mwparserfromhell.parser.ParserError):
        return None
    return [Piece(place, name, "".join(parts)) for place, name, parts in walk.pieces]


class _Walk:
    """Through the tree in order; text of one place is joined until another begins."""

    def __init__(
        self,
        use_of: UseOf,
        files: frozenset[str],
        hidden: frozenset[str],
    ) -> None:
        self.pieces: list[tuple[Place, str, list[str]]] = []
        self._use_of = use_of
        self._files = files
        self._hidden = hidden

    def _add(self, place: Place, name: str, text: str) -> None:
        if not self.pieces or self.pieces[-1][:2] != (place, name):
            self.pieces.append((place, name, []))
        self.pieces[-1][2].append(text)

    def visit(self, code: Any, place: Place, name: str) -> None:
        """Everything in ``code``, which stands at ``place``, in the template ``name`` if in any."""
        for node in code.nodes if code is not None else ():
            if isinstance(node, nodes.Text):
                text = _EMPHASIS.sub("", str(node))
                self._add(place, name, _ATTRIBUTE.sub(" ", text))
            elif isinstance(node, nodes.HTMLEntity):
                self._add(place, name, _character(node))
            elif isinstance(node, nodes.Wikilink):
                self._link(node, place, name)
            elif isinstance(node, nodes.ExternalLink):
                if node.title is not None:
                    self.visit(node.title, place, name)
                self._add(place, name, " ")
            elif isinstance(node, nodes.Template):
                self._template(node, place, name)
            elif isinstance(node, nodes.Tag):
                self._tag(node, place, name)
            elif isinstance(node, nodes.Heading):
                self._add(place, name, "\n")
                self.visit(node.title, place, name)
                self._add(place, name, "\n")
            elif isinstance(node, nodes.Argument):
                self.visit(node.default, place, name)

    def _tag(self, node: Any, place: Place, name: str) -> None:
        tag = str(node.tag).strip().lower()
        if tag in _REFERENCE_TAGS:
            return
        if tag == "timeline":
            self._timeline(str(node.contents or ""), place, name)
            return
        if tag == "imagemap":  # the picture; the rest is where its shapes lie
            picture = str(node.contents or "").strip().partition("\n")[0]
            self.visit(mwparserfromhell.parse(f"[[{picture}]]"), place, name)
            return
        if tag in _SCRIPT_TAGS or tag == "graph":
            there: Place = "unrendered" if tag == "graph" else "steering"
            self._add(there, f"<{tag}>", f"{node.contents or ''}\n")
            return
        if tag == "table" and place == "text":
            place = "table"
        joint = "" if tag in _INLINE_TAGS else "\n" if tag in ("td", "th", "li", "br") else " "
        self._add(place, name, joint)
        if tag in ("sup", "sub"):
            joint = _APART
        if tag == "gallery":
            for line in str(node.contents or "").split("\n"):
                caption = line.partition("|")[2]
                self.visit(mwparserfromhell.parse(caption, skip_style_tags=True), place, name)
                self._add(place, name, "\n")
        elif node.contents is not None:
            self.visit(node.contents, place, name)
        self._add(place, name, joint)

    def _timeline(self, script: str, place: Place, name: str) -> None:
        """The values of a drawing; how it is drawn steers it."""
        for line in script.split("\n"):
            values = _TIMELINE_VALUE.findall(line) if "Period" not in line else []
            if values:
                self._add(place, name, "\n" + "\n".join(value for _, value in values) + "\n")
            else:
                self._add("steering", "<timeline>", line + "\n")

    def _link(self, node: Any, place: Place, name: str) -> None:
        target = str(node.title).strip()
        prefix, colon, _ = target.partition(":")
        prefix = prefix.replace("_", " ").strip().lower() if colon else ""
        if prefix in self._files:
            caption = _caption(node.text)
            if caption:
                self._add(place, name, "\n")
                self.visit(mwparserfromhell.parse(caption, skip_style_tags=True), place, name)
                self._add(place, name, "\n")
        elif prefix in self._hidden or (node.text is None and _INTERLANGUAGE.match(target)):
            return
        else:
            self.visit(node.text if node.text is not None else node.title, place, name)

    def _template(self, node: Any, place: Place, name: str) -> None:
        head = str(node.name)
        own = template_name(head)
        if REFERENCE_TEMPLATE.match(own):
            return
        self._add(place, name, _APART)
        values = [(str(p.name).strip().lower(), p) for p in node.params]
        written = [(key, str(parameter.value).strip()) for key, parameter in values]
        named = {str(p.name).strip().lower(): str(p.value) for p in node.params if p.showkey}
        others = sum(1 for p in node.params if not p.showkey and str(p.value).strip())
        use = self._use_of(own, named, others)
        if place not in ("unrendered", "silent", "steering"):
            if use != "rendered":
                place, name = use, own
            elif place == "text":
                place, name = "template", own
        function, colon, first = head.partition(":")
        if colon and function.strip().lower() == own:  # {{formatnum:1234}}
            operand = is_steering_argument(own, 0, [("1", first)]) and place != "unrendered"
            there: Place = "steering" if operand else place
            self.visit(mwparserfromhell.parse(first, skip_style_tags=True), there, name)
        for number, (key, parameter) in enumerate(values):
            there = place
            if is_layout_argument(key, written[number][1]):
                continue
            if use == "rendered" and place not in ("unrendered", "silent"):
                there = "steering" if is_steering_argument(own, number, written) else place
            self._add(there, name if there == place else own, "\n")
            date = shown_date(own, written[number][1])
            if date is not None and use == "rendered":
                self._add(there, name if there == place else own, date)
            else:
                self.visit(parameter.value, there, name if there == place else own)
            self._add(there, name if there == place else own, "\n")


def template_name(head: str) -> str:
    """A template's name in one form: lower case, single spaces, no namespace."""
    head = re.sub(r"<!--.*?-->", "", head, flags=re.DOTALL)
    name = " ".join(head.replace("_", " ").split()).lower()
    function, colon, rest = name.partition(":")
    if colon and function in ("template", "t", "msg", "subst", "safesubst"):
        return rest.strip()
    return function.strip() if colon else name


def _caption(text: Any) -> str:
    """The last option of a picture, if it is a caption: one in a frame, for others show none."""
    if text is None:
        return ""
    depth, begin, source, parts = 0, 0, str(text), []
    for match in re.finditer(r"\[\[|\{\{|\]\]|\}\}|\|", source):
        if match.group() in ("[[", "{{"):
            depth += 1
        elif match.group() in ("]]", "}}"):
            depth -= 1
        elif depth == 0:
            parts.append(source[begin : match.start()])
            begin = match.end()
    parts.append(source[begin:])
    if all(_NO_FRAME.match(part.strip()) for part in parts[:-1]):
        return ""
    captions = [part for part in parts if part.strip() and not _IMAGE_OPTION.match(part.strip())]
    return captions[-1] if captions else ""


def _character(node: Any) -> str:
    try:
        return str(node.normalize())
    except (ValueError, OverflowError):
        return str(node)
