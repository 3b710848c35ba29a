"""The expected answer type: a person, a time, a place … by the words that a question asks with.

Knows nothing of passages.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pinakes.ingest.text.scripts import WORD
from pinakes.ingest.text.units import named_unit
from pinakes.service.reading.words import AnswerType, LanguageWords, words_of

__all__ = ["ExpectedAnswer", "expected_answer"]

# Of "what famous river flows …" the thing asked for is among the first words behind "what".
_FOCUS_WORDS = 3
# "What is the estimated total population of …", "what is Iceland's population?"
_ATTRIBUTE_WORDS = 6
_WORD = re.compile(WORD)


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """The expected type, and its focus: the words behind the question word ("what *river* …").

    ``several``: more than one thing is asked for ("which two countries", "what are the colours").
    ``measures``: what a number may measure that answers: a "count", a "time", a "share", dimensions
    of units; empty where any may, or none is asked for. ``of_whole``: it is a thing's own measure
    ("the population of …"), and not that of a part.
    """

    type: AnswerType
    focus: tuple[str, ...] = ()
    several: bool = False
    measures: frozenset[str] = frozenset()
    of_whole: bool = False


def expected_answer(question: str, language: str) -> ExpectedAnswer:
    """What ``question`` asks for; "none" where no question word is found, as in yes-or-no ones.

    The first question word counts, and of those that begin there the longest.
    """
    text = " ".join(question.casefold().split())
    match = _pattern(language).search(text)
    if match is None:
        return ExpectedAnswer("none")
    behind = _WORD.findall(text, match.end())
    words = words_of(language)
    focus = (*match[0].split()[1:], *behind[:_FOCUS_WORDS])
    asked = words.asking[match[0]]
    several = asked != "number" and _is_several(focus, words)
    attribute = _attribute(behind, words) if asked == "thing" else None
    if attribute is not None:
        return ExpectedAnswer(asked, focus, several, words.attributes[attribute], of_whole=True)
    return ExpectedAnswer(asked, focus, several, _measures(match[0], behind, words))


def _attribute(behind: Sequence[str], words: LanguageWords) -> str | None:
    """What of a thing is asked for, if that is measured: "(what) is the *height* of …"."""
    if not behind or behind[0] not in words.referring.copulas:
        return None
    return next(
        (
            noun
            for noun, after in pairwise([*behind[1 : _ATTRIBUTE_WORDS + 1], ""])
            if noun in words.attributes and (not after or after in words.referring.prepositions)
        ),
        None,
    )


def _measures(asking: str, behind: Sequence[str], words: LanguageWords) -> frozenset[str]:
    """What the number measures that ``asking`` asks for: of years a time, of miles a length."""
    measures = words.measures.get(asking, frozenset())
    if measures != {"count"} or not behind:
        return measures
    if behind[0] in words.durations:
        return frozenset(["time"])
    unit = named_unit(behind[0])
    return measures if unit is None else frozenset([unit.dimension])


def _is_several(focus: Sequence[str], words: LanguageWords) -> bool:
    """Whether a number says so, a verb that agrees with several, or a plural before a verb."""
    if not focus:
        return False
    if focus[0] in words.several or words.numbers.get(focus[0], 0) > 1:
        return True
    verbs = words.referring.copulas | words.referring.auxiliaries
    return any(
        noun.endswith(tuple(words.plural)) and not noun.endswith(tuple(words.singular))
        for noun, verb in pairwise(focus)
        if verb in verbs
    )


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = words_of(language)
    edge = r"\b" if words.spaced else ""
    longest_first = sorted(words.asking, key=len, reverse=True)
    return re.compile(edge + "(?:" + "|".join(map(re.escape, longest_first)) + ")" + edge)
