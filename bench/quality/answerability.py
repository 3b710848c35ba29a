"""Answerability: which questions a collection can answer, told by what is found for them.

Measures: with the features of service.reading.linear_answerability, fitted on one half of 779 real
questions, how many of the other half are refused of a wiki without the pages that answer them, at
which share of false refusals of the whole wiki; the area under that curve; and both error curves on
SQuAD 2.0, whose unanswerable questions are about passages that are there.
Corpus: bench.quality.development with vectors of leads, bench.quality.left_out,
bench.quality.squad_collection.
Command: python -m bench.quality.answerability [--data DIR] [--write]
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.quality.fitting import logistic_fit, probabilities
from bench.quality.left_out import left_out_collection
from bench.quality.reading_weights import write_reading_weights
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.record import record
from pinakes.index.evaluation import read_questions, split_of
from pinakes.index.evaluation.questions import Question
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.retrieve import SEARCHED_HITS, varied
from pinakes.service.reading.answerability import WEIGHED_HITS, Findings
from pinakes.service.reading.linear_answerability import FEATURES, features_of
from pinakes.service.reading.linear_reader import linear_reader
from pinakes.service.reading.question import question_of

_WEIGHTS = Path("service/reading/linear_answerability.json")
_L2 = 0.01
# A little below a tenth, so that a tenth holds on other questions too.
_FALSE_REFUSALS = 0.085


@dataclass(frozen=True, slots=True)
class Asked:
    """The features of each question, of shape (questions, columns), and which have an answer."""

    features: NDArray[np.float64]
    answerable: NDArray[np.bool_]
    dev: NDArray[np.bool_]


def main() -> None:
    """Ask with and without the gold pages, fit, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="write the fitted weights")
    options = parser.parse_args()
    whole = development_collection(options.data)
    without = left_out_collection(options.data, whole)
    questions = list(read_questions(QUESTIONS))
    figures: dict[str, object] = {}
    fitted: dict[str, object] = {}
    thresholds: dict[str, object] = {}
    table = Table(title="questions refused")
    for name in ("features", "area", "false refusals", "refused, gold page left out", "threshold"):
        table.add_column(name)
    for kind, with_vectors in (("with vectors", True), ("without vectors", False)):
        asked = _ask([(whole, True), (without, False)], questions, with_vectors=with_vectors)
        weights = logistic_fit(asked.features[asked.dev], asked.answerable[asked.dev], _L2)
        confidence = probabilities(asked.features, weights)
        tuned = confidence[asked.dev & asked.answerable]
        threshold = float(np.quantile(tuned, _FALSE_REFUSALS))
        judged = ~asked.dev
        false = float((confidence[judged & asked.answerable] < threshold).mean())
        refused = float((confidence[judged & ~asked.answerable] < threshold).mean())
        area = _area(confidence[judged], asked.answerable[judged])
        table.add_row(kind, f"{area:.3f}", f"{false:.3f}", f"{refused:.3f}", f"{threshold:.3f}")
        figures[kind] = {
            "area": area,
            "false_refusals": false,
            "refusals": refused,
            "threshold": threshold,
            "curve": _curve(confidence[judged], asked.answerable[judged]),
        }
        fitted[kind] = {
            name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)
        }
        thresholds[kind] = {
            "threshold": round(threshold, 3),
            "questions": int(asked.dev.sum()),
            "false_refusals": round(float((tuned < threshold).mean()), 3),
            "refusals": round(
                float((confidence[asked.dev & ~asked.answerable] < threshold).mean()), 3
            ),
        }
        if with_vectors:
            figures["SQuAD 2.0"] = squad = _squad(options.data, weights)
            table.add_row("SQuAD 2.0", f"{squad['area']:.3f}", "", "", "")
    Console().print(table)
    if options.write:
        corpus = f"{QUESTIONS.name} over {DUMP.name}, with and without the pages that answer"
        command = "python -m bench.quality.answerability --write"
        write_reading_weights(_WEIGHTS, FEATURES, fitted, corpus, command, thresholds)
    record("answerability", f"{DUMP.name}, with and without gold pages; {SQUAD.name}", figures)


def _ask(
    collections: Iterable[tuple[Path, bool]], questions: Sequence[Question], *, with_vectors: bool
) -> Asked:
    rows, answerable, dev = [], [], []
    for path, has_answers in collections:
        with Index.open(path) if with_vectors else Index.open(path, None) as index:
            for question in questions:
                if (row := _features(index, question.text)) is None:
                    continue
                rows.append(row)
                answerable.append(has_answers)
                dev.append(split_of(question.question_id) == "dev")
    return Asked(np.array(rows), np.array(answerable), np.array(dev))


def _features(index: Index, text: str) -> list[float] | None:
    question = question_of(index, text)
    hits = index.search(question.context, SEARCHED_HITS)
    if not hits:
        return None
    read = varied(hits)
    # The reader alone: the model that is fitted here may be refused for having been fitted on
    # another ranking.
    reading = linear_reader().read(question, read)
    found = features_of(question, Findings(hits[:WEIGHED_HITS], read, reading))
    return [found[name] for name in FEATURES]


def _area(confidence: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """The chance that an answerable question has more confidence than another (ROC AUC)."""
    good, bad = confidence[answerable], confidence[~answerable]
    above = (good[:, None] > bad[None, :]).mean() + (good[:, None] == bad[None, :]).mean() / 2
    return round(float(above), 4)


def _curve(
    confidence: NDArray[np.float64], answerable: NDArray[np.bool_]
) -> list[dict[str, float]]:
    """At thresholds that falsely refuse 2 to 50 in a hundred: the shares refused of both kinds."""
    points = []
    for share in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5):
        threshold = float(np.quantile(confidence[answerable], share))
        refused = float((confidence[~answerable] < threshold).mean())
        points.append({"false_refusals": share, "refusals": round(refused, 4)})
    return points


def _squad(data: Path, weights: NDArray[np.float64]) -> dict[str, object]:
    """Both error curves on SQuAD 2.0, whose unanswerable questions are about passages there."""
    texts = [
        (entry["question"], not entry["is_impossible"])
        for article in json.loads(SQUAD.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for entry in paragraph["qas"]
    ]
    rows, answerable = [], []
    with (
        joined_collection(development_collection(data), "leads") as joined,
        Index.open(joined.path) as index,
    ):
        for text, has_answer in texts:
            if (row := _features(index, text)) is not None:
                rows.append(row)
                answerable.append(has_answer)
    confidence = probabilities(np.array(rows), weights)
    known = np.array(answerable)
    return {"area": _area(confidence, known), "curve": _curve(confidence, known)}


if __name__ == "__main__":
    main()
