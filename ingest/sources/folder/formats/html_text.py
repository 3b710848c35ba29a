"""HTML, whoever made it, as an outline; what other formats become on their way, too.

As in rendered pages of a wiki, but code, items and links keep their places, and no class means
anything. Knows no files.
"""

import codecs
import html
import re
from typing import ClassVar

from pinakes.ingest.sources.folder.outline import (
    Line,
    Outline,
    UnreadableFile,
    kept_lines,
    short_title,
)
from pinakes.ingest.sources.html.elements import UnreadableHtml, walk
from pinakes.ingest.sources.html.flow import Flow
from pinakes.ingest.sources.html.left_out import is_control
from pinakes.ingest.sources.html.page_lines import Attributes, Begin, End
from pinakes.ingest.sources.html.page_text import PageText
from pinakes.ingest.sources.mediawiki.markup.laid_lines import LaidLine
from pinakes.ingest.types import INFOBOX_HEADING, Link

__all__ = ["HtmlOutline", "add_html", "declared_encoding", "read_html"]

_TITLE = re.compile(r"<title\b[^<>]*>(.*?)</title\s*>", re.IGNORECASE | re.DOTALL)
# A sign beside headings that leads to them, in pages made by Sphinx and its like.
_HEAD = 4 << 10
_META = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)")
_REMARK = re.compile(rb"<!--.*?-->", re.DOTALL)
# What browsers take the names of encodings for: those that hold these, and more letters.
# https://encoding.spec.whatwg.org/#names-and-labels
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5": "big5hkscs", "utf-16": "utf-8", "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}  # fmt: skip
# Of Python's codecs, those that are encodings of pages.
_OF_PAGES = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-[rtu]|gb18030|big5\w*|euc_\w+|iso2022_\w+|mac-\w+"
)
_SIGNPOST = frozenset(("headerlink", "anchor", "anchor-link", "heading-anchor", "toc-backref"))
_LONGEST_ANCHOR = 200
# What no longer holds: "<del>2</del><ins>3</ins> bar" are 3.
_STRUCK = frozenset(("del", "s", "strike"))
_STRUCK_STYLE = re.compile(r"text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)
# Marks of notes, by what they are for: of EPUB, ARIA and their like.
_NOTE_MARKS = frozenset(("doc-noteref", "noteref"))
# Words that lose what stood between them, or a number and its decimals.
_WOULD_JOIN = re.compile(r"\w[.,]?\0[.,]?\w")
_RAISED = re.compile(r"[⁰¹²³⁴-⁹]+|\^\S+")
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class _UntidiedFlow(Flow):
    """Lines as they are: "git add ." is no sentence."""

    @staticmethod
    def tidied(text: str) -> str:
        """As it is."""
        return text


class HtmlOutline(PageText):
    """A visitor of the elements of a page (``walk``), or of several, of which an outline is made.

    ``keeps_heading``: a heading of the first level that comes first is a section, not the title.
    """

    _FLOW: ClassVar[type[Flow]] = _UntidiedFlow

    def __init__(self, *, keeps_heading: bool = False) -> None:
        super().__init__("", lambda address: address)
        self.first_heading = ""
        self._keeps_heading = keeps_heading
        self._is_behind_struck = False
        self._links_into_pages = 0  # that have ended

    def start(self, tag: str, attributes: Attributes) -> bool:
        """An element begins; False where nothing in it is text."""
        if tag in _STRUCK or _STRUCK_STYLE.search(attributes.get("style") or ""):
            self._is_behind_struck = True
            return False
        return super().start(tag, attributes)

    def text(self, text: str) -> None:
        """Text, in whatever is open; behind what was struck it begins a word of its own."""
        if self._is_behind_struck and text:
            self._is_behind_struck = False
            before = "".join(self._flow.pieces[-2:])[-2:]
            if _WOULD_JOIN.search(f"{before}\0{text[:2]}"):
                text = f" {text}"
        super().text(text)

    @staticmethod
    def _is_left_out(tag: str, attributes: Attributes, classes: list[str]) -> bool:
        if tag == "a" and not _SIGNPOST.isdisjoint(classes):
            return "toc-backref" not in classes
        return is_control(tag, attributes)

    def outline(self, title: str = "") -> Outline:
        """What was read; ``title``: what the file says elsewhere, "" for its first heading."""
        blocks = self.blocks
        if self.facts:
            blocks.insert(1, ((INFOBOX_HEADING,), self.facts))
        title = short_title(title)
        if title and self.first_heading and title != self.first_heading:
            blocks[0] = ((self.first_heading,), blocks[0][1])
        return Outline(
            title or self.first_heading,
            [(path, [_line(line) for line in lines]) for path, lines in blocks],
            [(link.target, link.anchor) for link in self.links],
        )

    def _begin_section(self, level: int, title: str) -> None:
        is_first = not (self._done or self._path or self.first_heading or any(self._flows[0].lines))
        if level == 1 and is_first and title and not self._keeps_heading:
            self.first_heading = short_title(title)
        elif title:
            self._open_section(level, title)

    def _begin(self, tag: str, attributes: Attributes, classes: list[str]) -> End:
        if tag == "span" and "literal" in classes:  # what docutils makes of code in a line
            return self._inline_code(attributes, classes)
        return super()._begin(tag, attributes, classes)

    def _anchor(self, attributes: Attributes, classes: list[str]) -> End:
        target = attributes.get("href")
        if not target:
            return None
        flow, mark = self._flow, self._flow.mark()
        kinds = f"{attributes.get('role') or ''} {attributes.get('epub:type') or ''}".split()
        is_note = not _NOTE_MARKS.isdisjoint(kinds)

        def end() -> None:
            words = flow.words_since(mark)
            if "#" in target:
                self._links_into_pages += 1
                if is_note or _RAISED.fullmatch(words):
                    flow.replace_since(mark, _note(words))
                    return
            if words and len(words) <= _LONGEST_ANCHOR:
                flow.note_span(mark, len(self.links))
                self.links.append(Link(target, words))

        return end

    def _superscript(self, attributes: Attributes, classes: list[str]) -> End:
        flow, mark, links = self._flow, self._flow.mark(), self._links_into_pages
        end_power = super()._superscript(attributes, classes)

        def end() -> None:
            if self._links_into_pages == links:
                if end_power is not None:
                    end_power()
            elif mark.line == flow.mark().line:
                flow.replace_since(mark, _note(flow.words_since(mark)))

        return end

    _code_text = staticmethod(kept_lines)
    _BEGIN: ClassVar[Begin] = PageText._BEGIN | {
        "a": _anchor, "sup": _superscript,
    }  # fmt: skip


def read_html(text: str, title: str = "") -> Outline:
    """A page; ``title``: what is said elsewhere. Raises UnreadableFile."""
    page = HtmlOutline()
    add_html(text, page)
    found = _TITLE.search(text) if not title and not page.first_heading else None
    return page.outline(title or (html.unescape(found[1]) if found else ""))


def declared_encoding(content: bytes) -> str | None:
    """The codec of the encoding that a page says it is in; None where it names none that is known.

    https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
    """
    head = _REMARK.sub(b"", content[:_HEAD])
    found = _XML_DECLARATION.match(head) or _META.search(head)
    if found is None:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii", "replace")).name
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if _OF_PAGES.fullmatch(name) else None


def add_html(text: str, page: HtmlOutline) -> None:
    """Read on in another page. Raises UnreadableFile."""
    try:
        walk(text, page)
    except UnreadableHtml as error:
        raise UnreadableFile(str(error)) from None


def _note(words: str) -> str:
    """The mark of a note, which is no power: "[4]"; none where it is no word."""
    word = words.lstrip("^").translate(_RAISED_DIGITS).strip("[]()")
    return f"[{word}]" if any(map(str.isalnum, word)) else words


def _line(line: str) -> Line:
    if isinstance(line, LaidLine):
        return Line(str(line), line.kind, line.level, line.spans, line.cells)
    return Line(line)
