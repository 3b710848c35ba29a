"""HTTP as llama-server speaks it, in front of models that are none: its endpoints, and its events.

Knows nothing of what they say.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Protocol

__all__ = ["Pretended", "prompt_of", "serve"]

_PARAMETERS = 30_000_000_000  # a capable model's, whatever it is
_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "


class Pretended(Protocol):
    """What is asked as a model would be."""

    name: str
    context_tokens: int
    slots: int

    def count(self, text: str) -> int:
        """Tokens of a text."""
        ...

    def noted(self, path: str) -> Any:
        """What GET /log and paths below it tell, and then forget."""
        ...

    def answer(self, body: dict[str, Any]) -> AsyncGenerator[str, None]:
        """The pieces of an answer to a request for a chat completion."""
        ...


async def serve(model: Pretended) -> None:
    """Serve until killed; the address is the first line of standard output."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = re.search(r"content-length: (\d+)", head)
            raw = await reader.readexactly(int(length[1])) if length else b""
            body = json.loads(raw) if raw else None
            path = head.split()[1].partition("?")[0]
            if path == "/v1/chat/completions":
                await _stream(model, body, writer)
            else:
                text = json.dumps(_reply(model, path, body)).encode()
                writer.write(_HEAD + b"application/json\r\n\r\n" + text)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


def prompt_of(body: dict[str, Any]) -> str:
    """The messages of a request as one text."""
    return "\n".join(turn["content"] for turn in body["messages"])


def _reply(model: Pretended, path: str, body: Any) -> Any:
    match path:
        case "/props":
            return {
                "default_generation_settings": {"n_ctx": model.context_tokens},
                "model_alias": model.name,
                "total_slots": model.slots,
            }
        case "/v1/models":
            return {"data": [{"id": model.name, "meta": {"n_params": _PARAMETERS}}]}
        case "/apply-template":
            return {"prompt": prompt_of(body)}
        case "/tokenize":
            return {"tokens": [0] * model.count(body["content"])}
    return model.noted(path) if path.startswith("/log") else {}


async def _stream(model: Pretended, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    head = _HEAD + b"text/event-stream\r\n\r\n"  # sent with the first piece, as llama-server does
    async with aclosing(model.answer(body)) as pieces:
        async for piece in pieces:
            writer.write(head + _event({"choices": [{"index": 0, "delta": {"content": piece}}]}))
            await writer.drain()
            head = b""
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    writer.write(head + _event(end) + b"data: [DONE]\n\n")


def _event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"
