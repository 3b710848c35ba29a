"""Answer strings: how often one of them stands in the first passages that a question finds.

Measures, on a thousand real questions asked of no particular wiki, how often one of their answers
stands, word for word, in the first passage that hybrid search finds, the first 5, 10 and 50: as the
lists are fused, and as the rerankers order them. Many are about what the collection does not have,
or what happened after it; the last share says how far a better order could lead.
Corpus: ../shared/data/queries/open-questions-with-answers.jsonl, a thousand by hash, which nothing
is fitted on; the larger English collection.
Command: python -m bench.quality.answer_recall --collection DIR [--questions N]
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich.progress import track

from bench.quality.everyday_questions import OPEN_QUESTIONS, holds_answer
from bench.quality.open_questions import OpenQuestion, judging_questions
from bench.record import record
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit

_ASKED = 1_000
_DEPTHS = (1, 5, 10, 50)


def main() -> None:
    """Search for every question, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=_ASKED, help="fewer are not recorded")
    options = parser.parse_args()
    with (
        Index.open(options.collection, open_rerankers=lambda *_: ()) as fused,
        Index.open(options.collection) as reranked,
    ):
        orders = {"fused": fused, "reranked": reranked}
        ranks: dict[str, list[float]] = {name: [] for name in orders}
        for question in track(judging_questions(options.questions), "Searching"):
            context = reranked.context(question.question)
            for name, index in orders.items():
                hits = index.search(context, max(_DEPTHS))
                ranks[name].append(_rank(hits, question))
        corpus = f"{OPEN_QUESTIONS.name}, {reranked.manifest.dump.name}"
    figures = {name: _figures(found) for name, found in ranks.items()}
    print(json.dumps(figures, indent=1))
    if options.questions >= _ASKED:
        record("answer_recall", corpus, figures)


def _figures(ranks: Sequence[float]) -> dict[str, float]:
    return {"questions": len(ranks)} | {
        f"in the first {depth}": round(sum(rank <= depth for rank in ranks) / len(ranks), 3)
        for depth in _DEPTHS
    }


def _rank(hits: Sequence[Hit], question: OpenQuestion) -> float:
    """Of the first passage that holds an answer, from 1; infinite where none of them does."""
    for rank, hit in enumerate(hits, start=1):
        if holds_answer(hit.passage.text, [question.answers]):
            return rank
    return float("inf")


if __name__ == "__main__":
    main()
