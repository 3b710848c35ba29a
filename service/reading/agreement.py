"""Whether a claim says what a reader finds for the question by itself, and where it stands.

A model that answers rightly says what the sources do, and so does a reader that knows nothing of
the model: where both say the same, it is likelier to be so. Names and numbers are looked at, and,
where a thing is asked for, the words that are it; how and why have no words that two readers choose
alike. Knows nothing of verdicts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pinakes.index.types import Hit
from pinakes.ingest.types import Passage
from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.claims import Claim, Word
from pinakes.service.reading.comparison import compare
from pinakes.service.reading.network_first import TRAINED_ON
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import Reader
from pinakes.service.types import Citation, SourcePlace

__all__ = ["FoundAnswers"]

# So much less likely than the likeliest answer, as a logarithm of odds, others may be one, too.
_MARGIN = 1.5
# So much likelier than none a thing must be that has no name: odds of twenty to one.
_SURELY, _THING_WORDS = 3.0, 3
# Of so many sources what a claim may be taken from is read: each takes two dozen milliseconds.
_MOST_SOURCES = 4


@dataclass(frozen=True, slots=True)
class _FoundAnswer:
    """The likeliest words of a sentence of a source, and how far ahead of there being none.

    ``words``: those of them that the question has not.
    """

    place: SourcePlace
    words: tuple[Word, ...]
    score: float


class FoundAnswers:
    """What a reader finds for one question in the sources of its answer, each read once."""

    def __init__(
        self,
        reader: Reader,
        question: Question,
        sources: Sequence[Citation],
        parser: ClaimParser,
    ) -> None:
        self._reader = reader
        self._question = question
        self._sources = {source.number: source for source in sources}
        self._parser = parser
        self._asked = parser.parse(question.text).forms
        self._read: dict[int, list[_FoundAnswer]] = {}

    def agreeing(self, claim: Claim, numbers: Iterable[int]) -> list[SourcePlace]:
        """Where words stand that a reader takes for the answer, and that the claim says.

        ``numbers``: the sources it may be taken from, the likeliest first.
        """
        is_thing = self._question.expected.type == "thing"
        new = [word for word in claim.words if word.form not in self._asked]
        if not any(is_thing or _is_fact(word) for word in new):
            return []
        known = [number for number in dict.fromkeys(numbers) if number in self._sources]
        found = [one for number in known[:_MOST_SOURCES] for one in self._answers(number)]
        least = max((one.score for one in found), default=0.0) - _MARGIN
        return [
            one.place
            for one in found
            if one.score > 0 and one.score >= least
            if _says(claim, one.words)
            or (is_thing and one.score >= _SURELY and _says_all(claim, one.words))
        ]

    def _answers(self, number: int) -> list[_FoundAnswer]:
        """What is found in a source: of each sentence that may answer its likeliest words."""
        if number not in self._read:
            self._read[number] = list(self._found(self._sources[number]))
        return self._read[number]

    def _found(self, source: Citation) -> Iterable[_FoundAnswer]:
        if source.language not in TRAINED_ON:
            return
        for one in self._reader.read(self._question, [_as_hit(source)]).sentences:
            words = self._parser.parse(source.quote[one.answer_start : one.answer_end]).words
            new = tuple(word for word in words if word.form not in self._asked)
            if new:
                place = SourcePlace(source.number, one.answer_start, one.answer_end)
                yield _FoundAnswer(place, new, one.answer_score)


def _says(claim: Claim, answer: Sequence[Word]) -> bool:
    """Whether the claim has half of the words of an answer, and a name or a number among them.

    Where there are numbers, one of these.
    """
    held = compare(Claim(tuple(answer)), claim, frozenset()).held
    said = [word for word, is_held in zip(answer, held, strict=True) if is_held]
    counts = any(word.quantity is not None for word in answer)
    return 2 * len(said) >= len(answer) and any(
        word.quantity is not None or (_is_capital(word) and not counts) for word in said
    )


def _says_all(claim: Claim, answer: Sequence[Word]) -> bool:
    """Whether the claim denies nothing, and has every word of an answer without names or numbers.

    Those of no more than the thing itself: "willow", not "the bark of willows that grow by rivers".
    """
    if claim.denials or len(answer) > _THING_WORDS:
        return False
    if any(word.quantity is not None or _is_capital(word) for word in answer):
        return False
    return all(compare(Claim(tuple(answer)), claim, frozenset()).held)


def _is_fact(word: Word) -> bool:
    return word.is_name or word.quantity is not None


def _is_capital(word: Word) -> bool:
    """Whether it may be a name: answers begin with capitals that the middle of a sentence has."""
    return word.text[:1].isupper()


def _as_hit(source: Citation) -> Hit:
    """A source as readers are given it."""
    ref = source.ref
    passage = Passage(
        0, ref.page_id, source.title, source.heading_path, source.quote, ref.start, ref.end
    )
    return Hit(passage, ref.revision_id, ref.collection, 0.0, {}, language=source.language)
