"""The pages: choose a collection, ask it, read an article with the cited passage marked."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from pinakes.index.retrieval.search import MAX_QUERY_LENGTH
from pinakes.service.asking.citations import collection_url, page_url
from pinakes.service.http.api import stored_page
from pinakes.service.http.article_blocks import page_blocks
from pinakes.service.http.requests import (
    UNDER_COLLECTION,
    LeasedIndex,
    ServedLibrary,
    collection_meant,
)
from pinakes.service.http.security.entry import add_entry
from pinakes.service.http.security.guard import is_own_navigation
from pinakes.service.plain_text import visible
from pinakes.service.views.collection_views import collection_view
from pinakes.service.views.page_views import page_view

__all__ = ["WEB", "add_pages"]

WEB = Path(__file__).parent / "web"
# Which page it is hangs on who asks and on which collections there are.
_FRESH = {"Cache-Control": "no-cache", "Vary": "Sec-Fetch-Site, Cookie"}
_templates = Jinja2Templates(directory=WEB / "templates")
_pages = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


def add_pages(app: FastAPI) -> None:
    """Add the pages, and the one where a browser gives its token."""
    add_entry(app, _templates, app.state.tokens)
    app.include_router(_pages)


@_pages.get("/")
def first_page(request: Request, library: ServedLibrary) -> Response:
    """The collections; of one alone, its page. A question that the address holds goes along."""
    if len(library.names()) < 2:
        return RedirectResponse(_with_query(collection_url(library.meant()), request), 307, _FRESH)
    collections = [collection_view(state) for state in library.states()]
    return _templates.TemplateResponse(
        request, "collections.html", {"collections": collections}, headers=_FRESH
    )


@_pages.get(f"{UNDER_COLLECTION}/")
def question_page(request: Request, index: LeasedIndex) -> Response:
    """Type a question, read the answer and its sources."""
    return _templates.TemplateResponse(
        request,
        "index.html",
        {
            "manifest": index.manifest,
            "longest": MAX_QUERY_LENGTH,
            "asks_itself": is_own_navigation(request),
        },
        headers=_FRESH,
    )


@_pages.get("/page/{page_id}")
def moved_page(
    request: Request, page_id: int, collection: Annotated[str, Depends(collection_meant)]
) -> Response:
    """Where articles were before collections had addresses."""
    return RedirectResponse(_with_query(page_url(collection, page_id), request), 308, _FRESH)


@_pages.get(f"{UNDER_COLLECTION}/page/{{page_id}}")
def article_page(
    request: Request,
    index: LeasedIndex,
    page_id: int,
    revision: int | None = None,
    start: int | None = None,
    end: int | None = None,
) -> Response:
    """An article, with the cited passage highlighted."""
    page = stored_page(index, page_id)
    changed = revision is not None and revision != page.revision_id
    highlight = None if start is None or end is None or changed else (start, end)
    return _templates.TemplateResponse(
        request,
        "page.html",
        {
            "page": page_view(page, index.manifest),
            "blocks": page_blocks(page, highlight),
            "changed": changed,
            "manifest": index.manifest,
        },
    )


def _with_query(path: str, request: Request) -> str:
    query = request.url.query
    return f"{path}?{query}" if query else path


def _shown(value: Any) -> Any:
    """A value as a page shows it."""
    return visible(value) if isinstance(value, str) else value


_templates.env.finalize = _shown
