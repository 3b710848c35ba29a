"""A turn at the model: waited for in line, and no longer than one answer may take."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent, Status
from pinakes.service.asking.generate import TimeLimit
from pinakes.service.fair_queue import Ticket
from pinakes.service.generators.generator import Generator, ModelInfo

__all__ = ["ModelTurn"]


@dataclass(frozen=True, slots=True)
class ModelTurn:
    """What answers one question: the model, the place in its line, and the seconds it may take."""

    generator: Generator
    ticket: Ticket
    limit_s: float

    async def waited_for(self, draft: Draft, info: ModelInfo) -> AsyncGenerator[AnswerEvent, None]:
        """The place in the line as it changes, until it is this answer's turn, if it is not yet."""
        self.ticket.queue.resize(info.slots)
        async with aclosing(self.ticket.places()) as places:
            async for place in places:
                yield Status("queued", place.position, place.wait_s)
        draft.clock("turn_s")

    def limit(self) -> TimeLimit:
        """What is left of the time that the turn may take."""
        return TimeLimit(self.limit_s, self.ticket.began)
