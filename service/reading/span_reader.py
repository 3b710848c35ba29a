"""The reader by a network that marks where an answer begins and ends, or that there is none.

Such networks are trained on SQuAD 2.0: the first token stands for no answer. Knows nothing of how
passages were found, and reads a few windows of them: each takes a while.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pinakes.index.encoders.cross_encoder import CrossEncoder, PairReading
from pinakes.index.encoders.side_by_side import side_by_side
from pinakes.index.types import Hit
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import Passage
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.reading.windows import nearest_windows

__all__ = ["SpanReader", "best_spans"]

_LONGEST_TOKENS = 30
_SPANS = 5
_MARGIN = 3.0  # odds of about twenty to one


class SpanReader:
    """Scores are how much likelier words are than no answer, as logarithms of odds."""

    margin = _MARGIN

    def __init__(self, model: CrossEncoder, most: int) -> None:
        """``model``: with outputs start_logits and end_logits. ``most``: windows to be read."""
        self._model, self._most = model, most

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """Of each window its likeliest words, each in its sentence; 0: as likely as no answer."""
        windows = nearest_windows(question, hits, self._most)
        abouts = [self._about(hits[window.hit].passage) for window in windows]
        pairs = side_by_side(
            partial(self._model.read, question.text),
            [about + window.text for about, window in zip(abouts, windows, strict=True)],
        )
        found: dict[tuple[int, int], AnsweringSentence] = {}
        for window, about, pair in zip(windows, abouts, pairs, strict=True):
            hit = hits[window.hit]
            sentences = sentence_spans(hit.passage.text, language=hit.language)
            for start, end, score in best_spans(pair, len(about)):
                begin = window.start + start
                held = next((s for s in sentences if s[0] <= begin < s[1]), None)
                if held is None:
                    continue
                one = AnsweringSentence(
                    hit=window.hit,
                    start=held[0],
                    end=held[1],
                    score=score,
                    answer_start=begin,
                    answer_end=min(window.start + end, held[1]),
                    answer_score=score,
                )
                key = (window.hit, held[0])
                if key not in found or found[key].score < score:
                    found[key] = one
        return Reading(tuple(sorted(found.values(), key=lambda one: -one.score)))

    def _about(self, passage: Passage) -> str:
        """What stands before a window of the passage."""
        return " – ".join([passage.title, *passage.heading_path]) + self._model.joint


def best_spans(
    pair: PairReading, skipped: int = 0, most: int = _SPANS
) -> list[tuple[int, int, float]]:
    """The likeliest answers in the second text: start, end, and how far ahead of there being none.

    Offsets count code points of that text behind the first ``skipped``; the best come first.
    """
    starts, ends = pair.outputs["start_logits"], pair.outputs["end_logits"]
    tokens = [
        token for token, place in enumerate(pair.places) if place and skipped <= place[0] < place[1]
    ]
    if not tokens:
        return []
    sums = _within(starts[tokens], ends[tokens])
    order = np.argsort(-sums, axis=None)[:most]
    none = float(starts[0] + ends[0])
    spans = []
    for first, last in zip(*np.unravel_index(order, sums.shape), strict=True):
        begin, end = pair.places[tokens[first]], pair.places[tokens[last]]
        if begin and end and np.isfinite(sums[first, last]):
            spans.append((begin[0] - skipped, end[1] - skipped, float(sums[first, last]) - none))
    return spans


def _within(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sums of every start and the ends that may follow it; minus infinity for all others."""
    sums = starts[:, None] + ends[None, :]
    allowed = np.tril(np.triu(np.ones(sums.shape, dtype=bool)), _LONGEST_TOKENS - 1)
    return np.where(allowed, sums, -np.inf).astype(np.float32)
