"""A model's server that restarts, swaps models or sleeps while questions come: the next works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.llama_server_generator import LlamaServerGenerator
from tests.service.generators.scripted_server import (
    STREAM_HEAD,
    Behaviour,
    ScriptedServer,
    as_event,
    as_events,
    as_json,
    chunk,
)
from tests.service.generators.test_llama_server_generator import (
    CHAT,
    GOOD,
    LLAMA_PROPS,
    LOADING,
    MODELS,
    NO_MODEL,
    PLAIN,
    PROPS,
    answer,
    ask,
    generator_for,
    run,
)
from tests.yardstick import PATIENCE_S

BERLIN = as_events(chunk("Berlin."), chunk(None, "stop"), "data: [DONE]")
# llama-swap, and proxies before servers that start.
BUSY = as_json({"error": "Too many requests"}, status=429)
STARTING = as_json({"error": "unable to start process: upstream command exited"}, status=502)


class Machine:
    """A server that can be stopped and started again at the same address, with another script."""

    def __init__(self) -> None:
        self.scripted = ScriptedServer({})
        self._port = 0
        self._server: asyncio.Server | None = None

    async def start(self, script: dict[str, list[Behaviour]]) -> None:
        self.scripted.script = script
        self._server = await asyncio.start_server(self.scripted.handle, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.scripted.address = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()


@asynccontextmanager
async def used(machine: Machine) -> AsyncIterator[LlamaServerGenerator]:
    """A generator that has had an answer from a llama-server."""
    await machine.start({PROPS: [LLAMA_PROPS], CHAT: [GOOD]})
    generator = generator_for(machine.scripted)
    try:
        assert await answer(generator) == "Paris."
        yield generator
    finally:
        await generator.aclose()
        await machine.stop()


async def until_loading(generator: LlamaServerGenerator) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not generator.is_loading:
            await asyncio.sleep(0.01)


def test_one_that_is_started_again_is_waited_for() -> None:
    async def scenario() -> None:
        machine = Machine()
        async with used(machine) as generator:
            await machine.stop()
            answering = asyncio.create_task(answer(generator))
            await until_loading(generator)
            assert not answering.done()
            loading: list[Behaviour] = [LOADING, LOADING, LLAMA_PROPS]
            await machine.start({PROPS: loading, CHAT: [LOADING, GOOD]})
            assert await answering == "Paris."
            assert not generator.is_loading

    run(scenario())


def test_one_that_dies_in_an_answer_answers_the_next_question() -> None:
    async def die(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD + as_event(chunk("Ber")))
        await writer.drain()
        writer.transport.abort()

    async def scenario() -> None:
        machine = Machine()
        async with used(machine) as generator:
            machine.scripted.script[CHAT] = [die]
            with pytest.raises(GeneratorFailed, match="broke off"):
                await answer(generator)
            await machine.stop()
            answering = asyncio.create_task(answer(generator))
            await until_loading(generator)
            await machine.start({PROPS: [LLAMA_PROPS], CHAT: [BERLIN]})
            assert await answering == "Berlin."

    run(scenario())


def test_a_request_that_it_dies_of_is_sent_twice_and_no_more() -> None:
    async def die(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def scenario() -> None:
        machine = Machine()
        async with used(machine) as generator:
            before = machine.scripted.lines().count(CHAT)
            machine.scripted.script[CHAT] = [die]
            with pytest.raises(GeneratorUnavailable):
                await answer(generator)
            assert machine.scripted.lines().count(CHAT) - before == 2

    run(scenario())


def test_one_that_was_never_there_is_not_waited_for() -> None:
    async def scenario() -> None:
        machine = Machine()
        await machine.start({})
        await machine.stop()
        generator = generator_for(machine.scripted)
        answering = asyncio.create_task(answer(generator))
        with pytest.raises(GeneratorUnavailable, match="no server answers"):
            await answering
        assert not generator.is_loading
        await generator.aclose()

    run(scenario())


@pytest.mark.parametrize("not_yet", [BUSY, STARTING, LOADING])
def test_a_proxy_that_swaps_models_is_asked_again(not_yet: bytes) -> None:
    text, scripted = ask({**PLAIN, CHAT: [not_yet, not_yet, GOOD]})
    assert text == "Paris."
    assert scripted.lines().count(CHAT) == 3


@pytest.mark.parametrize("not_yet", [BUSY, STARTING])
def test_one_that_stays_so_is_told_of(not_yet: bytes) -> None:
    with pytest.raises(GeneratorUnavailable, match=r"is not ready \(HTTP (429|502): .*after 0.2 s"):
        ask({**PLAIN, CHAT: [not_yet]}, timeout_s=0.2)


def test_another_model_than_before_is_asked_under_its_own_name() -> None:
    async def scenario() -> None:
        machine = Machine()
        await machine.start({**PLAIN, CHAT: [GOOD]})
        generator = generator_for(machine.scripted)
        assert await answer(generator) == "Paris."
        machine.scripted.script = {
            MODELS: [as_json({"data": [{"id": "gemma-12b"}]})],
            CHAT: [NO_MODEL, BERLIN],
        }
        assert await answer(generator) == "Berlin."
        said = [request.body["model"] for request in machine.scripted.requests if request.body]
        assert said == ["qwen", "qwen", "gemma-12b"]
        assert (await generator.describe()).parameters == 12_000_000_000
        await generator.aclose()
        await machine.stop()

    run(scenario())


def test_the_same_model_is_not_asked_once_more() -> None:
    with pytest.raises(GeneratorUnavailable, match="not found"):
        ask({**PLAIN, CHAT: [NO_MODEL]})
