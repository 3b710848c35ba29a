"""Entailment by a network: whether a window of a source entails a sentence.

Networks of this kind overlook a changed number or name, which words alone tell: those are checked
as the linear model does. Only the windows that share most words with a sentence are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pinakes.index.encoders.cross_encoder import CrossEncoder
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.comparison import compare
from pinakes.service.reading.entailment import Support
from pinakes.service.reading.question import Question
from pinakes.service.types import Citation, SourcePlace, Verdict

__all__ = ["NetworkEntailment"]

_LONGEST_CLAIM = 2_000  # characters
_SUPPORTED, _PARTLY = 0.7, 0.4
_BESIDE = 1  # sentences before and after, in which words get their meaning


class NetworkEntailment:
    """Supported where the likeliest window entails the sentence and holds its names and numbers."""

    def __init__(self, model: CrossEncoder, most: int) -> None:
        """``model``: with an output logits and a label "entailment". ``most``: windows to read."""
        self._model, self._most = model, most
        self._entailed = next(
            place for place, label in enumerate(model.labels) if label.startswith("entail")
        )

    def premises(self, question: Question, sources: Sequence[Citation]) -> "NetworkPremises":
        """``sources``, to check sentences that answer ``question`` against."""
        return NetworkPremises(self, question, sources)

    @property
    def most(self) -> int:
        """So many windows are read for a sentence."""
        return self._most

    def probability(self, premise: str, claim: str) -> float:
        """How likely ``premise`` entails ``claim``."""
        logits = self._model.read(premise, claim).outputs["logits"].astype(np.float64)
        shares = np.exp(logits - logits.max())
        return float(shares[self._entailed] / shares.sum())


@dataclass(frozen=True, slots=True)
class _Window:
    """A sentence of a source with those beside it; ``start`` to ``end`` is the sentence."""

    number: int
    start: int
    end: int
    text: str
    terms: frozenset[str]


class NetworkPremises:
    """The sources of one answer, cut into windows around each of their sentences."""

    def __init__(
        self, model: NetworkEntailment, question: Question, sources: Sequence[Citation]
    ) -> None:
        self._model, self._question, self._sources = model, question, sources
        self._parser = ClaimParser(question.words, question.analyze, question.is_stop_word)

    def prepare(self) -> None:
        """Read the sources now; else that happens with the first sentence."""
        _ = self._windows

    @cached_property
    def _windows(self) -> Sequence[_Window]:
        return [window for source in self._sources for window in self._cut(source)]

    def check(self, claim: str, cited: Sequence[int]) -> Support:
        """The verdict on a sentence, by the window that entails it most."""
        terms = frozenset(self._question.analyze(claim))
        if not terms or len(claim) > _LONGEST_CLAIM:
            return Support((), "unsupported", 0.0)
        nearest = sorted(
            self._windows,
            key=lambda window: (-len(terms & window.terms), window.number not in cited),
        )[: self._model.most]
        if not nearest:
            return Support((), "unsupported", 0.0)
        likely = [self._model.probability(window.text, claim) for window in nearest]
        best = int(np.argmax(likely))
        window, score = nearest[best], likely[best]
        found = compare(self._parser.claim(claim), self._parser.parse(window.text), frozenset())
        if found.missing:
            score = min(score, _PARTLY - 0.01)
        verdict: Verdict = (
            "supported" if score >= _SUPPORTED else "partly" if score >= _PARTLY else "unsupported"
        )
        if verdict == "unsupported":
            return Support((), verdict, round(score, 3), found.missing)
        place = SourcePlace(window.number, window.start, window.end)
        return Support((window.number,), verdict, round(score, 3), found.missing, place)

    def _cut(self, source: Citation) -> list[_Window]:
        spans = sentence_spans(source.quote, language=source.language)
        title = f"{source.title}. "
        windows = []
        for at, (start, end) in enumerate(spans):
            first = spans[max(0, at - _BESIDE)][0]
            last = spans[min(len(spans) - 1, at + _BESIDE)][1]
            text = title + source.quote[first:last]
            terms = frozenset(self._question.analyze(title + source.quote[start:end]))
            windows.append(_Window(source.number, start, end, text, terms))
        return windows
