"""Every error over HTTP as ``application/problem+json`` (RFC 9457), or as a page to a browser.

Knows nothing of what the service does; which error has which status is ``problems``' table.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pinakes.service.errors import Ambiguous, NoSuchTitle, QueueFull, TooManyProposals
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.templating import error_page, wants_page
from pinakes.service.problems import KNOWN_ERRORS, Problem, message_of, problem_of
from pinakes.service.settings import Settings
from pinakes.service.views.search_views import MeaningView, View, meaning_views

__all__ = ["PROBLEMS", "ProblemView", "add_error_handlers", "problem_view"]


class ProblemView(View):
    """An error after RFC 9457."""

    type: str = "about:blank"
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["no page with id 1"])


class SeveralPagesView(ProblemView):
    """A title that several pages are known by: ``meanings``, an extension member of RFC 9457."""

    meanings: list[MeaningView]


_PROBLEM = {"application/problem+json": {"schema": ProblemView.model_json_schema()}}
# Naming 4XX also keeps FastAPI from announcing its own form of error, 422.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request does not fit", "content": _PROBLEM},
    503: {"description": "No usable collection, or no answer of the model", "content": _PROBLEM},
}


def add_error_handlers(app: FastAPI, settings: Settings | None = None) -> None:
    """Answer every error with a problem; ``settings``: as for ``message_of``."""

    def known(request: Request, error: Exception) -> Response:
        if isinstance(error, QueueFull | TooManyProposals):
            retry = {"Retry-After": str(error.retry_after_s)}
            return _response(request, problem_view(error, settings), retry)
        return _response(request, problem_view(error, settings))

    @app.exception_handler(Ambiguous)
    def ambiguous(request: Request, error: Ambiguous) -> Response:
        view = problem_view(error, settings)
        meant = meaning_views(error.meanings)
        return _response(request, SeveralPagesView(**view.model_dump(), meanings=meant))

    @app.exception_handler(NoSuchTitle)
    def unknown_title(request: Request, error: NoSuchTitle) -> Response:
        view = problem_view(error, settings)
        return _response(request, view, near=meaning_views(error.near))

    for kind in (*KNOWN_ERRORS, Exception):
        app.add_exception_handler(kind, known)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        detail = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        if first["type"] == "model_attributes_type":
            detail = "the body is not a JSON object sent as Content-Type: application/json"
        return _response(request, ProblemView(title="Bad input", status=400, detail=detail))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        detail = str(error.detail)
        if detail == title:
            detail = f"{title}: {request.method} {request.url.path}"
        view = ProblemView(title=title, status=error.status_code, detail=detail)
        return _response(request, view, error.headers)

    @app.exception_handler(ClientDisconnect)
    def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=499)  # nobody reads it


def problem_view(error: Exception, settings: Settings | None) -> ProblemView:
    """The problem that ``error`` is; an error of the code itself tells nothing of its inside.

    ``settings``: as for ``message_of``.
    """
    if not isinstance(error, KNOWN_ERRORS):
        problem = Problem(1, 500, "Internal error")
    else:
        problem = problem_of(error) or Problem(1, 500, "Failure")
    detail = message_of(error, settings)
    return ProblemView(title=problem.title, status=problem.http_status, detail=detail)


def _response(
    request: Request,
    view: ProblemView,
    headers: Mapping[str, str] | None = None,
    near: Sequence[MeaningView] | None = None,
) -> Response:
    """``near``: of a title that is none, pages that may have been meant; only a page tells."""
    if request.method == "GET" and wants_page(request):
        meant = view.meanings if isinstance(view, SeveralPagesView) else ()
        return error_page(request, view.title, view.detail, view.status, headers, meant, near)
    return PlainJSONResponse(
        view.model_dump(),
        status_code=view.status,
        headers=headers,
        media_type="application/problem+json",
    )
