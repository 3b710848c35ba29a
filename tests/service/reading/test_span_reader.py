"""Where an answer begins and ends, by what a network says of every token."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pinakes.index.encoders.cross_encoder import PairReading
from pinakes.index.types import Hit
from pinakes.ingest.types import Passage
from pinakes.service.reading.span_reader import SpanReader, best_spans

TEXT = "It was found in 1799. It was read in 1822."


@pytest.mark.parametrize(
    ("starts", "ends", "best"),
    [
        ([0, 0, 9, 0, 0], [0, 0, 0, 9, 0], (0, 8, 18.0)),  # "AC" up to "DC"
        ([0, 0, 0, 9, 0], [0, 0, 9, 8, 0], (5, 8, 17.0)),  # an end before the start is none
        ([5, 0, 1, 0, 0], [5, 0, 1, 0, 0], (0, 4, -8.0)),  # no answer is likelier
        ([0, 99, 1, 0, 0], [0, 99, 1, 0, 0], (0, 4, 2.0)),  # no words of the question
    ],
)
def test_best_spans(starts: list[float], ends: list[float], best: tuple[int, int, float]) -> None:
    outputs = {
        "start_logits": np.array(starts, dtype=np.float32),
        "end_logits": np.array(ends, dtype=np.float32),
    }
    pair = PairReading(outputs, [None, None, (0, 4), (5, 8), None])
    assert best_spans(pair)[0] == best


def test_a_title_before_the_text_is_no_answer() -> None:
    logits = np.array([0, 9, 1], dtype=np.float32)
    pair = PairReading({"start_logits": logits, "end_logits": logits}, [None, (0, 4), (6, 9)])
    assert best_spans(pair, 6) == [(0, 3, 2.0)]


def test_an_answer_has_at_most_thirty_tokens() -> None:
    tokens = [(at, at + 1) for at in range(60)]
    starts, ends = np.zeros((2, 61), dtype=np.float32)
    starts[1] = ends[60] = 9.0
    ends[30] = 5.0
    pair = PairReading({"start_logits": starts, "end_logits": ends}, [None, *tokens])
    found = best_spans(pair)
    assert found[0] == (0, 30, 14.0)
    assert len(found) == 5


class Marks:
    """A network that marks the runs of words it is told to, each by its first and last one."""

    joint = ": "

    def __init__(self, *marked: tuple[str, str, float]) -> None:
        self._marked = marked

    def read(self, question: str, text: str) -> PairReading:
        shift = text.index(TEXT)
        places: list[Any] = [None]
        at = 0
        for word in TEXT.split():
            at = TEXT.index(word, at)
            places.append((shift + at, shift + at + len(word)))
            at += len(word)
        words = ["", *TEXT.split()]
        starts, ends = np.full((2, len(places)), -9.0, dtype=np.float32)
        for first, last, score in self._marked:
            starts[words.index(first)] = ends[words.index(last)] = score / 2
        starts[0] = ends[0] = 0.5
        return PairReading({"start_logits": starts, "end_logits": ends}, places)


def _read(*marked: tuple[str, str, float]) -> list[tuple[str, str, float]]:
    """Of each sentence found its words, its answer and the score."""
    question: Any = SimpleNamespace(
        text="When?", analyze=lambda text: text.lower().split(), share=lambda terms: 0.0
    )
    hit = Hit(Passage(0, 0, "Stone", (), TEXT, 0, len(TEXT)), 0, "toy", 0.0, {}, language="en")
    model: Any = Marks(*marked)
    found = SpanReader(model, 1).read(question, [hit])
    assert found.no_answer == 0.0
    return [
        (TEXT[one.start : one.end], TEXT[one.answer_start : one.answer_end], one.answer_score)
        for one in found.sentences
    ]


def test_each_sentence_has_its_best_words_and_the_best_comes_first() -> None:
    # From "1799." to "1822." is worth more than "1799." alone, and ends with its sentence.
    found = _read(("1799.", "1799.", 4.0), ("1822.", "1822.", 8.0))
    assert found == [
        ("It was read in 1822.", "1822.", 7.0),
        ("It was found in 1799.", "1799.", 5.0),
    ]


def test_words_end_where_their_sentence_does() -> None:
    first, *_ = _read(("1799.", "read", 6.0))
    assert first == ("It was found in 1799.", "1799.", 5.0)
