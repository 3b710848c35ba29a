"""The API of a collection for finding and reading: search, suggestions, articles; JSON or text."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode, StoredPage
from pinakes.ingest.layout import link_titles
from pinakes.service.errors import BadInput, NotFound
from pinakes.service.http.formats import ALSO_AS_TEXT, AskedForm, Form
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.readable import bounded, readable_page, readable_search
from pinakes.service.http.requests import (
    LeasedFederation,
    LeasedIndex,
    QueryText,
    address_of_service,
)
from pinakes.service.pages_by_name import meanings, page_titled
from pinakes.service.settings import Settings
from pinakes.service.tools.fetching import Wanted, fetch_place
from pinakes.service.tools.frame import Frame, frame_of
from pinakes.service.tools.glance import glance
from pinakes.service.tools.places import Place, parse_place
from pinakes.service.tools.search_results import found
from pinakes.service.tools.toolbox import RESULTS
from pinakes.service.types import Meaning
from pinakes.service.views.page_views import (
    LaidPageView,
    PageView,
    SuggestView,
    laid_page_view,
    page_view,
    suggest_view,
)
from pinakes.service.views.search_views import SearchView, search_view

__all__ = ["article", "collection_api", "others_meant"]

_PASSAGES = 10
# Longer ones Python does not read.
_NUMBER = re.compile(r"-?[0-9]{1,4000}")
collection_api = APIRouter(default_response_class=PlainJSONResponse)


@collection_api.get(
    "/api/search", response_model=SearchView, responses=PROBLEMS | ALSO_AS_TEXT, tags=["search"]
)
def search(
    request: Request,
    several: LeasedFederation,
    query: QueryText,
    form: AskedForm,
    k: Annotated[
        int | None,
        Query(ge=1, le=100, description="Number of passages, else 10; of text of pages, else 4."),
    ] = None,
    mode: Mode | None = None,
) -> SearchView | Response:
    """The best passages for a query; as text or Markdown pages, each with what likely answers."""
    settings: Settings = request.app.state.settings
    chosen: Mode = mode or settings.search.mode
    if form.format == "json":
        return search_view(several, query, chosen, several.search(query, k or _PASSAGES, chosen))
    budget = form.budget or settings.tools.search_budget
    frame = frame_of(several, address_of_service(request), budget)
    reader = request.app.state.answerer.reading.reader if settings.tools.search_network else None
    result = found(glance(several, query, chosen, k or RESULTS, reader), frame)
    return form.response(bounded(readable_search(result, form.format), frame.budget))


@collection_api.get("/api/suggest", response_model=SuggestView, responses=PROBLEMS, tags=["search"])
def suggest(
    several: LeasedFederation,
    prefix: Annotated[str, Query(alias="q", max_length=200, examples=["libr"])],
    k: Annotated[int, Query(ge=1, le=50)] = 10,
) -> SuggestView:
    """Titles that begin with what was typed."""
    return suggest_view(prefix, several, k)


@collection_api.get(
    "/api/pages/{page:path}",
    response_model=LaidPageView | PageView,
    responses=PROBLEMS | ALSO_AS_TEXT,
    tags=["pages"],
)
def page(
    request: Request,
    index: LeasedIndex,
    page: Annotated[
        str,
        Path(
            description="An id, or else a title; of text also the id of a passage.",
            examples=["617", "Library of Alexandria"],
        ),
    ],
    form: AskedForm,
    section: Annotated[str, Query(description="Of text: this section.")] = "",
    find: Annotated[str, Query(description="Of text: the sentences that hold these words.")] = "",
    links: Annotated[bool, Query(description="Of text: titles that lead on.")] = False,
    with_layout: Annotated[
        bool,
        Query(alias="layout", description="Of JSON: lists, tables, links and more, as offsets."),
    ] = False,
) -> PageView | Response:
    """An article whole, with its sections; as text or Markdown how it begins, or a part of it."""
    wanted = Wanted(section, find, links)
    if form.format == "json":
        if wanted != Wanted():
            raise BadInput("section, find and links are for text: add format=text")
        whole = article(index, page)
        if not with_layout:
            return page_view(whole, index.manifest, others_meant(index, page, whole))
        layout = index.store.layout(whole)
        targets = index.store.link_targets(link_titles(layout))
        meant = others_meant(index, page, whole)
        return laid_page_view(whole, index.manifest, layout, targets, meant)
    if with_layout:
        raise BadInput("layout is for JSON: leave format out, or take format=json")
    if _NUMBER.fullmatch(page):
        place = Place(page_id=article(index, page).page_id)
    else:
        place = parse_place(page, [index.manifest.collection])
    frame = _frame(request, index, form, request.app.state.settings.tools.budget)
    result = fetch_place(index, place, wanted, frame)
    return form.response(bounded(readable_page(result, form.format), frame.budget))


def _frame(request: Request, index: Index, form: Form, budget: int) -> Frame:
    return Frame(index.manifest, address_of_service(request), form.budget or budget)


def article(index: Index, asked: str) -> StoredPage:
    """The article with this id, or else with this title. Raises NotFound, Ambiguous."""
    if _NUMBER.fullmatch(asked):
        try:
            return _stored_page(index, int(asked))
        except NotFound:
            if named := index.page_by_name(asked):
                return named
            raise
    found = page_titled(index, asked)
    if found is None:
        name = index.manifest.collection
        raise NotFound(f"no page called {asked[:80]!r} in {name}; search for it")
    return found


def others_meant(index: Index, asked: str, page: StoredPage) -> tuple[Meaning, ...]:
    """What else the name may mean by which a page was asked for, or its title, if by its id."""
    name = page.title if _NUMBER.fullmatch(asked) else asked.replace("_", " ")
    return meanings(index, name, page.page_id)


def _stored_page(index: Index, page_id: int) -> StoredPage:
    """The article with this id. Raises NotFound."""
    page = index.page(page_id) if 0 <= page_id < 1 << 63 else None
    if page is None:
        raise NotFound(
            f"no page with id {page_id} in {index.manifest.collection}: it was deleted or merged "
            "into another since, or never was"
        )
    return page
