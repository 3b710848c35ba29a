"""Entailment without a model: names, numbers and roles strictly, the rest weighed.

A sentence is compared with every sentence of the sources, and every two that follow each other; the
one that most likely supports it decides. What no single one says is taken apart into clauses, each
of which another source may support. How the features add up was fitted (bench/quality/support.py).
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from pinakes.index.weights import FittedWeights, read_weights
from pinakes.service.reading.agreement import FoundAnswers
from pinakes.service.reading.arithmetic import computed, is_false_comparison
from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.claims import Claim, Word
from pinakes.service.reading.comparison import compare
from pinakes.service.reading.entailment import Support
from pinakes.service.reading.matched_clauses import WeighedWords
from pinakes.service.reading.premises import FEATURES, Premise, PremiseFinder
from pinakes.service.reading.quantities import are_of_a_kind
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import Reader
from pinakes.service.reading.roles import swaps_clauses
from pinakes.service.reading.source_windows import SourceWindow, source_windows
from pinakes.service.types import Citation, SourcePlace

__all__ = ["LinearEntailment", "LinearPremises", "linear_entailment"]

_MOST_WORDS = 120  # nobody says so much in one sentence
# Windows that may say otherwise: the likeliest of those that do not hold.
_CLOSELY = 4
_FRAGMENT_WORDS = 2
_LEAST_PART = 2  # words
# So much of a sentence a source says that contradicts it: of another number, or not so.
_SAME_MATTER, _SAME_WORDS = 0.6, 0.95


class Thresholds(BaseModel):
    """From which probability on a sentence is supported, or partly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    supported: float
    partly: float


class EntailmentWeights(FittedWeights):
    """The weights of FEATURES, and what the model decides by."""

    thresholds: Thresholds


