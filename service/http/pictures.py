"""Pictures of articles, straight out of the archive that their collection was built from.

An address names the archive by its content: what it led to once it leads to for good. Nothing of a
path is looked for on the disk; what the archive has there and is no picture is not handed out.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated
from urllib.parse import quote

import anyio
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from pinakes.index.picture_archives import PictureArchives
from pinakes.index.retrieval.search import Index
from pinakes.ingest.layout import Picture
from pinakes.ingest.sources.zim.archive import StoredPicture
from pinakes.service.asking.citations import collection_url
from pinakes.service.errors import NotFound
from pinakes.service.http.requests import UNDER_COLLECTION, LeasedIndex

__all__ = ["addresses_of_pictures", "pictures", "saves_data"]

_FOREVER = "private, max-age=31536000, immutable"  # RFC 8246; of collections not everybody may read
# Opened on its own, an SVG is a document: it runs, loads and submits nothing, and has no origin.
_DRAWN_ONLY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_MOST_AT_ONCE = 4
pictures = APIRouter(include_in_schema=False)


def _archives(request: Request) -> PictureArchives:
    archives: PictureArchives = request.app.state.picture_archives
    return archives


def _places(request: Request) -> anyio.CapacityLimiter:
    """How many are read at a time: of a slow disk, other requests do not wait for all threads."""
    state = request.app.state
    if not hasattr(state, "picture_places"):
        state.picture_places = anyio.CapacityLimiter(_MOST_AT_ONCE)
    places: anyio.CapacityLimiter = state.picture_places
    return places


@pictures.get(f"{UNDER_COLLECTION}/picture/{{version}}/{{path:path}}")
async def picture(
    request: Request,
    index: LeasedIndex,
    version: str,
    path: str,
    archives: Annotated[PictureArchives, Depends(_archives)],
) -> Response:
    """A picture of the collection's archive, as long as that is the one the address names."""
    read = partial(_read, archives, index, version, path)
    found = await anyio.to_thread.run_sync(read, limiter=_places(request))
    tag = f'"{version}"'
    headers = {
        "Cache-Control": _FOREVER,
        "Content-Security-Policy": _DRAWN_ONLY,
        "ETag": tag,
    }
    if tag in request.headers.get("if-none-match", "").replace("W/", "").split(", "):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


def _read(archives: PictureArchives, index: Index, version: str, path: str) -> StoredPicture:
    """The picture. Raises NotFound."""
    is_current = version == archives.version(index)
    found = archives.picture(index, path) if is_current else None
    if found is None:
        raise NotFound(
            f"no picture at this address in {index.manifest.collection}; open its article again"
        )
    return found


def addresses_of_pictures(request: Request, index: Index) -> Callable[[Picture], str] | None:
    """Where pictures of this collection's pages are; None where its archive is not to be had."""
    version = _archives(request).version(index)
    if not version:
        return None
    base = f"{collection_url(index.manifest.collection)}picture/{version}/"
    return lambda picture: base + quote(picture.path)


def saves_data(request: Request) -> bool:
    """Whether the browser asks for less to be sent (https://wicg.github.io/savedata/)."""
    return request.headers.get("save-data", "").strip().lower() == "on"
