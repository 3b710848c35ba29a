"""Answerability: fits which questions a collection can answer, told by what is found for them.

Fits the features of service.reading.linear_answerability on the split ``dev`` of real questions,
asked of both sizes of one wiki as they are and as if the pages that answer them were not there;
chooses the usual threshold; and finds the share of questions made of a collection's own pages that
collections are to refuse when they choose one by themselves. bench.quality.refusals judges it.
Corpus: bench.quality.two_sizes.
Command: python -m bench.quality.answerability [--data DIR] [--write]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.quality.development import arguments
from bench.quality.fitting import logistic_fit, probabilities
from bench.quality.reading_weights import write_reading_weights
from bench.quality.seen_findings import seen_findings
from bench.quality.two_sizes import CORPUS, AnsweredByPages, collections, questions_of_both
from pinakes.index.retrieval.search import Index
from pinakes.service.evaluation.made_questions import made_questions
from pinakes.service.evaluation.refusals import MADE_QUESTIONS
from pinakes.service.reading.linear_answerability import FEATURES

_WEIGHTS = Path("service/reading/linear_answerability.json")
_L2 = 0.005
# A little below a tenth, so that a tenth holds on other questions too.
_FALSE_REFUSALS = 0.085
# Twice as many as a collection asks itself: what is chosen here is for all.
_MADE = 2 * MADE_QUESTIONS
Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """Features of questions of one size, each of shape (questions, columns).

    With the pages that answer them, without, and of questions made of the collection without their
    pages. Rows of nan are refused by words alone.
    """

    answerable: Column
    unanswerable: Column
    made: Column


def main() -> None:
    """Ask both sizes with and without the gold pages, fit, print, write."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="write the fitted weights")
    options = parser.parse_args()
    paths = collections(options.data)
    questions = questions_of_both("dev")
    fitted: dict[str, dict[str, float]] = {}
    thresholds: dict[str, dict[str, float | int]] = {}
    table = Table(title="questions of the split dev refused")
    for name in ("features", "threshold", "answerable", "unanswerable", "made, without their page"):
        table.add_column(name)
    for kind, with_vectors in (("with vectors", True), ("without vectors", False)):
        sizes = [_ask(path, questions, with_vectors=with_vectors) for path in paths]
        weights = _fit(sizes)
        fitted[kind] = {
            name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)
        }
        thresholds[kind] = found = _threshold(sizes, weights)
        table.add_row(kind, *(f"{value:.3f}" for key, value in found.items() if key != "questions"))
    Console().print(table)
    if options.write:
        corpus = f"the split dev of {CORPUS}, with and without the pages that answer"
        command = "python -m bench.quality.answerability --write"
        write_reading_weights(_WEIGHTS, FEATURES, fitted, corpus, command, thresholds)


def _ask(path: Path, questions: Sequence[AnsweredByPages], *, with_vectors: bool) -> Asked:
    answerable, unanswerable, made = [], [], []
    with Index.open(path) if with_vectors else Index.open(path, None) as index:
        for question in questions:
            if pages := question.pages_in(index):
                answerable.append(_features(index, question.text))
                unanswerable.append(_features(index.without(pages), question.text))
        for target in made_questions(index, _MADE):
            made.append(_features(index.without(target.pages), target.question))
    return Asked(np.array(answerable), np.array(unanswerable), np.array(made))


def _features(index: Index, text: str) -> list[float]:
    return seen_findings(index, text).features or [np.nan] * len(FEATURES)


def _fit(sizes: Sequence[Asked]) -> Column:
    answerable = np.concatenate([asked.answerable for asked in sizes])
    unanswerable = np.concatenate([asked.unanswerable for asked in sizes])
    features = np.concatenate([answerable, unanswerable])
    wanted = np.arange(len(features)) < len(answerable)
    told = ~np.isnan(features[:, 0])
    return logistic_fit(features[told], wanted[told], _L2)


def _threshold(sizes: Sequence[Asked], weights: Column) -> dict[str, float | int]:
    """The usual one over both sizes; and what each size's own would refuse of made questions."""
    answerable, unanswerable, made = (
        [_confidences(rows, weights) for rows in kind]
        for kind in zip(*((a.answerable, a.unanswerable, a.made) for a in sizes), strict=True)
    )
    threshold = float(np.quantile(np.concatenate(answerable), _FALSE_REFUSALS))
    of_made = [
        (rows < np.quantile(of_people, _FALSE_REFUSALS)).mean()
        for rows, of_people in zip(made, answerable, strict=True)
    ]
    return {
        "threshold": round(threshold, 3),
        "questions": sum(map(len, answerable)),
        "false_refusals": round(float((np.concatenate(answerable) < threshold).mean()), 3),
        "refusals": round(float((np.concatenate(unanswerable) < threshold).mean()), 3),
        "made_refusals": round(float(np.mean(of_made)), 3),
    }


def _confidences(features: Column, weights: Column) -> Column:
    return np.nan_to_num(probabilities(features, weights), nan=0.0)


if __name__ == "__main__":
    main()
