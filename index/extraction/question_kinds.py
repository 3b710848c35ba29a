"""What a question asks for: a person, a time, a place, a number … by the words it asks with.

Knows nothing of passages.
"""

import re
from dataclasses import dataclass
from functools import cache

from pinakes.index.extraction.words import QuestionKind, words_of
from pinakes.ingest.characters import MARK

__all__ = ["AskedFor", "asked_for"]

# Of "what famous river flows …" the thing asked for is among the first words behind "what".
_ABOUT_WORDS = 3
_WORD = re.compile(rf"(?:[^\W_]{MARK}*)+")


@dataclass(frozen=True, slots=True)
class AskedFor:
    """The kind of answer, and the words right behind the question word: "what *river* …"."""

    kind: QuestionKind
    about: tuple[str, ...] = ()


def asked_for(question: str, language: str) -> AskedFor:
    """What ``question`` asks for; "none" where no question word is found, as in yes-or-no ones.

    The first question word counts, and of those that begin there the longest.
    """
    text = " ".join(question.casefold().split())
    match = _pattern(language).search(text)
    if match is None:
        return AskedFor("none")
    behind = _WORD.findall(text, match.end())[:_ABOUT_WORDS]
    return AskedFor(words_of(language).asking[match[0]], (*match[0].split()[1:], *behind))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = words_of(language)
    edge = r"\b" if words.spaced else ""
    longest_first = sorted(words.asking, key=len, reverse=True)
    return re.compile(edge + "(?:" + "|".join(map(re.escape, longest_first)) + ")" + edge)
