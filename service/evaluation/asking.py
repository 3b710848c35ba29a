"""Ask every question in every mode, one at a time, and note what can be checked of the answers.

Is it the right one, and do its citations hold? Stored pages are read to compare them with.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

from pinakes.index.evaluation import Split
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import Passage
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.events import Done, Sources, Token
from pinakes.service.errors import GeneratorFailed
from pinakes.service.evaluation.answer_measures import exact_match, holds, word_f1
from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerFacts, AnswerRun
from pinakes.service.evaluation.targets import Target, Targets
from pinakes.service.types import Answer, AnswerKind, AnswerMode, AnswerRequest, Citation

__all__ = ["evaluate_answers", "facts_of", "failure_of"]

_IN_OWN_WORDS: tuple[AnswerKind, ...] = ("answer", "unproven")


def facts_of(
    index: Index,
    target: Target,
    answer: Answer,
    sources: Sequence[Citation],
    first_words_s: float | None,
    total_s: float,
) -> AnswerFacts:
    """The facts of ``answer``, written from ``sources``; the times are those of who asked."""
    verdicts = [sentence.verdict for sentence in answer.sentences]
    return AnswerFacts(
        kind=answer.kind,
        confidence=answer.confidence,
        sentences=len(verdicts),
        quoted=sum(sentence.quoted for sentence in answer.sentences),
        partly=verdicts.count("partly"),
        unsupported=verdicts.count("unsupported"),
        withheld=answer.withheld,
        answer_tokens=answer.answer_tokens,
        first_token_s=answer.timings.get("first_token_s"),
        first_words_s=first_words_s,
        total_s=total_s,
        **_found(target, answer, sources),
        **_words(target, answer),
        **_citations(index, target, answer),
    )


def failure_of(target: Target) -> AnswerFacts:
    """The facts where the model broke off: whatever was asked, nothing was answered."""
    if not target.answers:
        return AnswerFacts(kind="failure")
    return AnswerFacts(kind="failure", exact_match=0.0, f1=0.0, holds_answer=False)


def _found(target: Target, answer: Answer, sources: Sequence[Citation]) -> dict[str, Any]:
    """Whether gold is among what was found, and among what the answer was written from."""
    found = [(hit.passage.page_id, hit.passage.start, hit.passage.end) for hit in answer.hits]
    read = [(source.ref.page_id, source.ref.start, source.ref.end) for source in sources]
    facts: dict[str, Any] = {}
    for name, places in (("found", found), ("in_sources", read)):
        if name == "in_sources" and not sources:
            continue  # refused before any was chosen
        if target.pages:
            facts[f"page_{name}"] = any(page in target.pages for page, _, _ in places)
        if target.passages:
            facts[f"passage_{name}"] = any(_covers(*place, target.passages) for place in places)
    return facts


def _covers(page_id: int, start: int, end: int, passages: Sequence[Passage]) -> bool:
    """Whether one of ``passages`` lies whole in this part of a page."""
    return any(
        passage.page_id == page_id and start <= passage.start and passage.end <= end
        for passage in passages
    )


def _words(target: Target, answer: Answer) -> dict[str, Any]:
    if not target.answers:
        return {}
    short = answer.short_answer.text if answer.short_answer else ""
    return {
        "exact_match": exact_match(short, target.answers),
        "f1": word_f1(short, target.answers),
        "holds_answer": answer.kind != "refusal" and holds(answer.text, target.answers),
        "own_words_hold_answer": (
            holds(_own_words(answer), target.answers) if answer.kind in _IN_OWN_WORDS else None
        ),
    }


def _own_words(answer: Answer) -> str:
    """The model's, which stand before what is quoted."""
    quoted = (sentence.start for sentence in answer.sentences if sentence.quoted)
    return answer.text[: min(quoted, default=len(answer.text))]


def _citations(index: Index, target: Target, answer: Answer) -> dict[str, Any]:
    cited = {citation.number: citation for citation in answer.citations}
    numbers = {number for sentence in answer.sentences for number in sentence.citations}
    shown = [cited.get(number) for number in numbers | cited.keys()]
    facts: dict[str, Any] = {
        "citations": len(shown),
        "exact_citations": sum(
            citation is not None and _is_exact(index, citation) for citation in shown
        ),
    }
    if answer.kind == "refusal" or not (target.pages or target.answers):
        return facts
    answering = [citation for citation in answer.citations if holds(citation.quote, target.answers)]
    right = [
        citation
        for citation in answer.citations
        if citation.ref.page_id in target.pages or citation in answering
    ]
    pages = {citation.ref.page_id for citation in answer.citations} & target.pages
    return facts | {
        "right_citations": len(right),
        "gold": len(target.pages) or 1,
        "cited_gold": len(pages) if target.pages else min(1, len(answering)),
    }


def _is_exact(index: Index, citation: Citation) -> bool:
    ref = citation.ref
    page = index.page(ref.page_id)
    return (
        page is not None
        and page.revision_id == ref.revision_id
        and page.text[ref.start : ref.end] == citation.quote
    )


async def evaluate_answers(
    answerer: Answerer,
    index: Index,
    targets: Targets,
    modes: Sequence[AnswerMode],
    *,
    strict: bool | None = None,
    split: Split | None = None,
    on_done: Callable[[], None] = lambda: None,
) -> AnswerRun:
    """Ask all of ``targets``, of which there is one at least, mode after mode.

    The first question is asked twice in each mode: that loads the model and warms the caches.
    ``split`` says which split of their file's questions they are; ``on_done`` is called after every
    answer. Answers that the model breaks off count as failures. Raises GeneratorUnavailable where
    it cannot be started or reached.
    """
    asked = targets.asked
    facts: list[dict[AnswerMode, AnswerFacts]] = [{} for _ in asked]
    for mode in modes:
        await _ask(answerer, index, asked[0], mode, strict)
        for target, found in zip(asked, facts, strict=True):
            found[mode] = await _ask(answerer, index, target, mode, strict)
            on_done()
    generator = answerer.generator
    manifest = index.manifest
    return AnswerRun(
        collection=manifest.collection,
        generation=manifest.generation,
        coverage=manifest.coverage,
        model=None if generator is None else (await generator.describe()).name,
        strict=strict,
        split=split,
        left_out=any(target.left_out for target in asked),
        skipped=dict(targets.skipped),
        questions=tuple(
            AnsweredQuestion(qid=target.qid, is_answerable=target.is_answerable, facts=found)
            for target, found in zip(asked, facts, strict=True)
        ),
    )


async def _ask(
    answerer: Answerer, index: Index, target: Target, mode: AnswerMode, strict: bool | None
) -> AnswerFacts:
    searched = index.without(target.left_out) if target.left_out else index
    request = AnswerRequest(target.question, mode=mode, strict=strict)
    sources: tuple[Citation, ...] = ()
    first_words_s = None
    began = time.perf_counter()
    try:
        async with aclosing(answerer.answer(searched, request)) as events:
            async for event in events:
                match event:
                    case Sources(citations):
                        sources = citations
                    case Token() if first_words_s is None:
                        first_words_s = round(time.perf_counter() - began, 4)
                    case Done(answer):
                        total_s = round(time.perf_counter() - began, 4)
                        return facts_of(index, target, answer, sources, first_words_s, total_s)
    except GeneratorFailed:
        pass
    return failure_of(target)