class LinearEntailment:
    """A logistic model; it needs no vectors."""

    def __init__(self, weights: EntailmentWeights, reader: Reader | None = None) -> None:
        """``reader``: scores how much likelier words answer than that none do."""
        self._weights = weights
        self.thresholds = weights.thresholds
        self.reader = reader

    def premises(self, question: Question, sources: Sequence[Citation]) -> "LinearPremises":
        """``sources``, to check sentences that answer ``question`` against."""
        return LinearPremises(self, question, sources)

    def probability(self, features: Sequence[float]) -> float:
        """How likely a sentence is supported."""
        weights = self._weights.weights["without vectors"]
        total = sum(weights[name] * value for name, value in zip(FEATURES, features, strict=True))
        return 1 / (1 + math.exp(-total))


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
        _ = self._finder

    @cached_property
    def _windows(self) -> Sequence[SourceWindow]:
        return list(source_windows(self._sources, self._parser))

    @cached_property
    def _finder(self) -> PremiseFinder:
        return PremiseFinder(
            self._question,
            self._asked.forms,
            self._windows,
            self._names,
            self._model.probability,
            self._parser.opposites,
            self._answers,
        )

    @cached_property
    def _answers(self) -> FoundAnswers | None:
        if self._model.reader is None:
            return None
        return FoundAnswers(self._model.reader, self._question, self._sources, self._parser)

    @cached_property
    def _names(self) -> frozenset[str]:
        """Forms of words that are written as names here, and never otherwise."""
        words = [word for window in self._windows for word in window.claim.words]
        words += self._asked.words
        small = {word.form for word in words if word.text[0].islower()}
        months = self._question.words.months
        return frozenset(
            word.form
            for word in words
            if word.is_name and word.form not in small and word.text.casefold() not in months
        )

    def check(self, claim: str, cited: Sequence[int]) -> Support:
        """The verdict on a sentence that cites ``cited``, and the place that supports it.

        That is in one of the sources cited where one of them says as much as any. Nothing is cited
        for a sentence that no source supports.
        """
        said = self.parsed(claim)
        if not said.words:
            return Support((), "none", 0.0)
        if len(said.words) > _MOST_WORDS:
            return Support((), "unsupported", 0.0)
        whole = self.premises_of(said, cited)
        if not whole:
            return Support((), "unsupported", 0.0, self._absent(said))
        found = self._told(said, whole, cited)
        if found.verdict == "supported":
            return found
        return self._told_in_parts(said, cited) or found

    def _told(self, said: Claim, premises: Sequence[Premise], cited: Sequence[int]) -> Support:
        """The verdict by the window that most likely supports a claim."""
        thresholds = self._model.thresholds
        best = next((premise for premise in premises if premise.holds), None)
        score = 0.0 if best is None else best.score
        if best is not None and score >= thresholds.supported:
            also = {
                premise.window.number
                for premise in premises
                if premise.holds and premise.score >= thresholds.supported
            }
            own = tuple(number for number in dict.fromkeys(cited) if number in also)
            source = self._narrowed(said, best)
            numbers = own or (best.window.number,)
            return Support(numbers, "supported", round(score, 3), (), source, best.agrees)
        missing = self._absent(said)
        likely = [premise for premise in premises if not premise.holds][:_CLOSELY]
        against = next((premise for premise in likely if self._contradicts(said, premise)), None)
        if against is not None:
            place = self._narrowed(said, against)
            return Support((), "contradicted", round(score, 3), missing, place)
        if best is None or missing or score < thresholds.partly:
            return Support((), "unsupported", round(score, 3), missing)
        source = self._narrowed(said, best)
        return Support((best.window.number,), "partly", round(score, 3), missing, source)

    def _told_in_parts(self, said: Claim, cited: Sequence[int]) -> Support | None:
        """The verdict on a claim each clause of which has a source of its own; None if one has not.

        What is computed of its other numbers needs no source.
        """
        rest = computed(said)
        parts = _joined(rest.parts((*rest.clauses, *rest.commas)))
        if len(parts) < _LEAST_PART and rest == said:
            return None
        if is_false_comparison(said):
            return Support((), "contradicted", 0.0)
        told = []
        for part in parts:
            found = self._told(part, self.premises_of(part, cited), cited)
            if found.verdict != "supported":
                return None
            told.append(found)
        if any(swaps_clauses(said, window.claim) for window in self._windows):
            return None
        numbers = dict.fromkeys(number for found in told for number in found.citations)
        least = min(told, key=lambda found: found.score)
        agrees = any(found.agrees for found in told)
        return Support(tuple(numbers), "supported", least.score, (), told[0].source, agrees)

    def parsed(self, words: str) -> Claim:
        """What a sentence claims; of a mere fragment, that it answers the question."""
        claim = self._parser.claim(words)
        # A name is one at the beginning of a sentence, too.
        named = tuple(
            replace(word, is_name=True)
            if word.text[0].isupper() and word.form in self._names
            else word
            for word in claim.words
        )
        claim = replace(claim, words=named)
        if not claim.words or not _is_fragment(claim):
            return claim
        asked = tuple(word for word in self._asked.words if word.form not in claim.forms)
        # A bare answer is all that matters in it; a sentence has a verb.
        bare = tuple(
            replace(word, is_name=word.is_name or not claim.has_auxiliary) for word in claim.words
        )
        shift = len(asked)
        return Claim((*asked, *bare), tuple(place + shift for place in claim.denials))

    def premises_of(self, claim: Claim, cited: Collection[int] = frozenset()) -> list[Premise]:
        """The windows that may support a claim, the likeliest first; of equals one it cites."""
        return self._finder.premises_of(claim, cited)

    def _contradicts(self, said: Claim, premise: Premise) -> bool:
        """Whether a sentence says the same of something else, or that it is not so.

        Or has another number of the kind in the place of one that no source has.
        """
        found, text = premise.comparison, premise.window.claim
        weighed = WeighedWords([self._finder.weight(word) for word in said.words], found.held)
        if text.sentences:
            return False
        if premise.is_against:
            return weighed.share(found.said) >= _SAME_WORDS
        others = [word.quantity for word in text.words if word.quantity is not None]
        lacking = [
            word for word, is_held in zip(said.words, found.held, strict=True) if not is_held
        ]
        return (
            weighed.share(found.held) >= _SAME_MATTER
            and bool(lacking)
            and all(
                word.quantity is not None
                and not self._is_held(word)
                and any(are_of_a_kind(word.quantity, other) for other in others)
                for word in lacking
            )
        )

    def _absent(self, said: Claim) -> tuple[str, ...]:
        """Names and numbers that no source holds."""
        absent = [word.text for word in said.words if _is_fact(word) and not self._is_held(word)]
        computable = {word.text for word in said.words} - {
            word.text for word in computed(said).words
        }
        return tuple(dict.fromkeys(text for text in absent if text not in computable))

    def _is_held(self, word: Word) -> bool:
        """Whether any source has the word."""
        one = Claim((word,))
        return any(any(compare(one, window.claim, window.context).held) for window in self._windows)

    def _narrowed(self, said: Claim, best: Premise) -> SourcePlace:
        """Where it is said: of two sentences the one that says it all, if one does."""
        shortest = best.window
        for window in self._windows:
            inside = best.window.start <= window.start < window.end <= best.window.end
            if window.number == best.window.number and inside:
                found = compare(said, window.claim, window.context)
                as_much = found.coverage >= best.comparison.coverage
                if as_much and found.missing == best.comparison.missing:
                    shortest = window  # by and by
        return SourcePlace(shortest.number, shortest.start, shortest.end)


def linear_entailment(reader: Reader | None = None) -> LinearEntailment:
    """The model with the weights that come with Pinakes. Raises UnfitWeights.

    ``reader``: what answers the question beside the claim, if anything does.
    """
    name = "linear_entailment.json"
    return LinearEntailment(read_weights(__package__, name, EntailmentWeights, FEATURES), reader)


def _is_fact(word: Word) -> bool:
    """Whether it is a name or a number: what must stand in a source."""
    return word.is_name or word.quantity is not None


def _is_fragment(claim: Claim) -> bool:
    """Whether nothing is said of anything: a few words, or only names, numbers and their units."""
    units = {word.unit for word in claim.words if word.quantity and not word.quantity.is_year}
    plain = [
        word
        for word in claim.words
        if word.quantity is None and not word.text[0].isupper() and word.form not in units
    ]
    return len(claim.words) <= _FRAGMENT_WORDS or not (plain or claim.has_auxiliary)


def _joined(parts: Sequence[Claim]) -> list[Claim]:
    """The parts, each that says too little joined to the one before it."""
    joined: list[Claim] = []
    for part in parts:
        if joined and len(part.words) < _LEAST_PART:
            last = joined[-1]
            denials = (*last.denials, *(len(last.words) + place for place in part.denials))
            joined[-1] = Claim((*last.words, *part.words), denials)
        else:
            joined.append(part)
    return joined
