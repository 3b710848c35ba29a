"""The pages' templates: what every page knows, and values as pages show them."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from pinakes.index.errors import CollectionError
from pinakes.index.retrieval.search import MAX_QUERY_LENGTH
from pinakes.service.asking.citations import collection_url
from pinakes.service.http.formats import accepted
from pinakes.service.http.requests import library_of
from pinakes.service.http.static_files import STATIC
from pinakes.service.plain_text import visible
from pinakes.service.views.search_views import MeaningView

__all__ = ["TEMPLATES", "error_page", "wants_page"]

_TEMPLATES = Path(__file__).parent / "web" / "templates"
_HTML = "text/html"
_FOR_PROGRAMS = ("/v1/", "/mcp")
# Reached without a token, too: there nothing is told of what is kept here.
_OPEN = ("/static/", "/enter", "/healthz")


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page to show, and no program for data."""
    if request.url.path.startswith(_FOR_PROGRAMS) or "/api/" in request.url.path:
        return False
    return accepted(request.headers.get("accept", "")).get(_HTML, 0.0) > 0


def _known(request: Request) -> dict[str, Any]:
    """What every page knows: who looks, the collections there are, how long a question may be.

    ``collection_named``: the one that the address names, whether there is such a page or not.
    """
    # Nobody has been found out where a page is shown to everybody.
    known = {"caller": getattr(request.state, "caller", None), "longest": MAX_QUERY_LENGTH}
    if request.url.path.startswith(_OPEN):
        return known | {"collection_names": [], "collection_named": ""}
    try:  # the human door has no library
        names = library_of(request).names() if hasattr(request.app.state, "library") else []
    except CollectionError:
        names = []
    named = next((one for one in names if request.url.path.startswith(collection_url(one))), "")
    return known | {"collection_names": names, "collection_named": named}


def _shown(value: Any) -> Any:
    """A value as a page shows it."""
    return visible(value) if isinstance(value, str) else value


def _in_words(day: str) -> str:
    """A day of ISO 8601 as people write it: 1 November 2026."""
    shown = date.fromisoformat(day)
    return f"{shown.day} {shown:%B %Y}"


TEMPLATES = Jinja2Templates(directory=_TEMPLATES, context_processors=[_known])
TEMPLATES.env.finalize = _shown
TEMPLATES.env.globals["static"] = STATIC
TEMPLATES.env.filters["in_words"] = _in_words


def error_page(
    request: Request,
    title: str,
    detail: str,
    status: int,
    headers: Mapping[str, str] | None = None,
    meanings: Sequence[MeaningView] = (),
) -> HTMLResponse:
    """What went wrong, in a page with ways on from there; ``meanings``: of a shared name."""
    name = str(request.path_params.get("name", "")).replace("_", " ")  # of a page: to search for
    shown = {
        "title": title,
        "detail": detail[:1].upper() + detail[1:],
        "query": name,
        "meanings": meanings,
    }
    return TEMPLATES.TemplateResponse(
        request, "error.html", shown, status_code=status, headers=headers
    )
