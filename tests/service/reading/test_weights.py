"""Weights say what they were fitted for, and are not used for anything else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.errors import BadWeights
from pinakes.service.reading import linear_answerability, linear_entailment, linear_reader
from pinakes.service.reading.models import reading_models
from pinakes.service.reading.question import question_of
from pinakes.service.reading.weights import read_weights

READING = files("pinakes.service.reading")
FILES = {
    "linear_reader.json": linear_reader.READER_FEATURES,
    "linear_answerability.json": linear_answerability.FEATURES,
    "linear_entailment.json": linear_entailment.FEATURES,
}


@pytest.fixture(scope="module")
def index(sample: Path) -> Iterator[Index]:
    with Index.open(sample) as opened:
        yield opened


@pytest.mark.parametrize(("name", "features"), FILES.items())
def test_each_file_says_what_it_was_fitted_for(
    index: Index, name: str, features: tuple[str, ...]
) -> None:
    weights = read_weights(READING / name, features)
    assert weights.fits(index.manifest.encoder)
    assert weights.fitted.command.startswith("python -m bench.")
    table = (Path(__file__).parents[3] / "docs" / "weights.md").read_text(encoding="utf-8")
    assert f"`service/reading/{name}`" in table
    assert f"`{weights.fitted.command}`" in table


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"features": ["constant"]}, "fitted for other features"),
        ({"with vectors": {"unheard of": 1.0}}, "fitted for other features (unheard of"),
        ({"fitted": {}}, "no weights"),
    ],
)
def test_weights_of_something_else_are_refused_by_name(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    path = tmp_path / "weights.json"
    whole = json.loads((READING / "linear_entailment.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps(whole | change))
    with pytest.raises(BadWeights) as refused:
        read_weights(path, linear_entailment.FEATURES)
    assert str(path) in str(refused.value)
    assert words in str(refused.value)


def test_what_is_no_weights_file_is_refused_by_name(tmp_path: Path) -> None:
    for path, text in ((tmp_path / "missing.json", None), (tmp_path / "torn.json", "{")):
        if text is not None:
            path.write_text(text)
        with pytest.raises(BadWeights, match=path.name):
            read_weights(path, linear_entailment.FEATURES)


def test_cosines_of_another_encoder_are_not_weighed(index: Index) -> None:
    text = "When was the Rosetta Stone found?"
    hits = index.search(text, 6)
    question = question_of(index, text)
    assert question.encoder is not None
    strange = replace(question, encoder=question.encoder.model_copy(update={"sha256": "0" * 64}))
    wordy = replace(question, encoder=None, sentence_vectors=None)
    reader = reading_models().reader
    assert reader.read(strange, hits) == reader.read(wordy, hits) != reader.read(question, hits)
