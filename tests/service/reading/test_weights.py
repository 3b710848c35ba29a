"""The weights that reading goes by: what they say of themselves, and cosines they do not weigh."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from pinakes.index.errors import UnfitWeights
from pinakes.index.retrieval.search import Index
from pinakes.service.reading import linear_answerability, linear_reader
from pinakes.service.reading.models import linear_models
from pinakes.service.reading.question import question_of

READING = files("pinakes.service.reading")
DOCS = Path(__file__).parents[3] / "docs"
NAMES = (
    "linear_reader",
    "linear_answerability",
    "linear_entailment",
    "likely_answers",
    "telling_passages",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_weights_names_each_file_and_how_to_fit_it_again(name: str) -> None:
    stated = json.loads((READING / f"{name}.json").read_text(encoding="utf-8"))
    table = (DOCS / "weights.md").read_text(encoding="utf-8")
    assert f"`service/reading/{name}.json`" in table
    assert f"`{stated['command']}`" in table


@pytest.mark.parametrize("module", [linear_reader, linear_answerability])
def test_scores_of_another_ranking_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    class Other:
        digest = "0" * 64

    monkeypatch.setattr(module, "ranking_weights", Other)
    name = str(module.__name__).rpartition(".")[2]  # type: ignore[attr-defined]
    with pytest.raises(UnfitWeights, match=rf"{name}\.json: was fitted on the scores of another"):
        getattr(module, name)()


def test_cosines_of_another_encoder_are_not_weighed(index: Index) -> None:
    text = "When was the Rosetta Stone found?"
    hits = index.search(text, 6)
    question = question_of(index, text)
    assert question.encoder is not None
    strange = replace(question, encoder=question.encoder.model_copy(update={"sha256": "0" * 64}))
    wordy = replace(question, encoder=None, sentence_vectors=None)
    reader = linear_models().reader
    assert reader.read(strange, hits) == reader.read(wordy, hits) != reader.read(question, hits)
