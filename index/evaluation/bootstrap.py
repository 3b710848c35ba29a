"""How sure a mean over questions is: bootstrap intervals. Knows nothing of what is averaged.

Percentile bootstrap over questions (Efron and Tibshirani, "An Introduction to the Bootstrap",
1993, ch. 13). Every column is resampled with the same questions, so that the interval of a column
of differences is that of a paired comparison (Sakai, "Evaluating evaluation metrics based on the
bootstrap", SIGIR 2006).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimate", "bootstrap_means"]

RESAMPLES = 10_000
CONFIDENCE = 0.95
# The same questions give the same interval every time.
_SEED = 20261125
_DRAWS = 1_000_000  # drawn at a time: bounds the memory


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its 95 % interval."""

    value: float
    low: float
    high: float


def bootstrap_means(values: NDArray[np.float64]) -> list[Estimate]:
    """The mean of each column of ``values``, of shape (questions, columns), with its interval."""
    tail = (1 - CONFIDENCE) / 2 * 100
    means = np.concatenate([counts @ values / len(values) for counts in _resamples(len(values))])
    low, high = np.percentile(means, [tail, 100 - tail], axis=0)
    return [
        Estimate(float(value), float(least), float(most))
        for value, least, most in zip(values.mean(axis=0), low, high, strict=True)
    ]


def _resamples(size: int) -> Iterator[NDArray[np.float64]]:
    """How often each of ``size`` questions is drawn, resample by resample: shape (some, size)."""
    generator = np.random.default_rng(_SEED)
    at_once = max(1, _DRAWS // size)
    for begin in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - begin)
        drawn = generator.integers(size, size=(rows, size))
        places = drawn + np.arange(rows)[:, np.newaxis] * size
        counts = np.bincount(places.ravel(), minlength=rows * size)
        yield counts.reshape(rows, size).astype(np.float64)
