"""Second, readable implementations of what reads: they prove that the doors are doors."""

from collections.abc import Sequence
from pathlib import Path

from pinakes.index.retrieval.search import Index
from pinakes.index.types import EncoderRecord, Hit
from pinakes.service.reading.answerability import Findings, Threshold
from pinakes.service.reading.entailment import Support
from pinakes.service.reading.models import linear_models
from pinakes.service.reading.question import Question, question_of
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.types import Citation, SourcePlace


class FirstNumberReader:
    """Answers every question with the first year of each passage."""

    margin = 0.5

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        found = []
        for place, hit in enumerate(hits):
            text = hit.passage.text
            at = next((at for at in range(len(text)) if text[at : at + 4].isdecimal()), None)
            if at is not None:
                found.append(AnsweringSentence(place, at, at + 4, -place, at, at + 4, 1.0 - place))
        return Reading(tuple(found), no_answer=-1.0)


class SilentReader:
    """Finds no words that answer, whatever is asked."""

    margin = 0.0

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        return Reading(())


class LiteralEntailment:
    """Supports what stands in a source, letter by letter."""

    def premises(self, question: Question, sources: Sequence[Citation]) -> "LiteralPremises":
        return LiteralPremises(sources)


class LiteralPremises:
    """The sources as they are."""

    def __init__(self, sources: Sequence[Citation]) -> None:
        self._sources = sources

    def prepare(self) -> None:
        """Nothing is to be done."""

    def check(self, claim: str, cited: Sequence[int]) -> Support:
        for source in self._sources:
            at = source.quote.find(claim)
            if at >= 0:
                place = SourcePlace(source.number, at, at + len(claim))
                return Support((source.number,), "supported", 1.0, (), place)
        return Support((), "unsupported", 0.0, missing=(claim.split()[0],))


class AlwaysSure:
    """Answers whatever is asked, or nothing."""

    name = "always sure"

    def __init__(self, confidence: float = 1.0) -> None:
        self._confidence = confidence
        self.asked: list[Findings] = []

    def confidence(self, question: Question, findings: Findings) -> float:
        self.asked.append(findings)
        return self._confidence

    def usual_threshold(self, encoder: EncoderRecord | None) -> Threshold:
        return Threshold(threshold=0.5)


def read_sentences(index: Index, text: str, hits: Sequence[Hit]) -> tuple[AnsweringSentence, ...]:
    """What the reader that comes with Pinakes finds in ``hits``."""
    return linear_models().reader.read(question_of(index, text), hits).sentences


def usual_threshold(index: Index) -> float:
    """From which confidence on questions of ``index`` are answered."""
    encoder = None if index.encoder is None else index.encoder.record
    return linear_models().answerability.usual_threshold(encoder).threshold


def opened(collection: Path, *, with_vectors: bool) -> Index:
    """The current generation, with its encoder or without."""
    return Index.open(collection) if with_vectors else Index.open(collection, None)
