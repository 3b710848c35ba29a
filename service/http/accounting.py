"""What callers use, counted as it ends: for their tokens by day, and for whoever looks on.

Numbers and names of routes alone; no address, no question. Knows nothing of who may do what.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinakes.service.errors import BadInput
from pinakes.service.http.requests import UNDER_COLLECTION
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.security.usage import Usage
from pinakes.service.metrics import Metrics
from pinakes.service.types import Spent

__all__ = ["Accounting", "Counted"]

_WRITTEN_EVERY_S = 2.0
_SEARCHES = ("/api/search", "/search")


class Accounting:
    """Told of everything that has ended. Called in the event loop, and never raises."""

    def __init__(
        self, tokens: Tokens, usage: Usage, metrics: Metrics, *, access_log: bool = False
    ) -> None:
        self._tokens = tokens
        self._usage = usage
        self._metrics = metrics
        self._access_log = access_log

    def answered(self, spent: Spent) -> None:
        """A question has ended."""
        self._metrics.answered(spent)
        if self._has_token(spent.caller):
            self._usage.add(
                spent.caller,
                questions=1,
                tokens_written=spent.tokens,
                model_seconds=spent.model_s,
            )

    def searched(self, caller: str) -> None:
        """A search has ended."""
        if self._has_token(caller):
            self._usage.add(caller, searches=1)

    def embedded(self, caller: str, texts: int) -> None:
        """So many texts have been turned into vectors."""
        if self._has_token(caller):
            self._usage.add(caller, embeddings=texts)

    def responded(
        self, route: str, status: int, seconds: float, caller: str, *, has_query: bool
    ) -> None:
        """A request has ended; ``has_query``: whether it said what to look for."""
        self._metrics.responded(route, status, seconds)
        if self._access_log:
            with suppress(OSError):  # nobody may be there to read it
                sys.stderr.write(f"{caller or '-'} {route} {status} {seconds:.3f} s\n")
        if status == 200 and has_query and route.endswith(_SEARCHES):
            self._metrics.searched(seconds)
            self.searched(caller)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What is counted inside is written down every few seconds, and at the end."""
        writing = asyncio.create_task(self._write())
        try:
            yield
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            await asyncio.to_thread(self._usage.flush)

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(_WRITTEN_EVERY_S)
            await asyncio.to_thread(self._usage.flush)

    def _has_token(self, caller: str) -> bool:
        """Whether ``caller`` is one: of addresses nothing is kept."""
        try:
            return self._tokens.named(caller) is not None
        except BadInput:  # damaged in the meantime
            return False


class Counted:
    """Tells of every request what it was for, how it ended, and how long it took."""

    def __init__(self, app: ASGIApp, accounting: Accounting) -> None:
        self._app = app
        self._accounting = accounting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            caller = scope.get("state", {}).get("caller")
            seconds = time.perf_counter() - began
            name = "" if caller is None else caller.name
            self._accounting.responded(
                _route(scope), status, seconds, name, has_query=_has_query(scope)
            )


def _has_query(scope: Scope) -> bool:
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("q", [""])
    return bool(asked[-1].strip())


def _route(scope: Scope) -> str:
    """The pattern that the path fits: never the path itself, in which people write titles."""
    root: str = scope.get("root_path", "")  # of what is mounted
    path: str | None = getattr(scope.get("route"), "path", None)
    if path is not None:
        # A route's own path lacks what the router that it belongs to was included under.
        is_under = "collection" in scope["path_params"] and not path.startswith(UNDER_COLLECTION)
        return f"{root}{UNDER_COLLECTION if is_under else ''}{path}"
    if root or "endpoint" not in scope:
        return root or "none"
    return "none" if scope.get("path_params") else str(scope["path"])  # a route of Starlette's own
