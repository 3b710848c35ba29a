"""The result of asking: the answer's sentences and sources, made to fit. Pure functions."""

from pinakes.service.asking.citations import place_name
from pinakes.service.tools.budget import excerpt, json_length, shown
from pinakes.service.tools.frame import LEAST_TEXT, Frame, dealt
from pinakes.service.tools.tool_views import AskResult, SentenceVerdict, SourceView
from pinakes.service.types import Answer
from pinakes.service.views.answer_views import outside_question_view

__all__ = ["answered"]


def answered(answer: Answer, frame: Frame) -> AskResult:
    """The answer, as many of its sentences as fit, and what they cite."""
    count = len(answer.sentences)
    result = _reply(answer, count, frame)
    while count > 1 and frame.room(result) < LEAST_TEXT * len(result.sources):
        count -= 1
        result = _reply(answer, count, frame)
    if (room := frame.room(result)) < 0:  # of one monstrous sentence, or of none
        text = excerpt(result.text, json_length(result.text) + room, language=frame.language)
        cut = [sentence.model_copy(update={"end": len(text)}) for sentence in result.sentences]
        result = result.model_copy(update={"text": text, "sentences": cut})
    elsewhere = outside_question_view(answer.outside_question)
    with_it = result.model_copy(update={"outside_question": elsewhere})
    result = with_it if frame.room(with_it) >= 0 else result
    quotes = {citation.number: citation for citation in answer.citations}
    cited = [quotes[source.number] for source in result.sources]
    texts = [
        (citation.quote, citation.highlights, answer.places(citation.number)) for citation in cited
    ]
    quoted = dealt(texts, frame.room(result), frame.language)
    sources = [
        source.model_copy(update={"quote": text})
        for source, text in zip(result.sources, quoted, strict=True)
    ]
    return result.model_copy(update={"sources": sources})


def _reply(answer: Answer, count: int, frame: Frame) -> AskResult:
    """The first ``count`` sentences of an answer, and what they cite, not quoted yet."""
    kept = answer.sentences[:count]
    whole = count == len(answer.sentences)
    used = {number for sentence in kept for number in sentence.citations}
    hits = {hit.page_key: hit for hit in reversed(answer.hits)}
    short = answer.short_answer
    return AskResult(
        text=answer.text if whole else shown(answer.text, 0, kept[-1].end),
        kind=answer.kind,
        short_answer=None if short is None else short.text,
        sentences=[
            SentenceVerdict(
                start=sentence.start,
                end=sentence.end,
                verdict=sentence.verdict,
                answers=sentence.answers,
                citations=sentence.citations,
                unverified=sentence.unverified,
                missing=sentence.missing,
            )
            for sentence in kept
        ],
        sources=[
            SourceView(
                **dict(
                    frame.reference(
                        citation.ref,
                        place_name(citation.title, citation.heading_path),
                        citation.url,
                        citation.permalink,
                    )
                ),
                number=citation.number,
                quote="",
                kept_as_of=citation.kept_as_of,
            )
            for citation in answer.citations
            if citation.number in used
        ],
        nearest=[
            frame.of_hit(hits[near.collection, near.page_id])
            for near in answer.nearest
            if (near.collection, near.page_id) in hits
        ],
        withheld=answer.withheld,
        collection=answer.collection,
        collections=answer.collections if len(answer.collections) > 1 else None,
        left_out=dict(answer.left_out) or None,
        as_of=answer.as_of,
    )
