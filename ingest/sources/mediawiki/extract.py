"""Turn the pages of a work unit into documents and redirects; none is lost without a word."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial

import xxhash

from pinakes.ingest.sources.base import IsKnown, program_digest
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.templates.inputs import digest_of
from pinakes.ingest.sources.mediawiki.templates.kept_templates import KeptTemplates
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.page_xml import CutPage
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Document, Entry, OtherPage, QuarantinedPage, Redirect, Unchanged

__all__ = ["made_from", "read_documents"]


def read_documents(
    unit: WorkUnit,
    site: SiteInfo,
    is_known: IsKnown = lambda _key, _made_from: False,
    templates: KeptTemplates | None = None,
    cut: Iterable[CutPage] | None = None,
    *,
    with_layout: bool = True,
) -> Iterator[Entry]:
    """What became of every page of ``unit``, in file order; what is known is not parsed.

    ``templates``: those of the dump, where it has any. ``cut``: as ``read_pages`` has it.
    """
    for page in read_pages(unit, cut):
        if not isinstance(page, Page):
            yield page
        elif page.namespace != 0:
            yield OtherPage(page.page_id, page.title, page.namespace)
        elif page.redirect_to is not None:
            yield Redirect(
                page.page_id, page.title, page.redirect_to, page.revision_id, page.timestamp
            )
        else:
            digest = partial(made_from, page, site, templates)
            if is_known(page.page_id, digest):
                yield Unchanged(page.page_id, page.title)
            else:
                yield _parsed(page, site, templates, with_layout=with_layout)


def _parsed(
    page: Page, site: SiteInfo, templates: KeptTemplates | None, *, with_layout: bool
) -> Document | QuarantinedPage:
    """The article; whatever fails in reading its markup costs this page and no other."""
    try:
        document = parse_document(page, site, templates=templates, with_layout=with_layout)
        return replace(document, made_from=made_from(page, site, templates, document.inputs))
    except Exception as error:
        reason = f"its wikitext could not be read ({type(error).__name__}: {error})"
        return QuarantinedPage(page.page_id, page.title, reason)


def made_from(
    page: Page, site: SiteInfo, templates: KeptTemplates | None = None, inputs: bytes = b""
) -> bytes:
    """The digest of what decides how an article reads: its wikitext, its wiki, and this program.

    And the templates that it was made with, ``inputs`` as its document has them, as they are now.
    """
    digest = xxhash.xxh3_128(_common(site))
    digest.update(digest_of(inputs, templates.table if templates else None))
    head = f"{page.title}\0{page.revision_id}\0{page.timestamp}\0"
    digest.update((head + page.wikitext).encode("utf-8", "surrogatepass"))
    return digest.digest()


@lru_cache
def _common(site: SiteInfo) -> bytes:
    return program_digest() + repr(site).encode()
