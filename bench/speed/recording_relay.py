"""Stand between the service and its model's server, and keep what is asked and how it ends.

Not for timing: each byte takes a way more.
"""

import asyncio
import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Exchange", "RecordingRelay"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The body of a request for an answer, and ``timings`` of the reply's last event."""

    body: dict[str, Any]
    timings: dict[str, Any]


class RecordingRelay:
    """A relay on a port of its own, in a thread of its own, while the block lasts."""

    def __init__(self, upstream: str) -> None:
        """``upstream``: http://… or unix:/…"""
        self.exchanges: list[Exchange] = []
        self.address = ""
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "RecordingRelay":
        self._thread.start()
        serving = asyncio.start_server(self._handle, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            body = await reader.readexactly(int(length[1])) if length else b""
            reply = await self._passed_on(_closing(head) + body, writer)
            if b"/chat/completions" in head.partition(b"\r\n")[0]:
                self.exchanges.append(Exchange(json.loads(body), _timings(reply)))
        writer.close()

    async def _passed_on(self, request: bytes, writer: asyncio.StreamWriter) -> bytes:
        if self._upstream.startswith("unix:"):
            path = self._upstream.removeprefix("unix:")
            up_reader, up_writer = await asyncio.open_unix_connection(path)
        else:
            url = urlsplit(self._upstream)
            up_reader, up_writer = await asyncio.open_connection(url.hostname, url.port)
        up_writer.write(request)
        reply = b""
        try:
            while piece := await up_reader.read(1 << 16):
                reply += piece
                writer.write(piece)
                await writer.drain()
        finally:
            up_writer.close()
        return reply


def _closing(head: bytes) -> bytes:
    """One request a connection: its end is then the end of the reply."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines[:-2], b"Connection: close", b"", b""])


def _timings(reply: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in reply.splitlines():
        if line.startswith(b"data: {") and b'"timings"' in line:
            found = json.loads(line.removeprefix(b"data: ")).get("timings", found)
    return found
