"""Files of fitted weights: what they must say of themselves, and what they are refused for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pinakes.index import weights
from pinakes.index.errors import UnfitWeights
from pinakes.index.retrieval.features import FEATURES
from pinakes.index.retrieval.linear import ranking_weights
from pinakes.index.types import EncoderRecord
from pinakes.index.weights import FittedWeights, read_weights

FITTED = {
    "features": ["bm25", "cosine"],
    "encoder": {"name": "minilm", "sha256": "5" * 64},
    "corpus": "toys",
    "command": "python -m bench.toys --write",
    "date": "2026-11-29",
    "weights": {"with vectors": {"bm25": 1.0, "cosine": 2.0}, "without vectors": {"bm25": 3.0}},
}

Read = Callable[..., FittedWeights]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.setattr(weights, "files", lambda _package: tmp_path)

    def read(features: tuple[str, ...] = ("bm25", "cosine"), **changed: Any) -> FittedWeights:
        (tmp_path / "toys.json").write_text(json.dumps(FITTED | changed))
        return read_weights("toys", "toys.json", FittedWeights, features, ranking="7" * 64)

    return read


def test_each_encoder_gets_the_weights_that_fit_its_vectors(read: Read) -> None:
    fitted = read()
    assert fitted.of(EncoderRecord(name="minilm", sha256="5" * 64, dimension=3))["cosine"] == 2.0
    other = EncoderRecord(name="minilm", sha256="6" * 64, dimension=3)
    assert fitted.side(other) == fitted.side(None) == "without vectors"
    assert fitted.of(other) == fitted.of(None) == {"bm25": 3.0}


@pytest.mark.parametrize("missing", [name for name in FITTED if name != "ranking"])
def test_a_file_that_does_not_say_what_it_was_fitted_on_is_refused(
    read: Read, tmp_path: Path, missing: str
) -> None:
    read()
    rest = {name: value for name, value in FITTED.items() if name != missing}
    (tmp_path / "toys.json").write_text(json.dumps(rest))
    with pytest.raises(UnfitWeights, match=rf"toys\.json: {missing}: Field required"):
        read_weights("toys", "toys.json", FittedWeights, ("bm25", "cosine"))


@pytest.mark.parametrize(
    ("features", "named"),
    [
        (("bm25",), "cosine"),
        (("bm25", "cosine", "links"), "links"),
        (("cosine", "bm25"), "their order"),
    ],
)
def test_weights_of_other_features_are_refused_by_name(
    read: Read, features: tuple[str, ...], named: str
) -> None:
    with pytest.raises(UnfitWeights, match=rf"other features \({named}\); fit .*bench\.toys"):
        read(features)


def test_a_weight_of_no_feature_is_refused(read: Read) -> None:
    with pytest.raises(UnfitWeights, match=r"\(linsk\)"):
        read(weights={"with vectors": {"linsk": 1.0}, "without vectors": {}})


def test_what_was_fitted_on_other_scores_is_refused(read: Read) -> None:
    assert read(ranking="7" * 64).ranking == "7" * 64
    with pytest.raises(UnfitWeights, match=r"scores of another ranking \(8{12}…\); fit it again"):
        read(ranking="8" * 64)


def test_a_digest_is_that_of_the_weights_and_of_nothing_else(read: Read) -> None:
    digest = read().digest
    assert read(date="2030-01-01", corpus="others").digest == digest
    assert read(weights={"with vectors": {}, "without vectors": {}}).digest != digest


def test_the_ranking_says_what_it_was_fitted_on() -> None:
    fitted = ranking_weights()
    assert fitted.features == FEATURES
    assert fitted.encoder.name == "all-MiniLM-L6-v2"
    assert "bench.quality.ranking" in fitted.command
    assert (
        not {"vector", "page vector", "page vector cubed"}
        & fitted.weights["without vectors"].keys()
    )
    assert "vector" not in fitted.weights["with vectors of leads"]
