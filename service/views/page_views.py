"""The JSON of articles and suggestions: the same for ``--json`` and for the HTTP API."""

from pydantic import Field

from pinakes.index.types import Manifest, StoredPage, Suggestion
from pinakes.service.asking.citations import page_url, wiki_permalink
from pinakes.service.views.search_views import KEPT_AS_OF, View

__all__ = ["PageView", "SuggestView", "page_view", "suggest_view"]


class SectionView(View):
    """A section as a slice of the page's text."""

    heading_path: tuple[str, ...]
    start: int
    end: int


class PageView(View):
    """An article as it is stored."""

    collection: str
    page_id: int
    title: str
    revision_id: int
    timestamp: str
    is_disambiguation: bool
    links_in: int
    permalink: str | None
    kept_as_of: str | None = Field(description=KEPT_AS_OF)
    sections: list[SectionView]
    text: str


class SuggestionView(View):
    """A page that completes what was typed, and the redirect that matched, if one did."""

    page_id: int
    title: str
    matched: str | None
    url: str


class SuggestView(View):
    """Titles that begin with what was typed."""

    prefix: str
    collection: str
    suggestions: list[SuggestionView]


def page_view(page: StoredPage, manifest: Manifest) -> PageView:
    """A stored article."""
    return PageView(
        collection=manifest.collection,
        page_id=page.page_id,
        title=page.title,
        revision_id=page.revision_id,
        timestamp=page.timestamp,
        is_disambiguation=page.is_disambiguation,
        links_in=page.links_in,
        permalink=wiki_permalink(manifest.dump.base_url, page.title, page.revision_id),
        kept_as_of=page.kept_as_of,
        sections=[
            SectionView(heading_path=part.heading_path, start=part.start, end=part.end)
            for part in page.sections
        ],
        text=page.text,
    )


def suggest_view(prefix: str, suggestions: list[Suggestion], manifest: Manifest) -> SuggestView:
    """Completions of a title."""
    return SuggestView(
        prefix=prefix,
        collection=manifest.collection,
        suggestions=[
            SuggestionView(
                page_id=item.page_id,
                title=item.title,
                matched=item.matched,
                url=page_url(manifest.collection, item.page_id),
            )
            for item in suggestions
        ],
    )
