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
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.speed.llama_http import serve

__all__: list[str] = []

_SOURCE = re.compile(r"^\[(\d+)\] ([^\n]*?): ", re.MULTILINE)
_TOKEN = re.compile(r"\s*(?:[^\W\d_]+|\d+|[^\w\s])")


@dataclass
class _Scripted:
    """``log``: of each answer the request's body, when it came and when each token left.

    ``sayings``: by question the sentence that answers it, and titles of pages that say so.
    """

    slots: int
    rate: float
    tokens: int
    sayings: Mapping[str, tuple[str, list[str]]]
    log: list[dict[str, Any]] = field(default_factory=list)
    name: str = "scripted"
    context_tokens: int = 32_768

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.slots)

    def count(self, text: str) -> int:
        return len(text) // 4

    def noted(self, path: str) -> Any:
        log, self.log = self.log, []
        return log

    async def answer(self, body: dict[str, Any]) -> AsyncGenerator[str, None]:
        async with self._free:
            began = time.monotonic()
            words = self._words(body["messages"][-1]["content"])
            tokens = _TOKEN.findall(words)[: min(self.tokens, body["max_tokens"])]
            left: list[tuple[float, str]] = []
            self.log.append({"body": body, "began": began, "left": left})
            for number, token in enumerate(tokens, start=1):
                left.append((time.monotonic(), token))
                yield token
                await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))

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


def main() -> None:
    """Serve until killed; the address is the first line of standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--say", type=Path, help="what to say to which question")
    options = parser.parse_args()
    sayings = json.loads(options.say.read_text(encoding="utf-8")) if options.say else {}
    asyncio.run(serve(_Scripted(options.slots, options.rate, options.tokens, sayings)))


if __name__ == "__main__":
    main()
