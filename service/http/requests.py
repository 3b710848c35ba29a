"""What requests to several parts of the HTTP service have in common."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator

from pinakes.index.retrieval.search import Index

__all__ = ["LeasedIndex", "Text", "address_of_service"]

# JSON can name halves of surrogate pairs, which no text has and no answer can repeat.
Text = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]


def _leased(request: Request) -> Iterator[Index]:
    with request.app.state.current.lease() as index:
        yield index


# Held until the response has been sent, streams included.
LeasedIndex = Annotated[Index, Depends(_leased)]


def address_of_service(request: Request) -> str:
    """How the client reaches this service: what stands before ``/page/…``."""
    return str(request.base_url).rstrip("/")
