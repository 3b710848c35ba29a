"""The linear reranker: a candidate's score is the sum of its weighted features.

bench.ranking and bench.names fit the weights in weights.json on one half of their questions.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np

from pinakes.index.retrieval.features import FEATURES
from pinakes.index.types import Candidate, QueryContext

__all__ = ["LinearReranker", "fitted_weights"]


@dataclass(frozen=True, slots=True)
class LinearReranker:
    """Ranks by weighted features alone; a feature without a weight counts nothing."""

    weights: Mapping[str, float]

    def rerank(self, context: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
        """All candidates with their scores, best first; of equal scores the earlier passage."""
        if not candidates:
            return []
        features = np.array([[one.features[name] for name in FEATURES] for one in candidates])
        weights = np.array([self.weights.get(name, 0.0) for name in FEATURES])
        scores = (features * weights).sum(axis=1)
        order = np.lexsort(([one.place.passage_id for one in candidates], -scores))
        return [replace(candidates[row], score=float(scores[row])) for row in order]

    def contributions(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the score, those left out that add nothing."""
        return {
            name: part
            for name, value in features.items()
            if (part := value * self.weights.get(name, 0.0))
        }


@cache
def fitted_weights(*, with_vectors: bool) -> Mapping[str, float]:
    """The weights by feature: of all features, or where there are no vectors."""
    fitted: dict[str, dict[str, float]] = json.loads(
        files("pinakes.index.retrieval").joinpath("weights.json").read_text(encoding="utf-8")
    )
    return fitted["with vectors" if with_vectors else "without vectors"]
