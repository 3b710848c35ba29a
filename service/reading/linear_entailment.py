"""Entailment without a model: names and numbers strictly, the rest weighed.

A sentence is compared with every sentence of the sources, and every two that follow each other;
the best of them decides. How coverage, order and nearness of meaning add up was fitted on
sentences labelled by hand (bench/quality/support.py).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from pinakes.index.weights import FittedWeights, read_weights
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.claims import Claim, ClaimParser, Comparison, compare
from pinakes.service.reading.entailment import Support
from pinakes.service.reading.question import Question
from pinakes.service.types import Citation, SourcePlace, Verdict

__all__ = ["FEATURES", "LinearEntailment", "LinearPremises", "features_of", "linear_entailment"]

FEATURES = ("constant", "coverage", "order", "tightness", "cosine", "words")
_LONGEST_CLAIM = 2_000  # characters: nobody says so much in one sentence
_FRAGMENT_WORDS = 2
# Part of a sentence, word for word: what it leaves out makes it no less true, but less near.
_SURE, _VERBATIM_WORDS, _VERBATIM_TIGHTNESS = 0.9, 3, 0.9


class Thresholds(BaseModel):
    """From which probability on a sentence is supported, or partly; the least order it needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    supported: float
    partly: float
    order: float


class EntailmentWeights(FittedWeights):
    """The weights of FEATURES, and what the model decides by."""

    thresholds: Thresholds


class LinearEntailment:
    """A logistic model: one set of weights where there are vectors, one without."""

    def __init__(self, weights: EntailmentWeights) -> None:
        self._weights = weights
        self.thresholds = weights.thresholds

    def premises(self, question: Question, sources: Sequence[Citation]) -> "LinearPremises":
        """``sources``, to check sentences that answer ``question`` against."""
        return LinearPremises(self, question, sources)

    def weighs_cosines(self, question: Question) -> bool:
        """Whether the vectors there are those that the weights were fitted with."""
        return self._weights.side(question.encoder) == "with vectors"

    def probability(self, features: Sequence[float], *, with_cosine: bool) -> float:
        """How likely a sentence is supported."""
        weights = self._weights.weights["with vectors" if with_cosine else "without vectors"]
        total = sum(weights[name] * value for name, value in zip(FEATURES, features, strict=True))
        return 1 / (1 + math.exp(-total))


