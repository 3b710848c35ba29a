"""Cards and short answers without a model: how often they hold the answer.

Measures, on real questions asked of no particular wiki, of which many are about what the collection
does not have: in how many it is sure enough to answer, and how many of the passages chosen hold one
of the answer strings; how many of both kinds are shown, for one that hardly tells the answer is
not; how many have a short answer, and how many of these are right. ``--write`` fits what tells both
by questions set aside that judge nothing else and that no model was trained on, and chooses the
thresholds by cross-validation: at most so many of the passages that hold the answer are not shown,
and so many of the short answers that are shown are right.
Corpus: bench.quality.open_questions, half of those that judge, and plain questions written by hand
(bench/quality/questions/README.md); the larger English collection.
Command: python -m bench.quality.cards --collection DIR [--write]
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.quality.everyday_questions import OPEN_QUESTIONS, holds_answer
from bench.quality.fitting import logistic_fit, probabilities
from bench.quality.open_questions import OpenQuestion, fitting_questions, judging_questions
from bench.quality.reading_weights import write_reading_weights
from bench.quality.short_answers import f1_of
from bench.record import record
from pinakes.index.errors import BadQuery
from pinakes.index.evaluation import Split
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.asking.retrieve import find
from pinakes.service.reading import likely_answers, telling_passages
from pinakes.service.reading.models import NETWORK, reading_models
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import Reader, Reading
from pinakes.service.reading.threshold import threshold_of
from pinakes.service.reading.two_readers import TwoReadersWeights

_PLAIN = Path(__file__).parent / "questions" / "plain.jsonl"
_READING = Path("service/reading")
_COMMAND = "python -m bench.quality.cards --write"
_JUDGED = 500
_L2, _L2_WORDS = 0.01, 0.05
_FOLDS = 8
# Of the passages that hold the answer so many may be left out.
_LEFT_OUT = 0.02
# Of short answers shown so many must be right, among so many at least.
_RIGHT, _LEAST_SHOWN = 0.7, 5
# "Wilberforce" for "William Wilberforce".
_LIKE = 2 / 3

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the collection is sure enough to answer, and its likeliest passage.

    ``holds``: whether it holds the answer. ``passage``: its features, of shape (columns,); none for
    a question in parts. ``words``: those of the words found that are of the type expected, in
    whatever passage, of shape (words, columns); which of them are ``right``, and of which the
    passage ``told`` the answer.
    """

    holds: bool
    passage: Matrix | None
    words: Matrix
    right: Flags
    told: Flags


@dataclass(frozen=True, slots=True)
class Best:
    """How likely the likeliest words are, if they are right, and if their passage ``told`` it."""

    likely: float
    right: bool
    told: bool


class _Heard:
    """A reader, and what it was asked and has read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.margin = reader.margin
        self.readings: list[tuple[Question, Sequence[Hit], Reading]] = []

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        reading = self._reader.read(question, hits)
        self.readings.append((question, hits, reading))
        return reading


def main() -> None:
    """Ask, fit if told to, judge, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="fit the weights, and write them")
    options = parser.parse_args()
    with Index.open(options.collection) as index:
        corpus = f"{OPEN_QUESTIONS.name}, {index.manifest.dump.name}"
        if options.write:
            told = [_asked(index, one) for one in track(fitting_questions(), "To fit")]
            _fit(told, [_asked(index, one) for one in _plain_questions("dev")], corpus)
        judged = {
            kind: [_asked(index, one) for one in track(questions, f"To judge: {kind}")]
            for kind, questions in {
                "open": judging_questions(_JUDGED),
                "plain, dev": _plain_questions("dev"),
                "plain, test": _plain_questions("test"),
            }.items()
        }
    figures = {kind: _figures(asked) for kind, asked in judged.items()}
    Console().print(_table(figures))
    record("cards", corpus, figures)


def _plain_questions(split: Split) -> list[OpenQuestion]:
    rows = (json.loads(line) for line in _PLAIN.read_text(encoding="utf-8").splitlines())
    return [
        OpenQuestion(row["id"], row["question"], tuple(row["answers"]))
        for row in rows
        if row["split"] == split
    ]


def _asked(index: Index, asked: OpenQuestion) -> Asked | None:
    """None where it is refused, or shown as a topic."""
    models = reading_models()
    heard = _Heard(models.reader)
    try:
        found = find(index, replace(models, reader=heard), asked.question, "hybrid")
    except BadQuery:
        return None
    encoder = None if index.encoder is None else index.encoder.record
    least = threshold_of(index.collection, models.answerability, encoder).threshold
    if found.topic or not found.sentences or found.confidence < least:
        return None
    chosen = found.hits[found.sentences[0].hit].passage.text
    holds = holds_answer(chosen, [asked.answers])
    if len(heard.readings) > 1:
        none = np.zeros(0, dtype=bool)
        return Asked(holds, None, _rows([], likely_answers.FEATURES), none, none)
    question, hits, reading = heard.readings[0]
    return read_of(asked, question, hits, reading)


def read_of(
    asked: OpenQuestion,
    question: Question,
    hits: Sequence[Hit],
    reading: Reading,
) -> Asked:
    """What is told of the likeliest passage of a reading, and whether it is right."""
    chosen = reading.sentences[0].hit
    rows, right, told = [], [], []
    for one, features in likely_answers.features_of_answers(question, hits, reading):
        if features["of type"]:
            text = hits[one.hit].passage.text
            rows.append(features)
            right.append(_is_right(text[one.answer_start : one.answer_end], asked.answers))
            told.append(holds_answer(text, [asked.answers]))
    passage = telling_passages.features_of_passage(question, reading)
    return Asked(
        holds_answer(hits[chosen].passage.text, [asked.answers]),
        None if passage is None else _rows([passage], telling_passages.FEATURES)[0],
        _rows(rows, likely_answers.FEATURES),
        np.array(right, dtype=bool),
        np.array(told, dtype=bool),
    )


