"""What reads: from a question and the passages found to the words that may answer it.

The door for readers of every kind: a linear model over features is always there
(``linear_reader``); a span-extracting network is another. Knows none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pinakes.index.types import Hit
from pinakes.service.reading.question import Question

__all__ = ["AnsweringSentence", "Reader", "Reading"]


@dataclass(frozen=True, slots=True)
class AnsweringSentence:
    """A sentence that may answer a question, and the words in it that most likely do.

    ``hit`` is the place of its passage among the hits read; all offsets count code points of that
    passage's text. ``score``: by which a question's sentences are compared with each other;
    ``answer_score``: by which all runs of words in them are. Both are logarithms of odds.
    """

    hit: int
    start: int
    end: int
    score: float
    answer_start: int
    answer_end: int
    answer_score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found, the likeliest first.

    ``no_answer``: the score, on the scale of ``answer_score``, that no run of words answers. A
    question is the likelier to be answered the farther its best answer is above it. ``linear``
    and ``network``: what the linear reader and what the network found by itself, where both read.
    """

    sentences: tuple[AnsweringSentence, ...]
    no_answer: float = 0.0
    linear: "Reading | None" = None
    network: "Reading | None" = None


class Reader(Protocol):
    """Finds the words that answer. Asked from several threads at once.

    ``margin``: by how much a run of words must lead every other and ``no_answer``, on the scale of
    ``answer_score``, to be shown as the short answer.
    """

    margin: float

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The sentences of ``hits`` that may answer; of nothing found there are none."""
        ...
