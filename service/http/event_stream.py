"""Work that lasts no longer than its client stays: an awaited result, or server-sent events.

Knows nothing of what the events say.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from pinakes.service.errors import ShuttingDown
from pinakes.service.http.problem_responses import ProblemView, problem_view
from pinakes.service.plain_text import visible_json
from pinakes.service.settings import Settings

__all__ = ["EventStream", "while_connected"]

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


async def while_connected(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of ``work``, which is cancelled when the client goes away.

    Once, unlike Starlette's own streams, so that it can close what it has open. Raises
    ClientDisconnect then, and what ``receive`` does, as ShuttingDown when the service ends.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait({working, leaving})
    if not working.cancelled():
        return working.result()
    if not leaving.cancelled():
        leaving.result()
    raise ClientDisconnect


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Server-sent events, each a name and JSON, until the client goes away.

    An error among them becomes a last event ``error`` with the problem. Other forms of event
    override ``as_bytes`` and ``failure``.
    """

    media_type = "text/event-stream"

    def __init__(self, first: Any, rest: AsyncGenerator[Any, None]) -> None:
        self._rest = rest
        self._settings: Settings | None = None
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(self._events(first), headers=headers)

    def as_bytes(self, event: Any) -> bytes:
        """The event as it is sent."""
        name, data = event
        return format_sse_event(event=name, data_str=json.dumps(visible_json(data)))

    def failure(self, problem: ProblemView) -> Any:
        """The event that tells of an error."""
        return "error", problem.model_dump()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; close them when the client goes."""
        self._settings = scope["app"].state.settings
        async with aclosing(self._rest):
            try:
                await while_connected(receive, self.stream_response(send))
            except ClientDisconnect:
                pass
            except ShuttingDown as error:
                last = self.as_bytes(self.failure(problem_view(error, self._settings)))
                await send({"type": "http.response.body", "body": last, "more_body": False})

    async def _events(self, first: Any) -> AsyncIterator[bytes]:
        yield self.as_bytes(first)
        try:
            async for event in self._rest:
                yield self.as_bytes(event)
        except Exception as error:
            problem = problem_view(error, self._settings)
            if problem.status == 500:
                _log.exception("an answer broke off")
            yield self.as_bytes(self.failure(problem))