@dataclass(frozen=True, slots=True)
class _Window:
    """One or two sentences of a source, and the words that name its subject."""

    number: int
    start: int
    text: str
    claim: Claim
    context: frozenset[str]

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class LinearPremises:
    """The sources of one answer, cut into windows of one sentence or two."""

    def __init__(
        self, model: LinearEntailment, question: Question, sources: Sequence[Citation]
    ) -> None:
        self._model = model
        self._question = question
        self._sources = sources
        self._parser = ClaimParser(question.words, question.analyze, question.is_stop_word)
        self._asked = self._parser.parse(question.text)

    def prepare(self) -> None:
        """Read the sources now; else that happens with the first sentence."""
        _ = self._windows

    @cached_property
    def _windows(self) -> Sequence[_Window]:
        return [window for source in self._sources for window in self._cut(source)]

    def check(self, claim: str, cited: Sequence[int]) -> Support:
        """The verdict on a sentence that cites ``cited``, and the place that supports it.

        That is in one of the sources cited where one of them says as much as any. Nothing is cited
        for a sentence that no source supports.
        """
        if len(claim) > _LONGEST_CLAIM:
            return Support((), "unsupported", 0.0)
        best, comparison = self.closest(claim, frozenset(cited))
        if best is None or comparison is None:
            return Support((), "unsupported", 0.0)
        model, thresholds = self._model, self._model.thresholds
        words_said = len(self.parsed(claim).words)
        if _is_verbatim(comparison, words_said):
            score = _SURE
        else:
            cosine = None
            if comparison.coverage and model.weighs_cosines(self._question):
                cosine = self._question.cosine(claim, best.text)
            features = features_of(comparison, words_said, cosine)
            score = model.probability(features, with_cosine=cosine is not None)
        if comparison.missing or not comparison.same_sense:
            score = min(score, thresholds.partly - 0.01)
        verdict: Verdict = "unsupported"
        if score >= thresholds.supported and comparison.order >= thresholds.order:
            verdict = "supported"
        elif score >= thresholds.partly:
            verdict = "partly"
        if verdict == "unsupported":
            return Support((), verdict, round(score, 3), comparison.missing)
        source = self._narrowed(claim, best, comparison)
        return Support((best.number,), verdict, round(score, 3), comparison.missing, source)

    def parsed(self, words: str) -> Claim:
        """What a sentence claims; of a mere fragment, that it answers the question."""
        claim = self._parser.claim(words)
        if not claim.words or not _is_fragment(claim):
            return claim
        forms = {word.form for word in claim.words}
        asked = tuple(word for word in self._asked.words if word.form not in forms)
        return Claim((*asked, *claim.words), claim.denials)

    def closest(
        self, words: str, cited: frozenset[int] = frozenset()
    ) -> tuple[_Window | None, Comparison | None]:
        """The window that says most of the sentence; of equals, one of a source it cites."""
        claim = self.parsed(words)
        best: tuple[tuple[float, ...], _Window, Comparison] | None = None
        if claim.words:
            for window in self._windows:
                found = compare(claim, window.claim, window.context)
                worth = (
                    found.coverage + found.order - 0.5 * len(found.missing) + found.same_sense,
                    window.number in cited,
                    found.tightness,
                )
                if best is None or worth > best[0]:
                    best = (worth, window, found)
        return (best[1], best[2]) if best else (None, None)

    def _narrowed(self, words: str, best: _Window, comparison: Comparison) -> SourcePlace:
        """Where it is said: of two sentences the one that says it all, if one does."""
        claim = self.parsed(words)
        for window in self._windows:
            if window.number == best.number and best.start <= window.start < window.end <= best.end:
                found = compare(claim, window.claim, window.context)
                as_much = found.coverage >= comparison.coverage
                if as_much and found.missing == comparison.missing:
                    best = window  # by and by the shortest
        return SourcePlace(best.number, best.start, best.end)

    def _cut(self, source: Citation) -> list[_Window]:
        context = self._parser.parse(" . ".join([source.title, *source.heading_path]))
        forms = frozenset(word.form for word in context.words)
        spans = sentence_spans(source.quote, language=source.language)
        windows = []
        for place, (start, end) in enumerate(spans):
            for last in {end, spans[min(place + 1, len(spans) - 1)][1]}:
                text = source.quote[start:last]
                windows.append(_Window(source.number, start, text, self._parser.parse(text), forms))
        return windows


def linear_entailment() -> LinearEntailment:
    """The model with the weights that come with Pinakes. Raises UnfitWeights."""
    name = "linear_entailment.json"
    return LinearEntailment(read_weights(__package__, name, EntailmentWeights, FEATURES))


def features_of(comparison: Comparison, words: int, cosine: float | None) -> tuple[float, ...]:
    """The features of a sentence beside what is closest to it, in the order of FEATURES."""
    return (
        1.0,
        comparison.coverage,
        comparison.order,
        comparison.tightness,
        cosine or 0.0,
        math.log(words + 1),
    )


def _is_fragment(claim: Claim) -> bool:
    """Whether nothing is said of anything: a few words, or only names, numbers and their units."""
    units = {word.unit for word in claim.words}
    plain = [
        word
        for word in claim.words
        if word.value is None and not word.text[0].isupper() and word.form not in units
    ]
    return len(claim.words) <= _FRAGMENT_WORDS or not plain


def _is_verbatim(comparison: Comparison, words: int) -> bool:
    return (
        words >= _VERBATIM_WORDS
        and comparison.literal == comparison.order == 1
        and comparison.tightness >= _VERBATIM_TIGHTNESS
    )
