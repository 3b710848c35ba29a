"""Measures of a ranked list against graded gold, and how sure their means are: bootstrap intervals.

Pure functions of ranks and grades.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log2

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MEASURES",
    "Estimate",
    "bootstrap_means",
    "bootstrap_ratio_differences",
    "bootstrap_ratios",
    "hit_at",
    "ndcg_at",
    "recall_at",
    "reciprocal_rank_at",
]

Ranks = Sequence[int | None]
Grades = Sequence[int]
Measure = Callable[[Ranks, Grades], float]


def hit_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """1 if a gold item is among the first ``k``, else 0 (trec_eval's success)."""
    return float(any(rank is not None and rank <= k for rank in ranks))


def recall_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """Share of the gold items that are among the first ``k``."""
    return sum(1 for rank in ranks if rank is not None and rank <= k) / len(ranks)


def reciprocal_rank_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """1 / rank of the first gold item if that is among the first ``k``, else 0; its mean is MRR."""
    first = min((rank for rank in ranks if rank is not None), default=k + 1)
    return 1 / first if first <= k else 0.0


def ndcg_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """Normalized discounted cumulative gain of the first ``k``: sum of grade / log2(rank + 1).

    After Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (ACM TOIS
    2002), with the gain linear in the grade and the discount from rank 1 on, as in trec_eval.
    """
    gain = sum(
        grade / log2(rank + 1)
        for rank, grade in zip(ranks, grades, strict=True)
        if rank is not None and rank <= k
    )
    best = sorted(grades, reverse=True)[:k]
    return gain / sum(grade / log2(rank + 1) for rank, grade in enumerate(best, start=1))


MEASURES: Mapping[str, Measure] = {
    "hit@1": partial(hit_at, 1),
    "hit@5": partial(hit_at, 5),
    "hit@10": partial(hit_at, 10),
    "recall@1": partial(recall_at, 1),
    "recall@5": partial(recall_at, 5),
    "recall@10": partial(recall_at, 10),
    "recall@100": partial(recall_at, 100),
    "nDCG@10": partial(ndcg_at, 10),
    "MRR@10": partial(reciprocal_rank_at, 10),
}


RESAMPLES = 10_000
CONFIDENCE = 0.95
# The same questions give the same interval every time.
_SEED = 20261125
_DRAWS = 1_000_000  # drawn at a time: bounds the memory

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its 95 % interval."""

    value: float
    low: float
    high: float


def bootstrap_means(values: Table) -> list[Estimate]:
    """The mean of each column of ``values``, of shape (questions, columns), with its interval."""
    means = np.concatenate([counts @ values / len(values) for counts in _resamples(len(values))])
    return _estimates(values.mean(axis=0), means)


def bootstrap_ratios(sums: Table, numbers: Table) -> list[Estimate]:
    """The sum of each column of ``sums`` over that of ``numbers``, with its interval.

    Both of shape (questions, columns); every column of ``numbers`` has a sum above 0.
    """
    return _estimates(sums.sum(axis=0) / numbers.sum(axis=0), _ratios(sums, numbers))


def bootstrap_ratio_differences(
    sums: Table, numbers: Table, earlier_sums: Table, earlier_numbers: Table
) -> list[Estimate]:
    """Such ratios less earlier ones of the same questions, with the paired interval."""
    value = sums.sum(axis=0) / numbers.sum(axis=0)
    earlier = earlier_sums.sum(axis=0) / earlier_numbers.sum(axis=0)
    # The seed is the same, and so are the questions of each resample.
    differences = _ratios(sums, numbers) - _ratios(earlier_sums, earlier_numbers)
    return _estimates(value - earlier, differences)


def _ratios(sums: Table, numbers: Table) -> Table:
    """The ratios of every resample; NaN where it has no question with a number."""
    with np.errstate(invalid="ignore"):
        return np.concatenate(
            [(counts @ sums) / (counts @ numbers) for counts in _resamples(len(sums))]
        )


def _estimates(values: Table, resampled: Table) -> list[Estimate]:
    tail = (1 - CONFIDENCE) / 2 * 100
    low, high = np.nanpercentile(resampled, [tail, 100 - tail], axis=0)
    return [
        Estimate(float(value), float(least), float(most))
        for value, least, most in zip(values, low, high, strict=True)
    ]


def _resamples(size: int) -> Iterator[Table]:
    """How often each of ``size`` questions is drawn, resample by resample: shape (some, size)."""
    generator = np.random.default_rng(_SEED)
    at_once = max(1, _DRAWS // size)
    for begin in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - begin)
        drawn = generator.integers(size, size=(rows, size))
        places = drawn + np.arange(rows)[:, np.newaxis] * size
        counts = np.bincount(places.ravel(), minlength=rows * size)
        yield counts.reshape(rows, size).astype(np.float64)
