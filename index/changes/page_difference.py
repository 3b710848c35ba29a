"""One page in two stores: which it is in either, and how its texts differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from pinakes.index.changes.changed_pages import ChangeKind
from pinakes.index.changes.text_differences import TextDifference, text_differences
from pinakes.index.store.store import Store
from pinakes.index.types import StoredPage
from pinakes.ingest.types import Passage

__all__ = ["PageDifference", "page_difference"]


@dataclass(frozen=True, slots=True)
class PageDifference:
    """A page as it was and as it is, one of which may be None.

    ``kind`` is None where nothing that is read of it has changed; a page that was ``moved`` or
    ``kept`` may be no other in its text.
    """

    kind: ChangeKind | None
    old: StoredPage | None
    new: StoredPage | None
    texts: tuple[TextDifference, ...]


def page_difference(old: Store, new: Store, page: str | int) -> PageDifference | None:
    """The page of this title, or a redirect's, or this id; None where neither store has it.

    A title is first looked up in ``new``. Raises DamagedGeneration.
    """
    now = _found(new, page)
    before = _found(old, page) if now is None else _counterpart(old, now)
    if before is None and now is None:
        return None
    if before is not None and now is None:
        now = _counterpart(new, before)
    texts = text_differences(
        before.text if before else "",
        _passages(old, before),
        now.text if now else "",
        _passages(new, now),
    )
    return PageDifference(_kind(before, now, texts), before, now, tuple(texts))


def _found(store: Store, page: str | int) -> StoredPage | None:
    page_id = store.page_id_by_name(page) if isinstance(page, str) else page
    return None if page_id is None else store.page(page_id)


def _counterpart(store: Store, page: StoredPage) -> StoredPage | None:
    """The same page in another store: by its id, or by its title where ids only count pages."""
    if page.source_key is None:
        return store.page(page.page_id)
    found = _found(store, page.title)
    return found if found and found.source_key == page.source_key else None


def _passages(store: Store, page: StoredPage | None) -> Sequence[Passage]:
    return store.passages_of_page(page.page_id) if page else ()


def _kind(
    old: StoredPage | None, new: StoredPage | None, texts: Sequence[TextDifference]
) -> ChangeKind | None:
    if old is None or new is None:
        return "added" if old is None else "deleted"
    if new.kept_as_of and not old.kept_as_of:
        return "kept"
    if old.title != new.title:
        return "moved"
    return "changed" if texts else None
