"""The HTTP service: search, answers, pages and two plain HTML pages, over one collection.

Knows HTTP; the thinking is done in ``answer`` and ``index``.
"""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.sse import format_sse_event
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from index.errors import CollectionError
from index.follow import CurrentIndex
from index.search import MAX_QUERY_LENGTH, Index
from index.types import Mode
from ingest.errors import IngestError
from service.answer import Done, Sources, Token, answer_question
from service.errors import NotFound, ServiceError
from service.generators.generator import Generator
from service.problems import Problem, problem_of
from service.reader import page_blocks
from service.settings import Settings
from service.views import (
    AnswerView,
    PageView,
    ProblemView,
    SearchView,
    SuggestView,
    answer_view,
    citation_view,
    page_view,
    search_view,
    suggest_view,
)

__all__ = ["create_app"]

_WEB = Path(__file__).parent / "web"
_MAX_BODY = 64 * 1024
_log = logging.getLogger(__name__)
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemView, "content": {"application/problem+json": {}}}
    for status in (400, 404, 503)
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
        max_body_size=_MAX_BODY,
    )
    app.state.settings = settings
    app.state.current = current
    app.state.generator = generator
    app.mount("/static", StaticFiles(directory=_WEB / "static"), name="static")
    _add_error_handlers(app)
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
    async def ask(request: Request, body: AskRequest) -> Response:
        """An answer with its sources.

        With ``Accept: text/event-stream`` it comes as events: ``sources``, then ``token`` for each
        piece, then ``done`` with the checked answer, or ``error`` with a problem.
        """
        if "text/event-stream" in request.headers.get("accept", ""):
            events = _ask_events(request.app, body)
            first = await anext(events)  # errors before the first event are plain HTTP errors

            async def stream() -> AsyncIterator[bytes]:
                try:
                    yield first
                    async for event in events:
                        yield event
                finally:
                    await events.aclose()

            return StreamingResponse(stream(), media_type="text/event-stream", headers=_NO_BUFFER)
        async with aclosing(_answer_events(request.app, body)) as steps:
            async for name, data in steps:
                if name == "done":
                    return JSONResponse(data)
        raise ServiceError("the answer ended without a result")

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


_NO_BUFFER = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def _answer_events(app: FastAPI, body: AskRequest) -> AsyncGenerator[tuple[str, Any], None]:
    """Name and JSON of each event of an answer, from one generation throughout."""
    settings: Settings = app.state.settings
    generator: Generator | None = app.state.generator if body.use_model else None
    lease = app.state.current.lease()
    index: Index = await asyncio.to_thread(lease.__enter__)
    try:
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
    finally:
        lease.__exit__(None, None, None)


async def _ask_events(app: FastAPI, body: AskRequest) -> AsyncGenerator[bytes, None]:
    """The events as bytes; an error after the first becomes an ``error`` event."""
    started = False
    try:
        async with aclosing(_answer_events(app, body)) as steps:
            async for name, data in steps:
                started = True
                yield format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))
    except (CollectionError, ServiceError) as error:
        if not started:
            raise
        problem = problem_of(error) or Problem(1, 500, "Failure")
        view = _problem_view(problem, str(error))
        yield format_sse_event(event="error", data_str=view.model_dump_json())


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


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(CollectionError)
    @app.exception_handler(IngestError)
    @app.exception_handler(ServiceError)
    def known(_request: Request, error: Exception) -> JSONResponse:
        return _problem_response(problem_of(error) or Problem(1, 500, "Failure"), str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return _problem_response(Problem(2, 400, "Bad input"), f"{place}: {first['msg']}")

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> JSONResponse:
        title = HTTPStatus(error.status_code).phrase
        return _problem_response(Problem(2, error.status_code, title), str(error.detail))

    @app.exception_handler(Exception)
    def unexpected(_request: Request, _error: Exception) -> JSONResponse:
        return _problem_response(
            Problem(1, 500, "Internal error"), "an error in Pinakes itself; its log has the details"
        )


def _problem_view(problem: Problem, detail: str) -> ProblemView:
    return ProblemView(title=problem.title, status=problem.http_status, detail=detail)


def _problem_response(problem: Problem, detail: str) -> JSONResponse:
    return JSONResponse(
        _problem_view(problem, detail).model_dump(),
        status_code=problem.http_status,
        media_type="application/problem+json",
    )
