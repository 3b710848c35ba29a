"""Each measure by hand, and nDCG beside scikit-learn's."""

from math import log2

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from pinakes.index.evaluation.measures import (
    MEASURES,
    hit_at,
    ndcg_at,
    recall_at,
    reciprocal_rank_at,
)


@pytest.mark.parametrize(
    ("ranks", "k", "hit", "recall"),
    [
        ([1], 1, 1.0, 1.0),
        ([2], 1, 0.0, 0.0),
        ([10], 10, 1.0, 1.0),
        ([11], 10, 0.0, 0.0),
        ([None], 100, 0.0, 0.0),
        ([3, None, 1, 12], 10, 1.0, 0.5),
        ([3, None, 1, 12], 1, 1.0, 0.25),
    ],
)
def test_hits_and_recall(ranks: list[int | None], k: int, hit: float, recall: float) -> None:
    assert hit_at(k, ranks, [1] * len(ranks)) == hit
    assert recall_at(k, ranks, [1] * len(ranks)) == recall


@pytest.mark.parametrize(
    ("ranks", "value"),
    [([1], 1), ([4, 2, None], 1 / 2), ([10], 1 / 10), ([11], 0), ([None, None], 0)],
)
def test_reciprocal_rank(ranks: list[int | None], value: float) -> None:
    assert reciprocal_rank_at(10, ranks, [1] * len(ranks)) == value


def test_ndcg_by_hand() -> None:
    # The list: nothing, grade 1, grade 3; grade 2 is not found. Best order: 3, 2, 1.
    gain = 1 / log2(3) + 3 / log2(4)
    best = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert ndcg_at(10, [2, 3, None], [1, 3, 2]) == pytest.approx(gain / best)
    assert ndcg_at(10, [1, 2, 3], [3, 2, 1]) == pytest.approx(1)
    assert ndcg_at(10, [11, None], [1, 1]) == 0
    assert ndcg_at(2, [1, 2], [1, 1]) == 1


def test_more_gold_than_places_can_still_be_perfect() -> None:
    assert ndcg_at(10, list(range(1, 13)), [1] * 12) == pytest.approx(1)
    assert recall_at(10, list(range(1, 13)), [1] * 12) == pytest.approx(10 / 12)


def test_ndcg_agrees_with_scikit_learn() -> None:
    generator = np.random.default_rng(7)
    for _ in range(50):
        places = int(generator.integers(3, 40))
        grades = generator.integers(0, 4, size=places)
        grades[0] = 1
        order = generator.permutation(places)  # order[i]: rank of item i, from 0
        gold = [i for i in range(places) if grades[i]]
        own = ndcg_at(10, [int(order[i]) + 1 for i in gold], [int(grades[i]) for i in gold])
        assert own == pytest.approx(ndcg_score([grades], [-order], k=10))


def test_the_measures_by_their_names() -> None:
    ranks, grades = [None, 7, 50], [1, 1, 1]
    values = {name: measure(ranks, grades) for name, measure in MEASURES.items()}
    ndcg = (1 / log2(8)) / (1 + 1 / log2(3) + 1 / 2)
    assert values == pytest.approx(
        {
            "hit@1": 0, "hit@5": 0, "hit@10": 1,
            "recall@1": 0, "recall@5": 0, "recall@10": 1 / 3, "recall@100": 2 / 3,
            "nDCG@10": ndcg, "MRR@10": 1 / 7,
        }
    )  # fmt: skip
