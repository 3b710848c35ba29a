"""Whether the passage that two readers choose tells the answer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.reading import telling_passages as module
from pinakes.service.reading.question import Question, question_of
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.reading.telling_passages import (
    features_of_passage,
    holds_answer,
    passage_weights,
)

WHEN = "When was the Rosetta Stone found?"


def _asked(index: Index) -> Question:
    """The question as it would be asked of many passages."""
    return replace(question_of(index, WHEN), reliance=1.0)


def _reading(*scores: tuple[int, float], no_answer: float = 0.0) -> Reading:
    """Sentences by the passage and the score of each."""
    return Reading(
        tuple(AnsweringSentence(hit, 0, 9, score, 0, 4, score) for hit, score in scores), no_answer
    )


def _both(
    chosen: int, network: Sequence[tuple[int, float]], linear: Sequence[tuple[int, float]]
) -> Reading:
    return Reading(
        _reading((chosen, 0.0)).sentences,
        linear=_reading(*linear),
        network=_reading(*network, no_answer=1.0),
    )


def test_what_both_readers_say_of_the_passage(index: Index) -> None:
    reading = _both(1, [(0, 6.0), (1, 4.0), (1, 2.0)], [(1, 20.0), (0, 17.0), (1, 3.0)])
    found = features_of_passage(question_of(index, WHEN), reading)
    assert found is not None
    wanted = {
        "constant": 1.0, "network": 3.0, "network anywhere": 5.0, "linear": 20.0,
        "linear ahead": 3.0, "type time": 1.0, "type number": 0.0,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted


def test_a_passage_that_one_has_not_read_is_worth_as_little_as_any(index: Index) -> None:
    reading = _both(2, [(0, 6.0), (1, -4.0)], [(2, 5.0)])
    found = features_of_passage(question_of(index, WHEN), reading)
    assert found is not None
    assert (found["network"], found["linear"], found["linear ahead"]) == (-5.0, 5.0, 0.0)


def test_what_is_likely_enough_is_shown(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = {"with vectors": {"network": 1.0}}
    by_network = passage_weights().model_copy(update={"threshold": 0.5, "weights": weights})
    monkeypatch.setattr(module, "passage_weights", lambda: by_network)
    question = _asked(index)
    assert holds_answer(question, _both(0, [(0, 1.1)], [(0, 5.0)]))
    assert not holds_answer(question, _both(0, [(0, 0.9)], [(0, 5.0)]))


def test_where_scores_are_others_it_knows_nothing(index: Index) -> None:
    question, unlikely = _asked(index), _both(0, [(0, -90.0)], [(0, -90.0)])
    assert not holds_answer(question, unlikely)
    assert holds_answer(replace(question, encoder=None, sentence_vectors=None), unlikely)
    assert holds_answer(replace(question, reliance=0.89), unlikely)
    assert holds_answer(question, _reading((0, -90.0)))  # of one reader
    assert features_of_passage(question, Reading((), linear=_reading(), network=_reading())) is None
