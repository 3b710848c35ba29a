"""A model server that says exactly what a test tells it to say, on a UNIX socket or loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Behaviour = bytes | Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: Any


@dataclass
class ScriptedServer:
    """``script``: method and path -> what to answer, in turn; the last answer is repeated.

    ``closed_by_client`` is set once an answer has ended because nobody reads it any more.
    """

    script: dict[str, list[Behaviour]]
    address: str = ""
    requests: list[Request] = field(default_factory=list)
    closed_by_client: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            line = head[0].removesuffix(" HTTP/1.1").partition("?")[0]
            self.requests.append(Request(line, headers, json.loads(body) if body else None))
            answers = self.script.get(line, [response(404, b"not found", "text/plain")])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await _while_read(reader, answer(writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            # A client that closes with bytes unread resets the connection instead of ending it.
            if reader.at_eof() or reader.exception() is not None:
                self.closed_by_client.set()
            writer.close()

    def lines(self) -> list[str]:
        return [request.line for request in self.requests]


async def _while_read(reader: asyncio.StreamReader, answer: Coroutine[Any, Any, None]) -> None:
    """Answer until the client has gone."""
    answering, leaving = asyncio.create_task(answer), asyncio.create_task(reader.read())
    await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    answering.cancel()
    leaving.cancel()
    await asyncio.gather(answering, leaving, return_exceptions=True)


@asynccontextmanager
async def serving(
    script: dict[str, list[Behaviour]], socket: Path | None = None
) -> AsyncIterator[ScriptedServer]:
    """Serve the script at ``socket``, or on a free port of the loopback interface."""
    scripted = ScriptedServer(script)
    if socket is not None:
        server = await asyncio.start_unix_server(scripted.handle, socket)
        scripted.address = f"unix:{socket}"
    else:
        server = await asyncio.start_server(scripted.handle, "127.0.0.1", 0)
        scripted.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield scripted
    finally:
        server.close()
        await server.wait_closed()


def response(status: int, body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 {status} Some\r\nContent-Type: {kind}\r\nConnection: close\r\n"
    return head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def as_json(value: Any, status: int = 200) -> bytes:
    return response(status, json.dumps(value).encode(), "application/json; charset=utf-8")


def as_events(*events: Any) -> bytes:
    """A whole stream: JSON values, and text (comments, ``data: [DONE]``) as it stands."""
    return response(200, b"".join(as_event(event) for event in events), "text/event-stream")


def as_event(event: Any) -> bytes:
    if isinstance(event, str):
        return event.encode() + b"\n\n"
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


def chunk(text: str | None, finish: str | None = None) -> dict[str, Any]:
    """One streamed piece, in OpenAI's shape."""
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
