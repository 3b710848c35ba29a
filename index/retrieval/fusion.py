"""Fusion: join the lists of the searches, and the leads of linked pages, into candidates.

Reads places, idf and cosines, no text. Knows nothing of weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from pinakes.index.keywords.bm25 import KeywordIndex
from pinakes.index.retrieval.features import FEATURES, Matrix, Scores, feature_matrix
from pinakes.index.retrieval.pipeline import Lists
from pinakes.index.store.store import Store
from pinakes.index.types import (
    FIRST_STAGE,
    Candidate,
    ListRank,
    PassagePlace,
    QueryContext,
    ScoredId,
    Vectors,
)
from pinakes.index.vectors.index import VectorIndex

__all__ = ["Fusion", "list_candidates"]


_RANK_SHIFT = 60  # as in the paper


@dataclass(frozen=True, slots=True)
class Fusion:
    """Joins lists over one generation."""

    store: Store
    keywords: KeywordIndex
    vectors: VectorIndex

    def __call__(self, context: QueryContext, lists: Lists) -> list[Candidate]:
        """Every passage in ``lists`` and every lead of a linked page, with its features.

        Best first by reciprocal ranks (Cormack, Clarke and Büttcher 2009), for want of a reranker.
        """
        places, features = self.features(context, lists)
        ranks = _ranks(lists)
        names = {link.alias.page_id: link.alias.name for link in context.aliases}
        candidates = [
            Candidate(
                place=place,
                ranks=ranks.get(place.passage_id, {}),
                score=_reciprocal_ranks(ranks.get(place.passage_id, {})),
                features=dict(zip(FEATURES, row, strict=True)),
                alias=names.get(place.page_id),
            )
            for place, row in zip(places, features.tolist(), strict=True)
        ]
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def features(self, context: QueryContext, lists: Lists) -> tuple[list[PassagePlace], Matrix]:
        """The places of all candidates, and their features row by row."""
        keywords = self.keywords
        ids = {found.passage_id for passages in lists.values() for found in passages}
        ids.update(link.alias.first_passage for link in context.aliases)
        places = self.store.places(sorted(ids))
        title_terms = {
            page_id: {term: keywords.idf(term) for term in keywords.analyze(title)}
            for page_id, title in {place.page_id: place.title for place in places}.items()
        }
        keyword = {
            found.passage_id: found.score / keywords.greatest_idf
            for found in lists.get("keyword", ())
        }
        scores = Scores(keyword, self._cosines(context.vector, places))
        return places, feature_matrix(places, context, scores, title_terms)

    def _cosines(self, vector: Vectors | None, places: Sequence[PassagePlace]) -> dict[int, float]:
        """Cosines of the question with every candidate, and with the lead of its page."""
        if vector is None:
            return {}
        ids = list({i for place in places for i in (place.passage_id, place.first_passage)})
        found = self.vectors.scores(vector, ids).tolist()
        return {i: cosine for i, cosine in zip(ids, found, strict=True) if not isnan(cosine)}


def _ranks(lists: Lists) -> dict[int, dict[str, ListRank]]:
    """By passage id, where each list has it."""
    ranks: dict[int, dict[str, ListRank]] = {}
    for name, passages in lists.items():
        for rank, found in enumerate(passages, start=1):
            ranks.setdefault(found.passage_id, {})[name] = ListRank(rank, found.score)
    return ranks


def _reciprocal_ranks(ranks: Mapping[str, ListRank]) -> float:
    return sum(1 / (_RANK_SHIFT + place.rank) for place in ranks.values())


def list_candidates(store: Store, name: str, passages: Sequence[ScoredId]) -> list[Candidate]:
    """What the list ``name`` alone holds, in its order and with its scores."""
    places = {
        place.passage_id: place for place in store.places([found.passage_id for found in passages])
    }
    if missing := [found.passage_id for found in passages if found.passage_id not in places]:
        store.passages(missing)  # says what is wrong with them
    return [
        Candidate(
            place=places[found.passage_id],
            ranks={name: ListRank(rank, found.score)},
            score=found.score,
            features={FIRST_STAGE: found.score},
        )
        for rank, found in enumerate(passages, start=1)
    ]
