"""A llama-server whose model is bench.gpu.random_model: the same endpoints; GET /log, /log/asked.

Command: python -m bench.gpu.model_server [--shape 8b] [--device cuda] [--slots 32] [--tokens 120]
"""

import argparse
import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from bench.gpu.random_model import SHAPES, RandomModel
from bench.speed.llama_http import prompt_of, serve

__all__: list[str] = []


class _Random:
    name = "random"
    context_tokens = 16_384

    def __init__(self, model: RandomModel, slots: int, tokens: int) -> None:
        self.slots = slots
        self._model, self._tokens = model, tokens
        self._asked: list[dict[str, Any]] = []

    def count(self, text: str) -> int:
        return self._model.count(text)

    def noted(self, path: str) -> Any:
        if path == "/log/asked":
            asked, self._asked = self._asked, []
            return asked
        steps, self._model.steps = self._model.steps, []
        return steps

    async def answer(self, body: dict[str, Any]) -> AsyncGenerator[str, None]:
        self._asked.append(body)
        loop = asyncio.get_running_loop()
        said: asyncio.Queue[str | None] = asyncio.Queue()
        tell = partial(loop.call_soon_threadsafe, said.put_nowait)
        most = min(self._tokens, body["max_tokens"])
        self._model.ask(prompt_of(body), most, lambda word: (tell(word), None)[1])
        while (word := await said.get()) is not None:
            yield word


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
    options = parser.parse_args()
    model = RandomModel(options.shape, options.device, options.tokenizer, options.slots)
    asyncio.run(serve(_Random(model, options.slots, options.tokens)))


if __name__ == "__main__":
    main()
