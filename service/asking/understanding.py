"""What a question means before it is searched for: by itself, whatever the conversation adds.

A good model rewrites it; where there is none, or it does not do so well, rules do.
"""

import asyncio
from collections.abc import AsyncGenerator
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
from pinakes.service.asking.generate import ModelText, whole_text
from pinakes.service.asking.model_turn import ModelTurn
from pinakes.service.reading.words import words_of
from pinakes.service.settings import GeneratorSettings

__all__ = ["understood"]

_REWRITING_TOKENS = 96


async def understood(
    draft: Draft, turn: ModelTurn | None, settings: GeneratorSettings
) -> AsyncGenerator[AnswerEvent, None]:
    """Make the question of ``draft`` stand by itself; ``turn``: at the model, where there is one.

    What happens meanwhile is told.
    """
    index, request = draft.index, draft.request
    if not request.history:
        return
    words = words_of(index.manifest.dump.language)
    alone = await asyncio.to_thread(standalone, request.question, request.history, words, index)
    if alone == request.question:
        return
    if turn is not None:
        info = await turn.generator.describe()
        if not info.small:
            async with aclosing(turn.waited_for(draft, info)) as events:
                async for event in events:
                    yield event
            messages = rewriting_prompt(request.question, request.history)
            tokens = _REWRITING_TOKENS + settings.thinking_tokens
            pieces = turn.generator.stream(messages, tokens)
            async with aclosing(turn.limit().stream(pieces)) as timely:
                said = await whole_text(timely, ModelText(tokens, thinks=info.thinks))
            rewritten = checked_rewriting(said, request.question, request.history)
            if rewritten and _is_searchable(index, rewritten):
                draft.question = rewritten
                return
    if _is_searchable(index, alone):
        draft.question = alone
    # What rules put in may be wrong: the words that were typed are searched for as well.
    both = with_earlier(request.question, request.history)
    draft.beside = both if _is_searchable(index, both) else None


def _is_searchable(index: Index, question: str) -> bool:
    try:
        index.checked(question)
    except BadQuery:
        return False
    return True
