"""The JSON that tools give, as short as it can be: a model reads all of it.

Search and fetch have the form that deep-research clients expect.
"""

from pydantic import Field

from pinakes.service.tools.glance import Fit
from pinakes.service.types import AnswerKind, Verdict
from pinakes.service.views.answer_views import OutsideQuestionView
from pinakes.service.views.search_views import KEPT_AS_OF, View

__all__ = [
    "AlsoView",
    "AskResult",
    "FailedFetch",
    "FetchMetadata",
    "FetchResult",
    "FetchResults",
    "FoundView",
    "PageReference",
    "SearchResult",
    "SentenceVerdict",
    "ShortMeaningView",
    "SourceView",
]


class PageReference(View):
    """Something to fetch; ``url`` is where people read it, here or on the wiki it comes from."""

    id: str = Field(examples=["samplewiki/1590@1271475422:0-393"])
    title: str = Field(examples=["Rosetta Stone › Discovery"])
    url: str | None = None


class AlsoView(View):
    """Sentences of the same page that stand elsewhere; ``id`` gives what they stand in."""

    text: str
    id: str = Field(examples=["samplewiki/1590@1271475422:0-393"])


class FoundView(View):
    """A page that was found: first its sentence that most likely answers, then others beside it.

    ``id``: of the passage they stand in. ``fit``: how likely the page answers. ``also``: sentences
    from elsewhere on the page. ``as_of``: the date of its dump, where several are searched.
    """

    text: str | None = None
    title: str = Field(examples=["Rosetta Stone › Discovery"])
    id: str = Field(examples=["samplewiki/1590@1271475422:0-393"])
    url: str | None = None
    fit: Fit | None = None
    also: list[AlsoView] | None = None
    as_of: str | None = None
    kept_as_of: str | None = Field(None, description=KEPT_AS_OF)


class ShortMeaningView(View):
    """A page that a name may mean, too, and how it begins."""

    title: str
    text: str | None = None


class SearchResult(View):
    """The pages that fit, best first; none, where nothing here does.

    ``meanings``: of a name that several pages share, others of them. ``nearest``: where nothing
    fits, titles of what comes nearest. ``as_of``: the date of the dump. ``left_out``: collections
    that could not be searched, and why.
    """

    results: list[FoundView]
    meanings: list[ShortMeaningView] | None = None
    nearest: list[str] | None = None
    as_of: str | None = None
    left_out: dict[str, str] | None = None


class FetchMetadata(View):
    """What is known of a fetched text.

    ``revised``: the day of the page's revision. ``changed``: it has another revision now than the
    id names, and ``text`` is its present beginning. ``sections``: the headings of the page.
    ``section``: the one that the text begins in. ``found``: how many sentences hold what was to be
    found. ``mentions`` and ``mentioned_by``: titles of pages. ``previous``, ``next``: ids of the
    text before and after. ``meanings``: other pages that the title asked for may mean.
    ``kept_as_of``: of a page that the dump no longer has, the date of the last one that had it.
    """

    as_of: str | None = None
    revised: str | None = None
    changed: bool | None = None
    kept_as_of: str | None = None
    section: str | None = None
    sections: list[str] | None = None
    found: int | None = None
    meanings: list[ShortMeaningView] | None = None
    mentions: list[str] | None = None
    mentioned_by: list[str] | None = None
    previous: str | None = None
    next: str | None = None


class FetchResult(PageReference):
    """A page's beginning, a section, a passage with the text around it, or where words stand."""

    text: str
    metadata: FetchMetadata


class FailedFetch(View):
    """One of several that could not be fetched, and why."""

    id: str
    error: str


class FetchResults(View):
    """Several that were fetched at once, in the order they were asked for.

    ``left_out``: those for which there was no room; fetch them next.
    """

    results: list[FetchResult | FailedFetch]
    left_out: list[str] | None = None


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

    ``collections``: where several were searched; ``left_out``: others that could not be, and why.
    ``kind``: answer, if a sentence is supported and answers; unproven, if none is both; passage, if
    it is quoted from the collection alone; topic, if a page was named. ``outside_question``: of a
    refusal, what could be asked elsewhere, by a human's leave.
    """

    text: str
    kind: AnswerKind
    short_answer: str | None = None
    sentences: list[SentenceVerdict]
    sources: list[SourceView]
    nearest: list[PageReference]
    withheld: int
    collection: str
    collections: tuple[str, ...] | None = None
    left_out: dict[str, str] | None = None
    as_of: str | None = None
    outside_question: OutsideQuestionView | None = None
