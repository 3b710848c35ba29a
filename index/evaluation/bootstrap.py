"""How sure a mean over questions is: bootstrap intervals. Knows nothing of what is averaged.

Percentile bootstrap over questions (Efron and Tibshirani, "An Introduction to the Bootstrap",
1993, ch. 13). Every column is resampled with the same questions, so that the interval of a column
of differences is that of a paired comparison (Sakai, "Evaluating evaluation metrics based on the
bootstrap", SIGIR 2006). Of what a question has many of, or none, such as sentences, the sum over
all questions is divided by their number: a ratio, resampled by whole questions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimate", "bootstrap_means", "bootstrap_ratio_differences", "bootstrap_ratios"]

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
