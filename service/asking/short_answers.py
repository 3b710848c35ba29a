"""The short answer: the words of a source that answer, where it is plain which they are.

By what is known of both readers they are sure enough, or a sentence that is proven says them too;
of another reader, they lead all others by its margin. They are of the type that the question
expects, and stand between borders of words in what is shown.
Knows nothing of how they were found.
"""

import math
import re
from collections.abc import Sequence

from pinakes.service.asking.cards import place_in, with_sources
from pinakes.service.asking.citations import own_brackets
from pinakes.service.asking.draft import Draft
from pinakes.service.reading.answering import is_of_type
from pinakes.service.reading.likely_answers import SHORT_TYPES
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.types import ShortAnswer

__all__ = ["plain_answer", "short_answer", "stands_in", "whole_brackets"]

# Types whose words can be told by their form. Of other ones, what a reader finds by itself is more
# often wrong than right, however far it leads; a model must have said it too.
_TOLD_BY_FORM = ("time", "number", "place")


def short_answer(draft: Draft, question: Question, margin: float) -> ShortAnswer | None:
    """The words that answer, of those that stand in what is shown; None where it is not plain.

    ``margin``: by how much they must lead where nothing else tells how sure they are, in the
    logarithm of odds.
    """
    expected = question.expected
    if expected.type not in SHORT_TYPES or expected.several:
        return None
    proven = [sentence for sentence in draft.sentences if sentence.is_proven]
    telling = proven or [sentence for sentence in draft.sentences if sentence.quoted]
    shown = " ".join(draft.text[sentence.start : sentence.end] for sentence in telling)
    cited = {number for sentence in telling for number in sentence.citations}
    told = _told(draft, is_proven=bool(proven))
    found: list[tuple[ShortAnswer, float]] = []
    for sentence, citation in with_sources(draft, told):
        place = place_in(draft, citation, sentence, answer=True)
        text = whole_brackets(citation.quote[place])
        is_shown = stands_in(own_brackets(text), shown, spaced=question.words.spaced)
        if text and is_shown and citation.number in cited:
            words = ShortAnswer(text, citation.number, place.start, place.start + len(text))
            found.append((words, sentence.answer_score))
    if draft.likely is None:
        if not proven and expected.type not in _TOLD_BY_FORM:
            return None
        plain = plain_answer([(words.text, score) for words, score in found], margin)
        found = [(words, score) for words, score in found if words.text == plain]
    return next((words for words, _ in found if is_of_type(question, words.text)), None)


def _told(draft: Draft, *, is_proven: bool) -> Sequence[AnsweringSentence]:
    """What words there are to choose from, the likeliest first."""
    if draft.likely is None:
        return draft.ranked
    return [answer.sentence for answer in draft.likely if is_proven or answer.is_sure]


def whole_brackets(text: str) -> str:
    """Without what begins in a bracket and does not end there: "6,853 km (4,258 miles"."""
    opened = text.rfind("(")
    return text[:opened].rstrip() if opened > text.rfind(")") else text


def plain_answer(scored: Sequence[tuple[str, float]], margin: float) -> str | None:
    """The text that leads the next one, and no answer (whose score is 0), by ``margin``.

    A text that was found several times is worth all of these together.
    """
    worth: dict[str, float] = {}
    written: dict[str, str] = {}
    for text, score in scored:
        key = " ".join(text.casefold().split())
        written.setdefault(key, text)
        worth[key] = _log_sum(worth[key], score) if key in worth else score
    if not worth:
        return None
    (best, most), *others = sorted(worth.items(), key=lambda pair: -pair[1])
    return written[best] if most - max([0.0, *(one for _, one in others)]) >= margin else None


def stands_in(words: str, text: str, *, spaced: bool = True) -> bool:
    """Whether the words stand in the text; where words stand apart, none goes on at either end."""
    before = r"(?<!\w)" if spaced and words[:1].isalnum() else ""
    behind = r"(?!\w)" if spaced and words[-1:].isalnum() else ""
    pattern = before + re.escape(words.casefold()) + behind
    return re.search(pattern, text.casefold()) is not None


def _log_sum(one: float, other: float) -> float:
    return max(one, other) + math.log1p(math.exp(-abs(one - other)))
