"""Work that lasts no longer than its client stays: an awaited result, or server-sent events.

Knows nothing of what the events say.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from service.problem_responses import problem_view

__all__ = ["EventStream", "while_connected"]

Result = TypeVar("Result")
Event = tuple[str, Any]
_log = logging.getLogger(__name__)


async def while_connected(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of ``work``, which is cancelled when the client goes away.

    Once, unlike Starlette's own streams, so that it can close what it has open. Raises
    ClientDisconnect then.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait({working, leaving})
    if working.cancelled():
        raise ClientDisconnect
    return working.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Server-sent events, each a name and JSON, until the client goes away.

    An error among them becomes a last event ``error`` with the problem.
    """

    media_type = "text/event-stream"

    def __init__(self, first: Event, rest: AsyncGenerator[Event, None]) -> None:
        self._rest = rest
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(self._events(first), headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; close them when the client goes."""
        async with aclosing(self._rest):
            with suppress(ClientDisconnect):
                await while_connected(receive, self.stream_response(send))

    async def _events(self, first: Event) -> AsyncIterator[bytes]:
        yield _as_bytes(*first)
        try:
            async for name, data in self._rest:
                yield _as_bytes(name, data)
        except Exception as error:
            problem = problem_view(error)
            if problem.status == 500:
                _log.exception("an answer broke off")
            yield _as_bytes("error", problem.model_dump())


def _as_bytes(name: str, data: Any) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data))
