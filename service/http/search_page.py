"""The search page: articles found in one collection or in several, what limits them, and ways on.

Knows nothing of answers.
"""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.federated import Federation
from pinakes.index.types import Hit, PageKey
from pinakes.service.asking.citations import article_url, collection_url
from pinakes.service.http.interface_languages import interface_language
from pinakes.service.http.requests import (
    UNDER_COLLECTION,
    LeasedIndex,
    ServedLibrary,
    with_rest,
)
from pinakes.service.http.search_filters import (
    BEGINNING,
    FACTS,
    AskedFilters,
    Filters,
    filtered,
    sections_of,
)
from pinakes.service.http.search_results import (
    MOST_PAGES,
    PASSAGES_A_PAGE,
    ArticleResult,
    results_page,
)
from pinakes.service.http.templating import FRESH, page_response
from pinakes.service.pages_by_name import begun_titles, meanings_found
from pinakes.service.tools.glance import glance
from pinakes.service.types import Meaning
from pinakes.service.views.search_views import left_out_view, meaning_views

__all__ = ["search_pages"]

search_pages = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@search_pages.get("/search")
def search_anywhere(
    request: Request,
    library: ServedLibrary,
    filters: AskedFilters,
    named: Annotated[list[str] | None, Query(alias="collection")] = None,
    query: Annotated[str, Query(alias="q")] = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """What a form sends that names its collection in a field: that one, several, or all.

    kiwix-serve's forms have other names for their fields.
    """
    given = request.query_params
    names = library.asked(list(filter(None, named or [given.get("content", "")])))
    if len(names) == 1:
        address = with_rest(f"{collection_url(names[0])}search", request)
        return RedirectResponse(address, 303, FRESH)
    with library.lease_several(names) as several:
        query = query or given.get("pattern", "")
        return _answered(request, several, query, filters, page, everything)


@search_pages.get(f"{UNDER_COLLECTION}/search")
def search_page(
    request: Request,
    index: LeasedIndex,
    filters: AskedFilters,
    query: Annotated[str, Query(alias="q")] = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Articles found, each with its best passage; a title leads to its article at once.

    Where none of them likely tells of what is asked, only what comes nearest is named; ``all``
    shows them all the same.
    """
    return _answered(request, Federation([index]), query, filters, page, everything)


def _answered(
    request: Request,
    several: Federation,
    query: str,
    filters: Filters,
    page: int,
    everything: bool,
) -> Response:
    everything = everything or page > 1 or bool(filters.given)
    if query.strip() and not everything and (address := _titled(several, query)):
        return RedirectResponse(address, 303, FRESH)
    return _results(request, several, query, filters, page, everything)


def _titled(several: Federation, query: str) -> str | None:
    """The address of the article of that title, where one collection alone has one."""
    found = [
        (name, page)
        for name, index in several.indexes.items()
        if (page := index.page_by_name(query)) is not None
    ]
    if len(found) != 1:
        return None
    [(name, page)] = found
    more = [("searched", query)]
    if len(several.indexes) > 1:
        more += [("among", one) for one in several.indexes]
    return f"{article_url(name, page.page_id, page.title)}?{urlencode(more)}"


def _results(
    request: Request,
    several: Federation,
    query: str,
    filters: Filters,
    page: int,
    everything: bool,
) -> Response:
    """The page of what a search finds in one collection, or in several."""
    problem, more = "", False
    say = interface_language(request).gettext
    hits: Sequence[Hit] = ()
    results: list[ArticleResult] = []
    nearest: list[tuple[str, str]] = []
    meant: tuple[Meaning, ...] = ()
    sections: list[str] = []
    if query.strip():
        try:
            mode = request.app.state.settings.search.mode
            seen = None if everything else glance(several, query, mode, 1)
            if seen is None or seen.pages:
                depth = MOST_PAGES if filters.given else page
                hits = several.search(query, depth * PASSAGES_A_PAGE, mode)
                sections = sections_of(hits)
                changed = _changed(several, hits) if filters.since or filters.until else {}
                hits = filtered(hits, filters, changed)
                results, more = results_page(hits, page, say("Facts"))
                if hits and page == 1:
                    meant = meanings_found(several, query, hits)
            else:
                titles = [(*hit.page_key, hit.passage.title) for hit in seen.nearest]
                nearest = [(one[-1], article_url(*one)) for one in titles]
        except BadQuery as error:
            problem = str(error)
    is_one = len(several.indexes) == 1 and not several.left_out
    names = list(dict.fromkeys([*several.indexes, *several.left_out]))
    asked = [("collection", name) for name in names if not is_one]
    shown = {
        "query": query,
        "problem": problem,
        "results": results,
        "nearest": nearest,
        "meanings": meaning_views(meant),
        "meanings_language": several.manifest_of(hits[0]).dump.language if meant else "",
        "near": [] if results or problem or filters.given else _near(several, query),
        "number": page,
        "has_more": more and page < MOST_PAGES,
        "chosen": names,
        "filters": filters,
        "sections": dict.fromkeys([*sections, *filter(None, [filters.section])]),
        "section_names": {BEGINNING: say("Beginning"), FACTS: say("Facts")},
        "asked": urlencode([*asked, *filters.given.items(), ("q", query)]),
        "unfiltered": urlencode([*asked, ("q", query), ("all", 1)]),
    }
    if is_one:
        shown["manifest"] = several.first.manifest
    else:
        shown["searched"] = several.names
        shown["left_out"] = left_out_view(several)
    status = 400 if problem else 200
    return page_response(request, "search.html", shown, status)


def _changed(several: Federation, hits: Sequence[Hit]) -> dict[PageKey, str]:
    """When the pages of ``hits`` were last changed."""
    return {
        (name, page_id): day
        for name, index in several.indexes.items()
        for page_id, day in index.store.timestamps(
            list({hit.passage.page_id for hit in hits if hit.collection == name})
        ).items()
    }


def _near(several: Federation, query: str) -> list[tuple[str, str]]:
    """Titles, with their addresses, that begin as the query does, or as most of it does."""
    found = begun_titles(several, query)
    return [(one.title, article_url(name, one.page_id, one.title)) for name, one in found]
