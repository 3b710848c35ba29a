"""The models that read: which of them there are here. The one place that chooses."""

from dataclasses import dataclass
from functools import cache

from pinakes.service.reading.answerability import Answerability
from pinakes.service.reading.entailment import EntailmentModel
from pinakes.service.reading.linear_answerability import linear_answerability
from pinakes.service.reading.linear_entailment import linear_entailment
from pinakes.service.reading.linear_reader import linear_reader
from pinakes.service.reading.reader import Reader

__all__ = ["ReadingModels", "reading_models"]


@dataclass(frozen=True, slots=True)
class ReadingModels:
    """Which words answer, whether any do, and what sources support."""

    reader: Reader
    answerability: Answerability
    entailment: EntailmentModel


@cache
def reading_models() -> ReadingModels:
    """The linear models that come with Pinakes. Raises UnfitWeights."""
    return ReadingModels(linear_reader(), linear_answerability(), linear_entailment())
