"""The expected answer type: a person, a time, a place … by the words that a question asks with.

Knows nothing of passages.
"""

import re
from dataclasses import dataclass
from functools import cache

from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.words import AnswerType, words_of

__all__ = ["ExpectedAnswer", "expected_answer"]

# Of "what famous river flows …" the thing asked for is among the first words behind "what".
_FOCUS_WORDS = 3
_WORD = re.compile(WORD)


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """The expected type, and its focus: the words behind the question word ("what *river* …")."""

    type: AnswerType
    focus: tuple[str, ...] = ()


def expected_answer(question: str, language: str) -> ExpectedAnswer:
    """What ``question`` asks for; "none" where no question word is found, as in yes-or-no ones.

    The first question word counts, and of those that begin there the longest.
    """
    text = " ".join(question.casefold().split())
    match = _pattern(language).search(text)
    if match is None:
        return ExpectedAnswer("none")
    behind = _WORD.findall(text, match.end())[:_FOCUS_WORDS]
    return ExpectedAnswer(words_of(language).asking[match[0]], (*match[0].split()[1:], *behind))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = words_of(language)
    edge = r"\b" if words.spaced else ""
    longest_first = sorted(words.asking, key=len, reverse=True)
    return re.compile(edge + "(?:" + "|".join(map(re.escape, longest_first)) + ")" + edge)
