"""A llama-server of our own making, with whatever can go wrong in one: garbage, silence, a break.

Each fault is a Behaviour of the scripted server; ``faulty`` picks one at random now and then.
"""

import asyncio
import random
from collections.abc import Sequence

from tests.service.generators.scripted_server import (
    STREAM_HEAD,
    Behaviour,
    as_event,
    as_events,
    as_json,
    chunk,
    response,
)

__all__ = ["CHAT", "FAULTS", "PROPS", "TOKENIZE", "faulty", "healthy"]

PROPS, MODELS = "GET /props", "GET /v1/models"
TEMPLATE, TOKENIZE = "POST /apply-template", "POST /tokenize"
CHAT = "POST /v1/chat/completions"
WORDS = ("The Library", " of Alexandria", " had a Mouseion [1].", " Birds", " live in a cage", ".")
_LONG_S = 600.0

_GOOD = as_events(*(chunk(word) for word in WORDS), chunk(None, "stop"), "data: [DONE]")


def healthy(slots: int = 2, context: int = 4096, tokens: int = 200) -> dict[str, list[Behaviour]]:
    """What a llama-server says that is well; every prompt has so many tokens."""
    props = {
        "default_generation_settings": {"n_ctx": context},
        "model_alias": "/models/scripted.gguf",
        "total_slots": slots,
    }
    return {
        PROPS: [as_json(props)],
        MODELS: [as_json({"data": [{"id": "scripted", "meta": {"n_params": 30_000_000_000}}]})],
        TEMPLATE: [as_json({"prompt": "a prompt"})],
        TOKENIZE: [as_json({"tokens": [1] * tokens})],
        CHAT: [_GOOD],
    }


async def silence(writer: asyncio.StreamWriter) -> None:
    """Nothing, until the client has had enough of it."""
    await asyncio.sleep(_LONG_S)


async def breaking_off(writer: asyncio.StreamWriter) -> None:
    """The first half of an answer."""
    writer.write(STREAM_HEAD + as_event(chunk(WORDS[0])) + as_event(chunk(WORDS[1]))[:9])
    await writer.drain()


async def hanging(writer: asyncio.StreamWriter) -> None:
    """The first half of an answer, and no end of the connection."""
    await breaking_off(writer)
    await silence(writer)


async def trickling(writer: asyncio.StreamWriter) -> None:
    """A head of which a byte comes now and then, and never the end."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.05)


async def reset(writer: asyncio.StreamWriter) -> None:
    """A connection that is reset."""
    writer.transport.abort()


async def slow(writer: asyncio.StreamWriter) -> None:
    """A whole answer, piece by piece."""
    writer.write(STREAM_HEAD)
    for piece in (*(chunk(word) for word in WORDS), chunk(None, "stop"), "data: [DONE]"):
        writer.write(as_event(piece))
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless(writer: asyncio.StreamWriter) -> None:
    """New sentences, for as long as somebody listens."""
    writer.write(STREAM_HEAD)
    for number in range(100_000):
        writer.write(as_event(chunk(f"Bird number {number} is new. ")))
        await writer.drain()
        await asyncio.sleep(0.05)


def _compressed() -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n"
    return head + b"Connection: close\r\n\r\nthis is not gzip"


FAULTS: dict[str, Behaviour] = {
    "no HTTP": b"\x16\x03\x01\x02\x00 what is this\r\n\r\n",
    "a page": response(200, b"<html>Welcome!</html>", "text/html"),
    "nothing": response(200, b"", "text/event-stream"),
    "no JSON": as_events("data: {broken", "data: [DONE]"),
    "other JSON": as_events([1], "data: 7", {"choices": [None]}, {"choices": 3}, "data: [DONE]"),
    "JSON without a floor": as_events("data: " + "[" * 50_000),
    "no gzip": _compressed(),
    "no UTF-8": as_events() + b"data: \xff\xfe\xfd\n\n",
    "an error in the stream": as_events(chunk(WORDS[0]), {"error": {"message": "out of memory"}}),
    "500": as_json({"error": {"message": "CUDA error", "code": 500}}, status=500),
    "503": as_json({"error": {"message": "Loading model", "code": 503}}, status=503),
    "404": response(404, b"not found", "text/plain"),
    "silence": silence,
    "hanging": hanging,
    "breaking off": breaking_off,
    "reset": reset,
    "trickling": trickling,
    "endless": endless,
}


def faulty(chance: random.Random, share: float) -> dict[str, list[Behaviour]]:
    """A server that is well but for a share of its answers; the rest are now and then slow."""
    script = healthy()
    for line, [good] in script.items():
        goods = (good, slow) if line == CHAT else (good,)
        script[line] = [_picking(chance, share if line == CHAT else share / 4, goods)]
    return script


def _picking(chance: random.Random, share: float, goods: Sequence[Behaviour]) -> Behaviour:
    async def answer(writer: asyncio.StreamWriter) -> None:
        faults = list(FAULTS.values())
        picked = chance.choice(faults if chance.random() < share else goods)
        if isinstance(picked, bytes):
            writer.write(picked)
            await writer.drain()
        else:
            await picked(writer)

    return answer
