"""The API of a collection for asking: answers as JSON, text or events, by POST and by GET."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pinakes.index.retrieval.federated import Federation
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.asking.events import Thought
from pinakes.service.errors import NotAllowed, ServiceError
from pinakes.service.http.event_stream import EventStream, while_connected
from pinakes.service.http.formats import ALSO_AS_TEXT, VARIES, AskedForm, Form
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.readable import bounded, readable_answer
from pinakes.service.http.requests import LeasedFederation, QueryText, Text, address_of_service
from pinakes.service.http.security.caller import caller_of
from pinakes.service.http.security.guard import is_no_pages_doing
from pinakes.service.tools.ask_results import answered
from pinakes.service.tools.frame import frame_of
from pinakes.service.types import AnswerMode, AnswerRequest, Message
from pinakes.service.views.answer_views import AnswerView, event_view

__all__ = ["ASK", "ask_api"]

ASK = "/api/ask"
_LONGEST_HISTORY = 100
_RESPONSES: dict[int | str, dict[str, Any]] = PROBLEMS | {
    200: {
        "content": {"text/event-stream": {}, **ALSO_AS_TEXT[200]["content"]},
        "description": "JSON, server-sent events, or what is in it as text",
    }
}
ask_api = APIRouter(default_response_class=PlainJSONResponse)


class HistoryMessage(BaseModel):
    """One turn of the conversation so far."""

    role: Literal["user", "assistant"]
    content: Text


class AskRequest(BaseModel):
    """A question to answer, and the conversation before it; the service keeps nothing of it."""

    question: Text = Field(examples=["Who founded the Library of Alexandria?"])
    history: list[HistoryMessage] = Field(default=[], max_length=_LONGEST_HISTORY)
    mode: AnswerMode = Field(
        default="answer",
        description="answer: a paragraph; brief: one sentence; quote: no model, the best passage "
        "word for word.",
    )
    strict: bool | None = Field(
        default=None,
        description="Withhold sentences that sources contradict or that name what none holds, "
        "instead of marking them; null: as the service is set.",
    )
    withheld_sentences: bool = Field(
        default=False,
        description="Also give the sentences that were withheld, for people to look at: they are "
        "no part of the answer. JSON and events only.",
    )
    thoughts: bool = Field(
        default=False,
        description="Also give what the model thinks, for people to look at: it is no part of the "
        "answer, and nobody checks it. Events only.",
    )


async def _check_room(request: Request, body: AskRequest) -> None:
    """Refuse who may not ask, or has no place in the line, before a collection is opened for it."""
    caller = caller_of(request)
    caller.check_may_ask()
    answerer: Answerer = request.app.state.answerer
    answerer.check_room(caller.name, body.mode)


@ask_api.post(
    ASK,
    response_model=AnswerView,
    responses=_RESPONSES,
    tags=["answers"],
    dependencies=[Depends(_check_room)],
)
async def ask(
    request: Request, several: LeasedFederation, body: AskRequest, form: AskedForm
) -> Response:
    """An answer with its sources.

    With ``Accept: text/event-stream`` it comes as events: ``status`` for what is being done,
    ``best`` for the page that likely answers, before a model speaks, ``sources``, ``token`` for
    each piece of the text, ``sentence`` with the verdict on each sentence, then ``done`` with the
    whole answer, or ``error`` with a problem. ``withdrawn``: all text so far was a model's
    thinking, and does not count.
    """
    return await _reply(request, several, form, body)


@ask_api.get(ASK, response_model=AnswerView, responses=_RESPONSES, tags=["answers"])
async def ask_by_get(
    request: Request,
    several: LeasedFederation,
    query: QueryText,
    form: AskedForm,
    mode: AnswerMode = "answer",
    strict: bool | None = None,
) -> Response:
    """The same for programs such as curl; refused where a web page may have made a browser ask."""
    if not is_no_pages_doing(request):
        raise NotAllowed(
            "a web page may have made a browser ask this: ask by POST, or from a program that "
            "sends neither User-Agent: Mozilla/… nor Referer nor Cookie, or that sends a token"
        )
    body = AskRequest(question=query, mode=mode, strict=strict)
    return await _reply(request, several, form, body)


async def _reply(request: Request, several: Federation, form: Form, body: AskRequest) -> Response:
    caller = caller_of(request)
    caller.check_may_ask()
    history = tuple(Message(turn.role, turn.content) for turn in body.history)
    is_stream = "text/event-stream" in request.headers.get("accept", "")
    asked = AnswerRequest(
        body.question, history, body.mode, body.strict, caller.name, names_best=is_stream
    )
    answerer: Answerer = request.app.state.answerer
    if form.format != "json":
        answer = await while_connected(request.receive, finished_answer(answerer, several, asked))
        budget = form.budget or request.app.state.settings.tools.budget
        result = answered(answer, frame_of(several, address_of_service(request), budget))
        return form.response(bounded(readable_answer(result, form.format), budget))
    events = _events(answerer, several, asked, body)
    if is_stream:
        # Errors before the first event are plain HTTP errors.
        first = await while_connected(request.receive, anext(events))
        return EventStream(first, events)
    whole = await while_connected(request.receive, _finished(events))
    return PlainJSONResponse(whole, headers=VARIES)


async def _events(
    answerer: Answerer, several: Federation, asked: AnswerRequest, body: AskRequest
) -> AsyncGenerator[tuple[str, Any], None]:
    """Name and JSON of each event of an answer."""
    async with aclosing(answerer.answer(several, asked)) as events:
        async for event in events:
            if body.thoughts or not isinstance(event, Thought):
                yield event_view(event, with_withheld=body.withheld_sentences)


async def _finished(events: AsyncGenerator[tuple[str, Any], None]) -> Any:
    async with aclosing(events):
        async for name, data in events:
            if name == "done":
                return data
    raise ServiceError("the answer ended without a result")
