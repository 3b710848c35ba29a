"""Refusals: how many questions without an answer are refused, and how many that have one.

Measures, on two sizes of one wiki: the shares refused of real questions asked as if the pages that
answer them were not there, at thresholds that refuse 2, 5 and 10 in a hundred of them as they are,
and the area under that curve; both shares at the threshold that comes with Pinakes and at the one
that the collection chooses by itself (at the end of a build); and how much of what is not to be
answered is refused, by kind, beside questions that look odd and have an answer. The weights were
fitted on the split ``dev``: judged is ``test``, and the questions that only the larger size can
answer. Once more of the smaller size without all the pages that answer any of the questions:
otherwise others often hold the answer too. And SQuAD 2.0, whose unanswerable questions are about
passages that are there.
Corpus: bench.quality.two_sizes, bench.quality.left_out, bench.quality.squad_collection,
bench/quality/questions.
Command: python -m bench.quality.refusals [--data DIR]
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.quality.development import arguments
from bench.quality.left_out import left_out_collection
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.quality.two_sizes import (
    CORPUS,
    AnsweredByPages,
    collections,
    questions_of_both,
    questions_of_larger,
)
from bench.record import record
from pinakes.index.errors import BadQuery
from pinakes.index.evaluation import sample_of
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.retrieve import find
from pinakes.service.evaluation.refusals import (
    calibrated_threshold,
    error_curve,
    largest_threshold,
    share_below,
)
from pinakes.service.reading.models import linear_models

_BY_HAND = Path(__file__).parent / "questions"
_SHARES = (0.02, 0.05, 0.1)
_OF_SQUAD = 300

Thresholds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """The confidences of questions that can be answered, and of others or of the same without."""

    answerable: list[float]
    unanswerable: list[float]


def main() -> None:
    """Ask both sizes, print, record."""
    parser = arguments(__doc__)
    options = parser.parse_args()
    small, large = collections(options.data)
    figures: dict[str, Any] = {}
    test = questions_of_both("test")
    with Index.open(small) as index, Index.open(left_out_collection(options.data, small)) as others:
        thresholds = _thresholds(index)
        answered = _asked(index, test)
        unanswered = [_confidence(others, question.text) for question in test]
        figures[f"{index.manifest.pages.documents:,} articles"] = {
            "thresholds": thresholds,
            "questions": {
                "split test": _curve(answered, thresholds),
                "split test, all such pages left out": _curve(
                    Asked(answered.answerable, unanswered), thresholds
                ),
            },
            "refused": _by_hand(index, thresholds),
        }
    with Index.open(large) as index:
        thresholds = _thresholds(index)
        figures[f"{index.manifest.pages.documents:,} articles"] = {
            "thresholds": thresholds,
            "questions": {
                "split test": _curve(_asked(index, test), thresholds),
                "of this size alone": _curve(_asked(index, questions_of_larger()), thresholds),
            },
            "refused": _by_hand(index, thresholds),
        }
    figures["SQuAD 2.0"] = {"questions": {"a sample": _squad(small)}}
    _print(figures)
    record("refusals", f"{CORPUS}; {SQUAD.name}; refusals.jsonl and controls.jsonl", figures)


def _thresholds(index: Index) -> Thresholds:
    """The one that comes with Pinakes, and the collection's own, as a build chooses it."""
    models = linear_models()
    encoder = index.encoder.record if index.encoder else None
    own = calibrated_threshold(index, models)
    usual = models.answerability.usual_threshold(encoder).threshold
    return {"usual": usual} | ({} if own is None else {"its own": own.threshold})


def _asked(index: Index, questions: Iterable[AnsweredByPages]) -> Asked:
    """Those that a page there answers, as they are and as if it was not there."""
    answerable, unanswerable = [], []
    for question in questions:
        if pages := question.pages_in(index):
            answerable.append(_confidence(index, question.text))
            unanswerable.append(_confidence(index.without(pages), question.text))
    return Asked(answerable, unanswerable)


def _curve(asked: Asked, thresholds: Thresholds) -> dict[str, Any]:
    return {
        "questions": len(asked.answerable),
        "area": round(error_curve(asked.answerable, asked.unanswerable).area, 4),
        "curve": [
            {
                "false_refusals": share,
                "refusals": round(
                    share_below(asked.unanswerable, largest_threshold(asked.answerable, share)), 4
                ),
            }
            for share in _SHARES
        ],
        "at": {
            name: {
                "false_refusals": round(share_below(asked.answerable, threshold), 4),
                "refusals": round(share_below(asked.unanswerable, threshold), 4),
            }
            for name, threshold in thresholds.items()
        },
    }


def _by_hand(index: Index, thresholds: Thresholds) -> dict[str, Any]:
    """By kind and split, the shares refused of what is not to be answered, and of the controls."""

    def has_page(row: Mapping[str, Any]) -> bool:
        return any(index.store.page_id_by_name(title) is not None for title in row["pages"])

    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows("refusals", lambda row: True):
        found[row["kind"]][row["split"]].append(_confidence(index, row["question"]))
    for row in _rows("controls", has_page):
        found["controls"][row["split"]].append(_confidence(index, row["question"]))
    for row in _rows("topics", has_page):
        found["topics"][row["split"]].append(_confidence(index, row["query"]))
    return {
        kind: {
            split: {
                "questions": len(rows),
                **{name: round(share_below(rows, at), 4) for name, at in thresholds.items()},
            }
            for split, rows in splits.items()
        }
        for kind, splits in found.items()
    }


def _squad(small: Path) -> dict[str, Any]:
    texts = {
        entry["id"]: (entry["question"], not entry["is_impossible"])
        for article in json.loads(SQUAD.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for entry in paragraph["qas"]
    }
    asked = Asked([], [])
    with joined_collection(small, "leads") as joined, Index.open(joined.path) as index:
        for qid in sorted(sample_of(texts, _OF_SQUAD)):
            text, has_answer = texts[qid]
            rows = asked.answerable if has_answer else asked.unanswerable
            rows.append(_confidence(index, text))
    return _curve(asked, {})


def _confidence(index: Index, question: str) -> float:
    """How likely it is answered there; 1 where it is a topic whose page is shown."""
    try:
        found = find(index, linear_models(), question, "hybrid")
    except BadQuery:  # nothing to search for: refused before anything is searched
        return 0.0
    return 1.0 if found.topic else round(found.confidence, 3)


def _rows(name: str, wanted: Callable[[Mapping[str, Any]], bool]) -> Iterable[Mapping[str, Any]]:
    with (_BY_HAND / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from filter(wanted, map(json.loads, lines))


def _print(figures: Mapping[str, Any]) -> None:
    table = Table(title="refused of unanswerable questions; at thresholds also of answerable ones")
    names = ("", "questions", "area", *(f"at {share:.0%}" for share in _SHARES), "usual", "its own")
    for name in names:
        table.add_column(name)
    for size, found in figures.items():
        for name, curve in found["questions"].items():
            at = [
                f"{both['refusals']:.3f} at {both['false_refusals']:.3f}"
                for both in curve["at"].values()
            ]
            shares = [f"{point['refusals']:.3f}" for point in curve["curve"]]
            label = f"{size}: {name}"
            table.add_row(label, str(curve["questions"]), f"{curve['area']:.3f}", *shares, *at)
    console = Console()
    console.print(table)
    for size, found in figures.items():
        console.print(size, found.get("thresholds"), found.get("refused"))


if __name__ == "__main__":
    main()
