"""That a model is being loaded is told, once, to whoever waits for it."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.events import Done, Status
from pinakes.service.asking.model_loading import WorkOfModel
from pinakes.service.generators.generator import ModelInfo
from pinakes.service.settings import Settings
from pinakes.service.types import AnswerRequest
from tests.service.scripted_generator import ScriptedGenerator


def told(work: WorkOfModel[Any]) -> list[Status]:
    async def all_of_them() -> list[Status]:
        return [event async for event in work.events()]

    return asyncio.run(all_of_them())


def test_nothing_is_told_of_a_model_that_is_there() -> None:
    async def work() -> int:
        await asyncio.sleep(0.3)
        return 7

    generator: Any = SimpleNamespace(is_loading=False)
    waited = WorkOfModel(generator, work())
    assert told(waited) == []
    assert waited.value == 7


def test_an_error_comes_through() -> None:
    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        told(WorkOfModel(ScriptedGenerator(), work()))


def test_who_goes_takes_the_work_along() -> None:
    stopped: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(True)

    async def scenario() -> None:
        generator: Any = SimpleNamespace(is_loading=True)
        events = WorkOfModel(generator, work()).events()
        assert await anext(events) == Status("loading")
        await events.aclose()

    asyncio.run(scenario())
    assert stopped == [True]


class Sleeping(ScriptedGenerator):
    """One that has to be loaded first: for as long as nobody has been told."""

    def __init__(self, at: str, *script: str) -> None:
        super().__init__(*script)
        self.at = at
        self.told = asyncio.Event()

    async def _load(self, at: str) -> None:
        if at == self.at and not self.told.is_set():
            self.is_loading = True
            await self.told.wait()
            self.is_loading = False

    async def describe(self) -> ModelInfo:
        await self._load("describe")
        return await super().describe()

    async def count_tokens(self, messages: Any) -> int:
        await self._load("count")
        return await super().count_tokens(messages)

    async def stream(self, messages: Any, max_tokens: int) -> Any:
        await self._load("stream")
        async for piece in super().stream(messages, max_tokens):
            yield piece


@pytest.mark.parametrize("at", ["describe", "count", "stream"])
def test_wherever_an_answer_waits_for_it(index: Index, at: str) -> None:
    async def scenario() -> list[str]:
        generator = Sleeping(at, "The Rosetta Stone was found in 1799.")
        answerer = Answerer(generator, Settings())
        stages: list[str] = []
        request = AnswerRequest("When was the Rosetta Stone found?")
        async for event in answerer.answer(index, request):
            if isinstance(event, Status):
                stages.append(event.stage)
                if event.stage == "loading":
                    generator.told.set()
            elif isinstance(event, Done):
                assert "1799" in event.answer.text
        await answerer.aclose()
        return stages

    stages = asyncio.run(scenario())
    assert stages.count("loading") == 1
    assert stages[-1] == "writing"
