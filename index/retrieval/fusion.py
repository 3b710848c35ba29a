"""Rank what the searches found, and what the question names, by all evidence together.

The score of a passage is a sum of weighted evidence, so that its parts say why it stands where it
does. No text is read for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from pinakes.index.aliases.recognition import name_keys, recognise
from pinakes.index.keywords.bm25 import KeywordIndex
from pinakes.index.retrieval.features import EVIDENCE, Matrix, Query, Scores, gather
from pinakes.index.retrieval.weights import weights
from pinakes.index.store.store import Store
from pinakes.index.types import PassagePlace, ScoredId, Vectors
from pinakes.index.vectors.vectors import VectorIndex

__all__ = ["Ranked", "Searches", "gather_evidence", "rank"]

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Searches:
    """The searches of one generation, which a question is put to.

    ``left_out``: passages whose pages are not known by name.
    """

    store: Store
    keywords: KeywordIndex
    vectors: VectorIndex
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its score, the evidence that adds up to it, and its page's name, if named."""

    passage_id: int
    score: float
    evidence: Mapping[str, float]
    name: str | None


def rank(
    searches: Searches,
    question: str,
    lists: Mapping[str, Sequence[ScoredId]],
    vector: Vectors | None,
    limit: int,
) -> list[Ranked]:
    """The ``limit`` best of the passages in ``lists`` and the leads of pages named, best first.

    ``lists``: "keyword", and "vector" where ``vector``, the question's, is given.
    """
    places, evidence, names = gather_evidence(searches, question, lists, vector)
    weight = weights(with_vectors=vector is not None)
    parts = evidence * weight
    scores = parts.sum(axis=1)
    order = np.lexsort(([place.passage_id for place in places], -scores))
    return [
        Ranked(
            passage_id=places[row].passage_id,
            score=float(scores[row]),
            evidence={
                name: part for name, part in zip(EVIDENCE, parts[row].tolist(), strict=True) if part
            },
            name=names.get(places[row].page_id),
        )
        for row in order[:limit]
    ]


def gather_evidence(
    searches: Searches,
    question: str,
    lists: Mapping[str, Sequence[ScoredId]],
    vector: Vectors | None,
) -> tuple[list[PassagePlace], Matrix, dict[int, str]]:
    """The candidates, their evidence row by row, and by page id the name the question holds."""
    keywords, store = searches.keywords, searches.store
    rarity = keywords.rarity
    terms = {term: rarity(term) for term in keywords.terms(question)}
    alone = Query(terms, {})
    named = recognise(
        (
            page
            for page in store.named(name_keys(question))
            if page.first_passage not in searches.left_out
        ),
        lambda key: alone.share(keywords.analyze(key)),
        _MOST_NAMED,
    )
    query = Query(terms, {one.page.page_id: one for one in named})
    ids = {one.passage_id for found in lists.values() for one in found}
    ids.update(one.page.first_passage for one in named)
    places = store.places(sorted(ids))
    title_terms = {
        page_id: {term: rarity(term) for term in keywords.analyze(title)}
        for page_id, title in {place.page_id: place.title for place in places}.items()
    }
    keyword = {one.passage_id: one.score / keywords.rarest for one in lists["keyword"]}
    scores = Scores(keyword, _cosines(searches.vectors, vector, places))
    evidence = gather(places, query, scores, title_terms)
    return places, evidence, {one.page.page_id: one.page.name for one in named}


def _cosines(
    vectors: VectorIndex, vector: Vectors | None, places: Sequence[PassagePlace]
) -> dict[int, float]:
    """Cosines of the question with every candidate, and with the lead of its page."""
    if vector is None:
        return {}
    ids = list({i for place in places for i in (place.passage_id, place.first_passage)})
    found = vectors.scores(vector, ids).tolist()
    return {i: cosine for i, cosine in zip(ids, found, strict=True) if not isnan(cosine)}
