"""The expected answer type: a person, a time, a place … by the words that a question asks with.

Knows nothing of passages.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.words import AnswerType, LanguageWords, words_of

__all__ = ["ExpectedAnswer", "expected_answer"]

# Of "what famous river flows …" the thing asked for is among the first words behind "what".
_FOCUS_WORDS = 3
_WORD = re.compile(WORD)


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """The expected type, and its focus: the words behind the question word ("what *river* …").

    ``several``: more than one thing is asked for ("which two countries", "what are the colours").
    """

    type: AnswerType
    focus: tuple[str, ...] = ()
    several: bool = False


def expected_answer(question: str, language: str) -> ExpectedAnswer:
    """What ``question`` asks for; "none" where no question word is found, as in yes-or-no ones.

    The first question word counts, and of those that begin there the longest.
    """
    text = " ".join(question.casefold().split())
    match = _pattern(language).search(text)
    if match is None:
        return ExpectedAnswer("none")
    behind = _WORD.findall(text, match.end())[:_FOCUS_WORDS]
    words = words_of(language)
    focus = (*match[0].split()[1:], *behind)
    asked = words.asking[match[0]]
    return ExpectedAnswer(asked, focus, asked != "number" and _is_several(focus, words))


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
