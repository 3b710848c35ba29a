"""The linear reranker: a candidate's score is the sum of its weighted features.

bench.quality.ranking and bench.quality.names fit the weights in weights.json on one half of their
questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from pydantic import BaseModel, ConfigDict

from pinakes.index.retrieval.features import FEATURES, Matrix
from pinakes.index.retrieval.pipeline import Reranker
from pinakes.index.store.store import Store
from pinakes.index.types import Candidate, EncoderRecord, QueryContext
from pinakes.index.weights import FittedWeights, read_weights

__all__ = ["CosineScale", "LinearReranker", "RankingWeights", "fitted_rerankers", "ranking_weights"]

_COLUMNS = {name: column for column, name in enumerate(FEATURES)}


class CosineScale(BaseModel):
    """Mean and spread of the cosines of a question's candidates, as weights were fitted on them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float
    spread: float


class RankingWeights(FittedWeights):
    """The weights of the ranking, and the scale of the cosines that they weigh."""

    cosines: CosineScale


@dataclass(frozen=True, slots=True)
class LinearReranker:
    """Ranks by weighted features alone; a feature without a weight counts nothing.

    ``scale``: what cosines are brought to, question by question; None where they are on it.
    """

    weights: Mapping[str, float]
    scale: CosineScale | None = None

    def rerank(self, context: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
        """All candidates with their scores, best first; of equal scores the earlier passage."""
        if not candidates:
            return []
        features = np.array([[row.features[name] for name in FEATURES] for row in candidates])
        if self.scale is not None:
            features = _rescaled(features, self.scale)
            candidates = [
                replace(old, features={**old.features, **dict(zip(FEATURES, row, strict=True))})
                for old, row in zip(candidates, features.tolist(), strict=True)
            ]
        weights = np.array([self.weights.get(name, 0.0) for name in FEATURES])
        scores = (features * weights).sum(axis=1)
        order = np.lexsort(([row.place.passage_id for row in candidates], -scores))
        return [replace(candidates[row], score=float(scores[row])) for row in order]

    def contributions(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the score, those left out that add nothing."""
        return {
            name: part
            for name, value in features.items()
            if (part := value * self.weights.get(name, 0.0))
        }


def _rescaled(features: Matrix, scale: CosineScale) -> Matrix:
    """The features with cosines of that mean and spread over all candidates that have a vector."""
    has_vector = features[:, _COLUMNS["no vector"]] == 0
    if not has_vector.any():
        return features
    cosines = features[has_vector, _COLUMNS["vector"]]
    factor = scale.spread / (cosines.std() or 1.0)
    rescaled = features.copy()
    for name, rows in (("vector", has_vector), ("page vector", slice(None))):
        column = _COLUMNS[name]
        rescaled[rows, column] = scale.mean + (features[rows, column] - cosines.mean()) * factor
    return rescaled


def fitted_rerankers(_store: Store, encoder: EncoderRecord | None) -> tuple[Reranker, ...]:
    """What ranks with vectors of this encoder, or without any: every search, if not told otherwise.

    Cosines of two encoders lie on different scales: those of another one than the weights were
    fitted on are brought to the scale of that. The first stage then reads none, so that its score
    is one that is known to models fitted on it.
    """
    fitted = ranking_weights()
    first = LinearReranker(fitted.of(encoder))
    if encoder is None or fitted.side(encoder) == "with vectors":
        return (first,)
    return (first, LinearReranker(fitted.weights["with vectors"], fitted.cosines))


@cache
def ranking_weights() -> RankingWeights:
    """The fitted weights. Their ``digest`` is what models that read scores were fitted on."""
    return read_weights("pinakes.index.retrieval", "weights.json", RankingWeights, FEATURES)
