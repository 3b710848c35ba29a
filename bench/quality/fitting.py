"""Fit linear weights: of rankings, so that gold gets the largest share, and of yes-or-no questions.

For rankings a softmax over a question's candidates turns scores into shares; the loss is the
negative logarithm of what the gold ones get together (the listwise loss of Cao et al., "Learning to
rank: from pairwise approach to listwise approach", ICML 2007, for the first place alone), convex
but for several gold candidates. For yes or no it is logistic regression. Both are fitted by
L-BFGS-B. Knows nothing of what the columns mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

__all__ = [
    "FREE",
    "Candidates",
    "bounded_logistic_fit",
    "listwise_fit",
    "logistic_fit",
    "probabilities",
]

Bound = tuple[float | None, float | None]
FREE: Bound = (None, None)


@dataclass(frozen=True, slots=True)
class Candidates:
    """A question's candidates: features of shape (candidates, columns), and which are gold.

    ``importance``: what the question counts beside others.
    """

    features: NDArray[np.float64]
    gold: NDArray[np.bool_]
    importance: float = 1.0


def listwise_fit(
    questions: Sequence[Candidates], bounds: Sequence[Bound], l2: float = 0.003
) -> NDArray[np.float64]:
    """Weights of shape (columns,), in the columns' own units, within ``bounds``.

    Equal bounds keep a weight as it is. ``l2`` punishes the squares of the weights of columns
    scaled to a standard deviation of 1, beside the mean loss. Questions without a gold candidate
    say nothing and are left out.
    """
    told = [candidates for candidates in questions if candidates.gold.any()]
    features = np.concatenate([candidates.features for candidates in told])
    gold = np.concatenate([candidates.gold for candidates in told])
    sizes = [len(candidates.gold) for candidates in told]
    begins = np.cumsum([0, *sizes[:-1]])
    importance = np.array([candidates.importance for candidates in told])
    importance = importance / importance.sum()
    spread = features.std(axis=0)
    spread[spread == 0] = 1.0
    features = features / spread

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = features @ weights
        total, shares = _shares(scores, begins, sizes)
        gold_total, gold_shares = _shares(np.where(gold, scores, -np.inf), begins, sizes)
        slope = np.repeat(importance, sizes) * (shares - gold_shares)
        value = float(importance @ (total - gold_total)) + l2 * float(weights @ weights)
        return value, slope @ features + 2 * l2 * weights

    scaled = [
        tuple(None if end is None else end * scale for end in bound)
        for bound, scale in zip(bounds, spread, strict=True)
    ]
    start = [
        min(max(0.0, low if low is not None else 0.0), high if high is not None else np.inf)
        for low, high in scaled
    ]
    found = minimize(loss, np.array(start), jac=True, method="L-BFGS-B", bounds=scaled)
    return np.asarray(found.x / spread, dtype=np.float64)


def logistic_fit(
    features: NDArray[np.float64], wanted: NDArray[np.bool_], l2: float
) -> NDArray[np.float64]:
    """Weights of shape (columns,), in the columns' own units; the first column is a constant.

    ``l2`` punishes the squares of the others, scaled to a standard deviation of 1, beside the mean
    loss.
    """
    center, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale == 0] = 1.0
    center[0] = 0.0
    scaled = (features - center) / scale
    sign = np.where(wanted, 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (scaled @ weights)
        value = float(np.logaddexp(0, -margin).mean()) + l2 * float(weights[1:] @ weights[1:])
        slope = -(sign / (1 + np.exp(margin))) @ scaled / len(sign)
        slope[1:] += 2 * l2 * weights[1:]
        return value, slope

    found = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x / scale
    found[0] -= float(center[1:] @ found[1:])
    return np.asarray(found, dtype=np.float64)


def bounded_logistic_fit(
    features: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    importance: NDArray[np.float64],
    bounds: Sequence[Bound],
    l2: float,
) -> NDArray[np.float64]:
    """As ``logistic_fit``, each weight within its bounds; rows count by their ``importance``."""
    spread = features.std(axis=0)
    spread[0] = 0.0
    sign = np.where(wanted, 1.0, -1.0)
    share = importance / importance.sum()

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (features @ weights)
        value = float(share @ np.logaddexp(0, -margin)) + l2 * float(
            ((weights * spread) ** 2).sum()
        )
        slope = -(share * sign / (1 + np.exp(margin))) @ features
        return value, slope + 2 * l2 * weights * spread**2

    start = np.zeros(features.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.asarray(found, dtype=np.float64)


def probabilities(
    features: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What a logistic model says of each row."""
    return np.asarray(1 / (1 + np.exp(-(features @ weights))), dtype=np.float64)


def _shares(
    scores: NDArray[np.float64], begins: NDArray[np.int64], sizes: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each question log(sum(exp(scores))), and the softmax of its scores."""
    most = np.maximum.reduceat(scores, begins)
    powers = np.exp(scores - np.repeat(most, sizes))
    sums = np.add.reduceat(powers, begins)
    return most + np.log(sums), powers / np.repeat(sums, sizes)
