"""Turn work units into documents, redirects and links; account for every page read.

Units run on any ``concurrent.futures.Executor``, a bounded number at a time. Knows nothing of how
the results are kept: see ``segments``.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import (
    Damage,
    Document,
    OtherPage,
    Page,
    PageCounts,
    QuarantinedPage,
    Redirect,
    SiteInfo,
    TrailingBytes,
)

__all__ = ["Entry", "count_entry", "map_units", "read_documents"]

# What can become of a page, the places where none could be read, and what is none.
Entry = Document | Redirect | OtherPage | QuarantinedPage | Damage | TrailingBytes

_Result = TypeVar("_Result")


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


def count_entry(entry: Entry) -> PageCounts:
    """The entry as one of the pages read; damage and trailing bytes are none."""
    return PageCounts(
        read=not isinstance(entry, Damage | TrailingBytes),
        documents=isinstance(entry, Document),
        redirects=isinstance(entry, Redirect),
        other_namespaces=isinstance(entry, OtherPage),
        quarantined=isinstance(entry, QuarantinedPage),
        damages=isinstance(entry, Damage),
        trailing_bytes=entry.count if isinstance(entry, TrailingBytes) else 0,
    )


def map_units(
    work: Callable[[WorkUnit], _Result], units: Iterable[WorkUnit], executor: Executor, ahead: int
) -> Iterator[tuple[WorkUnit, _Result]]:
    """Each unit with the result of ``work``, in the order of ``units``.

    At most ``ahead`` units are waiting or at work, so that memory does not grow with the dump.
    The first error ends the run.
    """
    pending: deque[tuple[WorkUnit, Future[_Result]]] = deque()
    try:
        for unit in units:
            pending.append((unit, executor.submit(work, unit)))
            if len(pending) >= ahead:
                first, future = pending.popleft()
                yield first, future.result()
        while pending:
            first, future = pending.popleft()
            yield first, future.result()
    finally:
        for _, future in pending:
            future.cancel()
