"""The linear reranker: a candidate's score is the sum of its weighted features.

Candidates are weighed by what is known of them: all with vectors of their own, pages with vectors,
or words alone; and brought to one level, so that who has no vector yet is neither ahead nor behind
for it. bench.quality.ranking and bench.quality.names fit the weights in weights.json on one half of
their questions, bench.quality.coverage shows what half-made vectors do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from pinakes.index.retrieval.features import FEATURES, Matrix
from pinakes.index.retrieval.pipeline import Reranker
from pinakes.index.store.store import Store
from pinakes.index.types import Candidate, EncoderRecord, QueryContext
from pinakes.index.weights import FittedWeights, Side, read_weights

__all__ = [
    "LEVEL",
    "CosineScale",
    "LinearReranker",
    "OtherEncoder",
    "RankingWeights",
    "fitted_rerankers",
    "ranking_weights",
]

# What of a score brings it to the level of the others, as if it were a feature of weight 1.
LEVEL = "level"
# So much at least is a page that only lists others behind the best other one.
_BEHIND = 0.01
Column = NDArray[np.float64]

_OF_VECTORS = ("page vector", "page vector cubed", "vector")
_COLUMNS = {name: column for column, name in enumerate(FEATURES)}


class CosineScale(BaseModel):
    """Mean and spread of the cosines of a question's candidates, as weights were fitted on them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float
    spread: float


class OtherEncoder(BaseModel):
    """How much more the cosines of another encoder weigh, once they are brought to the scale.

    ``command`` fits it again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str
    factor: float
    command: str


class RankingWeights(FittedWeights):
    """The weights of the ranking, and the scale of the cosines that they weigh.

    ``others``: encoders whose cosines tell more than those of an unknown one, which weigh the same.
    """

    cosines: CosineScale
    others: tuple[OtherEncoder, ...] = ()

    def scaled_for(self, encoder: EncoderRecord) -> Mapping[Side, Mapping[str, float]]:
        """The weights for rescaled cosines of this other encoder."""
        known = (other.factor for other in self.others if other.sha256 == encoder.sha256)
        factor = next(known, 1.0)
        return {
            side: {
                name: weight * factor if name in _OF_VECTORS else weight
                for name, weight in weights.items()
            }
            for side, weights in self.weights.items()
        }


@dataclass(frozen=True, slots=True)
class LinearReranker:
    """Ranks by weighted features alone; a feature without a weight counts nothing.

    ``weights``: by side; of "without vectors" alone, no cosine is read. ``scale``: what cosines are
    brought to, question by question; None where they are on it.
    """

    weights: Mapping[Side, Mapping[str, float]]
    scale: CosineScale | None = None

    def rerank(self, context: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
        """All candidates with their scores, best first; of equal scores the earlier passage."""
        if not candidates:
            return []
        features = np.array([[row.features[name] for name in FEATURES] for row in candidates])
        if self.scale is not None:
            features = _rescaled(features, self.scale)
        scores, level = self._scores(features)
        order = np.lexsort((np.array([row.place.passage_id for row in candidates]), -scores))
        return [
            replace(
                candidates[row],
                score=float(scores[row]),
                features={
                    **candidates[row].features,
                    **dict(zip(FEATURES, features[row].tolist(), strict=True)),
                    LEVEL: float(level[row]),
                },
            )
            for row in order
        ]

    def contributions(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the score, those left out that add nothing.

        Nothing does in the order of one list, whose hits have none of these features.
        """
        if not features.keys() >= set(FEATURES):
            return {}
        weights = {**self.weights[self._side(features)], LEVEL: 1.0}
        return {
            name: part
            for name, value in features.items()
            if (part := value * weights.get(name, 0.0))
        }

    def _side(self, features: Mapping[str, float]) -> Side:
        """Which weights these features are for."""
        if features["no page vector"] or "with vectors" not in self.weights:
            return "without vectors"
        return "with vectors" if features["all vectors"] else "with vectors of leads"

    def _scores(self, features: Matrix) -> tuple[Column, Column]:
        """Scores, and what of them is the level; both of shape (candidates,).

        A page that only lists others comes behind the best of these, however well its name fits.
        """
        scores, level = self._levelled(features)
        lists_others = features[:, _COLUMNS["disambiguation"]] > 0
        if lists_others.any() and not lists_others.all():
            above = scores - (scores[~lists_others].max() - _BEHIND)
            lowered = np.where(lists_others, np.maximum(above, 0.0), 0.0)
            scores, level = scores - lowered, level - lowered
        return scores, level

    def _levelled(self, features: Matrix) -> tuple[Column, Column]:
        """Scores, and what of them is the level, by weights alone.

        Where some pages have no vector yet, those are weighed by words alone and raised by as much
        as vectors raise the others, in the mean over those that the keyword list holds too. So a
        question whose pages are all the same in this respect is ranked as if vectors were whole.
        """
        by_words = features @ self._column("without vectors")
        level = np.zeros(len(features))
        has_vector = features[:, _COLUMNS["no page vector"]] == 0
        if "with vectors" not in self.weights or not has_vector.any():
            return by_words, level
        is_whole = bool(features[:, _COLUMNS["all vectors"]].all())
        side: Side = "with vectors" if is_whole else "with vectors of leads"
        by_vectors = features @ self._column(side)
        common = has_vector & (features[:, _COLUMNS["keyword"]] > 0)
        common = common if common.any() else has_vector
        level[~has_vector] = (by_vectors - by_words)[common].mean()
        return np.where(has_vector, by_vectors, by_words + level), level

    def _column(self, side: Side) -> Column:
        return np.array([self.weights[side].get(name, 0.0) for name in FEATURES])


def _rescaled(features: Matrix, scale: CosineScale) -> Matrix:
    """The features with cosines of that mean and spread over all candidates that have a vector."""
    has_vector = features[:, _COLUMNS["no vector"]] == 0
    if not has_vector.any():
        return features
    cosines = features[has_vector, _COLUMNS["vector"]]
    factor = scale.spread / (cosines.std() or 1.0)
    rescaled = features.copy()
    for name, none in (("vector", "no vector"), ("page vector", "no page vector")):
        rows = features[:, _COLUMNS[none]] == 0
        column = _COLUMNS[name]
        rescaled[rows, column] = scale.mean + (features[rows, column] - cosines.mean()) * factor
    rescaled[:, _COLUMNS["page vector cubed"]] = (
        np.maximum(rescaled[:, _COLUMNS["page vector"]], 0.0) ** 3
    )
    return rescaled


def fitted_rerankers(_store: Store, encoder: EncoderRecord | None) -> tuple[Reranker, ...]:
    """What ranks with vectors of this encoder, or without any: every search, if not told otherwise.

    Cosines of two encoders lie on different scales: those of another one than the weights were
    fitted on are brought to the scale of that, and weigh what is known of that encoder. The first
    stage then reads none, so that its score is one that is known to models fitted on it.
    """
    fitted = ranking_weights()
    if fitted.side(encoder) == "with vectors":
        return (LinearReranker(fitted.weights),)
    by_words: Side = "without vectors"
    first = LinearReranker({by_words: fitted.weights[by_words]})
    if encoder is None:
        return (first,)
    return (first, LinearReranker(fitted.scaled_for(encoder), fitted.cosines))


@cache
def ranking_weights() -> RankingWeights:
    """The fitted weights. Their ``digest`` is what models that read scores were fitted on."""
    return read_weights("pinakes.index.retrieval", "weights.json", RankingWeights, FEATURES)
