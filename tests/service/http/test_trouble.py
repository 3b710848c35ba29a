"""What a client is told when something goes wrong, and that the next question is answered."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from pinakes.service.settings import AnswerSettings, GeneratorSettings
from tests.service.generators.faulty_llama import (
    CHAT,
    FAULTS,
    PROPS,
    TOKENIZE,
    healthy,
    silence,
)
from tests.service.generators.scripted_server import Behaviour, ScriptedServer, as_json, serving
from tests.service.http.checked_replies import EVENTS, check_reply, parse_events
from tests.service.http.in_loop import Service, serving_service
from tests.yardstick import PATIENCE_S

QUESTION = {"question": "Which satirist compared the members of the Mouseion to birds in a cage?"}
NO_ANSWER = "The model did not answer"
BOTH = pytest.mark.parametrize(
    "headers", [pytest.param(EVENTS, id="events"), pytest.param({}, id="JSON")]
)


@pytest.fixture(scope="module", autouse=True)
def patience(sample: Path) -> float:
    """Seconds that are many times what a whole answer takes here; ``over`` uses them, too."""

    async def seconds() -> float:
        async with scripted(sample, healthy(), timeout_s=PATIENCE_S, limit_s=PATIENCE_S) as service:
            assert (await told(service, {}))[0] == "answer"
            began = asyncio.get_running_loop().time()
            assert (await told(service, {}))[0] == "answer"
            return asyncio.get_running_loop().time() - began

    global _patience_s
    _patience_s = max(2.0, 10 * asyncio.run(seconds()))
    return _patience_s


_patience_s = 0.0


@asynccontextmanager
async def over(
    sample: Path, upstream: str, timeout_s: float | None = None, **settings: Any
) -> AsyncIterator[Service]:
    """The service over the sample, its model at the address ``upstream``."""
    generator = GeneratorSettings(url=upstream, timeout_s=timeout_s or _patience_s)
    limit = {"strict": False, "limit_s": 1.5 * _patience_s}
    answer = AnswerSettings.model_validate(limit | settings)
    async with serving_service(sample, generator, answer) as service:
        yield service


@asynccontextmanager
async def scripted(
    sample: Path, script: dict[str, list[Behaviour]], **settings: Any
) -> AsyncIterator[Service]:
    """The service over the sample, its model behind a scripted server of its own."""
    async with serving(script) as upstream, over(sample, upstream.address, **settings) as service:
        yield service


@dataclass
class Stage:
    """One service for many tests, and the server of its model, which each gives its own script."""

    upstream: ScriptedServer
    service: Service
    runner: asyncio.Runner

    def run(self, scenario: Coroutine[Any, Any, None]) -> None:
        self.runner.run(scenario)


@pytest.fixture(scope="module")
def stage(sample: Path) -> Iterator[Stage]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[ScriptedServer, Service]]:
        async with serving(healthy()) as upstream, over(sample, upstream.address) as service:
            yield upstream, service

    with asyncio.Runner() as runner:
        context = opened()
        upstream, service = runner.run(context.__aenter__())
        yield Stage(upstream, service, runner)
        runner.run(context.__aexit__(None, None, None))


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


async def told(service: Service, headers: dict[str, str], body: Any = QUESTION) -> tuple[str, str]:
    """Title and detail of the problem that the reply is, or "answer" and its text."""
    reply = await service.client.post("/api/ask", json=body, headers=headers)
    title = check_reply(reply)
    if reply.headers["content-type"].startswith("text/event-stream"):
        data = parse_events(reply.text)[-1][1]
    else:
        data = reply.json()
    return title, data["text"] if title == "answer" else data["detail"]


async def is_well(service: Service) -> None:
    """The next question is answered, and nothing of the one before is left."""
    assert (await told(service, {}))[0] == "answer"
    await service.until_idle()


DEATHS = ("no HTTP", "reset")


@BOTH
# 503 is a model that is loading: it is waited for.
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "503"])
def test_a_model_that_fails_in_the_middle(
    stage: Stage, fault: str, headers: dict[str, str]
) -> None:
    async def scenario() -> None:
        stage.upstream.script = healthy()
        # What a server dies of is sent once more, when it is back.
        stage.upstream.script[CHAT][:0] = [FAULTS[fault]] * (2 if fault in DEATHS else 1)
        title, detail = await told(stage.service, headers)
        # A hundred sentences are an answer, if they come before the time is up.
        assert title == NO_ANSWER or (title, fault) == ("answer", "endless")
        assert detail
        await is_well(stage.service)

    stage.run(scenario())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_says_nothing_usable_of_itself(sample: Path, fault: str) -> None:
    """Nothing of what it may say about its model makes an error of our own."""

    async def scenario() -> None:
        script = healthy()
        script[PROPS].insert(0, FAULTS[fault])
        async with scripted(sample, script) as service:
            assert (await told(service, EVENTS))[0] in (NO_ANSWER, "answer")
            await is_well(service)

    run(scenario())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_tokenizer_that_says_nothing_usable(stage: Stage, fault: str) -> None:
    async def scenario() -> None:
        stage.upstream.script = healthy()
        stage.upstream.script[TOKENIZE].insert(0, FAULTS[fault])
        assert (await told(stage.service, {}))[0] in (NO_ANSWER, "answer")
        await is_well(stage.service)

    stage.run(scenario())


@BOTH
def test_no_server_is_there(sample: Path, headers: dict[str, str]) -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        async with over(sample, f"http://127.0.0.1:{port}") as service:
            title, detail = await told(service, headers)
            assert title == NO_ANSWER
            assert re.search(rf"127\.0\.0\.1:{port} .*PINAKES_GENERATOR__URL", detail)
            assert (await told(service, headers, QUESTION | {"mode": "quote"}))[0] == "answer"
            await service.until_idle()

    run(scenario())


def test_all_who_wait_for_a_silent_server_are_told_at_once(sample: Path, patience: float) -> None:
    """One after the other they would wait for five patiences."""

    async def scenario() -> None:
        script = healthy()
        script[PROPS] = [silence]
        async with scripted(sample, script) as service:
            began = asyncio.get_running_loop().time()
            replies = await asyncio.gather(*(told(service, {}) for _ in range(5)))
            assert {title for title, _ in replies} == {NO_ANSWER}
            assert asyncio.get_running_loop().time() - began < 3.5 * patience

    run(scenario())


@BOTH
def test_a_context_too_small_for_one_passage(sample: Path, headers: dict[str, str]) -> None:
    async def scenario() -> None:
        async with scripted(sample, healthy(context=300)) as service:
            title, detail = await told(service, headers)
            assert title == NO_ANSWER
            assert "context of 300 tokens is too small" in detail
            await service.until_idle()

    run(scenario())


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [
        pytest.param(b'{"question": ""}', 400, "Nothing to search for", id="empty"),
        pytest.param(b'{"question": " \\n\\u0000"}', 400, "Nothing to search for", id="space"),
        pytest.param(b'{"question": "?!"}', 400, "Nothing to search for", id="no word"),
        pytest.param(b'{"question": "\\ud800"}', 400, "Nothing to search for", id="half a letter"),
        pytest.param(
            json.dumps({"question": "long " * 10_000}).encode(),
            400,
            "Nothing to search for",
            id="long",
        ),
        pytest.param(
            json.dumps({"question": "x" * (1 << 20)}).encode(),
            413,
            "Request Entity Too Large",
            id="1 MB",
        ),
        pytest.param(b'{"question": ', 400, "Bad input", id="half of JSON"),
        pytest.param(b"[" * 60_000, 400, "Bad request", id="JSON without a floor"),
        pytest.param(b'{"question": "\xff"}', 400, "Bad request", id="no UTF-8"),
        pytest.param(b'{"question": 7}', 400, "Bad input", id="a number"),
        pytest.param(b"[]", 400, "Bad input", id="no object"),
        pytest.param(b"", 400, "Bad input", id="nothing"),
        pytest.param(b'{"question": "a", "mode": "shout"}', 400, "Bad input", id="no such mode"),
    ],
)
@BOTH
def test_requests_that_do_not_fit(
    stage: Stage, body: bytes, status: int, title: str, headers: dict[str, str]
) -> None:
    async def scenario() -> None:
        stage.upstream.script = healthy()
        kind = {"Content-Type": "application/json"}
        reply = await stage.service.client.post("/api/ask", content=body, headers=headers | kind)
        assert reply.status_code == status
        assert check_reply(reply).casefold() == title.casefold()
        await stage.service.until_idle()

    stage.run(scenario())


@BOTH
def test_a_full_line_is_refused_before_any_event(sample: Path, headers: dict[str, str]) -> None:
    async def scenario() -> None:
        script = healthy(slots=1)
        script[CHAT].insert(0, FAULTS["endless"])
        async with scripted(sample, script, longest_queue=2, limit_s=600.0) as service:
            running = asyncio.create_task(told(service, {}))
            await service.until(lambda queue: queue.running == 1)
            waiting = asyncio.create_task(told(service, {}))
            await service.until(lambda queue: queue.waiting == 1)
            reply = await service.client.post("/api/ask", json=QUESTION, headers=headers)
            assert reply.status_code == 429
            assert reply.headers["content-type"] == "application/problem+json"
            assert check_reply(reply) == "Too many questions"
            assert 1 <= int(reply.headers["retry-after"]) <= 60
            quoted = await told(service, headers, QUESTION | {"mode": "quote"})
            assert quoted[0] == "answer"
            running.cancel()
            assert (await waiting)[0] == "answer"
            await service.until_idle()

    run(scenario())


@BOTH
def test_a_waiting_client_that_leaves_leaves_the_line_at_once(
    sample: Path, headers: dict[str, str]
) -> None:
    async def scenario() -> None:
        script = healthy(slots=1)
        script[CHAT] = [FAULTS["endless"]]
        async with scripted(sample, script, limit_s=600.0) as service:
            running = asyncio.create_task(told(service, {}))
            await service.until(lambda queue: queue.running == 1)
            waiting = asyncio.create_task(told(service, headers))
            await service.until(lambda queue: queue.waiting == 1)
            waiting.cancel()
            await service.until(lambda queue: queue.waiting == 0)
            assert service.queue.running == 1
            running.cancel()
            await service.until_idle()

    run(scenario())


def test_places_in_the_line_are_told_as_events(sample: Path) -> None:
    async def scenario() -> None:
        script = healthy(slots=1)
        script[CHAT].insert(0, FAULTS["endless"])
        async with scripted(sample, script, limit_s=600.0) as service:
            first = asyncio.create_task(told(service, {}))
            await service.until(lambda queue: queue.running == 1)
            second = asyncio.create_task(told(service, {}))
            await service.until(lambda queue: queue.waiting == 1)
            ask = service.client.stream("POST", "/api/ask", json=QUESTION, headers=EVENTS)
            events: list[tuple[str, Any]] = []
            async with ask as reply:
                text = ""
                async for piece in reply.aiter_text():
                    text += piece
                    if '"position": 1' in text and not first.done():
                        first.cancel()
            events = parse_events(text)
            queued = [data for _, data in events if data.get("stage") == "queued"]
            # A place may be told again, with another guess of how long it takes.
            assert list(dict.fromkeys(data["position"] for data in queued)) == [1, 0]
            assert queued[0]["wait_s"] is None  # no turn has been measured
            assert queued[-1]["wait_s"] is not None
            assert (await second)[0] == "answer"

    run(scenario())


@BOTH
def test_a_client_that_is_gone_stops_everything(sample: Path, headers: dict[str, str]) -> None:
    async def scenario() -> None:
        script = healthy()
        script[CHAT] = [FAULTS["endless"]]
        async with scripted(sample, script, limit_s=600.0) as service:
            asking = asyncio.create_task(told(service, headers))
            await service.until(lambda queue: queue.running == 1)
            await asyncio.sleep(0.1)
            asking.cancel()
            await service.until_idle()

    run(scenario())


def test_no_key_no_entry(sample: Path) -> None:
    async def scenario() -> None:
        script = healthy()
        script[PROPS] = [as_json({"error": {"message": "Invalid API Key"}}, status=401)]
        async with scripted(sample, script) as service:
            title, detail = await told(service, {})
            assert title == NO_ANSWER
            assert "PINAKES_GENERATOR__API_KEY" in detail

    run(scenario())


def test_a_connection_that_says_no_more_than_half_a_request(sample: Path) -> None:
    async def scenario() -> None:
        async with scripted(sample, healthy()) as service:
            host, port = httpx.URL(service.address).host, httpx.URL(service.address).port
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(
                b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"
            )
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.close()
            await writer.wait_closed()
            assert await reader.read() == b""
            await is_well(service)

    run(scenario())
