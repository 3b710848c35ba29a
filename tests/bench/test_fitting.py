"""The fit that gives the ranking its weights."""

import numpy as np
import pytest

from bench.quality.fitting import FREE, Candidates, listwise_fit


def _questions(weights: list[float], count: int = 400) -> list[Candidates]:
    """Gold drawn by the softmax of ``weights`` over columns of very different scales."""
    chance = np.random.default_rng(4)
    questions = []
    for _ in range(count):
        features = chance.normal(size=(6, len(weights))) * [1.0, 100.0, 0.01]
        powers = np.exp(features @ weights)
        gold = np.zeros(6, dtype=bool)
        gold[chance.choice(6, p=powers / powers.sum())] = True
        questions.append(Candidates(features, gold))
    return questions


def test_weights_that_drew_the_gold_are_found_again() -> None:
    weights = [2.0, -0.01, 50.0]
    found = listwise_fit(_questions(weights, 4000), [FREE] * 3, l2=0.0)
    assert found == pytest.approx(weights, rel=0.15)


def test_bounds_hold_in_the_columns_own_units() -> None:
    found = listwise_fit(_questions([2.0, -0.01, 50.0]), [(1.5, 1.5), (0.0, None), (None, 20.0)])
    assert found == pytest.approx([1.5, 0.0, 20.0])


def test_an_important_question_decides() -> None:
    pulls = [
        Candidates(np.array([[1.0], [0.0]]), np.array([True, False]), importance=9.0),
        Candidates(np.array([[1.0], [0.0]]), np.array([False, True]), importance=1.0),
    ]
    # Shares of .9 and .1: the logarithm of their ratio.
    assert listwise_fit(pulls, [FREE], l2=0.0) == pytest.approx([np.log(9)], rel=1e-3)


def test_several_gold_candidates_share_what_is_won() -> None:
    features = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    both = Candidates(features, np.array([True, True, False]))
    other = Candidates(features, np.array([False, False, True]), importance=0.25)
    found = listwise_fit([both, other], [FREE, FREE], l2=0.0)
    # Gold together gets 1 / 1.25 of the softmax, and neither column more than the other.
    assert np.exp(found).sum() == pytest.approx(4, rel=1e-3)


def test_a_question_without_gold_says_nothing() -> None:
    questions = _questions([2.0, -0.01, 50.0])
    lost = Candidates(np.full((3, 3), 7.0), np.zeros(3, dtype=bool))
    found = listwise_fit([lost, *questions], [FREE] * 3)
    assert found == pytest.approx(listwise_fit(questions, [FREE] * 3))
