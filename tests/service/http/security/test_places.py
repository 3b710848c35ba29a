"""Places in the line by caller, over HTTP: whoever comes finds room."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import AnswerSettings, GeneratorSettings
from tests.service.generators.faulty_llama import CHAT, FAULTS, healthy
from tests.service.generators.scripted_server import serving as scripted
from tests.service.http.in_loop import Service, serving_service

QUESTION = "Which satirist compared the members of the Mouseion to birds in a cage?"
PLACES = 20


async def ask(service: Service, address: str, user: str = "", token: str = "") -> int:
    """The status of one question from ``address``, asked as OpenAI's clients do."""
    transport = httpx.AsyncHTTPTransport(local_address=address)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(
        transport=transport, base_url=service.address, timeout=120, headers=headers
    ) as client:
        body: dict[str, Any] = {
            "model": "samplewiki",
            "messages": [{"role": "user", "content": QUESTION}],
            "user": user,
        }
        return (await client.post("/v1/chat/completions", json=body)).status_code


async def crowd(service: Service, asking: list[Any]) -> list[Any]:
    """Questions that go on, after all others have been refused."""
    tasks = [asyncio.ensure_future(one) for one in asking]
    async with asyncio.timeout(60):
        while service.queue.running + service.queue.waiting + sum(map(_done, tasks)) < len(tasks):
            await asyncio.sleep(0.01)
    return tasks


def _done(task: "asyncio.Task[int]") -> bool:
    return task.done()


async def leave(tasks: list[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_one_address_leaves_room_whatever_users_it_names(data: Path) -> None:
    async def scenario() -> None:
        script = healthy(slots=1)
        script[CHAT] = [FAULTS["endless"]]
        answer = AnswerSettings(strict=False, longest_queue=PLACES - 1)
        async with (
            scripted(script) as upstream,
            serving_service(
                data / "samplewiki", GeneratorSettings(url=upstream.address), answer
            ) as service,
        ):
            first = await crowd(
                service, [ask(service, "127.0.0.2", f"user {number}") for number in range(18)]
            )
            taken = Counter(task.result() for task in first if task.done())
            assert taken == {429: 8}
            assert service.queue.running + service.queue.waiting == PLACES // 2
            others = [ask(service, f"127.0.0.{number}") for number in range(3, 10)]
            rest = await crowd(service, [*first, *others])
            assert not any(task.done() for task in rest[18:])
            await leave(rest)
            await service.until_idle()

    asyncio.run(scenario())


def test_a_token_is_one_caller_wherever_it_comes_from(data: Path) -> None:
    tokens = Tokens(data)
    greedy, modest = tokens.create("greedy", "ask"), tokens.create("modest", "ask")

    async def scenario() -> None:
        script = healthy(slots=1)
        script[CHAT] = [FAULTS["endless"]]
        answer = AnswerSettings(strict=False, longest_queue=7)
        async with (
            scripted(script) as upstream,
            serving_service(
                data / "samplewiki", GeneratorSettings(url=upstream.address), answer
            ) as service,
        ):
            asking = [ask(service, f"127.0.0.{2 + number}", token=greedy) for number in range(8)]
            tasks = await crowd(service, asking)
            assert Counter(task.result() for task in tasks if task.done()) == {429: 4}
            tasks = await crowd(service, [*tasks, ask(service, "127.0.0.2", token=modest)])
            assert not tasks[-1].done()
            await leave(tasks)
            await service.until_idle()

    try:
        asyncio.run(scenario())
    finally:
        tokens.revoke("greedy")
        tokens.revoke("modest")


def test_a_token_has_the_places_that_it_was_given(data: Path) -> None:
    tokens = Tokens(data)
    modest = tokens.create("modest", places=2)

    async def scenario() -> None:
        script = healthy(slots=1)
        script[CHAT] = [FAULTS["endless"]]
        answer = AnswerSettings(strict=False, longest_queue=15)
        async with (
            scripted(script) as upstream,
            serving_service(
                data / "samplewiki", GeneratorSettings(url=upstream.address), answer
            ) as service,
        ):
            tasks = await crowd(service, [ask(service, "127.0.0.2", token=modest) for _ in "abcd"])
            assert Counter(task.result() for task in tasks if task.done()) == {429: 2}
            # Refused before the collection is looked for, let alone opened.
            refused = await service.client.post(
                "/c/nowhere/api/ask",
                json={"question": QUESTION},
                headers={"authorization": f"Bearer {modest}"},
            )
            assert refused.status_code == 429
            tokens.change("modest", places=3)  # while it is being served
            tasks = await crowd(service, [*tasks, ask(service, "127.0.0.2", token=modest)])
            assert not tasks[-1].done()
            await leave(tasks)
            await service.until_idle()

    try:
        asyncio.run(scenario())
    finally:
        tokens.revoke("modest")
