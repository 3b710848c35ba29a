"""What requests to several parts of the HTTP service have in common."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Path, Query, Request
from pydantic import AfterValidator

from pinakes.index.errors import SeveralCollections
from pinakes.index.library import ALL, Library
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.citations import collection_url
from pinakes.service.errors import BadInput
from pinakes.service.http.security.caller import caller_of

__all__ = [
    "UNDER_COLLECTION",
    "LeasedFederation",
    "LeasedIndex",
    "QueryText",
    "ServedLibrary",
    "Text",
    "address_of_service",
    "collection_meant",
    "library_of",
    "names_collection",
    "with_rest",
]

# What a collection has for itself stands below; without it the default is meant, or the only one.
UNDER_COLLECTION = collection_url("{collection}").rstrip("/")
# What readers of kiwix-serve call it, and what it is called here.
_OF_KIWIX = {"pattern": "q"}

# JSON can name halves of surrogate pairs, which no text has and no answer can repeat.
Text = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
QueryText = Annotated[
    str, Query(alias="q", description="Words or a question.", examples=["founder of the library"])
]


def library_of(request: Request) -> Library:
    """The collections that whoever asks may know of."""
    library: Library = request.app.state.library
    return caller_of(request).limited(library)


ServedLibrary = Annotated[Library, Depends(library_of)]


def names_collection(
    _collection: Annotated[
        str, Path(alias="collection", description="A collection.", examples=["enwiki"])
    ],
) -> None:
    """Describe the part of the path that ``LeasedIndex`` reads."""


def collection_meant(request: Request, library: ServedLibrary) -> str:
    """The collection that the path names, or the query, else the default or the only one.

    In a query also as readers for Kiwix name it: ``content``. Raises what ``Library.meant`` does,
    with a way to name one, and BadInput where several are named.
    """
    own = request.path_params.get("collection")
    named = [name for name in _names_of_query(request, own) if name != ALL]
    if len(named) > 1:
        raise BadInput(f"this is read from one collection, not from {len(named)}: name one of them")
    try:
        return library.meant(own or next(iter(named), None))
    except SeveralCollections as error:
        address = f"{UNDER_COLLECTION}{request.url.path}"
        raise SeveralCollections(
            f"{error}; name one: ?collection=NAME, or its own address: {address}. Whoever runs "
            "this service can set the one that is meant without a name: PINAKES_COLLECTION=NAME"
        ) from None


def _leased(
    library: ServedLibrary,
    collection: Annotated[str, Depends(collection_meant)],
    _named: Annotated[
        Text | None,
        Query(alias="collection", description="Read this one, where the path names none."),
    ] = None,
) -> Iterator[Index]:
    with library.lease(collection) as index:
        yield index


# Held until the response has been sent, streams included.
LeasedIndex = Annotated[Index, Depends(_leased)]


def _leased_federation(
    request: Request,
    library: ServedLibrary,
    _named: Annotated[
        list[Text] | None,
        Query(
            alias="collection",
            description="Search this one; several may be named, or all. Without a name the default "
            "is searched, or all where there is none.",
            examples=[["enwiki", "manuals"]],
        ),
    ] = None,
) -> Iterator[Federation]:
    own = request.path_params.get("collection")
    names = _names_of_query(request, own)
    if own is not None:
        with library.lease(own) as index:
            yield Federation([index])
        return
    with library.lease_several(names) as several:
        yield several


def _names_of_query(request: Request, own: str | None) -> list[str]:
    """The collections that the query names. Raises BadInput where the path names ``own``."""
    given = request.query_params
    names = given.getlist("collection") or given.getlist("content")
    names = list(dict.fromkeys(filter(None, names)))
    if own is not None and names not in ([], [own]):
        raise BadInput(f"{own} is named by the path: leave out collection, or name all of them so")
    return names


# The collection that the path names, or those of the query: held as long.
LeasedFederation = Annotated[Federation, Depends(_leased_federation)]


def address_of_service(request: Request) -> str:
    """How the client reaches this service: what stands before ``/c/…``."""
    return str(request.base_url).rstrip("/")


def with_rest(path: str, request: Request) -> str:
    """The path with what the query says beside the collection's name."""
    rest = [
        (_OF_KIWIX.get(name, name), value)
        for name, value in request.query_params.multi_items()
        if name not in ("collection", "content")
    ]
    return f"{path}?{urlencode(rest)}" if rest else path
