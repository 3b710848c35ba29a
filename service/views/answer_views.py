"""The JSON of answers, their sentences and sources, and of the events that lead to them."""

from typing import Any, Literal

from pydantic import Field

from pinakes.service.asking.events import (
    AnswerEvent,
    Best,
    Checked,
    Done,
    Sources,
    Status,
    Thought,
    Token,
    Withdrawn,
)
from pinakes.service.types import (
    Answer,
    AnswerKind,
    AnswerMode,
    Citation,
    OutsideQuestion,
    Sentence,
    SourcePlace,
    Truncation,
    Verdict,
    WithheldSentence,
)
from pinakes.service.views.excerpts import Spans, best_excerpt
from pinakes.service.views.search_views import (
    HIGHLIGHTS,
    KEPT_AS_OF,
    LEFT_OUT,
    SEARCHED,
    View,
    citation_fields,
)

__all__ = [
    "AnswerView",
    "CitationView",
    "OutsideQuestionView",
    "answer_view",
    "citation_view",
    "event_view",
    "outside_question_view",
]

_EXCERPT = 320


class CitationView(View):
    """A source of an answer; ``quote`` is the stored text, character for character.

    ``excerpt``: the part of it that supports the answer, or else has most to do with the question,
    in code points.
    """

    number: int
    ref: str
    collection: str
    page_id: int
    revision_id: int
    title: str
    heading_path: tuple[str, ...]
    quote: str
    start: int
    end: int
    url: str
    permalink: str | None
    highlights: tuple[tuple[int, int], ...] = Field(description=HIGHLIGHTS)
    kept_as_of: str | None = Field(description=KEPT_AS_OF)
    as_of: str | None = Field(description="The date of its dump.", examples=["2026-11-01"])
    generation: str = Field(description="Of its collection.", examples=["20261101-1"])
    excerpt: tuple[int, int] = Field(examples=[[0, 320]])


class SourcePlaceView(View):
    """A slice of the quote of a citation, in code points."""

    number: int
    start: int
    end: int


class SentenceView(View):
    """A sentence's place in the answer, what it cites, and two verdicts on it.

    ``verdict``: whether the sources say it; ``answers``: whether it is what was asked. Only both
    together, supported and answering, are an answer.
    """

    start: int
    end: int
    citations: tuple[int, ...] = Field(description="The marks [n] in its text, in order.")
    unverified: tuple[int, ...] = Field(
        description="Of these marks the model's own that were not found to say it."
    )
    verdict: Verdict = Field(
        description="Whether the sources say it: supported, partly, unsupported, contradicted; "
        "none where it claims nothing, as headings and code, or is the source's own."
    )
    answers: bool = Field(description="Whether it is what was asked.")
    support: float = Field(description="How likely the sources support it, 0 to 1.")
    missing: tuple[str, ...] = Field(
        description="Its names and numbers that no source holds.", examples=[["1455"]]
    )
    source: SourcePlaceView | None = Field(
        description="Where in a citation's quote stands what it says."
    )
    quoted: bool = Field(description="The sentence is the source's, word for word.")


class WithheldSentenceView(View):
    """What the model wrote and is no part of the answer, for people who want to see it."""

    text: str
    verdict: Verdict = Field(
        description="Whether the sources say it: partly, unsupported, contradicted; none where it "
        "asks, or breaks off."
    )
    missing: tuple[str, ...] = Field(description="Its names and numbers that no source holds.")


class ShortAnswerView(View):
    """The words of a source that answer the question: a slice of the quote of that citation."""

    text: str = Field(examples=["Ptolemy I Soter"])
    number: int
    start: int
    end: int


class NearPageView(View):
    """A page that a refusal offers instead."""

    collection: str
    page_id: int
    title: str
    url: str


class LeftOutView(View):
    """Words that were left out, and what they are."""

    kind: str = Field(examples=["name", "clause", "e-mail"])
    text: str


class OutsideQuestionView(View):
    """What could be asked elsewhere; it has been sent nowhere, and nothing here sends it."""

    text: str = Field(examples=["How do axolotls regrow their legs?"])
    removed: list[LeftOutView] = Field(description="What of the question and its asker it lacks.")
    sent: Literal[False] = False


