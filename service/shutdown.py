"""The end of the service, told to whoever is still being answered.

Knows nothing of HTTP or of signals.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pinakes.service.errors import ShuttingDown

__all__ = ["Shutdown"]


class Shutdown:
    """Begins once; from then on nothing that can be interrupted goes on, or begins."""

    def __init__(self) -> None:
        self.begun = False
        self._interruptible: set[asyncio.Timeout] = set()

    def begin(self) -> None:
        """Interrupt what is going on; called in the event loop."""
        self.begun = True
        for timeout in self._interruptible:
            timeout.reschedule(0.0)

    @asynccontextmanager
    async def interrupting(self) -> AsyncIterator[None]:
        """What is inside is cancelled, once, when the service ends. Raises ShuttingDown then."""
        if self.begun:
            raise ShuttingDown
        try:
            async with asyncio.timeout(None) as limit:
                self._interruptible.add(limit)
                try:
                    yield
                finally:
                    self._interruptible.discard(limit)
        except TimeoutError:
            if limit.expired():
                raise ShuttingDown from None
            raise
