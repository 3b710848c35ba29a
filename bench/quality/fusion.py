"""How keyword and vector lists are best joined: weights and kinds of fusion, page level.

Measures: hit@1, hit@10 and MRR@10 over the development questions, for min-max score fusion at
several vector weights, scores divided by their maximum, and reciprocal rank fusion (k = 60).
Corpus: bench.quality.development, vectors of leads.
Command: python -m bench.quality.fusion [--data DIR]
"""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.record import record
from pinakes.index.evaluation import read_questions
from pinakes.index.retrieval.search import Index
from pinakes.index.types import ScoredId

Fusion = Callable[[Sequence[ScoredId], Sequence[ScoredId]], list[int]]
_DEPTH = 100


def main() -> None:
    """Collect both lists for every question once, then fuse them in every way."""
    collection = development_collection(arguments(__doc__).parse_args().data)
    questions = [question for question in read_questions(QUESTIONS) if question.gold_pages]
    with Index.open(collection) as index:
        assert index.encoder is not None
        coverage = index.manifest.coverage
        pages = {passage.passage_id: passage.page_id for passage, _ in index.store.all_passages()}
        lists = [
            (
                index.keywords.search(question.text, _DEPTH),
                index.vectors.search(index.encoder.encode_query(question.text), _DEPTH),
            )
            for question in track(questions, "Searching")
        ]
    figures = []
    for name, fusion in _fusions().items():
        ranks = []
        for question, (keyword, vector) in zip(questions, lists, strict=True):
            found = list(dict.fromkeys(pages[i] for i in fusion(keyword, vector)))[:10]
            ranks.append(next((r for r, p in enumerate(found, 1) if p in question.gold_pages), 0))
        total = len(ranks)
        figures.append(
            {
                "fusion": name,
                "hit_at_1": sum(rank == 1 for rank in ranks) / total,
                "hit_at_10": sum(rank > 0 for rank in ranks) / total,
                "mrr_at_10": sum(1 / rank for rank in ranks if rank) / total,
            }
        )
    table = Table(title=f"{len(questions)} questions; vectors for {coverage:.0%} of the passages")
    for column in ("fusion", "hit@1", "hit@10", "MRR@10"):
        table.add_column(column)
    for row in figures:
        table.add_row(*(v if isinstance(v, str) else f"{v:.3f}" for v in row.values()))
    Console(width=100).print(table)
    record("fusion", f"{DUMP.name}, vectors for {coverage:.1%} of the passages", figures)


def _fusions() -> dict[str, Fusion]:
    ways: dict[str, Fusion] = {}
    for weight in (0.3, 0.4, 0.5, 0.6, 0.7):
        ways[f"min-max, vector {weight}"] = min_max(weight)
        ways[f"by maximum, vector {weight}"] = _by_maximum(weight)
    ways["reciprocal ranks, k 60"] = reciprocal_ranks
    return ways


def min_max(weight: float) -> Fusion:
    """Scores scaled to 0..1 over their own list, the vector list's times ``weight``."""

    def fusion(keyword: Sequence[ScoredId], vector: Sequence[ScoredId]) -> list[int]:
        scores: dict[int, float] = {}
        for share, hits in ((1 - weight, keyword), (weight, vector)):
            low = hits[-1].score if hits else 0.0
            span = (hits[0].score - low if hits else 0.0) or 1.0
            for hit in hits:
                scaled = share * (hit.score - low) / span
                scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + scaled
        return sorted(scores, key=lambda i: -scores[i])

    return fusion


def _by_maximum(weight: float) -> Fusion:
    def fusion(keyword: Sequence[ScoredId], vector: Sequence[ScoredId]) -> list[int]:
        scores: dict[int, float] = {}
        for share, hits in ((1 - weight, keyword), (weight, vector)):
            for hit in hits:
                scaled = share * hit.score / hits[0].score
                scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + scaled
        return sorted(scores, key=lambda i: -scores[i])

    return fusion


def reciprocal_ranks(keyword: Sequence[ScoredId], vector: Sequence[ScoredId]) -> list[int]:
    """Sums of 1 / (60 + rank), after Cormack, Clarke and Büttcher, SIGIR 2009."""
    scores: dict[int, float] = {}
    for hits in (keyword, vector):
        for rank, hit in enumerate(hits, 1):
            scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + 1 / (60 + rank)
    return sorted(scores, key=lambda i: -scores[i])


if __name__ == "__main__":
    main()
