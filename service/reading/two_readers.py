"""Weights of logistic models over what two readers say: the network, and the linear one.

Knows nothing of what they tell.
"""

import math
from collections.abc import Mapping

from pydantic import Field

from pinakes.index.weights import FittedWeights

__all__ = ["TwoReadersWeights", "probability"]


class TwoReadersWeights(FittedWeights):
    """``network``: the SHA-256 of the reading network's weights, of whose scores these are.

    ``threshold``: the least probability with which something is shown.
    """

    network: str
    threshold: float = Field(ge=0, le=1)


def probability(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """What the logistic model of these weights says of the features, 0 to 1."""
    total = sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + math.exp(-total))
