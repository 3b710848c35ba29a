"""The pages: choose a collection, ask it, read an article with a passage marked."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Annotated, Literal
from urllib.parse import quote, unquote, urlencode

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pinakes.index.aliases.titles import title_key
from pinakes.index.library import ALL
from pinakes.index.retrieval.search import Index
from pinakes.index.store.rows import MOST_BACKLINKS
from pinakes.index.types import StoredPage
from pinakes.ingest.layout import Layout, Span, link_titles
from pinakes.service.asking.citations import article_url, collection_url, page_url
from pinakes.service.errors import Ambiguous, NoSuchTitle, NotFound
from pinakes.service.http.api import article, others_meant
from pinakes.service.http.article_blocks import heading_anchor, opening, page_blocks
from pinakes.service.http.front_page import coverage_in_words, drawn_article, examples
from pinakes.service.http.interface_languages import interface_language, language_choice
from pinakes.service.http.pictures import addresses_of_pictures, saves_data
from pinakes.service.http.requests import (
    UNDER_COLLECTION,
    LeasedIndex,
    ServedLibrary,
    collection_meant,
    with_rest,
)
from pinakes.service.http.search_page import search_pages
from pinakes.service.http.security.caller import caller_of
from pinakes.service.http.security.entry import add_entry
from pinakes.service.http.security.guard import is_own_navigation
from pinakes.service.http.templating import FRESH, page_response
from pinakes.service.pages_by_name import near_pages
from pinakes.service.views.collection_views import collection_view
from pinakes.service.views.page_views import page_view
from pinakes.service.views.search_views import MeaningView, meaning_views

__all__ = ["add_pages"]

# Whether a question in a link waits hangs on where the link is.
_ASKED = {"Vary": "Sec-Fetch-Site"}
# Of each table, before all are asked for: ten thousand take two seconds.
_ROWS = 500
_FIRST_LINKS, _LINKS_A_PAGE = 12, 100
_NAMES_READ, _MOST_NAMES = 200, 30
_CHANCE = random.Random()  # noqa: S311  (draws, no secrets)
_pages = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


def add_pages(app: FastAPI) -> None:
    """Add the pages, and the one where a browser gives its token."""
    add_entry(app, app.state.tokens)
    app.include_router(language_choice)
    app.include_router(search_pages)
    app.include_router(_pages)


@_pages.get("/")
def first_page(
    request: Request,
    library: ServedLibrary,
    named: Annotated[str, Query(alias="collection")] = "",
) -> Response:
    """Ask all collections; of one that a form names, or one alone, its page, with the question."""
    names = library.asked([named]) if named else library.names()
    if len(names) < 2:
        address = collection_url(names[0] if names else library.meant())
        return RedirectResponse(with_rest(address, request), 307, FRESH)
    collections = [collection_view(state, request.app.state.settings) for state in library.states()]
    shown = {
        "collections": collections,
        "names": _told_apart({one.collection: one.site_name or "" for one in collections}),
        "asks": f"api/ask?collection={ALL}",
        "asks_itself": is_own_navigation(request),
    }
    return page_response(request, "collections.html", shown, headers=_ASKED)


@_pages.get(f"{UNDER_COLLECTION}/")
def question_page(
    request: Request, index: LeasedIndex, query: Annotated[str, Query(alias="q")] = ""
) -> Response:
    """Type a question, read the answer and its sources; before there is one, what there is.

    Or why asking is not for this caller, who may search for the words of the question.
    """
    may_ask = caller_of(request).may_ask
    name = index.manifest.collection
    return page_response(
        request,
        "index.html",
        {
            "manifest": index.manifest,
            "names": {name: index.manifest.dump.site_name or name},
            "asks_itself": is_own_navigation(request),
            "coverage": coverage_in_words(index, interface_language(request)),
            "examples": [] if query and may_ask else examples(index, _CHANCE),
        }
        | ({} if may_ask else {"query": query}),
        headers=_ASKED,
    )


@_pages.get(f"{UNDER_COLLECTION}/random")
def random_page(index: LeasedIndex) -> Response:
    """An article drawn at random."""
    address = drawn_article(index, _CHANCE)
    if address is None:
        raise NotFound(f"{index.manifest.collection} has no article with a text")
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


@_pages.get("/random")
def random_anywhere(library: ServedLibrary, content: str | None = None) -> Response:
    """The same of the collection that is meant, or of the one that ``content`` names."""
    address = f"{collection_url(library.meant(content or None))}random"
    return RedirectResponse(address, 303, FRESH)


def _article(index: Index, name: str) -> StoredPage:
    """The article with this id or title. Raises NoSuchTitle, Ambiguous; NotFound for an id."""
    try:
        return article(index, name)
    except Ambiguous:
        raise
    except NotFound as error:
        if name.isdecimal():
            raise
        raise NoSuchTitle(str(error), near_pages(index, name)) from error


@_pages.get("/page/{page_id}")
def moved_page(
    request: Request, page_id: int, collection: Annotated[str, Depends(collection_meant)]
) -> Response:
    """Where articles were before collections had addresses."""
    return RedirectResponse(_with_query(page_url(collection, page_id), request), 308, FRESH)


@_pages.get(f"{UNDER_COLLECTION}/page/{{name:path}}")
def article_page(
    request: Request,
    index: LeasedIndex,
    name: str,
    revision: int | None = None,
    start: int | None = None,
    end: int | None = None,
    searched: str = "",
    among: Annotated[list[str] | None, Query()] = None,
    rows: Literal["all", "first"] = "first",
    pictures: Literal["show", "wait"] | None = None,
) -> Response:
    """An article, with the cited passage highlighted; its id and its other names lead to its title.

    ``searched``: what was searched for that is its title, or leads to it; ``among``: in which
    collections, where in several. ``rows``: of tables.
    ``pictures``: whether they wait until they are asked for; as the browser has it, if not told.
    """
    page = _article(index, name)
    address = article_url(index.manifest.collection, page.page_id, page.title)
    if unquote(address) != f"{collection_url(index.manifest.collection)}page/{name}":
        if not name.isdecimal() and index.page_by_name(name) is None:  # the likeliest of several
            address += f"?{urlencode({'searched': name.replace('_', ' ')})}"
            return RedirectResponse(address, 307, FRESH)
        return RedirectResponse(_with_query(address, request), 307, FRESH)
    changed = revision is not None and revision != page.revision_id
    highlight = None if start is None or end is None or changed else (start, end)
    layout = index.store.layout(page)
    addresses = _addresses(index, page, layout)
    most = None if rows == "all" else _ROWS
    has_pictures = layout is not None and bool(layout.pictures)
    picture_address = addresses_of_pictures(request, index) if has_pictures else None
    waits = picture_address is not None and (
        pictures == "wait" or (pictures is None and saves_data(request))
    )
    blocks = list(page_blocks(page, highlight, layout, addresses, most))
    facts, lead, rest = opening(blocks)
    shown = page_response(
        request,
        "page.html",
        {
            "page": page_view(page, index.manifest),
            "name": searched or page.title,
            "meanings": _meanings(index, searched or page.title, page),
            "headings": [block for block in blocks if block.kind == "heading"],
            "facts": facts,
            "lead": lead,
            "rest": rest,
            "linking": _linking(index, page, 0, _FIRST_LINKS),
            "other_names": _other_names(index, page),
            "changed": changed,
            "highlighted": highlight is not None,
            "searched": searched,
            "instead": [("collection", name) for name in among or ()],
            "manifest": index.manifest,
            "picture_address": picture_address,
            "pictures_wait": waits,
            "pictures_shown": request.url.include_query_params(pictures="show").query,
        },
        headers={"Vary": "Save-Data"},
    )
    return _unless_known(request, shown)


@_pages.get(f"{UNDER_COLLECTION}/backlinks/{{name:path}}")
def backlinks_page(
    request: Request,
    index: LeasedIndex,
    name: str,
    first: Annotated[int, Query(alias="from", ge=0, le=MOST_BACKLINKS)] = 0,
) -> Response:
    """The articles that link to one, those first that most others link to."""
    page = _article(index, name)
    shown = {
        "page": page,
        "manifest": index.manifest,
        "address": article_url(index.manifest.collection, page.page_id, page.title),
        "first": first,
        "linking": _linking(index, page, first, _LINKS_A_PAGE),
        "page_size": _LINKS_A_PAGE,
        "known": len(index.store.backlinks(page.page_id)),
    }
    return page_response(request, "backlinks.html", shown)


def _other_names(index: Index, page: StoredPage) -> list[str]:
    """Names that lead to the page; none that differs from its title in its writing alone."""
    found = index.store.aliases_of_page(page.page_id, "redirect", _NAMES_READ)
    told = {title_key(page.title): page.title}
    for name in found:
        told.setdefault(title_key(name), name)
    return list(told.values())[1 : 1 + _MOST_NAMES]


def _meanings(index: Index, name: str, page: StoredPage) -> list[MeaningView]:
    """What else a page's name may mean; of one that lists that itself, nothing."""
    if page.is_disambiguation:
        return []
    return meaning_views(others_meant(index, name, page))


