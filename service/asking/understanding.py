"""What a question means before it is searched for: by itself, and in its parts.

A good model rewrites it where the conversation is needed to understand it, and may plan what is
searched for; where there is none, or it fails or takes too long, rules do.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.conversation import (
    checked_rewriting,
    rewriting_prompt,
    standalone,
    with_earlier,
)
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent
from pinakes.service.asking.generate import ModelText, TimeLimit, whole_text
from pinakes.service.asking.model_loading import WorkOfModel
from pinakes.service.asking.model_turn import ModelTurn
from pinakes.service.asking.planning import checked_plan, may_take_several, planning_prompt
from pinakes.service.errors import GeneratorError
from pinakes.service.generators.generator import ModelInfo
from pinakes.service.reading.words import words_of
from pinakes.service.settings import GeneratorSettings
from pinakes.service.types import Message

__all__ = ["understood"]

_REWRITING_TOKENS, _PLANNING_TOKENS = 96, 128
# Rules take a few milliseconds, and nobody has seen anything yet.
_REWRITING_S, _PLANNING_S = 15.0, 6.0
# Tokens a second: a plan and its prompt are some hundred.
_READS_FAST = 400


async def understood(
    draft: Draft, turn: ModelTurn | None, settings: GeneratorSettings
) -> AsyncGenerator[AnswerEvent, None]:
    """Make the question of ``draft`` stand by itself, and plan what is searched for.

    ``turn``: at the model, where there is one. What happens meanwhile is told.
    """
    async with aclosing(_rewritten(draft, turn, settings)) as events:
        async for event in events:
            yield event
    if turn is None or not may_take_several(draft.question):
        return
    described = WorkOfModel(turn.generator, _described(turn))
    async with aclosing(described.events()) as loading:
        async for status in loading:
            yield status
    info = described.value
    if info is None or not _plans(info, turn, settings):
        return
    async with aclosing(turn.waited_for(draft, info)) as events:
        async for event in events:
            yield event
    tokens = _PLANNING_TOKENS + settings.thinking_budget
    prompt = planning_prompt(draft.question)
    said = await _said(turn, info, prompt, tokens, _PLANNING_S)
    words = words_of(draft.index.manifest.dump.language)
    draft.planned = checked_plan(said, draft.question, draft.index, words)
    draft.clock("planned_s")


async def _rewritten(
    draft: Draft, turn: ModelTurn | None, settings: GeneratorSettings
) -> AsyncGenerator[AnswerEvent, None]:
    """Put in what the conversation adds."""
    index, request = draft.index, draft.request
    if not request.history:
        return
    words = words_of(index.manifest.dump.language)
    alone = await asyncio.to_thread(standalone, request.question, request.history, words, index)
    if alone == request.question:
        return
    info = None
    if turn is not None:
        described = WorkOfModel(turn.generator, _described(turn))
        async with aclosing(described.events()) as loading:
            async for status in loading:
                yield status
        info = described.value
    if turn is not None and info is not None and not info.small:
        async with aclosing(turn.waited_for(draft, info)) as events:
            async for event in events:
                yield event
        messages = rewriting_prompt(request.question, request.history)
        tokens = _REWRITING_TOKENS + settings.thinking_budget
        said = await _said(turn, info, messages, tokens, _REWRITING_S)
        rewritten = checked_rewriting(said, request.question, request.history)
        if rewritten and _is_searchable(index, rewritten):
            draft.question = rewritten
            return
    if _is_searchable(index, alone):
        draft.question = alone
    # What rules put in may be wrong: the words that were typed are searched for as well.
    both = with_earlier(request.question, request.history)
    draft.beside = both if _is_searchable(index, both) else None


def _plans(info: ModelInfo, turn: ModelTurn, settings: GeneratorSettings) -> bool:
    """Whether the model is asked what to search for: if nothing is said, where that takes no time.

    Who waits in line could be answered without a model, as it may turn out.
    """
    if info.small:
        return False
    if settings.plan is not None:
        return settings.plan
    is_fast = settings.effort == "off" and (info.reads_per_s or 0) >= _READS_FAST
    return is_fast and (turn.ticket.began is not None or turn.ticket.queue.has_free_slot)


async def _described(turn: ModelTurn) -> ModelInfo | None:
    """What the model is; None where it is not there: that is told when nothing does without it."""
    try:
        return await turn.generator.describe()
    except GeneratorError:
        return None


async def _said(
    turn: ModelTurn, info: ModelInfo, messages: Sequence[Message], tokens: int, most_s: float
) -> str:
    """All that the model says in that time; empty where it fails or needs longer."""
    limit = TimeLimit(min(most_s, turn.limit().left_s))
    try:
        async with aclosing(limit.stream(turn.generator.stream(messages, tokens))) as timely:
            return await whole_text(timely, ModelText(tokens, thinks=info.thinks))
    except GeneratorError:
        return ""


def _is_searchable(index: Index, question: str) -> bool:
    try:
        index.checked(question)
    except BadQuery:
        return False
    return True
