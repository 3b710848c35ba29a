"""The HTTP service: search, answers, pages and two plain HTML pages, over one collection.

Knows HTTP; the thinking is done in ``answer`` and ``index``.
"""

import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field, field_validator

from index.errors import CollectionError
from index.follow import CurrentIndex
from index.search import MAX_QUERY_LENGTH, Index
from index.types import Mode
from service.answer import Done, Sources, Token, answer_question
from service.errors import NotFound, ServiceError
from service.event_stream import EventStream, while_connected
from service.generators.generator import Generator
from service.page_views import PageView, SuggestView, page_view, suggest_view
from service.problem_responses import BodyLimit, add_error_handlers
from service.reader import page_blocks
from service.settings import Settings
from service.views import (
    AnswerView,
    ProblemView,
    SearchView,
    answer_view,
    citation_view,
    search_view,
)

__all__ = ["create_app"]

_WEB = Path(__file__).parent / "web"
_log = logging.getLogger(__name__)
_PROBLEM = {"application/problem+json": {"schema": ProblemView.model_json_schema()}}
# Naming 4XX also keeps FastAPI from announcing its own form of error, 422.
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request does not fit", "content": _PROBLEM},
    503: {"description": "No usable collection, or no answer of the model", "content": _PROBLEM},
}
# Everything a page needs comes from this service; nothing it shows can load or run anything else.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class AskRequest(BaseModel):
    """A question to answer. ``use_model`` false: the best passages as quotations."""

    question: str = Field(examples=["Who founded the Library of Alexandria?"])
    mode: Mode | None = None
    use_model: bool = True

    @field_validator("question")
    @classmethod
    def _as_text(cls, question: str) -> str:
        """JSON can name halves of surrogate pairs, which no text has and no answer can repeat."""
        return question.encode("utf-8", "replace").decode()


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
    """The service over ``current``, which it closes at the end, as it does the generator."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=(current,), daemon=True).start()
        try:
            yield
        finally:
            if generator is not None:
                await generator.aclose()
            current.close()

    app = FastAPI(
        title="Pinakes",
        version=version("pinakes"),
        summary="Search and cited answers over a local Wikipedia dump",
        lifespan=lifespan,
        docs_url=None,  # the stock documentation page loads its scripts from elsewhere
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.current = current
    app.state.generator = generator
    app.add_middleware(BodyLimit)
    app.mount("/static", StaticFiles(directory=_WEB / "static"), name="static")
    add_error_handlers(app)
    _add_api(app)
    _add_pages(app)
    return app


def _warm(current: CurrentIndex) -> None:
    """Load the encoder before the first question needs it."""
    try:
        with current.lease() as index:
            if index.encoder is not None:
                index.encoder.encode_query("warm")
    except (CollectionError, OSError) as error:
        _log.warning("not ready: %s", error)


def _leased(request: Request) -> Iterator[Index]:
    with request.app.state.current.lease() as index:
        yield index


LeasedIndex = Annotated[Index, Depends(_leased)]
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

        With ``Accept: text/event-stream`` it comes as events: ``sources``, then ``token`` for each
        piece, then ``done`` with the checked answer, or ``error`` with a problem.
        """
        events = _answer_events(request.app, index, body)
        if "text/event-stream" in request.headers.get("accept", ""):
            # Errors before the first event are plain HTTP errors.
            first = await while_connected(request.receive, anext(events))
            return EventStream(first, events)
        return JSONResponse(await while_connected(request.receive, _finished(events)))

    @app.get("/healthz", response_model=Health, tags=["operation"])
    def healthz() -> Health:
        """Whether the process is up."""
        return Health(version=version("pinakes"))

    @app.get("/readyz", response_model=Ready, responses={503: _PROBLEMS[503]}, tags=["operation"])
    def readyz(index: LeasedIndex) -> Ready:
        """Whether questions can be answered, and from which generation."""
        return Ready(
            collection=index.manifest.collection,
            generation=index.manifest.generation,
            passages=index.manifest.passages,
            coverage=index.manifest.coverage,
            generator=None if app.state.generator is None else settings.generator.backend,
        )


async def _answer_events(
    app: FastAPI, index: Index, body: AskRequest
) -> AsyncGenerator[tuple[str, Any], None]:
    """Name and JSON of each event of an answer."""
    settings: Settings = app.state.settings
    generator: Generator | None = app.state.generator if body.use_model else None
    answering = answer_question(
        index, generator, body.question, settings.generator, body.mode or settings.search.mode
    )
    async with aclosing(answering) as events:
        async for event in events:
            match event:
                case Sources(citations):
                    views = [citation_view(citation) for citation in citations]
                    yield "sources", {"citations": jsonable_encoder(views)}
                case Token(text):
                    yield "token", {"text": text}
                case Done(answer):
                    yield "done", jsonable_encoder(answer_view(answer, index.manifest))


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


def _add_pages(app: FastAPI) -> None:
    templates = Jinja2Templates(directory=_WEB / "templates")

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def first_page(request: Request, index: LeasedIndex) -> HTMLResponse:
        """Type a question, read the answer and its sources."""
        return templates.TemplateResponse(
            request,
            "index.html",
            {"manifest": index.manifest, "longest": MAX_QUERY_LENGTH},
            headers=_PAGE_HEADERS,
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
            headers=_PAGE_HEADERS,
        )
