"""What answerability is told by, kept in its place: the hits and the features of a whole question.

A model of the door service.reading.answerability that decides nothing. Knows nothing of weights.
"""

from pinakes.index.retrieval.search import Index
from pinakes.index.types import EncoderRecord
from pinakes.service.asking.retrieve import find
from pinakes.service.reading.answerability import Findings, Threshold
from pinakes.service.reading.linear_answerability import (
    FEATURES,
    features_of,
    is_about_nothing_here,
)
from pinakes.service.reading.linear_entailment import linear_entailment
from pinakes.service.reading.linear_reader import linear_reader
from pinakes.service.reading.matched_words import matched_words
from pinakes.service.reading.models import ReadingModels
from pinakes.service.reading.question import Question

__all__ = ["SeenFindings", "seen_findings"]


class SeenFindings:
    """What it was asked first: of the whole question, not of its parts.

    ``features``: in the order of FEATURES; None where words alone tell that nothing is here.
    """

    name = "none"

    def __init__(self) -> None:
        self.findings: Findings | None = None
        self.features: list[float] | None = None

    def confidence(self, question: Question, findings: Findings) -> float:
        """None at all."""
        if self.findings is None:
            self.findings = findings
            matched = matched_words(question, findings.hits)
            if not is_about_nothing_here(question, matched):
                found = features_of(question, findings, matched)
                self.features = [found[name] for name in FEATURES]
        return 0.0

    def usual_threshold(self, encoder: EncoderRecord | None) -> Threshold:
        """Refuse nothing."""
        return Threshold(threshold=0.0)


def seen_findings(index: Index, text: str) -> SeenFindings:
    """What the service finds for a question with the linear models."""
    seen = SeenFindings()
    find(index, ReadingModels(linear_reader(), seen, linear_entailment()), text, "hybrid")
    return seen