class AnswerView(View):
    """An answer with its sources.

    ``kind``: answer, in the model's words, of which a sentence is supported and answers; unproven,
    in its words, where none is both, with the likeliest passage below; passage, that passage alone,
    word for word; topic, how the page begins that was named; refusal, where the collection does not
    seem to hold an answer.
    """

    question: str
    mode: AnswerMode
    kind: AnswerKind
    text: str = Field(examples=["It was founded under Ptolemy I Soter [1]."])
    short_answer: ShortAnswerView | None
    likeliest: tuple[int, int] | None = Field(
        description="Of a passage that is shown: its sentence that most likely answers, as offsets "
        "into the text, in code points.",
        examples=[[41, 102]],
    )
    sentences: list[SentenceView]
    citations: list[CitationView]
    searched: tuple[str, ...] = Field(description="The queries that were asked of the collection.")
    nearest: list[NearPageView] = Field(description="Of a refusal: the nearest pages.")
    outside_question: OutsideQuestionView | None = Field(
        description="Of a refusal: the smallest question that could be asked elsewhere."
    )
    confidence: float = Field(description="How likely the collection holds the answer, 0 to 1.")
    withheld: int = Field(
        description="Sentences of the model, not shown, that "
        "sources contradict or that name what none holds."
    )
    withheld_sentences: list[WithheldSentenceView] | None = Field(
        description="These sentences, no part of the answer; null where nobody has asked for them."
    )
    as_of: str | None = Field(description="The date of the dump.", examples=["2026-11-01"])
    model: str | None
    collection: str = Field(description="The one that answers.")
    collections: tuple[str, ...] = Field(description=SEARCHED)
    left_out: dict[str, str] = Field(description=LEFT_OUT)
    generation: str
    coverage: float
    prompt_tokens: int
    answer_tokens: int
    truncated: Truncation | None = Field(
        description="Why the model's words break off: it had no tokens left, or repeated itself."
    )
    timings: dict[str, float] = Field(description="Seconds since the question came in.")


def citation_view(citation: Citation, places: Spans = ()) -> CitationView:
    """A citation as JSON; ``places`` in its quote support the answer."""
    return CitationView(
        number=citation.number,
        excerpt=best_excerpt(
            citation.quote, citation.highlights, _EXCERPT, places, language=citation.language
        ),
        as_of=citation.as_of,
        generation=citation.generation,
        **citation_fields(citation),
    )


def answer_view(answer: Answer, *, with_withheld: bool = False) -> AnswerView:
    """An answer with its sources; ``with_withheld``: and the sentences that are no part of it."""
    short = answer.short_answer
    return AnswerView(
        question=answer.question,
        mode=answer.mode,
        kind=answer.kind,
        text=answer.text,
        short_answer=None
        if short is None
        else ShortAnswerView(
            text=short.text, number=short.number, start=short.start, end=short.end
        ),
        likeliest=answer.likeliest,
        sentences=[_sentence_view(sentence) for sentence in answer.sentences],
        citations=[
            citation_view(citation, answer.places(citation.number)) for citation in answer.citations
        ],
        searched=answer.searched,
        nearest=[
            NearPageView(
                collection=page.collection, page_id=page.page_id, title=page.title, url=page.url
            )
            for page in answer.nearest
        ],
        outside_question=outside_question_view(answer.outside_question),
        confidence=answer.confidence,
        withheld=answer.withheld,
        withheld_sentences=[_withheld_view(one) for one in answer.withheld_sentences]
        if with_withheld
        else None,
        as_of=answer.as_of,
        model=answer.model,
        collection=answer.collection,
        collections=answer.collections,
        left_out=dict(answer.left_out),
        generation=answer.generation,
        coverage=answer.coverage,
        prompt_tokens=answer.prompt_tokens,
        answer_tokens=answer.answer_tokens,
        truncated=answer.truncated,
        timings=dict(answer.timings),
    )


def outside_question_view(outside: OutsideQuestion | None) -> OutsideQuestionView | None:
    """What could be asked elsewhere, as JSON."""
    if outside is None:
        return None
    removed = [LeftOutView(kind=one.kind, text=one.text) for one in outside.removed]
    return OutsideQuestionView(text=outside.text, removed=removed)


def event_view(event: AnswerEvent, *, with_withheld: bool = False) -> tuple[str, Any]:
    """Name and JSON of an event; ``with_withheld``: as of ``answer_view``."""
    match event:
        case Status(stage, position, wait_s):
            waiting = {} if position is None else {"position": position, "wait_s": wait_s}
            return "status", {"stage": stage} | waiting
        case Best(citation, said, lead):
            shown = citation_view(citation, () if said is None else (said,))
            return "best", shown.model_dump(mode="json") | {"said": said, "lead": lead}
        case Sources(citations):
            views = [citation_view(citation).model_dump(mode="json") for citation in citations]
            return "sources", {"citations": views}
        case Thought(text):
            return "thought", {"text": text}
        case Token(text):
            return "token", {"text": text}
        case Checked(sentence, text):
            return "sentence", _sentence_view(sentence).model_dump(mode="json") | {"text": text}
        case Withdrawn():
            return "withdrawn", {}
        case Done(answer):
            view = answer_view(answer, with_withheld=with_withheld)
            return "done", view.model_dump(mode="json")


def _withheld_view(one: WithheldSentence) -> WithheldSentenceView:
    return WithheldSentenceView(text=one.text, verdict=one.verdict, missing=one.missing)


def _sentence_view(sentence: Sentence) -> SentenceView:
    return SentenceView(
        start=sentence.start,
        end=sentence.end,
        citations=sentence.citations,
        unverified=sentence.unverified,
        verdict=sentence.verdict,
        answers=sentence.answers,
        support=sentence.support,
        missing=sentence.missing,
        source=_source_view(sentence.source),
        quoted=sentence.quoted,
    )


def _source_view(place: SourcePlace | None) -> SourcePlaceView | None:
    if place is None:
        return None
    return SourcePlaceView(number=place.number, start=place.start, end=place.end)
