"""How well windows of sources support a claim: each as features, and what speaks against it.

Names, numbers and roles are strict, the rest is weighed by how rare words are. Knows nothing of
verdicts.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pinakes.service.reading.agreement import FoundAnswers
from pinakes.service.reading.claims import Claim, Word
from pinakes.service.reading.comparison import Comparison, compare, nearest_places
from pinakes.service.reading.matched_clauses import WeighedWords
from pinakes.service.reading.question import Question
from pinakes.service.reading.roles import swaps_agent, swaps_clauses, swaps_names
from pinakes.service.reading.source_windows import SourceWindow
from pinakes.service.reading.substitutes import new_words, substituted, substitutes_in
from pinakes.service.types import SourcePlace

__all__ = ["FEATURES", "Premise", "PremiseFinder"]

FEATURES = (
    "constant", "new words", "in one clause", "rival", "substitute", "two sentences", "agreement",
)  # fmt: skip
_LIGHT = 1.0  # the idf of a word that every third passage has
# Part of a sentence, word for word: what it leaves out makes it no less true, but less near.
_SURE, _VERBATIM_WORDS, _VERBATIM_NEARNESS = 0.97, 3, 0.9


@dataclass(frozen=True, slots=True)
class Premise:
    """A window beside a claim: how both compare, and how likely it supports it.

    ``features``: in the order of FEATURES. ``fit``: how well its words fit, 0 to 1. ``is_against``:
    it says the same of something else, or denies it. ``lacks_comparative``: it compares nothing
    where the claim does.
    """

    window: SourceWindow
    comparison: Comparison
    features: tuple[float, ...]
    score: float
    fit: float
    is_against: bool
    lacks_comparative: bool

    @property
    def agrees(self) -> bool:
        """Whether a reader finds in it, too, what the claim says."""
        return self.features[-1] > 0

    @property
    def holds(self) -> bool:
        """Whether nothing strict speaks against its support."""
        return not (self.is_against or self.comparison.missing or self.lacks_comparative)


class PremiseFinder:
    """Compares claims that answer one question with the windows of its sources."""

    def __init__(
        self,
        question: Question,
        asked: Collection[str],
        windows: Sequence[SourceWindow],
        names: Collection[str],
        probability: Callable[[Sequence[float]], float],
        opposites: Mapping[str, Collection[str]],
        answers: FoundAnswers | None = None,
    ) -> None:
        """``asked``: the forms of the question's words. ``names``: those of names.

        ``probability``: how likely a claim is supported, by its features. ``opposites``: by a form,
        those that it cannot be said with. ``answers``: what a reader finds.
        """
        self._question = question
        self._asked_forms = frozenset(asked)
        self._windows = windows
        self._names = names
        self._probability = probability
        self._opposites = opposites
        self._answers = answers

    def premises_of(self, claim: Claim, cited: Collection[int] = frozenset()) -> list[Premise]:
        """The windows that may support a claim, the likeliest first; of equals one it cites."""
        compared = self._compared(claim, self._windows, self._substitute(claim))

        def order(one: Premise) -> tuple[bool, float, bool]:
            return not one.holds, -one.score, one.window.number not in cited

        if self._answers is not None:
            numbers = (one.window.number for one in sorted(compared, key=order) if one.holds)
            places = self._answers.agreeing(claim, (*cited, *numbers))
            compared = [self._agreed(one, places) for one in compared]
        return sorted(compared, key=order)

    def _agreed(self, premise: Premise, places: Sequence[SourcePlace]) -> Premise:
        """The premise, which is the likelier where one of the ``places`` stands in its window."""
        if not any(premise.window.holds(place) for place in places):
            return premise
        features = (*premise.features[:-1], 1.0)
        score = max(premise.score, self._probability(features))
        return replace(premise, features=features, score=score)

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
        self, claim: Claim, windows: Sequence[SourceWindow], substitute: float
    ) -> list[Premise]:
        """The windows by their words alone."""
        said = WeighedWords(
            [self.weight(word) for word in claim.words],
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
        window: SourceWindow,
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
            float(bool(text.sentences)),
            0.0,
        )
        is_against = (
            not found.same_sense
            or swaps_names(claim, text, self._names)
            or swaps_agent(claim, text, self._names)
            or swaps_clauses(claim, text)
            or self._says_opposite(claim, window, found)
        )
        score = self._probability(features)
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

    def _says_opposite(self, claim: Claim, window: SourceWindow, found: Comparison) -> bool:
        """Whether the window has the opposite of a word of the claim instead of the word."""
        forms = window.forms - claim.forms
        return any(
            not forms.isdisjoint(self._opposites.get(word.form, ()))
            for word, is_held in zip(claim.words, found.held, strict=True)
            if not is_held
        )

    def weight(self, word: Word) -> float:
        """How much a word says: its idf, of a number half of the greatest.

        Verbs that say little by themselves ("lies in", "goes back to") say little.
        """
        terms = word.form.split()
        if word.text.casefold() in self._question.words.light_verbs:
            return _LIGHT
        if word.quantity is not None:
            return self._question.greatest_idf / 2
        return max((self._question.idf_of(term) for term in terms), default=1.0)


def _is_verbatim(claim: Claim, found: Comparison, text: Claim) -> bool:
    if len(claim.words) < _VERBATIM_WORDS or not all(found.said) or found.order < 1:
        return False
    places = nearest_places(found.said, text).values()
    return len(places) / (max(places) - min(places) + 1) >= _VERBATIM_NEARNESS
