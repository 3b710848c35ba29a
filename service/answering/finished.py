"""The answer at the end of its events, for whoever does not show them as they come."""

from contextlib import aclosing

from index.search import Index
from service.answering.answer import Answerer
from service.answering.events import Done
from service.errors import ServiceError
from service.types import Answer, Inquiry

__all__ = ["finished_answer"]


async def finished_answer(answerer: Answerer, index: Index, inquiry: Inquiry) -> Answer:
    """The finished answer. Raises what ``Answerer.answer`` does."""
    async with aclosing(answerer.answer(index, inquiry)) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.answer
    raise ServiceError("the answer ended without a result")
