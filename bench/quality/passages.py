"""Passage-level retrieval: the answerable questions of SQuAD 2.0 over its paragraphs and a wiki.

Measures: hit@k (R@k: the one gold passage), nDCG@10, MRR@10 and latency of keyword, vector and
hybrid search, with hybrid search's paired differences to the other two; and how often the rule of
``pinakes eval`` for gold passages (article, answer, sentence) finds the paragraph that is known.
Corpus: 14 articles of SQuAD 2.0 (447 paragraphs, each one passage; 2,183 answerable questions)
together with the passages of bench.quality.development, 6,000 Wikipedia articles, all with vectors.
Command: python -m bench.quality.passages [--data DIR]
"""

from dataclasses import asdict

from rich.console import Console

from bench.quality.development import DUMP, arguments, development_collection
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.record import record
from pinakes.index.evaluation import compare_stages, evaluate, modes_of, reports
from pinakes.index.retrieval.search import Index
from pinakes.service.terminal.evaluation_report import (
    comparisons_json,
    print_comparisons,
    print_run,
)


def main() -> None:
    """Join both corpora into one collection, ask, print, record."""
    collection = development_collection(arguments(__doc__).parse_args().data, "all")
    with joined_collection(collection, "all") as joined, Index.open(joined.path) as index:
        run = evaluate(index.manifest, joined.judgment, modes_of(index))
        passages = index.manifest.passages
    figures = reports(run)
    comparisons = [
        comparison
        for other in ("keyword", "vector")
        for comparison in compare_stages(run, "hybrid", run, other)
        if comparison.level == "passages"
    ]
    print_run(run, figures)
    print_comparisons(comparisons)
    Console().print(
        f"The rule for gold passages finds just the known paragraph for {joined.agreeing:,} of "
        f"{len(run.questions):,} questions."
    )
    for comparison in comparisons:
        comparison.better.clear()
        comparison.worse.clear()
    record(
        "passages",
        f"{SQUAD.name} and {DUMP.name}: {passages:,} passages, vectors for {run.coverage:.1%}",
        {
            "stages": [asdict(report) for report in figures],
            "comparisons": comparisons_json(comparisons),
            "gold_rule_agrees": joined.agreeing,
        },
    )


if __name__ == "__main__":
    main()
