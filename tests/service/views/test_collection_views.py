"""A collection as it is told of: what of it has vectors, and no more."""

import pytest

from pinakes.index.library import CollectionState
from pinakes.index.retrieval.search import Index
from pinakes.service.settings import Settings
from pinakes.service.views.collection_views import collection_view


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_coverage_is_the_share_of_passages_with_a_vector(index: Index, share: float) -> None:
    whole = index.manifest
    manifest = whole.model_copy(
        update={"passages": 1_000, "vectors": round(1_000 * share), "carried_over": 7}
    )
    view = collection_view(CollectionState("samplewiki", manifest, None), Settings())
    assert (view.status, view.passages, view.coverage) == ("ready", 1_000, share)
