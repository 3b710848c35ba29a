"""Questions made of the sample's own pages, and the threshold that a collection chooses by them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest
from pinakes.ingest.types import PageCounts
from pinakes.service.evaluation import refusals
from pinakes.service.evaluation.made_questions import made_questions
from pinakes.service.evaluation.refusals import (
    calibrated_threshold,
    carried_threshold,
    refusing_threshold,
    write_threshold,
)
from pinakes.service.reading.answerability import ChosenBy, Threshold
from pinakes.service.reading.models import linear_models
from pinakes.service.reading.threshold import CALIBRATION_FILE, own_threshold, threshold_of

NUMBER = 16


def test_questions_name_the_page_that_they_are_made_of(index: Index) -> None:
    made = made_questions(index, NUMBER)
    assert len(made) == NUMBER
    assert made == made_questions(index, NUMBER)
    assert len({page for target in made for page in target.pages}) == NUMBER
    asked_with = set()
    for target in made:
        [page_id] = target.pages
        page = index.page(page_id)
        assert page is not None
        assert not page.is_disambiguation
        assert page.title.partition(" (")[0] in target.question
        asked_with.add(target.question.split()[0])
    assert {"what", "when"} <= asked_with  # definitions, and sentences with a year


def test_what_a_language_asks_with_is_not_taken_from_another(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pinakes.service.evaluation.made_questions.language_part", lambda language, part: {}
    )
    made = made_questions(index, NUMBER)
    assert made
    assert not any(target.question.endswith("?") for target in made)


@pytest.mark.parametrize(
    ("share", "threshold"), [(0.0, 0.1), (0.5, 0.6), (0.68, 0.8), (0.9, 1.0), (1.0, 1.0)]
)
def test_the_threshold_that_refuses_a_share(share: float, threshold: float) -> None:
    tenths = [number / 10 for number in range(1, 11)]
    assert refusing_threshold(tenths[::-1], share) == threshold


def test_a_small_collection_chooses_none(index: Index) -> None:
    assert index.manifest.pages.documents < refusals.MADE_QUESTIONS
    assert calibrated_threshold(index, linear_models()) is None


def test_a_collection_chooses_by_questions_made_of_it(
    index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(refusals, "MADE_QUESTIONS", NUMBER)
    done: list[int] = []
    models = linear_models()
    chosen = calibrated_threshold(index, models, lambda: done.append(1))
    assert chosen is not None
    assert len(done) == chosen.questions == NUMBER
    assert chosen.false_refusals is not None
    assert chosen.refusals is not None
    assert chosen.false_refusals <= 0.05
    assert chosen.refusals == pytest.approx(chosen.made_refusals, abs=1 / NUMBER)
    path = write_threshold(tmp_path, chosen)
    assert path.name == CALIBRATION_FILE
    assert index.encoder is not None
    record = index.encoder.record
    assert own_threshold(tmp_path, models.answerability, record) == chosen
    assert threshold_of(tmp_path, models.answerability, record) == chosen
    assert chosen.chosen_by is not None
    assert chosen.chosen_by.generation == index.manifest.generation


def manifest(index: Index, name: str, articles: int, unchanged: int, **other: Any) -> Manifest:
    pages = PageCounts(documents=articles - other.pop("kept", 0), unchanged=unchanged)
    pages = replace(pages, kept=articles - pages.documents)
    return index.manifest.model_copy(update={"generation": name, "pages": pages} | other)


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        ({"articles": 1000, "unchanged": 980}, 0.02),
        ({"articles": 1000, "unchanged": 960}, 0.04),
        ({"articles": 1000, "unchanged": 959}, None),
        ({"articles": 1030, "unchanged": 1000}, 0.03),  # new ones
        ({"articles": 970, "unchanged": 970}, 0.03),  # fewer
        ({"articles": 1000, "unchanged": 900, "kept": 100}, 0.0),
        ({"articles": 1000, "unchanged": 1000, "versions": {"pinakes": "9"}}, None),
        ({"articles": 1000, "unchanged": 1000, "vectors": 0}, None),
    ],
)
def test_what_was_chosen_holds_while_little_changes(
    index: Index, now: dict[str, Any], changed: float | None
) -> None:
    before = manifest(index, "20261101-1", 1000, 0)
    after = manifest(index, "20261201-1", **now)
    by = ChosenBy(
        model="toy", encoder=None, encoder_sha256=None, corpus="", command="", date="",
        generation="20261101-1",
    )  # fmt: skip
    chosen = Threshold(threshold=0.4, collection="toy", questions=100, chosen_by=by)
    carried = carried_threshold(chosen, before, after)
    found = carried.chosen_by if carried else None
    assert (None if found is None else found.changed) == changed
    if carried is not None and found is not None:
        assert carried.threshold == chosen.threshold
        assert found.holds_for == "20261201-1"
        later = manifest(index, "20270101-1", 1000, 980)
        again = carried_threshold(carried, after, later)
        assert (again is not None) == (found.changed + 0.02 <= 0.04)  # of all that came meanwhile
    assert carried_threshold(chosen, after, after) is None  # not chosen for that one
