"""The threshold chosen for a collection: what it was chosen for, and what becomes of another."""

from pathlib import Path

import pytest

from pinakes.index.types import EncoderRecord
from pinakes.service.errors import BadInput
from pinakes.service.reading.answerability import ChosenBy, Threshold
from pinakes.service.reading.models import linear_models
from pinakes.service.reading.threshold import (
    CALIBRATION_FILE,
    THRESHOLD_FILE,
    own_threshold,
    threshold_of,
)
from tests.service.reading.toys import AlwaysSure

MODEL = linear_models().answerability
ENCODER = EncoderRecord(name="some-encoder", sha256="1" * 64, dimension=3)


def _write(
    directory: Path, model: str = MODEL.name, encoder: EncoderRecord | None = ENCODER
) -> Threshold:
    chosen = Threshold(
        threshold=0.5,
        questions=40,
        collection="toywiki",
        chosen_by=ChosenBy(
            model=model,
            encoder=encoder.name if encoder else None,
            encoder_sha256=encoder.sha256 if encoder else None,
            corpus="questions.jsonl over toywiki 20261101-1",
            command="pinakes threshold",
            date="2026-11-29",
        ),
    )
    (directory / THRESHOLD_FILE).write_text(chosen.model_dump_json())
    return chosen


def test_what_was_chosen_for_the_collection_counts(tmp_path: Path) -> None:
    usual = threshold_of(tmp_path, MODEL, ENCODER)
    assert 0 < usual.threshold < 1
    assert usual.collection is None
    assert threshold_of(tmp_path, AlwaysSure(), ENCODER).threshold == 0.5
    chosen = _write(tmp_path)
    assert threshold_of(tmp_path, MODEL, ENCODER) == chosen != usual


OTHER = EncoderRecord(name="another", sha256="2" * 64, dimension=3)


@pytest.mark.parametrize(
    ("model", "encoder", "words"),
    [
        (MODEL.name, OTHER, "chosen for another, not some-encoder"),
        (MODEL.name, None, "chosen for keywords alone, not some-encoder"),
        ("cross-encoder 1234", ENCODER, f"the model cross-encoder 1234, not {MODEL.name}"),
    ],
)
def test_what_was_chosen_for_something_else_is_ignored_by_name(
    tmp_path: Path, model: str, encoder: EncoderRecord | None, words: str
) -> None:
    usual = threshold_of(tmp_path, MODEL, ENCODER)
    _write(tmp_path, model, encoder)
    found = threshold_of(tmp_path, MODEL, ENCODER)
    assert found.threshold == usual.threshold
    assert found.ignored is not None
    assert words in found.ignored
    assert str(tmp_path / THRESHOLD_FILE) in found.ignored


def test_a_threshold_of_an_earlier_version_is_ignored_by_name(tmp_path: Path) -> None:
    (tmp_path / THRESHOLD_FILE).write_text('{"threshold": 0.4, "with_vectors": true}')
    found = threshold_of(tmp_path, MODEL, ENCODER)
    assert found.threshold == MODEL.usual_threshold(ENCODER).threshold
    assert "does not say what it was chosen for" in (found.ignored or "")


@pytest.mark.parametrize("text", ["", "{}", '{"threshold": 7}', "no JSON"])
def test_what_is_no_threshold_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / THRESHOLD_FILE).write_text(text)
    with pytest.raises(BadInput, match=r"answerability\.json.*pinakes threshold"):
        threshold_of(tmp_path, MODEL, ENCODER)


def test_what_users_chose_goes_before_what_the_collection_chose_by_itself(tmp_path: Path) -> None:
    by_itself = _write(tmp_path).model_copy(update={"threshold": 0.3, "made_refusals": 0.7})
    (tmp_path / CALIBRATION_FILE).write_text(by_itself.model_dump_json())
    assert threshold_of(tmp_path, MODEL, ENCODER).threshold == 0.5
    (tmp_path / THRESHOLD_FILE).unlink()
    assert threshold_of(tmp_path, MODEL, ENCODER).threshold == 0.3
    _write(tmp_path, encoder=OTHER)
    found = threshold_of(tmp_path, MODEL, ENCODER)
    assert found.threshold == 0.3
    assert "chosen for another, not some-encoder" in (found.ignored or "")


def test_what_a_collection_chose_for_another_encoder_is_no_choice(tmp_path: Path) -> None:
    path = tmp_path / CALIBRATION_FILE
    assert own_threshold(tmp_path, MODEL, ENCODER) is None
    path.write_text(_write(tmp_path).model_dump_json())
    (tmp_path / THRESHOLD_FILE).unlink()
    assert own_threshold(tmp_path, MODEL, ENCODER) is not None
    assert own_threshold(tmp_path, MODEL, OTHER) is None
    assert "pinakes build makes it again" in (threshold_of(tmp_path, MODEL, OTHER).ignored or "")
    path.write_text("no JSON")
    assert own_threshold(tmp_path, MODEL, ENCODER) is None
    with pytest.raises(BadInput, match=r"calibration\.json.*pinakes build"):
        threshold_of(tmp_path, MODEL, ENCODER)
