"""A collection as a search engine of the browser: its description, and titles as suggestions.

Forms: OpenSearch 1.1, https://github.com/dewitt/opensearch (description and suggestions extension).
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.requests import LeasedIndex, address_of_service
from pinakes.service.http.templating import TEMPLATES
from pinakes.service.views.page_views import suggest_view

__all__ = ["opensearch"]

_DESCRIPTION = "application/opensearchdescription+xml"
_SUGGESTIONS = "application/x-suggestions+json"
_MOST = 8
_LONGEST_NAME = 16  # of a ShortName
opensearch = APIRouter(include_in_schema=False)


@opensearch.get("/opensearch.xml")
def description(request: Request, index: LeasedIndex) -> Response:
    """What a browser needs to search this collection from its address bar."""
    name = index.manifest.dump.site_name or index.manifest.collection
    address = address_of_service(request)
    known = {
        "manifest": index.manifest,
        "name": name[:_LONGEST_NAME].rstrip(),
        "address": address,
    }
    return TEMPLATES.TemplateResponse(request, "opensearch.xml", known, media_type=_DESCRIPTION)


@opensearch.get("/suggest")
def suggestions(
    request: Request,
    index: LeasedIndex,
    prefix: Annotated[str, Query(alias="q", max_length=200)] = "",
) -> Response:
    """Titles that begin so: what was typed, the titles, what each of them matched, addresses."""
    found = suggest_view(prefix, index.suggest(prefix, _MOST), index.manifest).suggestions
    address = address_of_service(request)
    columns = [
        prefix,
        [one.title for one in found],
        [one.matched or "" for one in found],
        [address + one.url for one in found],
    ]
    return PlainJSONResponse(columns, media_type=_SUGGESTIONS)
