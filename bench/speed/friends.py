"""Eight friends, each with a token, and one of them floods: how long the others wait.

A model that only pretends (bench.speed.scripted_llama) answers two at a time, as the embedded one
does. Seven friends ask one question after another and pause in between; measured is the time from
sending a question to the first words of its answer: each friend alone, the seven together, and
beside an eighth who sends 32 at once, and another as soon as one of them has ended. Refused
questions (429) are sent again after a second. Keywords and the linear reader find what is answered
from, so that the line for the model is measured, and not the cores. The service reads a copy of
links: nothing is written into the collection's own directory.

Command: python -m bench.speed.friends COLLECTION QUESTIONS.jsonl [--questions 6] [--pause 6]
[--rate 25] [--tokens 60]
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from bench.record import record
from bench.speed.service_process import served_collection
from pinakes.service.http.security.tokens import Tokens

_ROOT = Path(__file__).resolve().parents[2]
_FRIENDS, _FLOOD, _SLOTS = 7, 32, 2
_SEED = 8


class Friend:
    """A client with a token: asks, and notes the seconds until first words, and refusals."""

    def __init__(self, address: str, secret: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=address,
            headers={"authorization": f"Bearer {secret}", "accept": "text/event-stream"},
            timeout=300,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )
        self.first: list[float] = []
        self.refused = 0

    async def ask(self, question: str) -> None:
        """One answer, read to its end."""
        while True:
            sent, first = time.perf_counter(), None
            asked = self._client.stream("POST", "/api/ask", json={"question": question})
            async with asked as reply:
                async for line in reply.aiter_lines():
                    if first is None and line == "event: token":
                        first = time.perf_counter() - sent
            if reply.status_code != 429:
                break
            self.refused += 1
            await asyncio.sleep(1)
        if first is not None:
            self.first.append(first)

    async def ask_all(self, questions: Sequence[str], pause: float, chance: random.Random) -> None:
        """One after the other, with pauses between half and one and a half of ``pause``."""
        for question in questions:
            await asyncio.sleep(pause * (0.5 + chance.random()))
            await self.ask(question)

    async def flood(self, questions: Sequence[str]) -> None:
        """So many at once, and again, until it is cancelled."""

        async def again(number: int) -> None:
            while True:
                await self.ask(questions[number % len(questions)])

        await asyncio.gather(*(again(number) for number in range(_FLOOD)))


@contextmanager
def _scripted(rate: float, tokens: int) -> Iterator[str]:
    words = [sys.executable, "-m", "bench.speed.scripted_llama", "--slots", str(_SLOTS)]
    words += ["--rate", str(rate), "--tokens", str(tokens)]
    process = subprocess.Popen(words, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)


async def _measured(
    address: str, secrets: Sequence[str], questions: Sequence[str], each: int, pause: float
) -> dict[str, Any]:
    chance = random.Random(_SEED)
    await Friend(address, secrets[0]).ask(questions[0])  # loads what answers
    found: dict[str, Any] = {}
    for name, together, flooded in (
        ("each alone", False, False),
        ("seven together", True, False),
        ("seven, and one who floods", True, True),
    ):
        friends = [Friend(address, secret) for secret in secrets[:_FRIENDS]]
        flooder = Friend(address, secrets[_FRIENDS])
        flooding = asyncio.create_task(flooder.flood(questions)) if flooded else None
        await asyncio.sleep(5 if flooded else 0)
        own = [questions[place::_FRIENDS][:each] for place in range(_FRIENDS)]
        if together:
            await asyncio.gather(
                *(
                    one.ask_all(asked, pause, chance)
                    for one, asked in zip(friends, own, strict=True)
                )
            )
        else:
            for one, asked in zip(friends, own, strict=True):
                await one.ask_all(asked, 0, chance)
        if flooding is not None:
            flooding.cancel()
            with suppress(asyncio.CancelledError):
                await flooding
        first = [seconds for one in friends for seconds in one.first]
        found[name] = {
            "answers": len(first),
            "p50": median(first),
            "p95": quantiles(first, n=20)[-1],
            "most": max(first),
            "refused": sum(one.refused for one in friends),
            "flooder_answers": len(flooder.first),
            "flooder_refused": flooder.refused,
        }
        print(name, found[name], flush=True)
    return found


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("collection", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--questions", dest="each", type=int, default=6)
    parser.add_argument("--pause", type=float, default=6.0)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--tokens", type=int, default=60)
    options = parser.parse_args()
    rows = map(json.loads, options.questions.read_text(encoding="utf-8").splitlines())
    questions = [row["question"] for row in rows if row.get("split", "dev") == "dev"]
    with tempfile.TemporaryDirectory(prefix="pinakes-bench-") as name:
        data = Path(name)
        for path in options.collection.resolve().parent.iterdir():
            (data / path.name).symlink_to(path)
        tokens = Tokens(data)
        secrets = [tokens.create(f"friend-{number}") for number in range(_FRIENDS + 1)]
        with _scripted(options.rate, options.tokens) as model:
            settings = {
                "generator__url": model,
                "answer__strict": "false",
                "models__reader": "linear",
                "search__mode": "keyword",
            }
            with served_collection(data / options.collection.name, settings) as served:
                figures = asyncio.run(
                    _measured(served.address, secrets, questions, options.each, options.pause)
                )
    given = {"slots": _SLOTS, "rate": options.rate, "tokens": options.tokens}
    record(
        "friends",
        f"{options.collection.name}, questions of {options.questions.name}",
        {"model": given, "pause_s": options.pause, "first_words_s": figures},
    )


if __name__ == "__main__":
    main()
