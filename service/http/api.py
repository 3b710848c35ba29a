"""The API of a collection: search, suggestions, articles and answers, as JSON or as events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode, StoredPage
from pinakes.service.asking.answer import Answerer
from pinakes.service.errors import NotFound, ServiceError
from pinakes.service.http.event_stream import EventStream, while_connected
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.requests import LeasedIndex, Text
from pinakes.service.http.security.caller import caller_of
from pinakes.service.types import AnswerMode, AnswerRequest, Message
from pinakes.service.views.answer_views import AnswerView, event_view
from pinakes.service.views.page_views import PageView, SuggestView, page_view, suggest_view
from pinakes.service.views.search_views import SearchView, search_view

__all__ = ["collection_api", "stored_page"]

_LONGEST_HISTORY = 100
collection_api = APIRouter(default_response_class=PlainJSONResponse)


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


QueryText = Annotated[
    str, Query(alias="q", description="Words or a question.", examples=["founder of the library"])
]


@collection_api.get("/api/search", response_model=SearchView, responses=PROBLEMS, tags=["search"])
def search(
    request: Request,
    index: LeasedIndex,
    query: QueryText,
    k: Annotated[int, Query(ge=1, le=100, description="Number of passages.")] = 10,
    mode: Mode | None = None,
) -> SearchView:
    """The best passages for a query."""
    chosen: Mode = mode or request.app.state.settings.search.mode
    return search_view(index, query, chosen, index.search(query, k, chosen))


@collection_api.get("/api/suggest", response_model=SuggestView, responses=PROBLEMS, tags=["search"])
def suggest(
    index: LeasedIndex,
    prefix: Annotated[str, Query(alias="q", max_length=200, examples=["libr"])],
    k: Annotated[int, Query(ge=1, le=50)] = 10,
) -> SuggestView:
    """Titles that begin with what was typed."""
    return suggest_view(prefix, index.suggest(prefix, k), index.manifest)


@collection_api.get(
    "/api/pages/{page_id}", response_model=PageView, responses=PROBLEMS, tags=["pages"]
)
def page(index: LeasedIndex, page_id: int) -> PageView:
    """An article as plain text with its sections."""
    return page_view(stored_page(index, page_id), index.manifest)


@collection_api.post(
    "/api/ask",
    response_model=AnswerView,
    responses=PROBLEMS
    | {
        200: {
            "content": {"text/event-stream": {}},
            "description": "JSON, or server-sent events",
        }
    },
    tags=["answers"],
)
async def ask(request: Request, index: LeasedIndex, body: AskRequest) -> Response:
    """An answer with its sources.

    With ``Accept: text/event-stream`` it comes as events: ``status`` for what is being done,
    ``sources``, ``token`` for each piece of the text, ``sentence`` with the verdict on each
    sentence, then ``done`` with the whole answer, or ``error`` with a problem. ``withdrawn``:
    all text so far was a model's thinking, and does not count.
    """
    caller = caller_of(request)
    caller.check_may_ask()
    history = tuple(Message(turn.role, turn.content) for turn in body.history)
    answer_request = AnswerRequest(body.question, history, body.mode, body.strict, caller.name)
    events = _answer_events(request.app.state.answerer, index, answer_request)
    if "text/event-stream" in request.headers.get("accept", ""):
        # Errors before the first event are plain HTTP errors.
        first = await while_connected(request.receive, anext(events))
        return EventStream(first, events)
    return PlainJSONResponse(await while_connected(request.receive, _finished(events)))


async def _answer_events(
    answerer: Answerer, index: Index, answer_request: AnswerRequest
) -> AsyncGenerator[tuple[str, Any], None]:
    """Name and JSON of each event of an answer."""
    async with aclosing(answerer.answer(index, answer_request)) as events:
        async for event in events:
            yield event_view(event)


async def _finished(events: AsyncGenerator[tuple[str, Any], None]) -> Any:
    async with aclosing(events):
        async for name, data in events:
            if name == "done":
                return data
    raise ServiceError("the answer ended without a result")


def stored_page(index: Index, page_id: int) -> StoredPage:
    """The article with this id. Raises NotFound."""
    page = index.page(page_id) if 0 <= page_id < 1 << 63 else None
    if page is None:
        raise NotFound(
            f"no page with id {page_id} in {index.manifest.collection}: it was deleted or merged "
            "into another since, or never was"
        )
    return page
