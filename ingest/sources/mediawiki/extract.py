"""Turn the pages of a work unit into documents and redirects; none is lost without a word."""

import functools
from collections.abc import Iterator
from dataclasses import replace

import xxhash

from pinakes.ingest.sources.base import IsKnown, program_digest
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Document, Entry, OtherPage, QuarantinedPage, Redirect, Unchanged

__all__ = ["made_from", "read_documents"]


def read_documents(
    unit: WorkUnit, site: SiteInfo, is_known: IsKnown = lambda _key, _digest: False
) -> Iterator[Entry]:
    """What became of every page of ``unit``, in file order; what is known is not parsed."""
    for page in read_pages(unit):
        if not isinstance(page, Page):
            yield page
        elif page.namespace != 0:
            yield OtherPage(page.page_id, page.title, page.namespace)
        elif page.redirect_to is not None:
            yield Redirect(
                page.page_id, page.title, page.redirect_to, page.revision_id, page.timestamp
            )
        else:
            digest = made_from(page, site)
            if is_known(page.page_id, digest):
                yield Unchanged(page.page_id, page.title)
            else:
                yield _parsed(page, site, digest)


def _parsed(page: Page, site: SiteInfo, digest: bytes) -> Document | QuarantinedPage:
    """The article; whatever fails in reading its markup costs this page and no other."""
    try:
        return replace(parse_document(page, site), made_from=digest)
    except Exception as error:
        reason = f"its wikitext could not be read ({type(error).__name__}: {error})"
        return QuarantinedPage(page.page_id, page.title, reason)


def made_from(page: Page, site: SiteInfo) -> bytes:
    """The digest of what decides how an article reads: its wikitext, its wiki, and this program."""
    digest = xxhash.xxh3_128(_common(site))
    head = f"{page.title}\0{page.revision_id}\0{page.timestamp}\0"
    digest.update((head + page.wikitext).encode("utf-8", "surrogatepass"))
    return digest.digest()


@functools.lru_cache
def _common(site: SiteInfo) -> bytes:
    return program_digest() + repr(site).encode()
