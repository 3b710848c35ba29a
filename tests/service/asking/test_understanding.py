"""A model that rewrites and plans, and everything that can go wrong with it: the rules then do."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.generator import ModelInfo, Sign, Thought
from pinakes.service.settings import Settings
from pinakes.service.types import Answer, AnswerRequest, Message
from tests.service.asking.answers import answer_events, answered
from tests.service.scripted_generator import ScriptedGenerator, Step

HISTORY = (Message("user", "What is Linear B?"), Message("assistant", "A script [1]."))
FOLLOW_UP = AnswerRequest("Who deciphered it?", HISTORY)
STEPS = "In which year did the man who deciphered Linear B die?"
PLAN = "Who deciphered Linear B?\nIn which year did {1} die?"
SAID = "Michael Ventris deciphered Linear B [1]."


class InTurn(ScriptedGenerator):
    """Another script for each request; the last one is repeated."""

    def __init__(self, *scripts: Sequence[Step], **info: Any) -> None:
        super().__init__()
        self.scripts = scripts
        self.info = info

    is_loading = False

    async def describe(self) -> ModelInfo:
        return replace(await super().describe(), **self.info)

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        self.script = tuple(self.scripts[min(len(self.prompts), len(self.scripts) - 1)])
        async for piece in super().stream(messages, max_tokens):
            yield piece


def ask(index: Index, model: ScriptedGenerator, request: AnswerRequest, **settings: Any) -> Answer:
    return answered(answer_events(index, model, request, **settings))


def test_a_good_rewriting_is_searched_for(index: Index) -> None:
    model = InTurn(["Who deciphered Linear B?"], [SAID])
    assert ask(index, model, FOLLOW_UP).searched[0] == "Who deciphered Linear B?"
    # What was said goes to the answering prompt, too.
    assert "assistant: A script." in model.prompts[1][-1].content


@pytest.mark.parametrize(
    "script",
    [
        [GeneratorFailed("broke off")],
        ["Who ", GeneratorUnavailable("gone")],
        ["<think>So, who"],
        [Thought("Hm."), Sign.CUT_OFF],
        ["Who deciphered Hieroglyphs with Champollion?"],
        [],
    ],
    ids=["fails", "is gone", "thinks", "thinks apart", "says other things", "says nothing"],
)
def test_a_rewriting_that_comes_to_nothing_gives_way_to_the_rules(
    index: Index, script: list[Step]
) -> None:
    answer = ask(index, InTurn(script, [SAID]), FOLLOW_UP)
    assert answer.kind == "answer"
    assert "Linear B" in answer.searched[0]


def test_a_rewriting_that_takes_too_long_gives_way_to_the_rules(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.service.asking.understanding._REWRITING_S", 0.05)
    model = InTurn([Thought("Hm."), 600.0], [SAID])
    answer = ask(index, model, FOLLOW_UP)
    assert answer.kind == "answer"
    assert "Linear B" in answer.searched[0]


def test_a_model_that_is_not_there_is_told_of_when_it_is_needed(index: Index) -> None:
    model = ScriptedGenerator(unavailable=GeneratorUnavailable("no server"))
    with pytest.raises(GeneratorUnavailable, match="no server"):
        ask(index, model, FOLLOW_UP)
    # A topic needs no model.
    topic = AnswerRequest("Linear B", HISTORY)
    assert ask(index, model, topic).kind == "topic"


def test_a_plan_is_searched_for(index: Index) -> None:
    model = InTurn([PLAN], [SAID])
    answer = ask(index, model, AnswerRequest(STEPS), generator={"plan": True})
    assert answer.searched[0] == STEPS
    assert "Who deciphered Linear B?" in answer.searched
    assert "In which year did Michael Ventris die?" in answer.searched
    assert len(answer.searched) <= 4
    assert "planned_s" in answer.timings


@pytest.mark.parametrize(
    "script", [[GeneratorFailed("broke off")], ["one"], ["Who knows?"], ["<think>"]]
)
def test_without_a_good_plan_the_rules_take_a_question_apart(
    index: Index, script: list[Step]
) -> None:
    model = InTurn(script, [SAID])
    planned = ask(index, model, AnswerRequest(STEPS), generator={"plan": True})
    ruled = ask(index, InTurn([SAID]), AnswerRequest(STEPS), generator={"plan": False})
    assert len(model.prompts) == 2
    assert planned.searched == ruled.searched
    assert len(ruled.searched) > 1


@pytest.mark.parametrize(
    ("model", "chosen", "plans"),
    [
        ({}, {}, False),  # nothing is known of its speed
        ({"reads_per_s": 2_000.0}, {}, True),
        ({"reads_per_s": 20.0}, {}, False),
        ({"reads_per_s": 2_000.0}, {"plan": False}, False),
        ({"reads_per_s": 2_000.0}, {"thinking": "on"}, False),
        ({"reads_per_s": 2_000.0, "parameters": 135_000_000}, {"plan": True}, False),
        ({}, {"plan": True}, True),
    ],
)
def test_who_plans(
    index: Index, model: dict[str, Any], chosen: dict[str, Any], plans: bool
) -> None:
    generator = InTurn([PLAN], [SAID], **model)
    answer_events(index, generator, STEPS, generator=chosen)
    assert ("plan searches" in generator.prompts[0][0].content) is plans


def test_a_short_question_is_not_planned(index: Index) -> None:
    model = InTurn([SAID])
    ask(index, model, AnswerRequest("Who deciphered Linear B?"), generator={"plan": True})
    assert len(model.prompts) == 1


def test_nobody_waits_in_line_to_plan(index: Index) -> None:
    """Where the model is busy, rules take a question apart; it is asked when it must be."""
    model = InTurn([SAID], reads_per_s=2_000.0)
    answerer = Answerer(model, Settings())

    async def scenario() -> Answer:
        with answerer.queue.enter("another") as ticket:
            answerer.queue.ask(ticket)
            asking = asyncio.create_task(finished_answer(answerer, index, AnswerRequest(STEPS)))
            while answerer.queue.waiting < 1 or asking.done():
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.2)
        return await asking

    answer = asyncio.run(scenario())
    assert answer.text.startswith(SAID)
    assert len(model.prompts) == 1
    assert "plan searches" not in model.prompts[0][0].content
