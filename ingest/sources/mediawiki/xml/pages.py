"""Read the pages of a work unit out of its XML.

The only file that imports mwxml. Knows nothing of wikitext.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

import mwxml
from mwxml.errors import MalformedXML

from pinakes.ingest.sources.mediawiki.files.archives import read_pieces
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.types import Page
from pinakes.ingest.sources.mediawiki.xml.page_xml import CutPage, cut_pages, quarantined
from pinakes.ingest.types import Damage, QuarantinedPage, TrailingBytes

__all__ = ["parse_pages", "read_pages"]

# mwxml insists on a siteinfo, which some exports lack.
_ROOT, _END = b"<mediawiki><siteinfo></siteinfo>", b"</mediawiki>"
# mwxml leaves a cleared element of about 90 bytes per page on the root: harmless for a batch,
# ruinous for a whole file.
_BATCH_BYTES = 1 << 20
# MediaWiki's own limits are 2 MiB (wgMaxArticleSize) and 255 bytes, and some wikis raise the first.
# Reading a text takes up to sixty times its size in memory.
_LONGEST_TEXT, _LONGEST_TITLE = 4 << 20, 1024
_LARGEST_ID = (1 << 63) - 1
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
# What mwxml raises on XML that is not well-formed, or not an export's.
_UNREADABLE = (
    ElementTree.ParseError,
    MalformedXML,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


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
    batch: list[bytes] = []
    size = 0
    for item in items:
        if isinstance(item, bytes):
            batch.append(item)
            size += len(item)
        if size > _BATCH_BYTES or not isinstance(item, bytes):
            yield from _parse(batch)
            batch, size = [], 0
        if not isinstance(item, bytes):
            yield item
    yield from _parse(batch)


def _parse(batch: Sequence[bytes]) -> Iterator[Page | QuarantinedPage]:
    """The pages of a batch; where one cannot be parsed, all are parsed apart."""
    try:
        pages = list(_parse_xml(batch))
    except _UNREADABLE as error:
        if len(batch) == 1:
            yield quarantined(batch[0], f"not the XML of a MediaWiki page ({error})")
            return
        pages = []
    if len(pages) == len(batch):
        for page in pages:
            oddity = _oddity(page)
            yield QuarantinedPage(page.page_id, page.title[:255], oddity) if oddity else page
    elif len(batch) == 1:
        yield quarantined(batch[0], "no revision, or no page id")
    else:
        for xml in batch:
            yield from _parse([xml])


def _parse_xml(batch: Sequence[bytes]) -> Iterator[Page]:
    source = BytesIO(b"".join((_ROOT, *batch, _END)))
    for page in mwxml.Dump.from_file(source).pages:
        for revision in page:  # there is one; its text is gone once the loop has moved on
            if page.id is not None:
                yield Page(
                    page_id=page.id,
                    namespace=page.namespace or 0,
                    title=page.title,
                    revision_id=revision.id or 0,
                    timestamp=str(revision.timestamp or ""),
                    redirect_to=page.redirect,
                    wikitext=revision.text or "",
                )


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
