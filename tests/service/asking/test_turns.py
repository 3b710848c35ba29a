"""Answers that wait for their turn at the model: who waits, who does not, and for how long."""

import asyncio
import os
import re
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import pytest

from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.service.asking import answer as answer_module
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.events import AnswerEvent, Done, Status, Token
from pinakes.service.asking.find_among import FoundAmong, find_among
from pinakes.service.errors import GeneratorFailed, QueueFull
from pinakes.service.reading.models import ReadingModels
from pinakes.service.settings import AnswerSettings, SearchSettings, Settings
from pinakes.service.types import AnswerMode, AnswerRequest, Message
from tests.service.scripted_generator import ScriptedGenerator
from tests.yardstick import PATIENCE_S

QUESTION = "Who deciphered Linear B?"
WORDS = ("Michael Ventris deciphered ", "Linear B [1].")


@pytest.fixture(scope="module")
def limit(index: Index) -> float:
    """Seconds that a whole answer of these words, as it is here, is far from taking."""

    async def seconds() -> float:
        began = asyncio.get_running_loop().time()
        await ask(answerer(ScriptedGenerator(*WORDS)), index)
        return asyncio.get_running_loop().time() - began

    return round(max(0.4, *(20 * asyncio.run(seconds()) for _ in range(3))), 1)


def answerer(generator: ScriptedGenerator, **answer: float) -> Answerer:
    settings = Settings(
        search=SearchSettings(mode="keyword"),  # which may find nothing
        answer=AnswerSettings.model_validate({"strict": False, **answer}),
    )
    return Answerer(generator, settings)


async def ask(
    service: Answerer,
    index: Index,
    caller: str = "",
    mode: AnswerMode = "answer",
    question: str = QUESTION,
    queued: threading.Event | None = None,
) -> list[AnswerEvent]:
    """All events; ``queued`` is set once a place in the line has been told."""
    request = AnswerRequest(question, mode=mode, caller=caller)
    told: list[AnswerEvent] = []
    async with aclosing(service.answer(index, request)) as events:
        async for event in events:
            told.append(event)
            if queued and isinstance(event, Status) and event.stage == "queued":
                queued.set()
    return told


async def begun(generator: ScriptedGenerator, answers: int) -> None:
    """Wait until the model has begun so many answers."""
    async with asyncio.timeout(PATIENCE_S):
        while len(generator.prompts) < answers:
            await asyncio.sleep(0.005)


async def drain(events: AsyncGenerator[AnswerEvent, None]) -> None:
    async for _ in events:
        pass


def statuses(events: Sequence[AnswerEvent]) -> list[tuple[str, int | None]]:
    return [(event.stage, event.position) for event in events if isinstance(event, Status)]


def test_who_need_not_wait_is_not_told_of_a_line(index: Index) -> None:
    events = asyncio.run(ask(answerer(ScriptedGenerator(*WORDS)), index))
    assert statuses(events) == [("searching", None), ("reading", None), ("writing", None)]


def test_the_line_moves_and_says_so(index: Index) -> None:
    async def scenario() -> tuple[float, list[list[AnswerEvent]]]:
        all_wait = threading.Event()
        generator = ScriptedGenerator(*WORDS, all_wait, 1.0)
        began = asyncio.get_running_loop().time()
        service = answerer(generator)
        first = asyncio.create_task(ask(service, index, "a"))
        await begun(generator, 1)
        second = asyncio.create_task(ask(service, index, "b"))
        while service.queue.waiting < 1:
            await asyncio.sleep(0.005)
        third = asyncio.create_task(ask(service, index, "c", queued=all_wait))
        told = await asyncio.gather(first, second, third)
        return asyncio.get_running_loop().time() - began, told

    elapsed, (first, second, third) = asyncio.run(scenario())
    assert ("queued", 0) not in statuses(first)
    assert [position for stage, position in statuses(second) if stage == "queued"] == [0]
    assert [position for stage, position in statuses(third) if stage == "queued"] == [1, 0]
    # After the first turn there is a measure: about as long again.
    waits = [event.wait_s for event in third if isinstance(event, Status) and event.position == 0]
    assert waits[0] is not None
    assert 0.5 <= waits[0] <= elapsed + 1


