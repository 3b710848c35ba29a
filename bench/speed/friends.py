"""Eight friends, each with a token, and one of them floods: how long the others wait.

A model that only pretends (bench.speed.scripted_llama) answers two at a time, as the embedded one
does. Seven friends ask one question after another and pause in between; measured is the time from
sending a question to the first words of its answer, and what of it was searching, waiting for the
model, packing and reading: each friend alone, the seven together, and beside an eighth who sends 32
at once, and another as soon as one of them has ended; in rounds, one after the other, for a busy
machine changes. Refused questions (429) are sent again after a second. Keywords and the linear
reader find what is answered from, so that the line for the model is measured, and not the cores.
*Asked of the model*: the share of its slots that the seven take by themselves; near 1 they wait for
each other whoever floods. *Floor*: the first words of one alone, and what is left on the average
of an answer that is running, where all slots are taken and none is interrupted. The service reads a
copy of links: nothing is written into the collection's own directory.

About ten minutes. Command: python -m bench.speed.friends COLLECTION QUESTIONS.jsonl [--rounds 3]
[--questions 3] [--pause 20] [--rate 25] [--tokens 60]
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
from itertools import product
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
# Whether the seven ask together, and whether somebody floods.
_WAYS = (
    ("each alone", False, False),
    ("seven together", True, False),
    ("seven, and one who floods", True, True),
)
# Of the time until the first words, by the moments that an answer tells.
_PARTS = {
    "searching": ("", "search_s"),
    "waiting for the model": ("search_s", "turn_s"),
    "packing": ("turn_s", "packed_s"),
    "reading": ("packed_s", "first_token_s"),
}
_DATA = "data: "
_DONE = _DATA + '{"question"'


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
        self.timings: list[dict[str, float]] = []
        self.refused = 0

    async def ask(self, question: str) -> None:
        """One answer, read to its end."""
        while True:
            sent, first, timings = time.perf_counter(), None, {}
            asked = self._client.stream("POST", "/api/ask", json={"question": question})
            async with asked as reply:
                async for line in reply.aiter_lines():
                    if first is None and line == "event: token":
                        first = time.perf_counter() - sent
                    if line.startswith(_DONE):
                        timings = json.loads(line.removeprefix(_DATA))["timings"]
            if reply.status_code != 429:
                break
            self.refused += 1
            await asyncio.sleep(1)
        if first is not None:
            self.first.append(first)
        if "first_token_s" in timings:
            self.timings.append(timings)

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
    address: str, secrets: Sequence[str], questions: Sequence[str], options: argparse.Namespace
) -> dict[str, Any]:
    chance, pause = random.Random(_SEED), options.pause
    await Friend(address, secrets[0]).ask(questions[0])  # loads what answers
    met: dict[str, list[tuple[list[Friend], Friend]]] = {name: [] for name, *_ in _WAYS}
    for number, (name, together, flooded) in product(range(options.rounds), _WAYS):
        begin, each = number * options.each, options.each
        friends = [Friend(address, secret) for secret in secrets[:_FRIENDS]]
        flooder = Friend(address, secrets[_FRIENDS])
        flooding = asyncio.create_task(flooder.flood(questions)) if flooded else None
        await asyncio.sleep(5 if flooded else 0)
        own = [questions[place::_FRIENDS][begin : begin + each] for place in range(_FRIENDS)]
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
        met[name].append((friends, flooder))
        print(number, name, _told(met[name]), flush=True)
    return {name: _told(rounds) for name, rounds in met.items()}


def _told(rounds: Sequence[tuple[Sequence[Friend], Friend]]) -> dict[str, Any]:
    friends = [one for friends, _ in rounds for one in friends]
    first = [seconds for one in friends for seconds in one.first]
    timings = [one for friend in friends for one in friend.timings]
    return {
        "answers": len(first),
        "p50": median(first),
        "p95": quantiles(first, n=20)[-1],
        "most": max(first),
        "parts_p50": {
            part: median(one[end] - one.get(begin, 0.0) for one in timings)
            for part, (begin, end) in _PARTS.items()
        },
        "refused": sum(one.refused for one in friends),
        "flooder_answers": sum(len(flooder.first) for _, flooder in rounds),
        "flooder_refused": sum(flooder.refused for _, flooder in rounds),
    }


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("collection", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--questions", dest="each", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=float, default=20.0)
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
                figures = asyncio.run(_measured(served.address, secrets, questions, options))
    turn = options.tokens / options.rate
    alone = figures["each alone"]["p50"]
    asked = _FRIENDS * turn / (options.pause + alone + turn) / _SLOTS
    given = {"slots": _SLOTS, "rate": options.rate, "tokens": options.tokens}
    record(
        "friends",
        f"{options.collection.name}, questions of {options.questions.name}",
        {
            "model": given,
            "pause_s": options.pause,
            "asked_of_the_model": round(asked, 2),
            "floor_s": alone + turn / (_SLOTS + 1),
            "first_words_s": figures,
        },
    )


if __name__ == "__main__":
    main()
