"""The JSON of what changed between two generations, for ``--json`` and for the HTTP API alike."""

from typing import Literal

from pydantic import Field

from pinakes.index.changes.changed_pages import ChangeKind, PageChange
from pinakes.index.changes.page_difference import PageDifference
from pinakes.index.changes.text_differences import PieceKind, TextDifference
from pinakes.index.store.rows import PageRow
from pinakes.index.types import Manifest, StoredPage
from pinakes.service.asking.citations import page_url, wiki_permalink
from pinakes.service.views.search_views import KEPT_AS_OF, View

__all__ = [
    "ChangesView",
    "PageChangeView",
    "PageDifferenceView",
    "StateView",
    "change_view",
    "page_difference_view",
    "state_view",
]


class StateView(View):
    """A generation that is compared with another."""

    collection: str = Field(examples=["enwiki"])
    generation: str = Field(examples=["20261101-2"])
    as_of: str | None = Field(description="The date of the dump.", examples=["2026-11-01"])


class RevisionView(View):
    """A page as one of the two generations has it; ``permalink`` is that revision on the wiki."""

    title: str
    revision_id: int
    timestamp: str
    permalink: str | None


class PageChangeView(View):
    """A page that is not what it was.

    ``old`` is null where it was added, ``new`` where it was deleted. ``url`` is its address here,
    where it still has one. Of a page that was moved all passages count, for they stand under its
    title. ``kept``: the later dump does not have it, and it stays as an earlier one had it.
    """

    kind: ChangeKind
    page_id: int
    url: str | None
    old: RevisionView | None
    new: RevisionView | None
    passages_added: int
    passages_removed: int
    kept_as_of: str | None = Field(description=KEPT_AS_OF)


class ChangesView(View):
    """Pages that changed, in the order of their ids; ``next`` is the address of those that follow.

    There may be fewer than asked for, or none, and still a ``next``: a request compares so many
    pages and no more.
    """

    old: StateView
    new: StateView
    changes: list[PageChangeView]
    next: str | None


class PieceView(View):
    """A part of the text that both have, only the old one, or only the new one."""

    kind: PieceKind
    text: str


class TextDifferenceView(View):
    """Passages of one section that are others than they were.

    ``old`` and ``new``: start and end in the page's text, in code points. The pieces without those
    added are the old text, without those removed the new.
    """

    heading_path: tuple[str, ...]
    old: tuple[int, int] | None
    new: tuple[int, int] | None
    pieces: list[PieceView]


class PageDifferenceView(View):
    """One page in two generations, and where its texts differ; ``kind`` is ``same`` where nothing.

    An edit that leaves the text as it was, of its categories for example, is none.
    """

    kind: ChangeKind | Literal["same"]
    page_id: int
    old: RevisionView | None
    new: RevisionView | None
    kept_as_of: str | None = Field(description=KEPT_AS_OF)
    differences: list[TextDifferenceView]


def state_view(manifest: Manifest) -> StateView:
    """A generation as JSON."""
    return StateView(
        collection=manifest.collection, generation=manifest.generation, as_of=manifest.dump.day
    )


def change_view(change: PageChange, old: Manifest, new: Manifest) -> PageChangeView:
    """A change of the pages of ``new`` against those of ``old`` as JSON."""
    page_id = _page_id(change.old, change.new)
    return PageChangeView(
        kind=change.kind,
        page_id=page_id,
        url=page_url(new.collection, page_id) if change.new else None,
        old=_revision_view(change.old, old),
        new=_revision_view(change.new, new),
        passages_added=change.passages_added,
        passages_removed=change.passages_removed,
        kept_as_of=change.kept_as_of,
    )


def page_difference_view(
    difference: PageDifference, old: Manifest, new: Manifest
) -> PageDifferenceView:
    """A page in both as JSON."""
    return PageDifferenceView(
        kind=difference.kind or "same",
        page_id=_page_id(difference.old, difference.new),
        old=_revision_view(difference.old, old),
        new=_revision_view(difference.new, new),
        kept_as_of=difference.new.kept_as_of if difference.new else None,
        differences=[_text_view(text) for text in difference.texts],
    )


def _text_view(text: TextDifference) -> TextDifferenceView:
    return TextDifferenceView(
        heading_path=text.heading_path,
        old=text.old,
        new=text.new,
        pieces=[PieceView(kind=piece.kind, text=piece.text) for piece in text.pieces],
    )


def _page_id(old: PageRow | StoredPage | None, new: PageRow | StoredPage | None) -> int:
    page = new or old
    return page.page_id if page else 0


def _revision_view(page: PageRow | StoredPage | None, manifest: Manifest) -> RevisionView | None:
    if page is None:
        return None
    return RevisionView(
        title=page.title,
        revision_id=page.revision_id,
        timestamp=page.timestamp,
        permalink=wiki_permalink(manifest.dump.base_url, page.title, page.revision_id),
    )
