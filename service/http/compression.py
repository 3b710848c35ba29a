"""Answers are compressed with gzip for those who take it; streams of events go out as they come.

Which encodings are taken: RFC 9110, 12.5.3.
"""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from pinakes.service.http.formats import accepted

__all__ = ["Compressed"]

_LEVEL = 5  # 9 takes three times as long for a fiftieth less
_NAME = b"accept-encoding"


class Compressed(GZipMiddleware):
    """Starlette's, which looks for the word alone: here "gzip;q=0" and "notgzip" take none."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, compressed or not."""
        if scope["type"] == "http":
            weights = accepted(Headers(scope=scope).get("accept-encoding", ""))
            takes = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0))) > 0
            others = [header for header in scope["headers"] if header[0] != _NAME]
            # In place: what the router writes into the scope is read outside of here.
            scope["headers"] = [*others, (_NAME, b"gzip" if takes else b"identity")]
        await super().__call__(scope, receive, send)
