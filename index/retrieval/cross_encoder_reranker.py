"""Ranks the first candidates anew by a cross-encoder that reads the question beside each passage.

It comes after the linear model, whose score stays known as FIRST_STAGE, and changes nothing behind
the candidates that it reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pinakes.index.encoders.cross_encoder import CrossEncoder
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.retrieval.linear import fitted_rerankers
from pinakes.index.retrieval.pipeline import OpenRerankers, Reranker
from pinakes.index.store.store import Store
from pinakes.index.types import Candidate, EncoderRecord, QueryContext

__all__ = ["CrossEncoderReranker", "with_cross_encoder"]


class CrossEncoderReranker:
    """Scores by the network's one value for a pair; of two, by how far the second is above."""

    def __init__(self, store: Store, model: CrossEncoder, most: int) -> None:
        """``most``: so many of the first candidates are read."""
        self._store, self._model, self._most = store, model, most

    def rerank(self, context: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The first candidates in the model's order; the others behind them, as they stood."""
        first, others = candidates[: self._most], candidates[self._most :]
        passages = self._store.passages([found.place.passage_id for found in first])
        read = [
            replace(
                found,
                score=self._score(
                    context.text, passage_text(passage.title, passage.heading_path, passage.text)
                ),
            )
            for found, (passage, _) in zip(first, passages, strict=True)
        ]
        read.sort(key=lambda found: -found.score)
        if not others:
            return read
        last = read[-1].score
        behind = last - others[0].score
        # Rounding must lift none of them above those that were read.
        below = (replace(found, score=min(last, found.score + behind)) for found in others)
        return [*read, *below]

    def contributions(self, features: Mapping[str, float]) -> Mapping[str, float]:
        """None: a network's score is no sum over features."""
        return {}

    def _score(self, question: str, passage: str) -> float:
        values = self._model.read(question, passage).outputs["logits"]
        return float(values[-1] - values[0] if len(values) > 1 else values[0])


def with_cross_encoder(model: CrossEncoder, most: int) -> OpenRerankers:
    """What opens the linear rerankers, and this model behind them."""

    def open_rerankers(store: Store, encoder: EncoderRecord | None) -> Sequence[Reranker]:
        return (*fitted_rerankers(store, encoder), CrossEncoderReranker(store, model, most))

    return open_rerankers
