"""All that questions have to choose from: the features of each candidate, and rankings of it.

Shared by the benchmarks that weigh features.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.quality.fitting import Candidates
from pinakes.index.evaluation import Judgment, Run, Split, split_of
from pinakes.index.evaluation.run import JudgedQuestion, QuestionResult, Ranks
from pinakes.index.retrieval.features import FEATURES, Matrix
from pinakes.index.retrieval.fusion import Fusion
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest, ScoredId

__all__ = ["Asked", "Ranking", "array_of", "ask", "by_weight", "page_candidates", "run_of"]

Weights = NDArray[np.float64]
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what the searches found, and all candidates: row by row of the features.

    ``features`` has the shape (candidates, len(FEATURES)); ``passages`` and ``pages`` are ids.
    """

    question: JudgedQuestion
    lists: Mapping[str, Sequence[ScoredId]]
    passages: NDArray[np.int64]
    pages: NDArray[np.int64]
    features: Matrix

    @property
    def split(self) -> Split:
        """The split that the question belongs to."""
        return split_of(self.question.qid)


Ranking = Callable[[Asked], Sequence[int]]
"""From a question to rows of its candidates, best first."""


def ask(index: Index, judgment: Judgment) -> list[Asked]:
    """Search for every question and gather the features, unweighted."""
    asked = []
    fusion = Fusion(index.store, index.keywords, index.vectors)
    for question in judgment.questions:
        context = index.context(question.question)
        lists = {"keyword": index.keywords.search(context.text, DEPTH)}
        if context.vector is not None:
            lists["vector"] = index.vectors.search(context.vector, DEPTH)
        places, features = fusion.features(context, lists)
        passages = np.array([place.passage_id for place in places])
        pages = np.array([place.page_id for place in places])
        asked.append(Asked(question, lists, passages, pages, features))
    return asked


def array_of(weights: Mapping[str, float]) -> Weights:
    """Weights by feature as an array of shape (len(FEATURES),)."""
    return np.array([weights.get(name, 0.0) for name in FEATURES])


def by_weight(weights: Weights) -> Ranking:
    """The ranking that ``weights`` of the features, of shape (len(FEATURES),), give."""

    def ranking(asked: Asked) -> Sequence[int]:
        order: list[int] = np.lexsort((asked.passages, -(asked.features @ weights))).tolist()
        return order

    return ranking


def page_candidates(asked: Asked, weights: Weights, importance: float) -> Candidates:
    """What the fit sees where pages compete: each by its best passage under ``weights``."""
    order = by_weight(weights)(asked)
    best = [order[at] for at in np.unique(asked.pages[order], return_index=True)[1]]
    gold = np.isin(asked.pages[best], list(asked.question.pages))
    return Candidates(asked.features[best], gold, importance)


def run_of(
    manifest: Manifest, split: Split, asked: Iterable[Asked], rankings: Mapping[str, Ranking]
) -> Run:
    """What each ranking makes of one half of the questions, as an evaluation's run."""
    return Run(
        collection=manifest.collection,
        generation=manifest.generation,
        coverage=manifest.coverage,
        split=split,
        unanswerable=[],
        missing=[],
        missing_pages=0,
        questions=[
            QuestionResult(
                **row.question.model_dump(),
                ranks={name: _ranks(row, ranking(row)) for name, ranking in rankings.items()},
            )
            for row in asked
            if row.split == split
        ],
    )


def _ranks(asked: Asked, order: Sequence[int]) -> Ranks:
    pages = dict.fromkeys(asked.pages[list(order)].tolist())
    page_ranks = {page_id: rank for rank, page_id in enumerate(pages, start=1)}
    passage_ranks = {int(asked.passages[row]): rank for rank, row in enumerate(order, start=1)}
    return Ranks(
        pages=[page_ranks.get(page_id) for page_id in asked.question.pages],
        passages=[passage_ranks.get(passage_id) for passage_id in asked.question.passages],
        milliseconds=0.0,
    )
