"""Every error over HTTP as ``application/problem+json`` (RFC 9457), too long a body among them.

Knows nothing of what the service does; which error has which status is ``problems``' table.
"""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import CollectionError
from ingest.errors import IngestError
from service.errors import ServiceError
from service.problems import Problem, problem_of
from service.views import ProblemView

__all__ = ["BodyLimit", "add_error_handlers", "problem_view"]

_MAX_BODY = 64 * 1024
_KNOWN = (CollectionError, IngestError, ServiceError)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error with a problem."""

    def known(_request: Request, error: Exception) -> JSONResponse:
        return _response(problem_view(error))

    for kind in (*_KNOWN, Exception):
        app.add_exception_handler(kind, known)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        detail = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        if first["type"] == "model_attributes_type":
            detail = "the body is not a JSON object sent as Content-Type: application/json"
        return _response(ProblemView(title="Bad input", status=400, detail=detail))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        title = HTTPStatus(error.status_code).phrase
        detail = str(error.detail)
        if detail == title:
            detail = f"{title}: {request.method} {request.url.path}"
        view = ProblemView(title=title, status=error.status_code, detail=detail)
        return _response(view, error.headers)

    @app.exception_handler(ClientDisconnect)
    def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=499)  # nobody reads it


def problem_view(error: Exception) -> ProblemView:
    """The problem that ``error`` is; an error of the code itself tells nothing of its inside."""
    if not isinstance(error, _KNOWN):
        return ProblemView(
            title="Internal error",
            status=500,
            detail="an error in Pinakes itself; its log has the details",
        )
    problem = problem_of(error) or Problem(1, 500, "Failure")
    return ProblemView(title=problem.title, status=problem.http_status, detail=str(error))


def _response(view: ProblemView, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        view.model_dump(),
        status_code=view.status,
        headers=headers,
        media_type="application/problem+json",
    )


class BodyLimit:
    """Refuses long bodies as a problem; Starlette's own limit answers in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body as it is read."""
        size = 0

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > _MAX_BODY:
                raise HTTPException(413, f"the body has more than {_MAX_BODY:,} bytes")
            return message

        await self._app(scope, limited, send)
