"""Join ranked lists into one. Pure functions over scored ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.types import ScoredId

__all__ = ["FusedId", "fuse"]


@dataclass(frozen=True, slots=True)
class FusedId:
    """A passage with its fused score and its rank (from 1) in each list that held it."""

    passage_id: int
    score: float
    ranks: Mapping[str, int]


def fuse(lists: Mapping[str, Sequence[ScoredId]], weights: Mapping[str, float]) -> list[FusedId]:
    """Weighted sum of the lists' scores, each scaled to 0..1 over its own list; best first.

    A passage missing from a list gets nothing from it. Convex combination of min-max normalized
    scores, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval"
    (ACM TOIS 2023). Ties go to the smaller passage id.
    """
    scores: dict[int, float] = {}
    ranks: dict[int, dict[str, int]] = {}
    for name, hits in lists.items():
        if not hits:
            continue
        high, low = max(hit.score for hit in hits), min(hit.score for hit in hits)
        span = high - low
        for rank, hit in enumerate(hits, start=1):
            scaled = (hit.score - low) / span if span > 0 else 1.0
            scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + weights[name] * scaled
            ranks.setdefault(hit.passage_id, {})[name] = rank
    fused = [FusedId(passage_id, score, ranks[passage_id]) for passage_id, score in scores.items()]
    return sorted(fused, key=lambda hit: (-hit.score, hit.passage_id))
