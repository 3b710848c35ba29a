"""A llama-server that only pretends: its endpoints, slots, and tokens at a fixed rate.

What it says are the words of the sources it is given, so that they can be checked like a model's,
or with ``--say`` what a file has for the question: a JSON object that gives for each question a
sentence and titles of pages; the sentence cites the sources that are of those pages.
It notes what it was asked and when each token left, which GET /log tells (CLOCK_MONOTONIC, which
all processes of a machine share). Run in a process of its own.

Command: python -m bench.speed.scripted_llama [--slots 16] [--rate 50] [--tokens 120] [--say FILE]
"""

import argparse
import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__: list[str] = []

_PARAMETERS = 30_000_000_000
_SOURCE = re.compile(r"^\[(\d+)\] ([^\n]*?): ", re.MULTILINE)
_TOKEN = re.compile(r"\s*(?:[^\W\d_]+|\d+|[^\w\s])")
_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "


@dataclass
class _Server:
    """``log``: of each answer the request's body, when it came and when each token left.

    ``sayings``: by question the sentence that answers it, and titles of pages that say so.
    """

    slots: int
    rate: float
    tokens: int
    sayings: Mapping[str, tuple[str, list[str]]] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.slots)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = re.search(r"content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            path = head.split()[1].partition("?")[0]
            if path == "/v1/chat/completions":
                async with self._free:
                    await self._answer(json.loads(body), writer)
            else:
                text = json.dumps(self._reply(path, json.loads(body) if body else None)).encode()
                writer.write(_HEAD + b"application/json\r\n\r\n" + text)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _reply(self, path: str, body: Any) -> Any:
        match path:
            case "/props":
                return {
                    "default_generation_settings": {"n_ctx": 32_768},
                    "model_alias": "scripted",
                    "total_slots": self.slots,
                }
            case "/v1/models":
                return {"data": [{"id": "scripted", "meta": {"n_params": _PARAMETERS}}]}
            case "/apply-template":
                return {"prompt": "\n".join(turn["content"] for turn in body["messages"])}
            case "/tokenize":
                return {"tokens": [0] * (len(body["content"]) // 4)}
            case "/log":
                log, self.log = self.log, []
                return log
        return {}

    async def _answer(self, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        began = time.monotonic()
        words = self._words(body["messages"][-1]["content"])
        tokens = _TOKEN.findall(words)[: min(self.tokens, body["max_tokens"])]
        left: list[tuple[float, str]] = []
        self.log.append({"body": body, "began": began, "left": left})
        writer.write(_HEAD + b"text/event-stream\r\n\r\n")
        for number, token in enumerate(tokens, start=1):
            left.append((time.monotonic(), token))
            writer.write(_event({"choices": [{"index": 0, "delta": {"content": token}}]}))
            await writer.drain()
            await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        writer.write(_event(end) + b"data: [DONE]\n\n")

    def _words(self, request: str) -> str:
        sources, _, question = request.rpartition("\n\n")
        for asked, (sentence, pages) in self.sayings.items():
            if question.endswith(asked):
                cited = [
                    f"[{source[1]}]"
                    for source in _SOURCE.finditer(sources)
                    if source[2].partition(" – ")[0] in pages
                ]
                return f"{sentence.rstrip('.')} {''.join(cited)}." if cited else sentence
        return " ".join(_SOURCE.sub("", sources).split())


def _event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


async def _serve(options: argparse.Namespace) -> None:
    sayings = json.loads(options.say.read_text(encoding="utf-8")) if options.say else {}
    scripted = _Server(options.slots, options.rate, options.tokens, sayings)
    server = await asyncio.start_server(scripted.handle, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve until killed; the address is the first line of standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--say", type=Path, help="what to say to which question")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
