"""The JSON that tools give, as short as it can be: a model reads all of it.

Search and fetch have the form that deep-research clients expect.
"""

from pydantic import Field

from pinakes.service.types import AnswerKind, Verdict
from pinakes.service.views.search_views import KEPT_AS_OF, View

__all__ = [
    "AskResult",
    "FetchMetadata",
    "FetchResult",
    "FoundView",
    "PageReference",
    "SearchResult",
    "SentenceVerdict",
    "SourceView",
]


class PageReference(View):
    """Something to fetch; ``url`` is where people read it, here or on the wiki it comes from."""

    id: str = Field(examples=["samplewiki/1590@1271475422:0-393"])
    title: str = Field(examples=["Rosetta Stone › Discovery"])
    url: str | None = None


class FoundView(PageReference):
    """A page that was found, and its best passage, cut."""

    text: str
    kept_as_of: str | None = Field(None, description=KEPT_AS_OF)


class SearchResult(View):
    """The pages found, best first."""

    results: list[FoundView]


class FetchMetadata(View):
    """What is known of a fetched text.

    ``timestamp``: of the page's revision. ``changed``: the page has another revision now than the
    id names, and ``text`` is its present beginning. ``passage_start``, ``passage_end``: the passage
    asked for, in code points of ``text``. ``next``, ``previous``: ids of the text before and after,
    where the page has more. ``kept_as_of``: of a page that the dump no longer has, the date of the
    last one that had it.
    """

    collection: str
    page_id: int
    revision_id: int
    timestamp: str
    changed: bool
    kept_as_of: str | None = None
    passage_start: int | None = None
    passage_end: int | None = None
    previous: str | None = None
    next: str | None = None
    permalink: str | None = None


class FetchResult(PageReference):
    """A passage with the text around it."""

    text: str
    metadata: FetchMetadata


class SentenceVerdict(View):
    """A sentence of the answer, ``text[start:end]``: what it cites, and two verdicts on it.

    ``verdict``: whether the sources say it; ``answers``: whether it is what was asked.
    ``unverified``: marks that were not found to say it. ``missing``: its names and numbers that no
    source holds.
    """

    start: int
    end: int
    verdict: Verdict
    answers: bool
    citations: tuple[int, ...]
    unverified: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


class SourceView(PageReference):
    """What a mark ``[n]`` in the answer leads to."""

    number: int
    quote: str
    kept_as_of: str | None = Field(None, description=KEPT_AS_OF)


class AskResult(View):
    """An answer from ``collection`` with its sources; a refusal has the nearest pages instead.

    ``kind``: answer, if a sentence is supported and answers; unproven, if none is both; passage, if
    it is quoted from the collection alone; topic, if a page was named.
    """

    text: str
    kind: AnswerKind
    short_answer: str | None = None
    sentences: list[SentenceVerdict]
    sources: list[SourceView]
    nearest: list[PageReference]
    withheld: int
    collection: str
    as_of: str | None = None
