"""The answer at the end of its events, for whoever does not show them as they come."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.events import AnswerEvent, Done, Status
from pinakes.service.errors import ServiceError
from pinakes.service.types import Answer, Inquiry

__all__ = ["OnStatus", "answer_of", "finished_answer"]

OnStatus = Callable[[Status], Awaitable[None]]


async def finished_answer(
    answerer: Answerer, index: Index, inquiry: Inquiry, on_status: OnStatus | None = None
) -> Answer:
    """The finished answer; ``on_status`` is told what is being done until then.

    Raises what ``Answerer.answer`` does.
    """
    return await answer_of(answerer.answer(index, inquiry), on_status)


async def answer_of(
    events: AsyncGenerator[AnswerEvent, None], on_status: OnStatus | None = None
) -> Answer:
    """The answer that ``events`` lead to; they are closed in the end.

    Raises what they raise, and ServiceError where they end without an answer.
    """
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Status) and on_status is not None:
                await on_status(event)
            elif isinstance(event, Done):
                return event.answer
    raise ServiceError("the answer ended without a result")
