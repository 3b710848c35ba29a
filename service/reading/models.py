"""The models that read: which of them there are here. The one place that chooses."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pinakes.index.encoders.cross_encoder import CrossEncoder
from pinakes.index.encoders.model_files import ModelTask, open_cross_encoder
from pinakes.index.retrieval.cross_encoder_reranker import with_cross_encoder
from pinakes.index.retrieval.linear import fitted_rerankers
from pinakes.index.retrieval.pipeline import OpenRerankers
from pinakes.index.types import EncoderRecord
from pinakes.service.reading.answerability import Answerability, Findings, Threshold
from pinakes.service.reading.entailment import EntailmentModel
from pinakes.service.reading.linear_answerability import linear_answerability
from pinakes.service.reading.linear_entailment import linear_entailment
from pinakes.service.reading.linear_reader import linear_reader
from pinakes.service.reading.network_entailment import NetworkEntailment
from pinakes.service.reading.network_first import NetworkFirst
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import Reader
from pinakes.service.reading.span_reader import SpanReader
from pinakes.service.settings import ModelSettings

__all__ = ["NETWORK", "ReadingModels", "chosen_rerankers", "linear_models", "reading_models"]

# Trained by bench.reading; what on, and its licence, stands beside it.
NETWORK = Path(str(files(__package__) / "network"))
# One of each passage that an answer is written from: a dozen milliseconds each.
_WINDOWS = 6


@dataclass(frozen=True, slots=True)
class ReadingModels:
    """Which words answer, whether any do, and what sources support."""

    reader: Reader
    answerability: Answerability
    entailment: EntailmentModel


@cache
def linear_models() -> ReadingModels:
    """The models without networks, by whose confidences collections choose their thresholds.

    Each opened once. Raises UnfitWeights.
    """
    return ReadingModels(linear_reader(), linear_answerability(), linear_entailment())


def reading_models(settings: ModelSettings | None = None) -> ReadingModels:
    """The models that answer, each opened once: those that ``settings`` name, else Pinakes' own.

    Whatever they are, confidences are those of the linear models. Raises UnfitWeights, and
    UnusableModel for what the settings name.
    """
    settings = settings or ModelSettings()
    linear = linear_models()
    reader, answerability, entailment = linear.reader, linear.answerability, linear.entailment
    if settings.reader is None:
        own = SpanReader(_opened(NETWORK, "reader"), _WINDOWS)
        reader = NetworkFirst(own, linear.reader)
        entailment = linear_entailment(own)
    elif settings.reader != "linear":
        reader = SpanReader(_opened(settings.reader, "reader"), settings.passages)
        entailment = linear_entailment(reader)
    if settings.reader != "linear":
        answerability = _ByLinearReader(answerability, linear.reader)
    if settings.entailment:
        entailment = NetworkEntailment(
            _opened(settings.entailment, "entailment"), settings.passages
        )
    return ReadingModels(reader, answerability, entailment)


def chosen_rerankers(settings: ModelSettings) -> OpenRerankers:
    """What ranks in every search: the linear model, and the reranker that the settings name.

    Raises UnusableModel.
    """
    if not settings.reranker:
        return fitted_rerankers
    return with_cross_encoder(_opened(settings.reranker, "reranker"), settings.passages)


@cache
def _opened(path: Path, task: ModelTask) -> CrossEncoder:
    return open_cross_encoder(path, task)


@dataclass(frozen=True, slots=True)
class _ByLinearReader:
    """Linear answerability beside another reader: its weights were fitted on the linear one's."""

    answerability: Answerability
    reader: Reader

    @property
    def name(self) -> str:
        return self.answerability.name

    def confidence(self, question: Question, findings: Findings) -> float:
        """How likely the answer is there, by what the linear reader finds."""
        reading = findings.reading.linear or self.reader.read(question, findings.read)
        return self.answerability.confidence(
            question, Findings(findings.hits, findings.read, reading)
        )

    def usual_threshold(self, encoder: EncoderRecord | None) -> Threshold:
        """As without another reader."""
        return self.answerability.usual_threshold(encoder)
