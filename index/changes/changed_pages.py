"""Which pages are other in one dump's store than in another's: added, deleted, moved, changed.

Both are read in the order of their keys, one page of each at a time. Knows no texts: what is
searched and cited of a page is compared by the digests of its passages.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pinakes.index.store.rows import PageRow, PageVersion
from pinakes.index.store.store import Store
from pinakes.ingest.types import DocumentKey

__all__ = ["ChangeKind", "PageChange", "compare_pages"]

# moved: the same page under another title, whatever else is other in it. changed: passages of it
# are; an edit that leaves what is read of a page as it was is no change. kept: the later dump no
# longer has it.
ChangeKind = Literal["added", "deleted", "moved", "changed", "kept"]


@dataclass(frozen=True, slots=True)
class PageChange:
    """A page that is not what it was; ``old`` is None where it was added, ``new`` where deleted.

    ``passages_added`` and ``passages_removed``: those that only the one or the other has; of a
    moved page all, for they stand under its title. ``kept_as_of``: of ``new``, as ``StoredPage``
    has it.
    """

    kind: ChangeKind
    old: PageRow | None
    new: PageRow | None
    passages_added: int
    passages_removed: int
    kept_as_of: str | None = None


def compare_pages(
    old: Store, new: Store, after: DocumentKey | None = None
) -> Iterator[tuple[DocumentKey, PageChange | None]]:
    """The key of every page that either has, in order, and its change, or None where it has none.

    Pages are the same by their keys. With ``after`` only those behind this key. Raises
    DamagedGeneration.
    """
    for key, before, now in _paired(old.versions(after), new.versions(after)):
        yield key, _change(before, now)


def _paired(
    olds: Iterator[PageVersion], news: Iterator[PageVersion]
) -> Iterator[tuple[DocumentKey, PageVersion | None, PageVersion | None]]:
    """Every key with what there is of it, in order."""
    old, new = next(olds, None), next(news, None)
    while old or new:
        first = min(_place(version) for version in (old, new) if version)
        before = old if old and _place(old) == first else None
        now = new if new and _place(new) == first else None
        yield first[1], before, now
        if before:
            old = next(olds, None)
        if now:
            new = next(news, None)


def _place(version: PageVersion) -> tuple[bool, DocumentKey]:
    """In the order of ``Store.versions``: numbers first."""
    return isinstance(version.key, str), version.key


def _change(old: PageVersion | None, new: PageVersion | None) -> PageChange | None:
    before = Counter(old.digests.passages if old else ())
    now = Counter(new.digests.passages if new else ())
    if old is None or new is None:
        kind: ChangeKind = "added" if old is None else "deleted"
    elif new.kept_as_of and not old.kept_as_of:
        kind = "kept"
    elif old.page.title != new.page.title:
        kind = "moved"
    elif old.digests.passages != new.digests.passages:
        kind = "changed"
    else:
        return None
    return PageChange(
        kind,
        old.page if old else None,
        new.page if new else None,
        (now - before).total(),
        (before - now).total(),
        new.kept_as_of if new else None,
    )
