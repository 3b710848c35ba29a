"""Work that needs the model, with a word where it has to be loaded first.

Knows nothing of what the work is.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Generic, TypeVar

from pinakes.service.asking.events import Status
from pinakes.service.generators.generator import Generator

__all__ = ["WorkOfModel"]

_LOOK_S = 0.1

Value = TypeVar("Value")


class WorkOfModel(Generic[Value]):
    """``work`` of ``generator``, begun by ``events``; its ``value`` is there after them."""

    value: Value

    def __init__(self, generator: Generator, work: Coroutine[Any, Any, Value]) -> None:
        self._generator = generator
        self._work = work

    async def events(self) -> AsyncGenerator[Status, None]:
        """That the model is being loaded, once, where that is waited for. Raises what it does."""
        working = asyncio.create_task(self._work)
        try:
            is_told = False
            while not working.done():
                await asyncio.wait({working}, timeout=None if is_told else _LOOK_S)
                if not is_told and not working.done() and self._generator.is_loading:
                    is_told = True
                    yield Status("loading")
            self.value = working.result()
        finally:
            if not working.done():
                working.cancel()
                await asyncio.wait({working})
