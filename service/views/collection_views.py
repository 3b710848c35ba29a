"""The JSON of collections: which there are, what they hold, and whether they can answer."""

from typing import Any, Literal

from pydantic import Field

from pinakes.index.library import CollectionState
from pinakes.service.asking.citations import collection_url
from pinakes.service.plain_text import one_line
from pinakes.service.problems import told_of, without_places
from pinakes.service.settings import Settings
from pinakes.service.views.search_views import View

__all__ = ["CollectionView", "CollectionsView", "collection_view"]


class CollectionView(View):
    """A collection as it is now; what is not known of one that cannot be read is null."""

    collection: str = Field(examples=["enwiki"])
    url: str = Field(examples=["/c/enwiki/"])
    status: Literal["ready", "damaged", "unusable"] = Field(
        description="damaged: what does not touch the damage is still found and read."
    )
    problem: str | None = Field(
        description="What is damaged, or why it cannot answer, in one line."
    )
    site_name: str | None = Field(default=None, examples=["Wikipedia"])
    language: str | None = Field(default=None, examples=["en"])
    as_of: str | None = Field(
        default=None, description="The date of the dump.", examples=["2026-11-01"]
    )
    generation: str | None = None
    articles: int | None = None
    passages: int | None = None
    coverage: float | None = Field(
        default=None, description="Share of the passages that have a vector, 0 to 1."
    )


class CollectionsView(View):
    """All collections that are served, in order of their names."""

    collections: list[CollectionView]


def collection_view(state: CollectionState, settings: Settings) -> CollectionView:
    """A collection as JSON, its problem without this machine's places."""
    known: dict[str, Any] = {}
    if manifest := state.manifest:
        known = {
            "site_name": manifest.dump.site_name or None,
            "language": manifest.dump.language,
            "as_of": manifest.dump.day,
            "generation": manifest.generation,
            "articles": manifest.pages.articles,
            "passages": manifest.passages,
            "coverage": manifest.coverage,
        }
    return CollectionView(
        collection=state.name,
        url=collection_url(state.name),
        status=_status(state),
        problem=None
        if state.problem is None
        else one_line(without_places(told_of(state.problem), settings)),
        **known,
    )


def _status(state: CollectionState) -> Literal["ready", "damaged", "unusable"]:
    if state.problem is None:
        return "ready"
    return "unusable" if state.manifest is None else "damaged"
