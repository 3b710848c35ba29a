"""The text that a browser shows of a piece of HTML, block by block."""

from collections.abc import Callable, Mapping
from html.parser import HTMLParser

__all__ = ["text_of_html"]

_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "dl", "dd", "dt", "table", "tr", "td", "th", "caption", "pre",
     "blockquote", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "center",
     "details", "summary", "section")
)  # fmt: skip
_HIDDEN_TAGS = frozenset(("style", "script", "link", "meta", "video", "audio"))
_VOID = frozenset(("br", "hr", "img", "link", "meta", "input", "wbr", "source", "track"))
# What a reader of the article does not count as its words: the table of contents, edit links,
# numbers in place of an address.
_HIDDEN_CLASSES = frozenset(
    ("toc", "mw-editsection", "autonumber", "toctogglecheckbox", "mw-references-wrap", "reference",
     "noprint", "magnify", "mw-redirectedfrom")
)  # fmt: skip


# Whether an element of this tag, with these attributes and classes, does not show.
_IsHidden = Callable[[str, Mapping[str, str | None], list[str]], bool]


def _is_hidden(tag: str, attributes: Mapping[str, str | None], classes: list[str]) -> bool:
    del attributes
    return tag in _HIDDEN_TAGS or not _HIDDEN_CLASSES.isdisjoint(classes)


class _Text(HTMLParser):
    def __init__(self, is_hidden: _IsHidden) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._is_hidden = is_hidden
        self._hidden = 0  # how deep inside of something that does not show
        self._raised: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        classes = (attributes.get("class") or "").split()
        if self._hidden or self._is_hidden(tag, attributes, classes):
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


def text_of_html(html: str, is_hidden: _IsHidden = _is_hidden) -> str:
    """The visible words of ``html``, a line for each block."""
    parser = _Text(is_hidden)
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)
