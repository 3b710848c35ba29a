"""The stages of a search in their order: lists, fusion, reranking. Knows nothing of what they read.

Each stage is a callable of its own and can be replaced or left out:

- a list: from a question to passages by one search, ``keyword`` or ``vector`` (dense)
- aliases: the pages that the question names; the context holds them
- fusion: from lists and aliases to candidates with features
- rerank: from candidates to candidates in order; the linear model, and what may come after it
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Protocol

from pinakes.index.store.store import Store
from pinakes.index.types import FIRST_STAGE, Candidate, EncoderRecord, QueryContext, ScoredId

__all__ = ["ListStage", "Lists", "OpenRerankers", "Pipeline", "Reranker"]

Lists = Mapping[str, Sequence[ScoredId]]
"""By name of a search, "keyword" or "vector": what it found, best first."""

ListStage = Callable[[QueryContext, int], Sequence[ScoredId]]
FusionStage = Callable[[QueryContext, Lists], list[Candidate]]


class Reranker(Protocol):
    """Puts candidates into a better order."""

    def rerank(self, context: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with scores of its own, best first.

        A candidate holds no text: who reads any takes it from the store, for as many of the first
        as time allows; the others follow as they stood, with scores below those.
        """
        ...

    def contributions(self, features: Mapping[str, float]) -> Mapping[str, float]:
        """What each feature of a candidate adds to its score; none where that is no such sum."""
        ...


OpenRerankers = Callable[[Store, EncoderRecord | None], Sequence[Reranker]]
"""From a generation's store and encoder (None: no vectors) to what ranks, one after the other."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages of one generation. ``lists`` without "vector": there are no vectors."""

    lists: Mapping[str, ListStage]
    fusion: FusionStage
    rerankers: Sequence[Reranker]
    threads: Executor

    def hybrid(self, context: QueryContext, depth: int, limit: int) -> list[Candidate]:
        """The ``limit`` best of all that the lists' first ``depth`` and the aliases give.

        Each knows the score of the first reranker, or of the fusion where there is none, as its
        feature FIRST_STAGE.
        """
        candidates = self.fusion(context, self._search(context, depth))
        for reranker in self.rerankers[:1]:
            candidates = reranker.rerank(context, candidates)
        first = {found.place.passage_id: found.score for found in candidates}
        for reranker in self.rerankers[1:]:
            candidates = reranker.rerank(context, candidates)
        return [
            replace(found, features={**found.features, FIRST_STAGE: first[found.place.passage_id]})
            for found in candidates[:limit]
        ]

    def _search(self, context: QueryContext, depth: int) -> Lists:
        """The lists, searched at once: engines and encoder do not hold Python's lock."""
        *others, (last, search) = self.lists.items()
        running = {name: self.threads.submit(stage, context, depth) for name, stage in others}
        found = search(context, depth)
        return {**{name: future.result() for name, future in running.items()}, last: found}
