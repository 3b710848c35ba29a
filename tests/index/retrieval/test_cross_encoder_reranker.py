"""A cross-encoder behind the linear model: the first are put in its order, the others stay."""

from pathlib import Path

import pytest

from pinakes.index.encoders.cross_encoder import CrossEncoder
from pinakes.index.encoders.model_files import open_cross_encoder
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.retrieval.cross_encoder_reranker import with_cross_encoder
from pinakes.index.retrieval.search import Index
from pinakes.index.types import FIRST_STAGE
from tests.tiny_models import tiny_model

QUESTION = "Who deciphered Linear B?"
MOST = 5


@pytest.fixture(scope="module", params=[("relevant",), ("other", "relevant")])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CrossEncoder:
    directory = tmp_path_factory.mktemp("models") / "tiny"
    tiny_model(directory, "sequence", request.param)
    return open_cross_encoder(directory, "reranker")


def test_the_first_stand_in_the_order_of_the_model(
    sample_collection: Path, model: CrossEncoder
) -> None:
    with Index.open(sample_collection, None) as index:
        usual = index.search(QUESTION, 20)
    with Index.open(sample_collection, None, with_cross_encoder(model, MOST)) as index:
        hits = index.search(QUESTION, 20)
        explained = index.explain(QUESTION, hits[:1])
    scores = []
    for hit in hits[:MOST]:
        passage = passage_text(hit.passage.title, hit.passage.heading_path, hit.passage.text)
        logits = model.read(QUESTION, passage).outputs["logits"]
        scores.append(float(logits[-1] - (logits[0] if len(logits) == 2 else 0)))
    assert [hit.score for hit in hits[:MOST]] == pytest.approx(sorted(scores, reverse=True))
    ids, usual_ids = ([hit.passage.passage_id for hit in found] for found in (hits, usual))
    assert set(ids[:MOST]) == set(usual_ids[:MOST])
    assert ids[:MOST] != usual_ids[:MOST]
    assert ids[MOST:] == usual_ids[MOST:]
    all_scores = [hit.score for hit in hits]
    assert all_scores == sorted(all_scores, reverse=True)
    assert {hit.passage.passage_id: hit.features[FIRST_STAGE] for hit in hits} == {
        hit.passage.passage_id: hit.score for hit in usual
    }
    assert explained[0].contributions == {}


def test_fewer_candidates_than_are_read_are_all_read(
    sample_collection: Path, model: CrossEncoder
) -> None:
    with Index.open(sample_collection, None, with_cross_encoder(model, 100)) as index:
        hits = index.search("deciphered", 3)
    assert hits == sorted(hits, key=lambda hit: -hit.score)