def _linking(index: Index, page: StoredPage, first: int, most: int) -> list[tuple[str, str]]:
    """Titles, with their addresses, of pages that link to one."""
    sources = index.store.backlinks(page.page_id)[first : first + most]
    collection = index.manifest.collection
    titles = index.store.titles(sources)
    return [(title, article_url(collection, page_id, title)) for page_id, title in titles]


def _unless_known(request: Request, response: Response) -> Response:
    """The response, or 304 where the client has it already (RFC 9110, 13.1.2 and 15.4.5)."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:24]}"'
    response.headers["ETag"] = f"W/{tag}"
    known = request.headers.get("if-none-match", "").replace(" ", "").split(",")
    if "*" in known or tag in (one.removeprefix("W/") for one in known):
        more = {"ETag": f"W/{tag}", "Vary": f"{response.headers['Vary']}, Accept-Encoding"}
        return Response(status_code=304, headers=FRESH | more)
    return response


def _addresses(index: Index, page: StoredPage, layout: Layout | None) -> Callable[[Span], str]:
    """Where links lead: to pages of the collection; "" for all others, and for the page itself."""
    targets = index.store.link_targets(link_titles(layout))
    titles = dict(index.store.titles(list(set(targets.values()))))

    @cache
    def address(target: str, fragment: str) -> str:
        page_id = targets.get(target, -1)
        if page_id not in titles or (page_id == page.page_id and not fragment):
            return ""
        anchor = f"#{quote(heading_anchor(fragment))}" if fragment else ""
        return article_url(index.manifest.collection, page_id, titles[page_id]) + anchor

    return lambda link: address(link.target, link.fragment)


def _told_apart(names: dict[str, str]) -> dict[str, str]:
    """What collections are called; those of one name by their own, too."""
    shared = Counter(names.values())
    return {
        own: f"{name} ({own})" if name and shared[name] > 1 else name or own
        for own, name in names.items()
    }


def _with_query(path: str, request: Request) -> str:
    query = request.url.query
    return f"{path}?{query}" if query else path
