"""From the elements of a page to its lines: paragraphs, lists, quotations, code, headings.

Knows nothing of tables, nor of what stands inside of a line.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from pinakes.ingest.layout import LineKind
from pinakes.ingest.sources.html.flow import Flow
from pinakes.ingest.sources.mediawiki.markup.laid_lines import LaidLine
from pinakes.ingest.sources.mediawiki.markup.layout import Block

__all__ = ["Attributes", "Begin", "End", "PageLines"]

Attributes = Mapping[str, str | None]
# What is to be done when an element ends.
End = Callable[[], None] | None
# By the name of an element, what is to be done when it begins.
Begin = dict[str, Callable[..., End]]


class PageLines:
    """The lines of a page as far as it has been read, section by section."""

    _FLOW: ClassVar[type[Flow]] = Flow

    def __init__(self) -> None:
        self.bold_names: dict[str, None] = {}
        self._flows = [self._FLOW(is_page=True)]
        self._done: list[Block] = []
        self._path: list[tuple[int, str]] = []
        self._is_code = False
        self._paragraph = self._bold_paragraph = 0  # by their number from 1; 0: none

    @property
    def blocks(self) -> list[Block]:
        """Heading path and lines of each section, the lead first, once all has been read."""
        self._flow.end_line()
        self._flow.settle_pictures()
        return [*self._done, (self._heading_path, self._flows[0].lines)]

    @property
    def _flow(self) -> Flow:
        return self._flows[-1]

    @property
    def _heading_path(self) -> tuple[str, ...]:
        return tuple(title for _, title in self._path)

    def _paragraph_of_text(self, attributes: Attributes, classes: list[str]) -> End:
        flow = self._flow
        flow.end_line()
        if not flow.is_page:
            return flow.end_line
        number = self._paragraph = self._paragraph + 1

        def end() -> None:
            flow.end_paragraph()
            if self._bold_paragraph == 0 and self.bold_names:
                self._bold_paragraph = number

        return end

    def _line_break(self, attributes: Attributes, classes: list[str]) -> End:
        self._flow.end_line()
        return None

    def _list(self, attributes: Attributes, classes: list[str], first: int | None) -> End:
        flow = self._flow
        flow.end_line()
        flow.lists.append(first)

        def end() -> None:
            flow.end_line()
            flow.lists.pop()
            flow.end_paragraph()

        return end

    def _bullets(self, attributes: Attributes, classes: list[str]) -> End:
        if "gallery" in classes:  # of pictures, one item each
            self._flow.end_line()
            return self._flow.end_paragraph
        return self._list(attributes, classes, None)

    def _numbers(self, attributes: Attributes, classes: list[str]) -> End:
        start = attributes.get("start") or ""
        return self._list(attributes, classes, int(start) - 1 if start.isdecimal() else 0)

    def _item(self, attributes: Attributes, classes: list[str]) -> End:
        self._flow.begin_item()
        return self._flow.end_line

    def _of_kind(self, kind: LineKind) -> End:
        """Lines of this kind, deeper where they stand in others of it."""
        flow = self._flow
        flow.end_line()
        level = 1 + sum(1 for one, _ in flow.kinds if one == kind)
        flow.kinds.append((kind, level if kind == "indent" else 0))

        def end() -> None:
            flow.end_line()
            flow.kinds.pop()
            if kind == "quote":
                flow.end_paragraph()

        return end

    def _term(self, attributes: Attributes, classes: list[str]) -> End:
        return self._of_kind("term")

    def _meaning(self, attributes: Attributes, classes: list[str]) -> End:
        return self._of_kind("indent")

    def _quotation(self, attributes: Attributes, classes: list[str]) -> End:
        return self._of_kind("quote")

    def _picture_caption(self, attributes: Attributes, classes: list[str]) -> End:
        return self._of_kind("caption")

    def _code(self, attributes: Attributes, classes: list[str]) -> End:
        flow = self._flow
        flow.end_line()
        was_code, self._is_code = self._is_code, True

        def end() -> None:
            self._is_code = was_code
            if code := self._code_text(flow.take_code()):
                flow.add_lines([LaidLine(code, "code")] if flow.is_page else code.split("\n"))
            flow.end_paragraph()

        return end

    @staticmethod
    def _code_text(text: str) -> str:
        return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))

    # Sections.

    def _heading(self, level: int) -> End:
        self._flow.end_line()
        if not self._flow.is_page:  # in a table or a box: a line of it
            return self._flow.end_line
        self._flows.append(self._FLOW())

        def end() -> None:
            heading = self._flows.pop()
            heading.end_line()
            self._begin_section(level, " ".join(heading.lines))

        return end

    def _begin_section(self, level: int, title: str) -> None:
        is_first = not self._path and not any(self._flows[0].lines)
        if title and not (level == 1 and is_first):  # the title of the page
            self._open_section(level, title)

    def _open_section(self, level: int, title: str) -> None:
        self._flows[0].settle_pictures()
        self._done.append((self._heading_path, self._flows[0].lines))
        self._flows[0].lines = []
        self._path = [entry for entry in self._path if entry[0] < level]
        self._path.append((level, title))

    _BEGIN: ClassVar[Begin] = {
        "br": _line_break, "p": _paragraph_of_text, "pre": _code, "ul": _bullets, "dir": _bullets,
        "ol": _numbers, "dl": _bullets, "li": _item, "dt": _term, "dd": _meaning,
        "blockquote": _quotation, "figcaption": _picture_caption,
    }  # fmt: skip