def test_as_many_at_once_as_the_model_has_slots(index: Index) -> None:
    async def scenario() -> None:
        generator = ScriptedGenerator(WORDS[0], 600.0)
        generator.slots = 2
        service = answerer(generator)
        asking = [asyncio.create_task(ask(service, index)) for _ in range(3)]
        await begun(generator, 2)
        while service.queue.waiting < 1:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)
        assert (len(generator.prompts), service.queue.running) == (2, 2)
        generator.slots = 3  # the server has been started again with more
        generator.script = WORDS
        await ask(service, index)
        await begun(generator, 4)
        assert (service.queue.slots, service.queue.waiting) == (3, 0)
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        assert service.queue.running == 0

    asyncio.run(scenario())


def test_callers_take_turns_at_searching(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth question of one caller is searched for after the first of any other."""
    all_wait = threading.Event()
    searched: list[str] = []

    def noted(several: Federation, reading: ReadingModels, question: str, *more: Any) -> FoundAmong:
        assert all_wait.wait(PATIENCE_S)
        searched.append(question.split()[0])
        return find_among(several, reading, QUESTION, *more)

    monkeypatch.setattr(answer_module, "find_among", noted)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)  # of which one searches

    async def scenario() -> None:
        service = answerer(ScriptedGenerator(*WORDS))
        names = [*(f"A{number}" for number in range(10)), "B0", "B1", "C0"]
        asking = [
            asyncio.create_task(ask(service, index, name[0], "quote", f"{name} {QUESTION}"))
            for name in names
        ]
        for _ in range(50):  # every task goes on until it waits for its search
            await asyncio.sleep(0)
        asking.pop(3).cancel()
        await asyncio.sleep(0)
        all_wait.set()
        await asyncio.gather(*asking)

    asyncio.run(scenario())
    assert searched == ["A0", "B0", "C0", "A1", "B1", "A2", "A4", "A5", "A6", "A7", "A8", "A9"]


def test_what_needs_no_model_does_not_wait(index: Index) -> None:
    async def scenario() -> None:
        generator = ScriptedGenerator(WORDS[0], 600.0)
        service = answerer(generator, longest_queue=1)
        running = asyncio.create_task(ask(service, index, "a"))
        await begun(generator, 1)

        async with asyncio.timeout(PATIENCE_S):
            nothing = await ask(service, index, "b", question="xylophone zzyzx")
        assert isinstance(nothing[-1], Done)
        assert nothing[-1].answer.kind == "refusal"
        assert "queued" not in [stage for stage, _ in statuses(nothing)]

        waiting = asyncio.create_task(ask(service, index, "b"))
        while service.queue.waiting < 1:
            await asyncio.sleep(0.005)
        with pytest.raises(QueueFull):
            await ask(service, index, "c")
        quoted = await ask(service, index, mode="quote")
        assert isinstance(quoted[-1], Done)
        assert quoted[-1].answer.kind == "passage"
        for task in (running, waiting):
            task.cancel()
        await asyncio.wait([running, waiting])
        assert (service.queue.running, service.queue.waiting) == (0, 0)

    asyncio.run(scenario())


def test_a_follow_up_that_the_model_rewrites_waits_for_its_turn_once(index: Index) -> None:
    history = (Message("user", QUESTION), Message("assistant", "Michael Ventris did [1]."))

    async def scenario() -> None:
        all_wait = threading.Event()
        generator = ScriptedGenerator(*WORDS, all_wait)
        service = answerer(generator)
        first = asyncio.create_task(ask(service, index))
        await begun(generator, 1)
        told = []
        async for event in service.answer(index, AnswerRequest("When did he do it?", history)):
            told.append(event)
            if isinstance(event, Status) and event.stage == "queued":
                all_wait.set()
        assert len(generator.prompts) == 3  # the first question, the rewriting, the answer
        assert [stage for stage, _ in statuses(told)] == [
            "searching",
            "queued",
            "reading",
            "writing",
        ]
        assert first.done()
        await first

    asyncio.run(scenario())


def test_a_bad_question_never_enters_the_line(index: Index) -> None:
    async def scenario() -> None:
        service = answerer(ScriptedGenerator(*WORDS))
        with pytest.raises(BadQuery):
            await anext(service.answer(index, AnswerRequest("?!")))
        assert service.queue.waiting == 0

    asyncio.run(scenario())


def test_the_limit_ends_an_answer_and_frees_the_slot(index: Index, limit: float) -> None:
    async def scenario() -> None:
        generator = ScriptedGenerator(WORDS[0], 600.0)
        service = answerer(generator, limit_s=limit)
        told = re.escape(f"{limit:g} s; ")
        with pytest.raises(GeneratorFailed, match=f"{told}.*PINAKES_ANSWER__LIMIT_S"):
            await ask(service, index)
        assert generator.closed.is_set()
        generator.script = WORDS
        assert isinstance((await ask(service, index))[-1], Done)

    asyncio.run(scenario())


def test_a_talker_is_ended_by_the_limit_too(index: Index) -> None:
    async def scenario() -> None:
        numbers = (step for number in range(3000) for step in (f"Word{number} is new. ", 0.005))
        service = answerer(ScriptedGenerator(*numbers), limit_s=0.3)
        with pytest.raises(GeneratorFailed, match="more than"):
            await ask(service, index)

    asyncio.run(scenario())


def test_a_prompt_that_cannot_be_packed_in_time_is_ended_too(index: Index) -> None:
    class Slow(ScriptedGenerator):
        async def count_tokens(self, messages: Sequence[Message]) -> int:
            await asyncio.sleep(600)
            return 0

    with pytest.raises(GeneratorFailed, match="more than"):
        asyncio.run(ask(answerer(Slow(*WORDS), limit_s=0.2), index))


def test_waiting_does_not_count_towards_the_limit(index: Index, limit: float) -> None:
    async def scenario() -> list[list[AnswerEvent]]:
        service = answerer(ScriptedGenerator(WORDS[0], 0.6 * limit, WORDS[1]), limit_s=limit)
        return await asyncio.gather(*(ask(service, index) for _ in range(3)))

    for events in asyncio.run(scenario()):  # the third has waited longer than the limit
        assert isinstance(events[-1], Done)


def test_the_limit_does_not_reach_into_the_receiver(index: Index, limit: float) -> None:
    """It may pass while the receiver is sending; that is no reason to cancel it."""

    async def scenario() -> None:
        service = answerer(ScriptedGenerator(*WORDS, 600.0), limit_s=limit)
        async with aclosing(service.answer(index, AnswerRequest(QUESTION))) as events:
            while not isinstance(await anext(events), Token):
                pass
            await asyncio.sleep(2 * limit)
            with pytest.raises(GeneratorFailed, match="more than"):
                await drain(events)

    asyncio.run(scenario())


@pytest.mark.parametrize("stage", ["searching", "queued", "reading", "writing"])
def test_whoever_leaves_at_any_stage_leaves_no_ticket(index: Index, stage: str) -> None:
    async def until(events: AsyncGenerator[AnswerEvent, None]) -> None:
        async for event in events:
            if isinstance(event, Status) and event.stage == stage:
                return

    async def scenario() -> None:
        generator = ScriptedGenerator(WORDS[0], 600.0)
        service = answerer(generator)
        before = asyncio.create_task(ask(service, index))
        await begun(generator, 1)
        if stage in ("reading", "writing"):
            service.queue.resize(2)
            generator.slots = 2
        running = service.queue.running
        async with aclosing(service.answer(index, AnswerRequest(QUESTION))) as events:
            async with asyncio.timeout(PATIENCE_S):
                await until(events)
            assert service.queue.waiting + service.queue.running == running + 1
        assert (service.queue.waiting, service.queue.running) == (0, running)
        before.cancel()
        await asyncio.wait([before])
        assert service.queue.running == 0

    asyncio.run(scenario())
