"""Turn the pages of a work unit into documents and redirects; none is lost without a word."""

from collections.abc import Iterator

from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Document, Entry, OtherPage, QuarantinedPage, Redirect

__all__ = ["read_documents"]


def read_documents(unit: WorkUnit, site: SiteInfo) -> Iterator[Entry]:
    """What became of every page of ``unit``, in file order."""
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
            yield _parsed(page, site)


def _parsed(page: Page, site: SiteInfo) -> Document | QuarantinedPage:
    """The article; whatever fails in reading its markup costs this page and no other."""
    try:
        return parse_document(page, site)
    except Exception as error:
        reason = f"its wikitext could not be read ({type(error).__name__}: {error})"
        return QuarantinedPage(page.page_id, page.title, reason)
