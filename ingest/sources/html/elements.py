"""HTML as a browser understands it: elements and text in their order, whatever is broken in it.

The only file that imports selectolax, an extra (Lexbor: the WHATWG's parsing, so that tables and
nesting come out as they are shown; libxml2 loses all text below 256 elements). Knows nothing of
what elements mean.
"""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pinakes.ingest.errors import ReaderMissing

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["UnreadableHtml", "Visitor", "require_parser", "walk"]

# What is parsed takes some twenty times its size in memory. The longest articles of English
# Wikipedia have four megabytes of HTML.
_LARGEST = 8 << 20
# Each element is looked for among all it stands in: below many the time grows with the square.
_MANY_TAGS, _DEEPEST = 20_000, 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^<>]*?(/?)>")
# Elements that have no end, or whose end need not be written.
_UNCLOSED = frozenset(
    ("area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li",
     "link", "meta", "option", "p", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead",
     "tr", "track", "wbr")
)  # fmt: skip
# Where the page itself stands, the first that there is.
_ROOTS = ("#mw-content-text", "main", "body")


class UnreadableHtml(ValueError):
    """Too long, or nested too deeply, to be a page."""


class Visitor(Protocol):
    """What is told of a page, element by element."""

    def start(self, tag: str, attributes: Mapping[str, str | None]) -> bool:
        """An element begins; whether what is in it is wanted. If not, it has no ``end``."""
        ...

    def text(self, text: str) -> None:
        """Text, as long as it may be."""
        ...

    def end(self, tag: str) -> None:
        """The element that began last and has not ended yet."""
        ...


def require_parser(file: Path) -> None:
    """Raise ReaderMissing where the HTML in ``file`` could not be parsed."""
    if find_spec("selectolax") is None:
        raise ReaderMissing(f"{file}: HTML is read with selectolax: pip install 'pinakes[html]'")


def walk(html: str, visitor: Visitor) -> None:
    """Tell ``visitor`` of everything in the page's own part of ``html``. Raises UnreadableHtml."""
    from selectolax.lexbor import LexborHTMLParser

    if len(html) > _LARGEST:
        raise UnreadableHtml(f"more than {_LARGEST >> 20} MiB of HTML")
    if html.count("<") > _MANY_TAGS and _is_deep(html):
        raise UnreadableHtml(f"elements inside of each other, more than {_DEEPEST:,} deep")
    parser = LexborHTMLParser(html)
    found = (parser.css_first(place) for place in _ROOTS)
    root = next((node for node in found if node is not None), None)
    if root is not None:
        _walk_below(root, visitor)


def _walk_below(root: "LexborNode", visitor: Visitor) -> None:
    end = root.mem_id
    node = root.child
    while node is not None:
        child: LexborNode | None = None
        if node.is_text_node:
            visitor.text(node.text_content or "")
        elif node.is_element_node and visitor.start(node.tag or "", node.attributes):
            child = node.child
            if child is None:
                visitor.end(node.tag or "")
        following = child or node.next
        while following is None:
            node = node.parent
            if node is None or node.mem_id == end:
                return
            visitor.end(node.tag or "")
            following = node.next
        node = following


def _is_deep(html: str) -> bool:
    depth = 0
    for slash, tag, closed in _TAG.findall(html):
        if not closed and tag.lower() not in _UNCLOSED:
            depth = max(0, depth - 1) if slash else depth + 1
            if depth > _DEEPEST:
                return True
    return False
