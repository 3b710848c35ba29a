"""Short answers: which sentence of the passages found answers, and which words in it.

Measures: exact match and F1 (SQuAD's own) of the likeliest words, and how often the likeliest one,
two, four and twelve sentences hold an answer, with and without vectors; with the weights fitted on
one half of SQuAD 2.0's answerable questions and judged on the other. ``--write`` keeps the weights.
Corpus: bench.quality.squad_collection over bench.quality.development, all with vectors.
Command: python -m bench.quality.short_answers [--data DIR] [--write]
"""

import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.quality.development import DUMP, arguments, development_collection
from bench.quality.fitting import FREE, Candidates, listwise_fit
from bench.quality.reading_weights import write_reading_weights
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.record import record
from pinakes.index.evaluation import split_of
from pinakes.index.retrieval.search import Index
from pinakes.service.reading.linear_reader import READER_FEATURES, candidate_sentences
from pinakes.service.reading.question import question_of
from pinakes.service.reading.span_features import sentence_spans_of

__all__ = ["f1_of", "plain"]

_WEIGHTS = Path("service/reading/linear_reader.json")
_CORPUS = f"{SQUAD.name} over {DUMP.name}"
_HITS = 6
_SENTENCES = (1, 2, 4, 12)
_L2 = 0.0005
# Of the runs of words that are no answer, about so many of each question are fitted on.
_WRONG_RUNS = 250


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's runs of words, the sentence each stands in, and their features."""

    question_id: str
    answers: tuple[str, ...]
    sentences: tuple[str, ...]
    words: tuple[str, ...]
    of_sentence: NDArray[np.int64]
    features: NDArray[np.float64]


def main() -> None:
    """Ask, fit, judge, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="write the fitted weights")
    options = parser.parse_args()
    collection = development_collection(options.data, "all")
    with joined_collection(collection, "all") as joined, Index.open(joined.path) as index:
        asked = [question for row in _questions() if (question := _asked(index, *row)) is not None]
    dev = [question for question in asked if split_of(question.question_id) == "dev"]
    test = [question for question in asked if split_of(question.question_id) == "test"]
    fitted, figures = {}, {}
    columns = ("exact match", "F1", *(f"in {count} sentences" for count in _SENTENCES))
    table = Table("", *columns, title=f"short answers to {len(test):,} questions")
    for kind, with_vectors in (("with vectors", True), ("without vectors", False)):
        weights = _fit(dev, with_vectors=with_vectors)
        fitted[kind] = {
            name: round(float(weight), 4)
            for name, weight in zip(READER_FEATURES, weights, strict=True)
            if abs(weight) > 5e-5
        }
        figures[kind] = found = _judged(test, weights)
        table.add_row(kind, *(f"{found[column]:.3f}" for column in columns))
    Console().print(table)
    if options.write:
        write_reading_weights(
            _WEIGHTS,
            READER_FEATURES,
            fitted,
            _CORPUS,
            "python -m bench.quality.short_answers --write",
        )
    record("short_answers", _CORPUS, figures)


def _questions() -> list[tuple[str, str, tuple[str, ...]]]:
    """Id, question and answers of what has any."""
    return [
        (entry["id"], entry["question"], tuple({answer["text"] for answer in entry["answers"]}))
        for article in json.loads(SQUAD.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for entry in paragraph["qas"]
        if not entry["is_impossible"]
    ]


def _asked(index: Index, question_id: str, text: str, answers: tuple[str, ...]) -> Asked | None:
    question = question_of(index, text)
    hits = index.search(question.context, _HITS)
    candidates = candidate_sentences(question, hits)
    cosines = question.cosines([candidate.sentence.text for candidate in candidates])
    if cosines is None:
        raise SystemExit("the collection has no vectors")
    sentences, words, places, rows = [], [], [], []
    for candidate, cosine in zip(candidates, cosines, strict=True):
        sentence = candidate.sentence
        spans = sentence_spans_of(question, sentence)
        for start, end in zip(spans.starts, spans.ends, strict=True):
            words.append(sentence.text[start:end])
            places.append(len(sentences))
        sentences.append(sentence.text)
        rows.append(np.hstack([spans.features, np.full((len(spans.starts), 1), cosine)]))
    if not words:
        return None
    return Asked(
        question_id, answers, tuple(sentences), tuple(words), np.array(places), np.vstack(rows)
    )


def _fit(dev: Sequence[Asked], *, with_vectors: bool) -> NDArray[np.float64]:
    random = np.random.default_rng(0)
    candidates = []
    for question in dev:
        gold = {plain(answer) for answer in question.answers}
        right = np.array([plain(words) in gold for words in question.words])
        kept = right | (random.random(len(right)) < _WRONG_RUNS / len(right))
        features = question.features[kept]
        if not with_vectors:
            features[:, -1] = 0
        candidates.append(Candidates(features, right[kept]))
    return listwise_fit(candidates, [FREE] * len(READER_FEATURES), l2=_L2)


def _judged(test: Sequence[Asked], weights: NDArray[np.float64]) -> dict[str, float]:
    totals: Counter[str] = Counter()
    for question in test:
        scores = question.features @ weights
        best = question.words[int(scores.argmax())]
        totals["exact match"] += any(plain(best) == plain(answer) for answer in question.answers)
        totals["F1"] += max(f1_of(best, answer) for answer in question.answers)
        worth = [
            float(np.logaddexp.reduce(scores[question.of_sentence == place], initial=-np.inf))
            for place in range(len(question.sentences))
        ]
        order = sorted(range(len(worth)), key=lambda place: -worth[place])
        holds = [
            any(plain(answer) in plain(question.sentences[place]) for answer in question.answers)
            for place in order
        ]
        for count in _SENTENCES:
            totals[f"in {count} sentences"] += any(holds[:count])
    return {name: round(total / len(test), 4) for name, total in totals.items()}


def plain(text: str) -> str:
    """As SQuAD's own evaluation compares: no case, articles, punctuation or extra space."""
    bare = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def f1_of(said: str, answer: str) -> float:
    """F1 of the words of both, as SQuAD's own evaluation counts them."""
    words, gold = plain(said).split(), plain(answer).split()
    shared = sum((Counter(words) & Counter(gold)).values())
    return 2 * shared / (len(words) + len(gold)) if shared else float(words == gold)


if __name__ == "__main__":
    main()
