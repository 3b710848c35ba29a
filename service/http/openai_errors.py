"""Every error under ``/v1`` as OpenAI's clients read it: ``{"error": {"message", "type", …}}``.

Which error has which status is ``problems``' table, as everywhere.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pinakes.index.errors import BadQuery, UnknownCollection
from pinakes.service.errors import NotFound, QueueFull
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.openai_views import OpenAIErrorView
from pinakes.service.http.problem_responses import ProblemView, problem_view
from pinakes.service.problems import KNOWN_ERRORS
from pinakes.service.settings import Settings

__all__ = ["add_openai_errors", "error_body"]

_TYPES = {429: "rate_limit_error", 500: "server_error", 503: "server_error"}
_CODES = {404: "unknown_url", 413: "request_too_large", 429: "rate_limit_exceeded"}


def add_openai_errors(app: FastAPI, settings: Settings) -> None:
    """Answer every error of ``app`` in OpenAI's form; ``settings``: as for ``message_of``."""

    def known(request: Request, error: Exception) -> PlainJSONResponse:
        problem = problem_view(error, settings)
        if isinstance(error, NotFound | UnknownCollection):  # nothing else is looked for here
            return _response(problem.status, error_body(problem, "model", "model_not_found"))
        asked_in = "input" if request.url.path.endswith("/responses") else "messages"
        param = asked_in if isinstance(error, BadQuery) else None
        retry = {"Retry-After": str(error.retry_after_s)} if isinstance(error, QueueFull) else None
        return _response(problem.status, error_body(problem, param), retry)

    for kind in (*KNOWN_ERRORS, Exception):
        app.add_exception_handler(kind, known)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> PlainJSONResponse:
        first = error.errors()[0]
        # "body" says nothing; a number there is where JSON broke off.
        place = [] if first["type"] == "json_invalid" else first["loc"][1:]
        param = ".".join(str(part) for part in place)
        detail = f"{param}: {first['msg']}" if param else str(first["msg"])
        if first["type"] == "json_invalid":
            detail = f"the body is not JSON: {first['ctx']['error']}"
        elif first["type"] in ("model_attributes_type", "missing") and not param:
            detail = "the body is not a JSON object sent as Content-Type: application/json"
        problem = ProblemView(title="Bad input", status=400, detail=detail)
        return _response(400, error_body(problem, param or None))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> PlainJSONResponse:
        title = HTTPStatus(error.status_code).phrase
        detail = str(error.detail)
        if detail == title:
            detail = (
                f"{title}: {request.method} {request.url.path}; there are POST "
                "/v1/chat/completions, /v1/responses and /v1/embeddings, GET /v1/models and "
                "/v1/models/{id}"
            )
        problem = ProblemView(title=title, status=error.status_code, detail=detail)
        return _response(error.status_code, error_body(problem), error.headers)

    @app.exception_handler(ClientDisconnect)
    def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=499)  # nobody reads it


def error_body(
    problem: ProblemView, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """What is sent for a problem."""
    view = OpenAIErrorView(
        message=problem.detail,
        type=_TYPES.get(problem.status, "invalid_request_error"),
        param=param,
        code=code or _CODES.get(problem.status),
    )
    return {"error": view.model_dump()}


def _response(status: int, body: dict[str, Any], headers: Any = None) -> PlainJSONResponse:
    return PlainJSONResponse(body, status_code=status, headers=headers)
