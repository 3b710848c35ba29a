"""The JSON of passages found."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pinakes.index.retrieval.federated import Federation, federation_of
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Explanation, Hit, Manifest, Mode
from pinakes.service.asking.citations import article_url, make_citation
from pinakes.service.pages_by_name import meanings_found
from pinakes.service.problems import title_of
from pinakes.service.types import Citation, Meaning

__all__ = [
    "HIGHLIGHTS",
    "KEPT_AS_OF",
    "LEFT_OUT",
    "SEARCHED",
    "ArticleView",
    "ArticlesView",
    "HitView",
    "JudgedSearchView",
    "MeaningView",
    "SearchView",
    "View",
    "citation_fields",
    "greatest_first",
    "left_out_view",
    "meaning_views",
    "search_view",
]


class View(BaseModel):
    """What every view is: plain, and never changed."""

    model_config = ConfigDict(frozen=True)


class ListRankView(View):
    """Where one search had a passage, and that search's own score."""

    rank: int
    score: float


HIGHLIGHTS = "Start and end of the question's words in the text, in code points from its start."


KEPT_AS_OF = "Of a page that the dump no longer has: the date of the last one that had it."


OF_ONE = "Null where several collections were searched."
SEARCHED = "The collections that were searched."
LEFT_OUT = "Others that were to be searched, too, and what is wrong with them."


class HitView(View):
    """A passage found, and why; ``ref`` survives a new dump."""

    ref: str = Field(examples=["samplewiki/617@1251034411:0-1043"])
    collection: str = Field(examples=["samplewiki"])
    page_id: int = Field(examples=[617])
    revision_id: int
    title: str = Field(examples=["Library of Alexandria"])
    heading_path: tuple[str, ...] = Field(examples=[["Founding"]])
    text: str
    start: int = Field(description="Offset into the page's text, in code points.")
    end: int
    score: float
    ranks: dict[str, ListRankView] = Field(
        description="Rank and score in each list that holds it.",
        examples=[
            {"keyword": {"rank": 1, "score": 14.2}, "vector": {"rank": 3, "score": 0.61}},
        ],
    )
    features: dict[str, float] = Field(
        description="What the ranking reads, by name, unweighted.",
        examples=[{"vector": 0.61, "keyword": 0.94, "title fit": 0.31, "title in question": 1.0}],
    )
    contributions: dict[str, float] = Field(
        description="What each feature adds to the score, the most first; of mode hybrid only.",
        examples=[{"vector": 7.9, "keyword": 4.4, "title fit": 1.8, "title in question": -0.5}],
    )
    alias: str | None = Field(
        description="A name of the page that the question holds: title, redirect or link text.",
        examples=["Great Library of Alexandria"],
    )
    matched: dict[str, tuple[str, ...]] = Field(
        description="By field (title, headings, aliases, text), what matches the question there.",
        examples=[{"title": ["Library", "Alexandria"], "text": ["founded", "library"]}],
    )
    highlights: tuple[tuple[int, int], ...] = Field(
        description=HIGHLIGHTS, examples=[[[4, 11], [15, 25]]]
    )
    url: str = Field(
        examples=["/c/samplewiki/page/617?revision=1251034411&start=0&end=1043#passage"]
    )
    permalink: str | None
    kept_as_of: str | None = Field(description=KEPT_AS_OF)


class MeaningView(View):
    """A page that a name may mean, too."""

    page_id: int
    title: str = Field(examples=["Alexandria, Virginia"])
    text: str = Field(description="How it begins.")
    url: str = Field(examples=["/c/samplewiki/page/617"])


class SearchView(View):
    """The passages found for a query, best first."""

    query: str
    mode: Mode
    collection: str | None = Field(description=OF_ONE)
    collections: tuple[str, ...] = Field(description=SEARCHED)
    left_out: dict[str, str] = Field(description=LEFT_OUT)
    generation: str | None = Field(description=OF_ONE)
    coverage: float = Field(description="Share of the passages that have a vector, 0 to 1.")
    hits: list[HitView]
    meanings: list[MeaningView] = Field(
        description="Of a query that is a name of several pages: those that it may mean besides "
        "the first hit's, the most linked first."
    )


class ArticleView(View):
    """An article found: its title, its whole address, and the part that is best shown."""

    title: str
    url: str = Field(examples=["http://127.0.0.1:8707/c/samplewiki/page/617"])
    content: str


class ArticlesView(View):
    """A page of articles found, best first."""

    query: str
    page: int
    results: list[ArticleView]
    left_out: dict[str, str] = Field(description=LEFT_OUT)


class JudgedSearchView(SearchView):
    """The same, and whether it is to the point."""

    fits: bool = Field(
        description="Whether any of it likely tells of what is asked; where not, it is nearest."
    )


def _hit_view(hit: Hit, explanation: Explanation, manifest: Manifest) -> HitView:
    source = citation_fields(make_citation(0, hit, manifest))
    quote = source.pop("quote")
    return HitView(
        text=quote,
        score=hit.score,
        ranks={
            name: ListRankView(rank=place.rank, score=place.score)
            for name, place in hit.ranks.items()
        },
        features=dict(hit.features),
        contributions=dict(greatest_first(explanation.contributions)),
        alias=hit.alias,
        matched=dict(explanation.matched),
        **source,
    )


def greatest_first(contributions: Mapping[str, float]) -> list[tuple[str, float]]:
    """The parts of a score, those first that weigh most for or against."""
    return sorted(contributions.items(), key=lambda part: -abs(part[1]))


def citation_fields(citation: Citation) -> dict[str, Any]:
    """What hits and citations say of a passage."""
    return {
        "ref": str(citation.ref),
        "collection": citation.ref.collection,
        "page_id": citation.ref.page_id,
        "revision_id": citation.ref.revision_id,
        "title": citation.title,
        "heading_path": citation.heading_path,
        "quote": citation.quote,
        "start": citation.ref.start,
        "end": citation.ref.end,
        "url": citation.url,
        "permalink": citation.permalink,
        "highlights": citation.highlights,
        "kept_as_of": citation.kept_as_of,
    }


def meaning_views(found: Iterable[Meaning]) -> list[MeaningView]:
    """Pages that a name may mean."""
    return [
        MeaningView(
            page_id=one.page_id,
            title=one.title,
            text=one.text,
            url=article_url(one.collection, one.page_id, one.title),
        )
        for one in found
    ]


def left_out_view(several: Federation) -> dict[str, str]:
    """The collections that could not be searched, and why."""
    return {name: title_of(error) for name, error in several.left_out.items()}


def search_view(
    searched: Index | Federation, query: str, mode: Mode, hits: list[Hit]
) -> SearchView:
    """What a search found."""
    several = federation_of(searched)
    explained = several.explain(query, hits)
    only = several.first.manifest if len(several.indexes) == 1 else None
    return SearchView(
        query=query,
        mode=mode,
        collection=None if only is None else only.collection,
        collections=several.names,
        left_out=left_out_view(several),
        generation=None if only is None else only.generation,
        coverage=several.coverage,
        hits=[
            _hit_view(hit, explanation, several.manifest_of(hit))
            for hit, explanation in zip(hits, explained, strict=True)
        ],
        meanings=meaning_views(meanings_found(several, query, hits)),
    )
