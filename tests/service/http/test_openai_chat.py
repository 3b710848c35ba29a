"""Conversations as questions, and marks as annotations."""

import asyncio
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any

import pytest

from pinakes.index.errors import BadQuery
from pinakes.service.asking.events import AnswerEvent, Checked, Sources, Token, Withdrawn
from pinakes.service.http.openai_chat import Exchange, answer_request_of, chunks
from pinakes.service.http.openai_pieces import marks_of_sentence
from pinakes.service.http.openai_views import ChatRequest
from pinakes.service.types import Citation, Message, PassageRef, Sentence


def asked(*messages: dict[str, Any], **more: Any) -> ChatRequest:
    return ChatRequest(model="wiki", messages=list(messages), **more)


def turn(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def test_the_last_message_of_the_user_is_the_question() -> None:
    body = asked(
        turn("system", "You are a pirate."),
        turn("user", "Who was Otlet?"),
        {"role": "assistant", "content": None, "tool_calls": []},
        turn("assistant", "A Belgian [1]."),
        turn("tool", "42"),
        turn("developer", "Be brief."),
        turn("user", [{"type": "text", "text": "And who"}, {"type": "text", "text": "else?"}]),
        turn("assistant", "It was"),
    )
    answer_request = answer_request_of(body, "answer", "someone")
    assert answer_request.question == "And who\nelse?"
    assert answer_request.history == (
        Message("user", "Who was Otlet?"),
        Message("assistant", "A Belgian [1]."),
    )
    assert (answer_request.mode, answer_request.strict, answer_request.caller) == (
        "answer",
        None,
        "someone",
    )


def test_what_pinakes_alone_knows_outweighs_the_model() -> None:
    body = asked(turn("user", "Who?"), pinakes={"mode": "quote", "strict": False})
    answer_request = answer_request_of(body, "brief", "")
    assert (answer_request.mode, answer_request.strict) == ("quote", False)


def test_a_long_conversation_keeps_its_end() -> None:
    turns = [turn("user", f"Question {number}") for number in range(300)]
    answer_request = answer_request_of(asked(*turns), "answer", "")
    assert answer_request.question == "Question 299"
    assert [one.content for one in answer_request.history] == [
        f"Question {n}" for n in range(199, 299)
    ]


def test_without_a_message_of_the_user_there_is_no_question() -> None:
    with pytest.raises(BadQuery, match="no message of the user"):
        answer_request_of(asked(turn("system", "Hello"), turn("assistant", "Hello")), "answer", "")


@pytest.mark.parametrize(
    ("choice", "fits"),
    [
        (None, True),
        ("none", True),
        ("auto", True),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}, True),
        ("required", False),
        ({"type": "function", "function": {"name": "get_weather"}}, False),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}}, False),
    ],
)
@pytest.mark.parametrize("name", ["tool_choice", "function_call"])
def test_tools_may_be_offered_and_not_demanded(name: str, choice: Any, fits: bool) -> None:
    offered = {"tools": [{"type": "function", "function": {"name": "get_weather"}}], name: choice}
    if fits:
        assert (
            answer_request_of(asked(turn("user", "Who?"), **offered), "answer", "").question
            == "Who?"
        )
    else:
        with pytest.raises(ValueError, match="calls no tools"):
            asked(turn("user", "Who?"), **offered)


@pytest.mark.parametrize(
    ("text", "numbers", "places"),
    [
        ("It stands [1].", (1,), [(10, 13)]),
        ("It stands [2] [1].", (2, 1), [(10, 13), (14, 17)]),
        ("It stands [12][1]", (12, 1), [(10, 14), (14, 17)]),
        ("“See [1], it says” [1]", (1,), [(19, 22)]),
        ("🐎𠮷 [3]。", (3,), [(3, 6)]),
        ("Nothing bears it out.", (), []),
    ],
)
def test_annotations_lie_on_the_marks(
    text: str, numbers: tuple[int, ...], places: list[tuple[int, int]]
) -> None:
    ref = PassageRef("wiki", 7, 8, 0, 9)
    sources = {
        number: Citation(number, ref, "Page", ("Part",), "quoted", f"/page/{number}", None)
        for number in range(20)
    }
    before = 5
    sentence = Sentence(before, before + len(text), numbers, "supported", 1.0)
    found = list(marks_of_sentence(text, sentence, sources, "http://here"))
    assert [(one.start_index - before, one.end_index - before) for one in found] == places
    assert [one.url for one in found] == [f"http://here/page/{number}" for number in numbers]
    assert {one.title for one in found} <= {"Page › Part"}


def test_what_is_taken_back_moves_the_marks_behind_it() -> None:
    """What has been sent stays there: the answer follows it, and its marks are counted from it."""
    ref = PassageRef("wiki", 1, 2, 0, 9)
    citation = Citation(1, ref, "Linear B", (), "A script.", "/page/1", None)
    sentence = Sentence(0, 14, (1,), "supported", 1.0)

    async def events() -> AsyncGenerator[AnswerEvent, None]:
        yield Sources((citation,))
        yield Token("It was Kober. ")
        yield Withdrawn()
        yield Token("A script [1].")
        yield Checked(sentence, "A script [1].")

    async def sent() -> list[Any]:
        manifest: Any = SimpleNamespace(generation="g")
        exchange = Exchange("wiki", "http://here", manifest)
        return [chunk async for chunk in chunks(events(), exchange)]

    deltas = [chunk["choices"][0]["delta"] for chunk in asyncio.run(sent())]
    content = "".join(delta.get("content", "") for delta in deltas)
    [[annotation]] = [delta["annotations"] for delta in deltas if "annotations" in delta]
    place = annotation["url_citation"]
    assert content == "It was Kober. \n\nA script [1]."
    assert content[place["start_index"] : place["end_index"]] == "[1]"
