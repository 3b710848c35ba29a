"""Read the pages of a work unit out of its XML.

Of a page only what is needed is looked at, by the parser in Python itself: each comes cut and
checked (``page_xml``), and one dump has millions. Format: MediaWiki's export schema,
https://www.mediawiki.org/xml/. Knows nothing of wikitext.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from datetime import datetime

from pinakes.ingest.sources.mediawiki.files.archives import read_pieces
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.types import Page
from pinakes.ingest.sources.mediawiki.xml.page_xml import CutPage, cut_pages, quarantined
from pinakes.ingest.types import Damage, QuarantinedPage, TrailingBytes

__all__ = ["parse_pages", "read_pages"]

# MediaWiki's own limits are 2 MiB (wgMaxArticleSize) and 255 bytes, and some wikis raise the first.
# Reading a text takes up to sixty times its size in memory.
_LONGEST_TEXT, _LONGEST_TITLE = 4 << 20, 1024
_LARGEST_ID = (1 << 63) - 1
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_READ = {
    "page": frozenset(("title", "ns", "id", "redirect", "revision")),
    "revision": frozenset(("id", "timestamp", "text")),
}
# What else an export's page and its revision hold.
_PASSED_OVER = {
    "page": frozenset(("restrictions", "DiscussionThreading")),
    "revision": frozenset(
        ("parentid", "contributor", "minor", "comment", "origin", "model", "format", "sha1",
         "content")
    ),
}  # fmt: skip


def read_pages(
    unit: WorkUnit, cut: Iterable[CutPage] | None = None
) -> Iterator[Page | QuarantinedPage | Damage | TrailingBytes]:
    """The pages of ``unit`` in file order, each in its newest revision.

    ``cut``: the same from elsewhere, where the file need not be opened. Raises TruncatedDump when a
    file other than bz2 is damaged.
    """
    items = unit.items if cut is None else cut
    if items is None:
        items = cut_pages(read_pieces(unit.file, unit.start), unit.end)
    return parse_pages(items)


def parse_pages(
    items: Iterable[CutPage],
) -> Iterator[Page | QuarantinedPage | Damage | TrailingBytes]:
    """The pages whose XML these are; what is none stays in its place."""
    for item in items:
        if not isinstance(item, bytes):
            yield item
            continue
        try:
            page = _page(item)
        except (ElementTree.ParseError, LookupError, TypeError, ValueError) as error:
            yield quarantined(item, f"not the XML of a MediaWiki page ({error})")
            continue
        oddity = _oddity(page)
        yield QuarantinedPage(page.page_id, page.title[:255], oddity) if oddity else page


def _page(xml: bytes) -> Page:
    """Raises ParseError, and LookupError, TypeError or ValueError by what is wrong with a part."""
    page = _children(ElementTree.fromstring(xml))  # noqa: S314 - nothing is declared in it
    if "revision" not in page or "id" not in page:
        raise LookupError("no revision, or no page id")
    revision = _children(page["revision"])
    timestamp = revision["timestamp"].text if "timestamp" in revision else None
    if timestamp and not _is_time(timestamp):
        raise ValueError(f"{timestamp!r} is no time")
    redirect, text = page.get("redirect"), revision.get("text")
    return Page(
        page_id=_number(page["id"]),
        namespace=_number(page["ns"]) if "ns" in page else 0,
        title=(page["title"].text or "").replace("_", " "),
        revision_id=_number(revision["id"]) if "id" in revision else 0,
        timestamp=timestamp or "",
        redirect_to=None if redirect is None else redirect.get("title"),
        wikitext="" if text is None else text.text or "",
    )


def _children(element: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """The children that matter, by name. Raises ValueError for those that no export has."""
    known = _PASSED_OVER[element.tag]
    children = {child.tag: child for child in element if child.tag not in known}
    for tag in children:
        if tag not in _READ[element.tag]:
            raise ValueError(f"<{tag}> in a <{element.tag}>")
    return children


def _number(element: ElementTree.Element) -> int:
    return int(element.text or "none")


def _is_time(text: str) -> bool:
    try:
        return bool(_TIMESTAMP.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _oddity(page: Page) -> str | None:
    """Why a page that is well-formed is still none that MediaWiki could have written."""
    if not 0 < page.page_id <= _LARGEST_ID or not 0 <= page.revision_id <= _LARGEST_ID:
        return f"an id that is out of range: page {page.page_id}, revision {page.revision_id}"
    if _is_longer(page.title, _LONGEST_TITLE):
        return f"a title of more than {_LONGEST_TITLE} bytes"
    if _CONTROL.search(page.title):
        return "a title with a line break or control character"
    if _is_longer(page.wikitext, _LONGEST_TEXT):
        return f"a text of more than {_LONGEST_TEXT >> 20} MiB"
    return None


def _is_longer(text: str, size: int) -> bool:
    """Whether ``text`` has more than ``size`` bytes in UTF-8."""
    return 4 * len(text) > size and len(text.encode()) > size