def _is_right(words: str, answers: Sequence[str]) -> bool:
    return holds_answer(words, [answers]) or any(f1_of(words, one) >= _LIKE for one in answers)


def _rows(features: Sequence[Any], names: Sequence[str]) -> Matrix:
    return np.array([[one[name] for name in names] for one in features]).reshape(-1, len(names))


def _fit(asked: Sequence[Asked | None], plain: Sequence[Asked | None], corpus: str) -> None:
    """Fit and write both, with what a cross-validation says of thresholds.

    Words are fitted on ``plain`` questions, too: open ones ask for much that no page tells, and of
    these alone the threshold is chosen.
    """
    told = [one for one in asked if one is not None]
    passages = [one for one in told if one.passage is not None]
    features = np.array([one.passage for one in passages])
    holds = np.array([one.holds for one in passages])
    rated = np.concatenate(
        [
            probabilities(features[out], logistic_fit(features[~out], holds[~out], _L2))
            for out in _folds(len(passages))
        ]
    )
    order = np.concatenate([np.flatnonzero(out) for out in _folds(len(passages))])
    least = float(np.quantile(rated[holds[order]], _LEFT_OUT))
    weights = logistic_fit(features, holds, _L2)
    # Without vectors the linear reader's scores are others.
    _write("telling_passages", telling_passages.FEATURES, (weights, None), least, corpus)
    telling_passages.passage_weights.cache_clear()
    worded = [one for one in told if len(one.right)]
    also = [one for one in plain if one is not None and len(one.right)]
    pairs: list[tuple[float, bool]] = []
    for out in _folds(len(worded)):
        kept = [one for one, is_out in zip(worded, out, strict=True) if not is_out]
        weights = _fit_words([*kept, *also])
        left_out = [one for one, is_out in zip(worded, out, strict=True) if is_out]
        pairs += [(best.likely, best.right) for one in left_out for best in [_best(one, weights)]]
    least = _least_right(pairs)
    weights = _fit_words([*worded, *also])
    _write("likely_answers", likely_answers.FEATURES, (weights, weights), least, corpus)
    likely_answers.answer_weights.cache_clear()


def _folds(count: int) -> list[Flags]:
    """Each question is left out once."""
    return [np.arange(count) % _FOLDS == fold for fold in range(_FOLDS)]


def _fit_words(asked: Sequence[Asked]) -> Matrix:
    words = np.concatenate([one.words for one in asked])
    return logistic_fit(words, np.concatenate([one.right for one in asked]), _L2_WORDS)


def _best(asked: Asked, weights: Matrix) -> Best:
    likely = probabilities(asked.words, weights)
    best = int(likely.argmax())
    return Best(float(likely[best]), bool(asked.right[best]), bool(asked.told[best]))


def _least_right(pairs: Sequence[tuple[float, bool]]) -> float:
    """The least probability down to which so many are right as must be, at every step; 1 if none.

    Farther down they may be so many again, by chance.
    """
    rated = sorted(pairs, reverse=True)
    least = 1.0
    for count in range(_LEAST_SHOWN, len(rated) + 1):
        if sum(right for _, right in rated[:count]) < _RIGHT * count:
            break
        least = rated[count - 1][0]
    return least


def _write(
    name: str,
    features: Sequence[str],
    weights: tuple[Matrix, Matrix | None],
    threshold: float,
    corpus: str,
) -> None:
    """``weights``: with vectors and without."""
    fitted = [
        {}
        if side is None
        else {
            feature: round(float(weight), 4) for feature, weight in zip(features, side, strict=True)
        }
        for side in weights
    ]
    write_reading_weights(
        _READING / f"{name}.json",
        features,
        {"with vectors": fitted[0], "without vectors": fitted[1]},
        corpus,
        _COMMAND,
        on_scores=False,
        more={
            "network": sha256((NETWORK / "model.onnx").read_bytes()).hexdigest(),
            "threshold": round(threshold, 3),
        },
    )


def _figures(asked: Sequence[Asked | None]) -> dict[str, int]:
    told = [one for one in asked if one is not None]
    words, passages = likely_answers.answer_weights(), telling_passages.passage_weights()
    of_words = _weights(words, likely_answers.FEATURES)
    of_passage = _weights(passages, telling_passages.FEATURES)
    short, shown = [], []
    for one in told:
        best = _best(one, of_words) if len(one.right) else None
        if best is not None and best.likely >= words.threshold:
            short.append(best.right)
            shown.append(best.told)
        elif (
            one.passage is None
            or probabilities(one.passage[None], of_passage)[0] >= passages.threshold
        ):
            shown.append(one.holds)
    return {
        "questions": len(asked),
        "sure enough to answer": len(told),
        "likeliest passage holds the answer": sum(one.holds for one in told),
        "shown": len(shown),
        "shown, holds the answer": sum(shown),
        "short answers": len(short),
        "short answers, right": sum(short),
    }


def _weights(fitted: TwoReadersWeights, names: Sequence[str]) -> Matrix:
    return np.array([fitted.weights["with vectors"].get(name, 0.0) for name in names])


def _table(figures: dict[str, dict[str, int]]) -> Table:
    table = Table("", *figures)
    for name in figures["open"]:
        table.add_row(name, *(str(counts[name]) for counts in figures.values()))
    return table


if __name__ == "__main__":
    main()
