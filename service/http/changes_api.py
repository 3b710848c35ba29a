"""What changed since an earlier generation, over HTTP: pages, and the words of one of them."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query

from pinakes.index.changes.changed_pages import compare_pages
from pinakes.index.changes.page_difference import page_difference
from pinakes.index.changes.version import (
    Version,
    earlier_generation,
    generation_since,
    open_version,
)
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import DocumentKey
from pinakes.service.asking.citations import collection_url
from pinakes.service.errors import BadInput, NotFound
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.requests import LeasedIndex
from pinakes.service.views.change_views import (
    ChangesView,
    PageChangeView,
    PageDifferenceView,
    change_view,
    page_difference_view,
    state_view,
)

__all__ = ["changes_api"]

# Compared at most in one request: under a second.
_MOST_COMPARED = 10_000
_LARGEST_ID = (1 << 63) - 1
_ID = re.compile(r"[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
changes_api = APIRouter(default_response_class=PlainJSONResponse)

Since = Annotated[
    str | None,
    Query(
        description="A generation, or a date: the last dump up to that day. Else the dump before.",
        examples=["2026-10-01", "20261001-2"],
    ),
]


@changes_api.get("/api/changes", response_model=ChangesView, responses=PROBLEMS, tags=["changes"])
def changes(
    index: LeasedIndex,
    since: Since = None,
    until: Annotated[
        str | None, Query(description="A generation; else the current one.", max_length=100)
    ] = None,
    after: Annotated[
        str | None, Query(description="Go on behind this page, as next says.", max_length=2_000)
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Number of changes.")] = 100,
) -> ChangesView:
    """Pages added, deleted, moved or changed since an earlier dump, in the order of their ids."""
    with _versions(index, since, until) as (old, new):
        compared = compare_pages(old.store, new.store, _key(after))
        found: list[PageChangeView] = []
        last: DocumentKey | None = None  # where a limit was reached
        for number, (key, change) in enumerate(compared, start=1):
            if change is not None:
                found.append(change_view(change, old.manifest, new.manifest))
            if number == _MOST_COMPARED or len(found) == limit:
                last = key
                break
        more = {"after": json.dumps(last), "limit": limit}
        return ChangesView(
            old=state_view(old.manifest),
            new=state_view(new.manifest),
            changes=found,
            next=None if last is None else _address(old, new, more),
        )


@changes_api.get(
    "/api/pages/{page:path}/changes",
    response_model=PageDifferenceView,
    responses=PROBLEMS,
    tags=["changes"],
)
def page_changes(
    index: LeasedIndex,
    page: Annotated[
        str, Path(description="An id, or else a title.", examples=["617", "Library of Alexandria"])
    ],
    since: Since = None,
) -> PageDifferenceView:
    """How an article's text differs from that of an earlier dump, word by word."""
    with _versions(index, since, None) as (old, new):
        found = None
        if _ID.fullmatch(page) and int(page) <= _LARGEST_ID:
            found = page_difference(old.store, new.store, int(page))
        if found is None:
            found = page_difference(old.store, new.store, page)
        if found is None:
            name = new.manifest.collection
            raise NotFound(f"no page {page[:80]!r} in {name}, nor was there one")
        return page_difference_view(found, old.manifest, new.manifest)


@contextmanager
def _versions(
    index: Index, since: str | None, until: str | None
) -> Iterator[tuple[Version, Version]]:
    """Both generations, held. Raises UnknownGeneration, and BadInput for a day that is none."""
    if since and _DAY.fullmatch(since):
        try:
            date.fromisoformat(since)
        except ValueError:
            raise BadInput(f"since={since}: there is no such day; write 2026-10-01") from None
    collection = index.generation.parents[1]
    earlier = generation_since(collection, since) if since else earlier_generation(collection)
    with open_version(earlier) as old:
        if until in (None, index.manifest.generation):
            yield old, Version(index.manifest, index.store)
        else:
            with open_version(generation_since(collection, str(until))) as new:
                yield old, new


def _key(after: str | None) -> DocumentKey | None:
    """The key that ``next`` names. Raises BadInput."""
    if after is None:
        return None
    try:
        key = json.loads(after)
    except (ValueError, RecursionError):
        key = None
    if isinstance(key, str) or (type(key) is int and abs(key) <= _LARGEST_ID):
        return key
    raise BadInput(f"after={after[:80]!r} is no page to go on behind; take it from next")


def _address(old: Version, new: Version, more: dict[str, object]) -> str:
    """Where the next changes are: between the same two, whichever is current by then."""
    names = {"since": old.manifest.generation, "until": new.manifest.generation}
    return f"{collection_url(new.manifest.collection)}api/changes?{urlencode(names | more)}"
