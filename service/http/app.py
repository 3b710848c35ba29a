"""The HTTP service: search, answers, pages and two plain HTML pages, over one collection.

Knows HTTP; the thinking is done in ``answer`` and ``index``.
"""

import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field
from starlette.routing import Route

from pinakes.index.errors import CollectionError, DamagedGeneration
from pinakes.index.follow import CurrentIndex
from pinakes.index.retrieval.search import MAX_QUERY_LENGTH, Index
from pinakes.index.types import Mode
from pinakes.service.asking.answer import Answerer
from pinakes.service.errors import NotFound, ServiceError
from pinakes.service.generators.generator import Generator
from pinakes.service.http.article_blocks import page_blocks
from pinakes.service.http.event_stream import EventStream, while_connected
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.openai_api import create_openai_api
from pinakes.service.http.problem_responses import ProblemView, add_error_handlers
from pinakes.service.http.requests import LeasedIndex, Text
from pinakes.service.http.security.caller import caller_of
from pinakes.service.http.security.entry import add_entry
from pinakes.service.http.security.guard import Guard, is_own_navigation
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.plain_text import visible
from pinakes.service.settings import Settings
from pinakes.service.shutdown import Shutdown
from pinakes.service.tools.mcp_server import ToolEndpoint
from pinakes.service.tools.toolbox import Toolbox
from pinakes.service.types import AnswerMode, Inquiry, Message
from pinakes.service.views.answer_views import AnswerView, event_view
from pinakes.service.views.page_views import PageView, SuggestView, page_view, suggest_view
from pinakes.service.views.search_views import SearchView, search_view

__all__ = ["create_app"]

_LONGEST_HISTORY = 100
_WEB = Path(__file__).parent / "web"
_log = logging.getLogger(__name__)
_PROBLEM = {"application/problem+json": {"schema": ProblemView.model_json_schema()}}
# Naming 4XX also keeps FastAPI from announcing its own form of error, 422.
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request does not fit", "content": _PROBLEM},
    503: {"description": "No usable collection, or no answer of the model", "content": _PROBLEM},
}


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
        description="answer: a paragraph; brief: one sentence; quote: no model, the best passages "
        "word for word.",
    )
    strict: bool | None = Field(
        default=None,
        description="Withhold sentences that nothing bears out instead of marking them; null: as "
        "the service is set.",
    )


class Health(BaseModel):
    """The process is up."""

    status: str = "ok"
    version: str


class Ready(BaseModel):
    """Questions can be answered, from this generation."""

    status: str = "ready"
    collection: str
    generation: str
    passages: int
    coverage: float
    generator: str | None


