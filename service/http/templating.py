"""The pages' templates: what every page knows, and values as pages show them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from pinakes.index.errors import CollectionError
from pinakes.index.retrieval.search import MAX_QUERY_LENGTH
from pinakes.ingest.text.language import is_right_to_left
from pinakes.service.asking.citations import collection_url
from pinakes.service.http.formats import accepted
from pinakes.service.http.interface_languages import (
    INTERFACE_LANGUAGES,
    LANGUAGE_CHOICE,
    InterfaceLanguage,
    interface_language,
)
from pinakes.service.http.requests import library_of
from pinakes.service.http.static_files import STATIC
from pinakes.service.plain_text import visible
from pinakes.service.views.search_views import MeaningView

__all__ = ["FRESH", "TEMPLATES", "error_page", "page_response", "wants_page"]

# Of answers that lead on: where to hangs on who asks, and on which collections there are.
FRESH = {"Cache-Control": "no-cache", "Vary": "Sec-Fetch-Site, Cookie"}
_TEMPLATES = Path(__file__).parent / "web" / "templates"
_HTML = "text/html"
_FOR_PROGRAMS = ("/v1/", "/mcp")
# Reached without a token, too: there nothing is told of what is kept here.
_OPEN = ("/static/", "/enter", LANGUAGE_CHOICE, "/healthz")
# What every page is asked for anew, and hangs on.
_FRESH, _VARIES = "no-cache", "Cookie, Accept-Language"


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page to show, and no program for data."""
    if request.url.path.startswith(_FOR_PROGRAMS) or "/api/" in request.url.path:
        return False
    return accepted(request.headers.get("accept", "")).get(_HTML, 0.0) > 0


def _known(request: Request) -> dict[str, Any]:
    """What every page knows: who looks and in which language, the collections there are.

    ``collection_named``: the one that the address names, whether there is such a page or not.
    """
    # Nobody has been found out where a page is shown to everybody.
    known = {
        "caller": getattr(request.state, "caller", None),
        "longest": MAX_QUERY_LENGTH,
        "interface": interface_language(request),
    }
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
    if isinstance(value, Markup):
        return Markup(visible(value))  # noqa: S704  (of what is no markup nothing becomes markup)
    return visible(value) if isinstance(value, str) else value


def _language(context: Context) -> InterfaceLanguage:
    language: InterfaceLanguage = context["interface"]
    return language


@pass_context
def _gettext(context: Context, words: str) -> str:
    return _language(context).gettext(words)


@pass_context
def _ngettext(context: Context, one: str, many: str, count: int) -> str:
    return _language(context).ngettext(one, many, count)


@pass_context
def _number(context: Context, value: int) -> str:
    return _language(context).number(value)


@pass_context
def _day(context: Context, value: str) -> str:
    return _language(context).day(value)


def _direction(language: str) -> str:
    """In which direction articles in this language run."""
    return "rtl" if is_right_to_left(language) else "ltr"


@pass_context
def _size(context: Context, value: int) -> str:
    return _language(context).size(value)


@pass_context
def _duration(context: Context, value: int) -> str:
    return _language(context).duration(value)


def _environment() -> Jinja2Templates:
    templates = Jinja2Templates(directory=_TEMPLATES, context_processors=[_known])
    env = templates.env
    env.finalize = _shown
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals |= {
        "static": STATIC,
        "interface_languages": INTERFACE_LANGUAGES,
        "language_choice": LANGUAGE_CHOICE,
    }
    env.filters |= {
        "number": _number,
        "day": _day,
        "size": _size,
        "duration": _duration,
        "direction": _direction,
    }
    return templates


TEMPLATES = _environment()


def page_response(
    request: Request,
    template: str,
    shown: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page, in the language of whoever looks; it says so, and what else it hangs on.

    ``Vary`` and ``Content-Language``: RFC 9110, 12.5.5 and 8.5.
    """
    told = {"Cache-Control": _FRESH, **(headers or {})}
    varies = filter(None, (told.get("Vary"), _VARIES))
    told |= {"Vary": ", ".join(varies), "Content-Language": interface_language(request).code}
    return TEMPLATES.TemplateResponse(
        request, template, dict(shown), status_code=status, headers=told
    )


def error_page(
    request: Request,
    title: str,
    detail: str,
    status: int,
    headers: Mapping[str, str] | None = None,
    meanings: Sequence[MeaningView] = (),
    near: Sequence[MeaningView] | None = None,
) -> HTMLResponse:
    """What went wrong, in a page with ways on from there.

    ``meanings``: of a shared name. ``near``: of a title that is none, pages that may have been
    meant. ``detail`` is English; in other languages of the pages a sentence that goes for all
    errors of this status precedes it.
    """
    name = str(request.path_params.get("name", "")).replace("_", " ")  # of a page: to search for
    shown = {
        "title": title,
        "detail": detail[:1].upper() + detail[1:],
        "status": status,
        "query": name,
        "is_title": bool(meanings) or near is not None,
        "of_collection": request.path_params.get("collection", ""),
        "meanings": meanings,
        "near": near,
        "language_leads_to": "/",  # what was asked for is not told again
    }
    # Programs get a problem at the same address.
    return page_response(
        request, "error.html", shown, status, {"Vary": "Accept", **(headers or {})}
    )
