"""The JSON of a whole service: its version, its model, and its collections."""

from pydantic import Field

from pinakes.service.views.collection_views import CollectionView
from pinakes.service.views.search_views import View

__all__ = ["StatusView"]


class StatusView(View):
    """A service as it is now."""

    version: str
    model: str | None = Field(
        description="What words the answers; null: nothing, they quote the sources.",
        examples=["smollm2-135m-instruct-q4_k_m.gguf"],
    )
    collections: list[CollectionView]
