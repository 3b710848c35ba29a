"""From the elements of a page to its text: its lines, tables, boxes, links, formulas, pictures.

Text comes out in the form that wikitext is given (``mediawiki/markup``), so that a page reads alike
from a dump and from a ZIM file. Knows nothing of files, and nothing of where links lead.
"""

import re
from collections.abc import Callable
from typing import ClassVar
from urllib.parse import unquote

from pinakes.ingest.layout import CODE, FORMULA, Picture, picture_span
from pinakes.ingest.sources.html.left_out import is_left_out
from pinakes.ingest.sources.html.page_lines import Attributes, Begin, End, PageLines
from pinakes.ingest.sources.html.pictures import PictureOf, no_picture, read_picture
from pinakes.ingest.sources.html.tables import Cell, Table
from pinakes.ingest.sources.mediawiki.markup.layout import lowered, raised
from pinakes.ingest.types import Link

__all__ = ["PageText"]

_BLOCKS = frozenset(
    ("address", "article", "aside", "center", "details", "div", "fieldset", "figure", "header",
     "hgroup", "hr", "main", "section", "summary")
)  # fmt: skip
_BOX = re.compile(r"infobo(?:x|ks)(?:[_-]?v\d|_v\d)?|infotaula|sinottico|taxobox|biota")
# Of pictures, where MediaWiki writes no figures.
_CAPTIONS = frozenset(("gallerytext", "thumbcaption"))
_DISAMBIGUATION = frozenset(
    ("dmbox", "disambigbox", "dmbox-disambig", "bandeau-homonymie", "homonymie",
     "Vorlage_Begriffsklaerung", "disambig")
)  # fmt: skip
_FORMULA = re.compile(r"^\{\\(?:display|text)style\s*(.*)\}$", re.DOTALL)
_WHOLE = re.compile(r"^(\d+)[\s+]+(?=\d)")
_INLINE = re.compile(r"display\s*:\s*inline(?!-block)", re.IGNORECASE)
_LAYOUT_CLASSES = frozenset(("multicol", "col-begin", "columns-start", "cquote", "pullquote"))
_LONGEST_ANCHOR = 200
_MOST_BOLD = 8
_LAST_DIGIT = re.compile(r"\d\s*$")


