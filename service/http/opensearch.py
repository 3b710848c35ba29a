"""A collection as a search engine: of the browser, of a metasearch engine, of readers for Kiwix.

Forms: OpenSearch 1.1, https://github.com/dewitt/opensearch (description and suggestions extension);
kiwix-serve's suggestions, https://kiwix-tools.readthedocs.io/en/latest/kiwix-serve.html.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pinakes.index.errors import SeveralCollections
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.requests import (
    LeasedFederation,
    QueryText,
    ServedLibrary,
    address_of_service,
    collection_meant,
)
from pinakes.service.http.search_results import MOST_PAGES, PASSAGES_A_PAGE, results_page
from pinakes.service.http.templating import TEMPLATES
from pinakes.service.settings import Settings
from pinakes.service.tools.glance import glance
from pinakes.service.views.page_views import suggest_view
from pinakes.service.views.search_views import ArticlesView, ArticleView, left_out_view

__all__ = ["opensearch"]

_DESCRIPTION = "application/opensearchdescription+xml"
_SUGGESTIONS = "application/x-suggestions+json"
_MOST = 8
_LONGEST_NAME = 16  # of a ShortName
opensearch = APIRouter()


@opensearch.get("/opensearch.xml", include_in_schema=False)
def description(request: Request, library: ServedLibrary) -> Response:
    """What a browser needs to search this collection from its address bar.

    Of several of which none is named: all of them.
    """
    known: dict[str, object] = {"name": "Pinakes", "address": address_of_service(request)}
    try:
        with library.lease(collection_meant(request, library)) as index:
            name = index.manifest.dump.site_name or index.manifest.collection
            known |= {"manifest": index.manifest, "name": name[:_LONGEST_NAME].rstrip()}
    except SeveralCollections:
        pass
    return TEMPLATES.TemplateResponse(request, "opensearch.xml", known, media_type=_DESCRIPTION)


@opensearch.get(
    "/api/articles", responses=PROBLEMS, response_class=PlainJSONResponse, tags=["search"]
)
def articles(
    request: Request,
    several: LeasedFederation,
    query: QueryText,
    page: Annotated[int, Query(ge=1, description="From 1; after the fifth there is nothing.")] = 1,
) -> ArticlesView:
    """Articles found, ten a page, each with its best part: for engines that ask several others.

    None where nothing here likely tells of what is asked.
    """
    settings: Settings = request.app.state.settings
    mode, address = settings.search.mode, address_of_service(request)
    if page > MOST_PAGES or (page == 1 and not glance(several, query, mode, 1).pages):
        return ArticlesView(query=query, page=page, results=[], left_out=left_out_view(several))
    found, _ = results_page(several.search(query, page * PASSAGES_A_PAGE, mode), page)
    results = [
        ArticleView(
            title=one.title,
            url=f"{address}{one.url}",
            content="".join(text for text, _ in one.pieces).strip(),
        )
        for one in found
    ]
    return ArticlesView(query=query, page=page, results=results, left_out=left_out_view(several))


@opensearch.get("/suggest", include_in_schema=False)
def suggestions(
    request: Request,
    several: LeasedFederation,
    prefix: Annotated[str, Query(alias="q", max_length=200)] = "",
    term: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Titles that begin so: what was typed, the titles, what each of them matched, addresses.

    ``term``, in place of ``q``: in the form of kiwix-serve.
    """
    if term is not None:
        begun = suggest_view(term, several, _MOST).suggestions
        return PlainJSONResponse(
            [
                {"value": one.title, "label": one.title, "kind": "path", "path": one.url}
                for one in begun
            ]
        )
    found = suggest_view(prefix, several, _MOST).suggestions
    address = address_of_service(request)
    columns = [
        prefix,
        [one.title for one in found],
        [one.matched or "" for one in found],
        [address + one.url for one in found],
    ]
    return PlainJSONResponse(columns, media_type=_SUGGESTIONS)
