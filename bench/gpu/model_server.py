"""A llama-server whose model is bench.gpu.random_model: the same endpoints; GET /log, /log/asked.

Command: python -m bench.gpu.model_server [--shape 8b] [--device cuda] [--slots 32] [--tokens 120]
"""

import argparse
import asyncio
import json
import re
from functools import partial
from typing import Any

from bench.gpu.random_model import SHAPES, RandomModel

__all__: list[str] = []

_PARAMETERS = 30_000_000_000  # a capable model's, whatever its shape
_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "


class _Server:
    def __init__(self, model: RandomModel, slots: int, tokens: int) -> None:
        self._model, self._slots, self._tokens = model, slots, tokens
        self._asked: list[dict[str, Any]] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = re.search(r"content-length: (\d+)", head)
            raw = await reader.readexactly(int(length[1])) if length else b""
            body = json.loads(raw) if raw else None
            path = head.split()[1].partition("?")[0]
            if path == "/v1/chat/completions":
                await self._answer(body, writer)
            else:
                text = json.dumps(self._reply(path, body)).encode()
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
                    "default_generation_settings": {"n_ctx": 16_384},
                    "model_alias": "random",
                    "total_slots": self._slots,
                }
            case "/v1/models":
                return {"data": [{"id": "random", "meta": {"n_params": _PARAMETERS}}]}
            case "/apply-template":
                return {"prompt": _prompt(body)}
            case "/tokenize":
                return {"tokens": [0] * self._model.count(body["content"])}
            case "/log":
                steps, self._model.steps = self._model.steps, []
                return steps
            case "/log/asked":
                asked, self._asked = self._asked, []
                return asked
        return {}

    async def _answer(self, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self._asked.append(body)
        loop = asyncio.get_running_loop()
        said: asyncio.Queue[str | None] = asyncio.Queue()
        tell = partial(loop.call_soon_threadsafe, said.put_nowait)
        most = min(self._tokens, body["max_tokens"])
        self._model.ask(_prompt(body), most, lambda word: (tell(word), None)[1])
        writer.write(_HEAD + b"text/event-stream\r\n\r\n")
        while (word := await said.get()) is not None:
            writer.write(_event({"choices": [{"index": 0, "delta": {"content": word}}]}))
            await writer.drain()
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        writer.write(_event(end) + b"data: [DONE]\n\n")


def _prompt(body: dict[str, Any]) -> str:
    return "\n".join(turn["content"] for turn in body["messages"])


def _event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


async def _serve(options: argparse.Namespace) -> None:
    model = RandomModel(options.shape, options.device, options.tokenizer, options.slots)
    served = _Server(model, options.slots, options.tokens)
    server = await asyncio.start_server(served.handle, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve until killed; the address is the first line of standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--shape", choices=SHAPES, default="8b")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--tokenizer", required=True)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
