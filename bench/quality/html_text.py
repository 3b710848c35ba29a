"""The text that a browser shows of a piece of HTML, block by block."""

from html.parser import HTMLParser

__all__ = ["text_of_html"]

_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "dl", "dd", "dt", "table", "tr", "td", "th", "caption", "pre",
     "blockquote", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "center")
)  # fmt: skip
_HIDDEN_TAGS = frozenset(("style", "script", "link", "meta", "video", "audio"))
_VOID = frozenset(("br", "hr", "img", "link", "meta", "input", "wbr", "source", "track"))
# What a reader of the article does not count as its words: the table of contents, edit links,
# numbers in place of an address.
_HIDDEN_CLASSES = frozenset(
    ("toc", "mw-editsection", "autonumber", "toctogglecheckbox", "mw-references-wrap", "reference",
     "noprint", "magnify", "mw-redirectedfrom")
)  # fmt: skip


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0  # how deep inside of something that does not show
        self._raised: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = set((dict(attrs).get("class") or "").split())
        if self._hidden or tag in _HIDDEN_TAGS or classes & _HIDDEN_CLASSES:
            self._hidden += tag not in _VOID
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS and not self._hidden:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= tag not in _VOID
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def text_of_html(html: str) -> str:
    """The visible words of ``html``, a line for each block."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)
