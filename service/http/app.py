"""The HTTP service: its API, its pages and its tools, over the collections of a library.

Knows HTTP; the thinking is done in ``answer`` and ``index``. What a collection has for itself
stands under ``/c/{collection}/``: a collection is a service of its own to whoever is given that
address, as collections and indexes are in Qdrant, Typesense and Meilisearch.
"""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pinakes.index.errors import CollectionError
from pinakes.index.library import Library
from pinakes.index.picture_archives import PictureArchives
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.asking.answer import Answerer
from pinakes.service.generators.generator import Generator
from pinakes.service.http.about_page import about_page
from pinakes.service.http.accounting import Accounting, Counted
from pinakes.service.http.api import collection_api
from pinakes.service.http.ask_api import ASK, ask_api
from pinakes.service.http.changes_api import changes_api
from pinakes.service.http.compression import Compressed
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.openai_api import create_openai_api
from pinakes.service.http.opensearch import opensearch
from pinakes.service.http.operation_api import operation_api
from pinakes.service.http.pages import add_pages
from pinakes.service.http.pictures import pictures
from pinakes.service.http.problem_responses import add_error_handlers
from pinakes.service.http.proposals_api import proposals_api
from pinakes.service.http.requests import (
    UNDER_COLLECTION,
    names_collection,
)
from pinakes.service.http.security.guard import Guard
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.security.usage import Usage
from pinakes.service.http.static_files import PageFiles
from pinakes.service.http.usage_api import usage_api
from pinakes.service.metrics import Metrics
from pinakes.service.settings import Settings
from pinakes.service.shutdown import Shutdown
from pinakes.service.tools.mcp_server import ToolEndpoint
from pinakes.service.tools.toolbox import Toolbox

__all__ = ["create_app"]

_log = logging.getLogger(__name__)


def create_app(settings: Settings, library: Library, generator: Generator | None) -> FastAPI:
    """The service over ``library``, which it closes at the end, as it does the generator.

    ``app.state.shutdown`` is to be begun when the server ends: it ends the streams. Raises BadInput
    for settings that name no hosts or no proxies.
    """
    tokens = Tokens(settings.data)
    usage = Usage(settings.data)
    metrics = Metrics()
    accounting = Accounting(tokens, usage, metrics, access_log=settings.serve.access_log)
    answerer = Answerer(
        generator, settings, places_of=tokens.places_of, on_spent=accounting.answered
    )
    metrics.watch(answerer.queue, library, settings.data)
    shutdown = Shutdown()
    tools = ToolEndpoint(Toolbox(library, answerer, settings, shutdown, accounting.searched))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=(library,), daemon=True).start()
        try:
            async with accounting.running(), tools.running():
                yield
        finally:
            await answerer.aclose()
            library.close()

    app = FastAPI(
        title="Pinakes",
        version=version("pinakes"),
        summary="Search and cited answers over local Wikipedia dumps",
        lifespan=lifespan,
        default_response_class=PlainJSONResponse,
        docs_url=None,  # the stock documentation page loads its scripts from elsewhere
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.library = library
    app.state.answerer = answerer
    app.state.shutdown = shutdown
    app.state.tokens = tokens
    app.state.usage = usage
    app.state.metrics = metrics
    app.state.picture_archives = PictureArchives()
    app.mount("/v1", create_openai_api(library, answerer, accounting.embedded))
    app.router.routes.append(Route("/mcp", tools, include_in_schema=False))
    app.mount("/static", PageFiles(), name="static")
    add_error_handlers(app, settings)
    # The last one takes any title behind /api/pages/.
    for router in (ask_api, changes_api, collection_api, opensearch):
        app.include_router(
            router, prefix=UNDER_COLLECTION, dependencies=[Depends(names_collection)]
        )
        app.include_router(router, include_in_schema=False)
    app.include_router(usage_api)
    if settings.approvals.offered:
        app.state.approvals = Approvals(settings.data, settings.approvals.hours)
        app.include_router(proposals_api)
    app.include_router(operation_api)
    app.include_router(pictures)
    app.include_router(about_page)
    add_pages(app)
    # Nothing is reached but through the guard, not even the framework's own errors.
    answering = _Heads(Compressed(app.build_middleware_stack()))
    guarded = Guard(answering, settings.serve, tokens, shutdown)
    app.middleware_stack = Counted(guarded, accounting)
    return app


class _Heads:
    """HEAD is answered as GET is, without the body (RFC 9110, 9.3.2); never by asking the model."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        if not is_head or scope["path"].endswith(ASK):
            await self._app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send)  # the server sends no body to HEAD
        finally:  # what the router has found out is read outside of here
            scope.update({**asked, "method": "HEAD"})


def _warm(library: Library) -> None:
    """Open each collection and load its encoder before the first question needs it."""
    for name in library.names():
        try:
            with library.lease(name) as index:
                if index.encoder is not None:
                    index.encoder.encode_query("warm")
        except (CollectionError, OSError) as error:
            _log.warning("%s is not ready: %s", name, error)