def create_app(settings: Settings, current: CurrentIndex, generator: Generator | None) -> FastAPI:
    """The service over ``current``, which it closes at the end, as it does the generator.

    ``app.state.shutdown`` is to be begun when the server ends: it ends the streams. Raises BadInput
    for settings that name no hosts or no proxies.
    """
    answerer = Answerer(generator, settings)
    shutdown = Shutdown()
    tools = ToolEndpoint(Toolbox(current, answerer, settings, shutdown))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=(current,), daemon=True).start()
        try:
            async with tools.running():
                yield
        finally:
            await answerer.aclose()
            current.close()

    app = FastAPI(
        title="Pinakes",
        version=version("pinakes"),
        summary="Search and cited answers over a local Wikipedia dump",
        lifespan=lifespan,
        default_response_class=PlainJSONResponse,
        docs_url=None,  # the stock documentation page loads its scripts from elsewhere
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.current = current
    app.state.answerer = answerer
    app.state.shutdown = shutdown
    app.state.tokens = Tokens(settings.data)
    app.mount("/v1", create_openai_api(current, answerer))
    app.router.routes.append(Route("/mcp", tools, include_in_schema=False))
    app.mount("/static", StaticFiles(directory=_WEB / "static"), name="static")
    add_error_handlers(app)
    _add_api(app)
    _add_pages(app)
    # Nothing is reached but through the guard, not even the framework's own errors.
    stack = app.build_middleware_stack()
    app.middleware_stack = Guard(stack, settings.serve, app.state.tokens, shutdown)
    return app


def _warm(current: CurrentIndex) -> None:
    """Load the encoder before the first question needs it."""
    try:
        with current.lease() as index:
            if index.encoder is not None:
                index.encoder.encode_query("warm")
    except (CollectionError, OSError) as error:
        _log.warning("not ready: %s", error)


QueryText = Annotated[
    str, Query(alias="q", description="Words or a question.", examples=["founder of the library"])
]


def _add_api(app: FastAPI) -> None:
    settings: Settings = app.state.settings

    @app.get("/api/search", response_model=SearchView, responses=_PROBLEMS, tags=["search"])
    def search(
        index: LeasedIndex,
        query: QueryText,
        k: Annotated[int, Query(ge=1, le=100, description="Number of passages.")] = 10,
        mode: Mode | None = None,
    ) -> SearchView:
        """The best passages for a query."""
        chosen = mode or settings.search.mode
        return search_view(index, query, chosen, index.search(query, k, chosen))

    @app.get("/api/suggest", response_model=SuggestView, responses=_PROBLEMS, tags=["search"])
    def suggest(
        index: LeasedIndex,
        prefix: Annotated[str, Query(alias="q", max_length=200, examples=["libr"])],
        k: Annotated[int, Query(ge=1, le=50)] = 10,
    ) -> SuggestView:
        """Titles that begin with what was typed."""
        return suggest_view(prefix, index.suggest(prefix, k))

    @app.get("/api/pages/{page_id}", response_model=PageView, responses=_PROBLEMS, tags=["pages"])
    def page(index: LeasedIndex, page_id: int) -> PageView:
        """An article as plain text with its sections."""
        return page_view(_stored_page(index, page_id), index.manifest)

    @app.post(
        "/api/ask",
        response_model=AnswerView,
        responses=_PROBLEMS
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
        inquiry = Inquiry(body.question, history, body.mode, body.strict, caller.name)
        events = _answer_events(request.app.state.answerer, index, inquiry)
        if "text/event-stream" in request.headers.get("accept", ""):
            # Errors before the first event are plain HTTP errors.
            first = await while_connected(request.receive, anext(events))
            return EventStream(first, events)
        return PlainJSONResponse(await while_connected(request.receive, _finished(events)))

    @app.get("/healthz", response_model=Health, tags=["operation"])
    def healthz() -> Health:
        """Whether the process is up."""
        return Health(version=version("pinakes"))

    @app.get("/readyz", response_model=Ready, responses={503: _PROBLEMS[503]}, tags=["operation"])
    def readyz(index: LeasedIndex) -> Ready:
        """Whether questions can be answered, and from which generation: none that is damaged."""
        if index.health.damage:
            raise DamagedGeneration(index.health.damage)
        return Ready(
            collection=index.manifest.collection,
            generation=index.manifest.generation,
            passages=index.manifest.passages,
            coverage=index.manifest.coverage,
            generator=None if app.state.answerer.generator is None else settings.generator.backend,
        )


async def _answer_events(
    answerer: Answerer, index: Index, inquiry: Inquiry
) -> AsyncGenerator[tuple[str, Any], None]:
    """Name and JSON of each event of an answer."""
    async with aclosing(answerer.answer(index, inquiry)) as events:
        async for event in events:
            yield event_view(event, index.manifest)


async def _finished(events: AsyncGenerator[tuple[str, Any], None]) -> Any:
    async with aclosing(events):
        async for name, data in events:
            if name == "done":
                return data
    raise ServiceError("the answer ended without a result")


def _stored_page(index: Index, page_id: int) -> Any:
    page = index.page(page_id) if 0 <= page_id < 1 << 63 else None
    if page is None:
        raise NotFound(f"no page with id {page_id} in {index.manifest.collection}")
    return page


def _shown(value: Any) -> Any:
    """A value as a page shows it."""
    return visible(value) if isinstance(value, str) else value


def _add_pages(app: FastAPI) -> None:
    templates = Jinja2Templates(directory=_WEB / "templates")
    templates.env.finalize = _shown
    add_entry(app, templates, app.state.tokens)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def first_page(request: Request, index: LeasedIndex) -> HTMLResponse:
        """Type a question, read the answer and its sources."""
        return templates.TemplateResponse(
            request,
            "index.html",
            {
                "manifest": index.manifest,
                "longest": MAX_QUERY_LENGTH,
                "asks_itself": is_own_navigation(request),
            },
            headers={"Cache-Control": "no-cache", "Vary": "Sec-Fetch-Site, Cookie"},
        )

    @app.get("/page/{page_id}", response_class=HTMLResponse, include_in_schema=False)
    def reader(
        request: Request,
        index: LeasedIndex,
        page_id: int,
        revision: int | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> HTMLResponse:
        """An article, with the cited passage highlighted."""
        page = _stored_page(index, page_id)
        changed = revision is not None and revision != page.revision_id
        highlight = None if start is None or end is None or changed else (start, end)
        return templates.TemplateResponse(
            request,
            "page.html",
            {
                "page": page_view(page, index.manifest),
                "blocks": page_blocks(page, highlight),
                "changed": changed,
                "manifest": index.manifest,
            },
        )
