"""Ask every question in every mode, one at a time, and note what can be checked of the answers."""

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing

from pinakes.index.evaluation import Half
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.events import Done, Sources, Token
from pinakes.service.errors import GeneratorFailed
from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerFacts, AnswerRun
from pinakes.service.evaluation.facts import facts_of, failure_of
from pinakes.service.evaluation.targets import Target, Targets
from pinakes.service.types import AnswerMode, AnswerRequest, Citation

__all__ = ["evaluate_answers"]


async def evaluate_answers(
    answerer: Answerer,
    index: Index,
    targets: Targets,
    modes: Sequence[AnswerMode],
    *,
    strict: bool | None = None,
    half: Half | None = None,
    on_done: Callable[[], None] = lambda: None,
) -> AnswerRun:
    """Ask all of ``targets``, of which there is one at least, mode after mode.

    The first question is asked twice in each mode: that loads the model and warms the caches.
    ``half`` says which half of their file's questions they are; ``on_done`` is called after every
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
        half=half,
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
