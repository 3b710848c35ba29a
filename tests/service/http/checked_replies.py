"""What every reply of /api/ask has to look like, whatever happened: an answer or a problem."""

import json
import re
from collections.abc import Sequence
from typing import Any

import httpx

from pinakes.service.http.problem_responses import ProblemView
from pinakes.service.views.answer_views import AnswerView

__all__ = ["check_answer", "check_problem", "check_reply", "check_stream", "parse_events"]

EVENTS = {"accept": "text/event-stream"}
_ORDER = re.compile(
    r"(status )*(best )?(status )*(sources )?((status |token |sentence )*)(done|error) "
)


def parse_events(text: str) -> list[tuple[str, Any]]:
    """Name and data of each event."""
    *blocks, rest = text.split("\n\n")
    assert rest == "", "the stream ends in the middle of an event"
    events = []
    for block in blocks:
        event, data = block.split("\n")
        events.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


def check_reply(reply: httpx.Response) -> str:
    """``answer``, or the title of the problem that it is."""
    kind = reply.headers["content-type"].partition(";")[0]
    if kind == "text/event-stream":
        assert reply.status_code == 200
        return check_stream(parse_events(reply.text))
    if reply.status_code == 200:
        check_answer(reply.json())
        return "answer"
    assert kind == "application/problem+json"
    problem = check_problem(reply.json())
    assert problem.status == reply.status_code
    if problem.status == 429:
        assert int(reply.headers["retry-after"]) >= 1
    return problem.title


def check_stream(events: Sequence[tuple[str, Any]]) -> str:
    """``answer``, or the title of the problem that ends it."""
    names = "".join(f"{name} " for name, _ in events)
    assert _ORDER.fullmatch(names), names
    last, data = events[-1]
    if last == "error":
        return check_problem(data).title
    check_answer(data)
    said = "".join(one["text"] for name, one in events if name == "token")
    assert said == data["text"] or data["kind"] == "refusal", (said, data["text"])
    return "answer"


def check_problem(data: Any) -> ProblemView:
    """A problem in one clear line, and none of the code's own."""
    problem = ProblemView.model_validate(data)
    assert problem.status != 500, problem
    assert problem.detail
    assert "\n" not in problem.detail
    return problem


def check_answer(data: Any) -> None:
    """An answer whose sentences and marks hold together."""
    answer = AnswerView.model_validate(data)
    cited = {citation.number for citation in answer.citations}
    assert answer.text
    for sentence in answer.sentences:
        assert answer.text[sentence.start : sentence.end]
        assert set(sentence.citations) <= cited
