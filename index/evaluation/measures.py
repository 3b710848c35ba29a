"""Measures of a ranked list against graded gold: pure functions of ranks and grades.

Every function takes the ranks (from 1, None if not found) and the grades (positive) of a question's
gold items, in the same order. Definitions are those of trec_eval (Voorhees and Harman, "TREC:
Experiment and Evaluation in Information Retrieval", MIT Press 2005, ch. 3).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import log2

__all__ = ["MEASURES", "hit_at", "ndcg_at", "recall_at", "reciprocal_rank_at"]

Ranks = Sequence[int | None]
Grades = Sequence[int]
Measure = Callable[[Ranks, Grades], float]


def hit_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """1 if a gold item is among the first ``k``, else 0 (trec_eval's success)."""
    return float(any(rank is not None and rank <= k for rank in ranks))


def recall_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """Share of the gold items that are among the first ``k``."""
    return sum(1 for rank in ranks if rank is not None and rank <= k) / len(ranks)


def reciprocal_rank_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """1 / rank of the first gold item if that is among the first ``k``, else 0; its mean is MRR."""
    first = min((rank for rank in ranks if rank is not None), default=k + 1)
    return 1 / first if first <= k else 0.0


def ndcg_at(k: int, ranks: Ranks, grades: Grades) -> float:
    """Normalized discounted cumulative gain of the first ``k``: sum of grade / log2(rank + 1).

    After Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (ACM TOIS
    2002), with the gain linear in the grade and the discount from rank 1 on, as in trec_eval.
    """
    gain = sum(
        grade / log2(rank + 1)
        for rank, grade in zip(ranks, grades, strict=True)
        if rank is not None and rank <= k
    )
    best = sorted(grades, reverse=True)[:k]
    return gain / sum(grade / log2(rank + 1) for rank, grade in enumerate(best, start=1))


MEASURES: Mapping[str, Measure] = {
    "hit@1": partial(hit_at, 1),
    "hit@5": partial(hit_at, 5),
    "hit@10": partial(hit_at, 10),
    "recall@1": partial(recall_at, 1),
    "recall@5": partial(recall_at, 5),
    "recall@10": partial(recall_at, 10),
    "recall@100": partial(recall_at, 100),
    "nDCG@10": partial(ndcg_at, 10),
    "MRR@10": partial(reciprocal_rank_at, 10),
}
