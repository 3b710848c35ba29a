"""The longest time that the model's part in an answer may take.

Only waiting for the model is limited: what is done with a piece of its text is not interrupted,
for that may be the sending of it to a client, in a task that is not ours to cancel.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import TypeVar

from pinakes.service.errors import GeneratorFailed

__all__ = ["TimeLimit"]

Value = TypeVar("Value")


class TimeLimit:
    """So many seconds since ``began`` (time.monotonic), or from now on.

    What takes longer raises GeneratorFailed.
    """

    def __init__(self, seconds: float, began: float | None = None) -> None:
        """Begin now, where nothing else is said."""
        self._seconds = seconds
        self._deadline = seconds + (time.monotonic() if began is None else began)

    def check(self) -> None:
        """Raise where the time is over, between two steps of what is not waiting."""
        if time.monotonic() > self._deadline:
            raise self._over()

    async def result(self, work: Awaitable[Value]) -> Value:
        """What ``work`` comes to."""
        try:
            async with asyncio.timeout(self._deadline - time.monotonic()) as limit:
                return await work
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._over() from None

    def _over(self) -> GeneratorFailed:
        return GeneratorFailed(
            f"the answer took more than {self._seconds:g} s; "
            "ask again, or raise PINAKES_ANSWER__LIMIT_S"
        )

    async def stream(self, pieces: AsyncGenerator[Value, None]) -> AsyncGenerator[Value, None]:
        """The pieces; they are closed at the end."""
        async with aclosing(pieces):
            while True:
                try:
                    piece = await self.result(anext(pieces))
                except StopAsyncIteration:
                    return
                yield piece