class PageText(PageLines):
    """A page on its way to text: a visitor of its elements (``elements.walk``).

    ``facts``: of its boxes. ``page_of``: the title of the page that an address leads to, or None.
    ``fragments``: where on their pages links lead to, by their numbers. ``picture_of``: what the
    source calls the picture at an address, or None.
    """

    _is_left_out = staticmethod(is_left_out)

    def __init__(
        self,
        title: str,
        page_of: Callable[[str], str | None],
        picture_of: PictureOf = no_picture,
    ) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.pictures: list[Picture] = []
        self.fragments: dict[int, str] = {}
        self.facts: list[str] = []
        self.is_disambiguation = False
        self._title = title
        self._page_of = page_of
        self._picture_of = picture_of
        self._tables: list[Table | None] = []  # None: one that is there for the layout only
        self._ends: list[End] = []
        self._boxes = 0
        self._has_formula = False

    def text(self, text: str) -> None:
        """Text, in whatever is open."""
        self._flows[-1].pieces.append(text)

    def start(self, tag: str, attributes: Attributes) -> bool:
        """An element begins; False where nothing in it is text."""
        classes: list[str] = []
        if attributes:
            classes = (attributes.get("class") or "").split()
            if "property" in attributes or "id" in attributes or classes:
                self._look_for_disambiguation(attributes, classes)
            if any(name.startswith("mwe-math") for name in classes) or tag == "math":
                return self._formula(tag, attributes, classes)
            if attributes.get("role") == "img" and (seen := attributes.get("aria-label")):
                self._flow.pieces.append(seen)  # stars of a rating, one picture each
                return False
        if self._is_left_out(tag, attributes, classes):
            if tag == "img":
                self._note_picture(attributes, classes)
            return False
        self._ends.append(self._begin(tag, attributes, classes))
        return True

    def end(self, tag: str) -> None:
        """The element that was opened last ends."""
        del tag
        if (action := self._ends.pop()) is not None:
            action()

    def _begin(self, tag: str, attributes: Attributes, classes: list[str]) -> End:
        if classes and tag != "table" and any(map(_BOX.fullmatch, classes)) and not self._tables:
            return self._box()
        if attributes.get("id") == "coordinates":
            return self._coordinates()
        if "frac" in classes or "sfrac" in classes:
            return self._fraction()
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal():
            return self._heading(int(tag[1]))
        if not _CAPTIONS.isdisjoint(classes):
            return self._picture_caption(attributes, classes)
        if begin := self._BEGIN.get(tag):
            return begin(self, attributes, classes)
        if tag in _BLOCKS and not _INLINE.search(attributes.get("style") or ""):
            self._flow.end_line()
            is_apart = tag == "figure" or "thumb" in classes
            return self._flow.end_paragraph if is_apart else self._flow.end_line
        return None

    def _look_for_disambiguation(self, attributes: Attributes, classes: list[str]) -> None:
        if (
            attributes.get("property") == "mw:PageProp/disambiguation"
            or attributes.get("id") in _DISAMBIGUATION
            or not _DISAMBIGUATION.isdisjoint(classes)
        ):
            self.is_disambiguation = True

    # Formulas: MathML for readers who do not see, hidden, and a picture with the same as its text.

    def _formula(self, tag: str, attributes: Attributes, classes: list[str]) -> bool:
        if "mwe-math-element" in classes:
            self._has_formula = False
        source = attributes.get("alttext" if tag == "math" else "alt") or ""
        if source and not self._has_formula:
            self._has_formula = tag != "img"
            stripped = _FORMULA.sub(r"\1", source.strip())
            mark = self._flow.mark()
            self._flow.pieces.append(" ".join(stripped.split()))
            self._flow.note_span(mark, FORMULA)
        if source or tag == "img":
            return False
        self._ends.append(None)
        return True

    def _note_picture(self, attributes: Attributes, classes: list[str]) -> None:
        """Of a picture nothing is text; it stands where it was, unless it is left out."""
        if self._is_left_out("", attributes, classes):
            return
        if picture := read_picture(attributes, self._picture_of):
            self._flow.note_picture(picture_span(len(self.pictures)))
            self.pictures.append(picture)

    # Tables and boxes.

    def _table(self, attributes: Attributes, classes: list[str]) -> End:
        flow = self._flow
        flow.end_line()
        is_box = bool(self._boxes) or any(map(_BOX.fullmatch, classes))
        is_layout = not is_box and (
            attributes.get("role") == "presentation" or not _LAYOUT_CLASSES.isdisjoint(classes)
        )
        table = None if is_layout else Table(is_box, is_inner=self._boxes > 0)
        self._tables.append(table)
        self._boxes += is_box

        def end() -> None:
            self._tables.pop()
            self._boxes -= is_box
            lines = table.lines() if table else []
            for what in table.pictures if table else ():
                flow.note_picture(what)
            if table is None:
                flow.end_paragraph()
            elif not is_box or not flow.is_page:
                flow.add_lines(lines)
                flow.end_paragraph()
            else:
                self.facts += lines
            if is_box and (cell := self._open_cell) is not None:
                cell.are_facts = True

        return end

    @property
    def _open_cell(self) -> Cell | None:
        table = self._tables[-1] if self._tables else None
        return table.rows[-1][-1] if table and table.rows and table.rows[-1] else None

    def _caption(self, attributes: Attributes, classes: list[str]) -> End:
        if not self._tables or (table := self._tables[-1]) is None:
            return self._line_break(attributes, classes)
        self._flows.append(self._FLOW())

        def end() -> None:
            caption = self._flows.pop()
            caption.end_line()
            table.captions.append(" ".join(caption.lines))

        return end

    def _row(self, attributes: Attributes, classes: list[str]) -> End:
        if self._tables and (table := self._tables[-1]) is not None:
            table.rows.append([])
            return None
        self._flow.end_line()
        return self._flow.end_line

    def _data_cell(self, attributes: Attributes, classes: list[str]) -> End:
        return self._cell(attributes, is_header=False)

    def _header_cell(self, attributes: Attributes, classes: list[str]) -> End:
        return self._cell(attributes, is_header=True)

    def _cell(self, attributes: Attributes, *, is_header: bool) -> End:
        table = self._tables[-1] if self._tables else None
        if table is None or not table.rows:
            self._flow.end_line()
            return self._flow.end_line
        cell = Cell(is_header, _number(attributes, "rowspan"), _number(attributes, "colspan"))
        table.rows[-1].append(cell)
        flow = self._FLOW(lines=cell.lines)
        self._flows.append(flow)

        def end() -> None:
            flow.end_line()
            cell.pictures = flow.take_pictures()
            self._flows.pop()

        return end

    def _box(self) -> End:
        """A box that is no table: its lines are facts, and so are the rows of tables in it."""
        flow = self._FLOW(lines=self.facts)
        self._flow.end_line()
        self._flows.append(flow)
        self._boxes += 1

        def end() -> None:
            flow.end_line()
            flow.settle_pictures()
            self._flows.pop()
            self._boxes -= 1

        return end

    def _coordinates(self) -> End:
        flow = self._FLOW()
        self._flows.append(flow)

        def end() -> None:
            flow.end_line()
            self._flows.pop()
            place = " ".join(flow.lines)
            self.facts.append(place if ":" in place else f"Coordinates: {place}")

        return end

    # Inside of a line.

    def _anchor(self, attributes: Attributes, classes: list[str]) -> End:
        target = attributes.get("href")
        title = self._page_of(target) if target and target[0] != "#" else None
        if title is None:
            return None
        return self._link(title, (target or "").partition("#")[2])

    def _link(self, title: str, fragment: str) -> End:
        flow = self._flow
        mark = flow.mark()

        def end() -> None:
            words = " ".join(flow.since(mark).split())
            if words:
                number = len(self.links)
                flow.note_span(mark, number)
                if place := " ".join(unquote(fragment).replace("_", " ").split()):
                    self.fragments[number] = place[:_LONGEST_ANCHOR]
                self.links.append(Link(title, words[:_LONGEST_ANCHOR]))

        return end

    def _inline_code(self, attributes: Attributes, classes: list[str]) -> End:
        if self._is_code:
            return None
        flow, mark = self._flow, self._flow.mark()
        return lambda: flow.note_span(mark, CODE)

    def _bold(self, attributes: Attributes, classes: list[str]) -> End:
        flow = self._flow
        wanted = self._bold_paragraph == 0 and self._paragraph and not self._path
        if not (wanted and flow.is_page) or len(self.bold_names) >= _MOST_BOLD:
            return None
        mark = flow.mark()

        def end() -> None:
            name = " ".join(flow.since(mark).split())
            if name not in {"", self._title} and len(name) <= _LONGEST_ANCHOR:
                self.bold_names[name] = None

        return end

    def _superscript(self, attributes: Attributes, classes: list[str]) -> End:
        flow, mark = self._flow, self._flow.mark()

        def end() -> None:
            content = flow.since(mark).strip()
            if 0 < len(content) <= 20 and any(map(str.isalnum, content)):  # no mark of a note
                flow.replace_since(mark, raised(content))

        return end

    def _subscript(self, attributes: Attributes, classes: list[str]) -> End:
        flow, mark = self._flow, self._flow.mark()
        behind_digit = bool(flow.pieces) and flow.pieces[-1][-1:].isdecimal()

        def end() -> None:
            content = flow.since(mark).strip()
            if behind_digit and content.isdecimal() and len(content) <= 6:
                flow.replace_since(mark, lowered(content))

        return end

    def _fraction(self) -> End:
        """1 and 1/4 is not 11/4."""
        flow, mark = self._flow, self._flow.mark()
        apart = " " if flow.pieces and _LAST_DIGIT.search(flow.pieces[-1]) else ""

        def end() -> None:
            content = " ".join(flow.since(mark).split())
            plain = content.translate(_PLAIN_DIGITS)
            flow.replace_since(mark, apart + _WHOLE.sub(r"\1 ", plain).lstrip(" +"))

        return end

    _BEGIN: ClassVar[Begin] = PageLines._BEGIN | {
        "a": _anchor, "b": _bold, "strong": _bold, "sup": _superscript, "sub": _subscript,
        "code": _inline_code, "kbd": _inline_code, "samp": _inline_code, "tt": _inline_code,
        "table": _table, "caption": _caption, "tr": _row, "td": _data_cell, "th": _header_cell,
    }  # fmt: skip


# Fractions raise and lower their digits, which here stand on the line.
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁄", "01234567890123456789/")


def _number(attributes: Attributes, name: str) -> int:
    value = attributes.get(name) or ""
    return int(value) if value.isdecimal() and len(value) < 5 else 1
