"""Entailment without a model: names, numbers and roles strictly, the rest weighed.

A sentence is compared with every sentence of the sources, and every two that follow each other; the
one that most likely supports it decides. What no single one says is taken apart into clauses, each
of which another source may support. How the features add up was fitted (bench/quality/support.py).
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from pinakes.index.weights import FittedWeights, read_weights
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.arithmetic import computed, is_false_comparison
from pinakes.service.reading.claims import (
    Claim,
    ClaimParser,
    Comparison,
    Word,
    compare,
    nearest_places,
)
from pinakes.service.reading.entailment import Support
from pinakes.service.reading.matched_clauses import WeighedWords
from pinakes.service.reading.quantities import are_of_a_kind
from pinakes.service.reading.question import Question
from pinakes.service.reading.roles import swaps_clauses, swaps_names
from pinakes.service.reading.substitutes import new_words, substituted, substitutes_in
from pinakes.service.types import Citation, SourcePlace

__all__ = ["FEATURES", "LinearEntailment", "LinearPremises", "Premise", "linear_entailment"]

FEATURES = ("constant", "new words", "in one clause", "rival", "substitute")
_MOST_WORDS = 120  # nobody says so much in one sentence
# Windows that may say otherwise: the likeliest of those that do not hold.
_CLOSELY = 4
_FRAGMENT_WORDS = 2
_LEAST_PART = 2  # words
# Part of a sentence, word for word: what it leaves out makes it no less true, but less near.
_SURE, _VERBATIM_WORDS, _VERBATIM_NEARNESS = 0.97, 3, 0.9
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

    def __init__(self, weights: EntailmentWeights) -> None:
        self._weights = weights
        self.thresholds = weights.thresholds

    def premises(self, question: Question, sources: Sequence[Citation]) -> "LinearPremises":
        """``sources``, to check sentences that answer ``question`` against."""
        return LinearPremises(self, question, sources)

    def probability(self, features: Sequence[float]) -> float:
        """How likely a sentence is supported."""
        weights = self._weights.weights["without vectors"]
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

    @property
    def forms(self) -> frozenset[str]:
        return _forms(self.claim)


@dataclass(frozen=True, slots=True)
class Premise:
    """A window beside a claim: how both compare, and how likely it supports it.

    ``features``: in the order of FEATURES. ``fit``: how well its words fit, 0 to 1. ``is_against``:
    it says the same of something else, or denies it. ``lacks_comparative``: it compares nothing
    where the claim does.
    """

    window: _Window
    comparison: Comparison
    features: tuple[float, ...]
    score: float
    fit: float
    is_against: bool
    lacks_comparative: bool

    @property
    def holds(self) -> bool:
        """Whether nothing strict speaks against its support."""
        return not (self.is_against or self.comparison.missing or self.lacks_comparative)


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
        self._asked_forms = frozenset(word.form for word in self._asked.words)

    def prepare(self) -> None:
        """Read the sources now; else that happens with the first sentence."""
        _ = self._windows

    @cached_property
    def _windows(self) -> Sequence[_Window]:
        return [window for source in self._sources for window in self._cut(source)]

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
            return Support(own or (best.window.number,), "supported", round(score, 3), (), source)
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
        return Support(tuple(numbers), "supported", least.score, (), told[0].source)

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
        forms = {word.form for word in claim.words}
        asked = tuple(word for word in self._asked.words if word.form not in forms)
        # A bare answer is all that matters in it.
        bare = tuple(replace(word, is_name=True) for word in claim.words)
        shift = len(asked)
        return Claim((*asked, *bare), tuple(place + shift for place in claim.denials))

    def premises_of(self, claim: Claim, cited: Collection[int] = frozenset()) -> list[Premise]:
        """The windows that may support a claim, the likeliest first; of equals one it cites."""
        compared = self._compared(claim, self._windows, self._substitute(claim))
        return sorted(
            compared,
            key=lambda one: (not one.holds, -one.score, one.window.number not in cited),
        )

    def _substitute(self, claim: Claim) -> float:
        """How well the words fit of the claim that says best something else of what is asked.

        Where both stand in one sentence, they may be two names of one thing.
        """
        said = new_words(claim, self._asked_forms)
        if not said:
            return 0.0
        windows = [
            window
            for window in self._windows
            if not window.claim.sentences and said.isdisjoint(window.forms)
        ]
        others = {
            tuple(word.form for word in found): found
            for window in windows
            for found in substitutes_in(window.claim, self._asked_forms)
        }
        best = 0.0
        for other in substituted(claim, self._asked_forms, others.values()):
            new = new_words(other, self._asked_forms)
            holding = [window for window in windows if new <= window.forms]
            premises = self._compared(other, holding, 0.0)
            best = max([best, *(one.fit for one in premises if one.holds)])
        return best

    def _compared(
        self, claim: Claim, windows: Sequence[_Window], substitute: float
    ) -> list[Premise]:
        """The windows by their words alone."""
        said = WeighedWords(
            [self._weight(word) for word in claim.words],
            [word.form not in self._asked_forms for word in claim.words],
        )
        pairs = [(window, compare(claim, window.claim, window.context)) for window in windows]
        pairs = [(window, found) for window, found in pairs if any(found.said)]
        # How much of what is asked a clause says that does not say what is new.
        rival = max(
            (
                clause.asked
                for window, found in pairs
                if not window.claim.sentences
                for clause in said.clauses(found, window.claim)
                if clause.new < 1
            ),
            default=0.0,
        )
        return [
            self._judged(claim, window, found, said, rival, substitute) for window, found in pairs
        ]

    def _judged(
        self,
        claim: Claim,
        window: _Window,
        found: Comparison,
        said: WeighedWords,
        rival: float,
        substitute: float,
    ) -> Premise:
        text = window.claim
        clause = said.best_clause(found, text)
        new = said.share(found.said, is_new=True)
        fit = (said.share(found.held) + new + clause.whole + clause.nearness) / 4
        features = (
            1.0,
            new,
            clause.whole,
            max(0.0, rival - clause.asked),
            max(0.0, substitute - fit),
        )
        is_against = (
            not found.same_sense
            or swaps_names(claim, text, self._names)
            or swaps_clauses(claim, text)
        )
        score = self._model.probability(features)
        if _is_verbatim(claim, found, text):
            score = max(score, _SURE)
        return Premise(window, found, features, score, fit, is_against, self._lacks(claim, found))

    def _lacks(self, claim: Claim, found: Comparison) -> bool:
        """Whether a comparative of the claim ("larger") stands nowhere in the window."""
        words = self._question.words
        comparatives = words.greater | words.smaller
        return any(
            word.text.casefold() in comparatives and not at
            for word, at in zip(claim.words, found.said, strict=True)
        )

    def _contradicts(self, said: Claim, premise: Premise) -> bool:
        """Whether a sentence says the same of something else, or that it is not so.

        Or has another number of the kind in the place of one that no source has.
        """
        found, text = premise.comparison, premise.window.claim
        weighed = WeighedWords([self._weight(word) for word in said.words], found.held)
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

    def _weight(self, word: Word) -> float:
        terms = word.form.split()
        if word.quantity is not None:
            return self._question.greatest_idf / 2
        return max((self._question.idf_of(term) for term in terms), default=1.0)

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

    def _cut(self, source: Citation) -> list[_Window]:
        context = self._parser.parse(" . ".join([source.title, *source.heading_path]))
        forms = frozenset(word.form for word in context.words) - self._others_titles(source)
        spans = sentence_spans(source.quote, language=source.language)
        windows = []
        for place, (start, end) in enumerate(spans):
            for last in {end, spans[min(place + 1, len(spans) - 1)][1]}:
                text = source.quote[start:last]
                windows.append(_Window(source.number, start, text, self._parser.parse(text), forms))
        return windows

    def _others_titles(self, source: Citation) -> frozenset[str]:
        """Forms of its title that are all of another source's: Australia of "South Australia"."""
        titles = {one.title: _forms(self._parser.parse(one.title)) for one in self._sources}
        own = titles[source.title]
        others = [forms for forms in titles.values() if forms < own]
        return frozenset(form for forms in others for form in forms)


def linear_entailment() -> LinearEntailment:
    """The model with the weights that come with Pinakes. Raises UnfitWeights."""
    name = "linear_entailment.json"
    return LinearEntailment(read_weights(__package__, name, EntailmentWeights, FEATURES))


def _forms(claim: Claim) -> frozenset[str]:
    return frozenset(word.form for word in claim.words)


def _is_fact(word: Word) -> bool:
    """Whether it is a name or a number: what must stand in a source."""
    return word.is_name or word.quantity is not None


def _is_fragment(claim: Claim) -> bool:
    """Whether nothing is said of anything: a few words, or only names, numbers and their units."""
    units = {word.unit for word in claim.words}
    plain = [
        word
        for word in claim.words
        if word.quantity is None and not word.text[0].isupper() and word.form not in units
    ]
    return len(claim.words) <= _FRAGMENT_WORDS or not plain


def _is_verbatim(claim: Claim, found: Comparison, text: Claim) -> bool:
    if len(claim.words) < _VERBATIM_WORDS or not all(found.said) or found.order < 1:
        return False
    places = nearest_places(found.said, text).values()
    return len(places) / (max(places) - min(places) + 1) >= _VERBATIM_NEARNESS


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
