"""In which language a question is asked: told by its commonest words, and by its script.

Knows nothing of what is made of it.
"""

import re
from collections.abc import Mapping
from functools import cache

from pinakes.ingest.text.language import language_part, listed_languages
from pinakes.ingest.text.scripts import WORD, is_unspaced
from pinakes.service.reading.words import words_of

__all__ = ["asked_language", "language_name"]

_WORD = re.compile(WORD)
# One word alone may be a name.
_LEAST = 2


def asked_language(question: str, usual: str) -> str:
    """The code of the question's language, where it is surely another than ``usual``; else that.

    ``usual``: the code of the language that is expected. Languages whose files say nothing of
    questions are not told.
    """
    expected = language_name(usual)
    said = [word.casefold() for word in _WORD.findall(question)]
    counts = {
        name: sum(words.get(word, 0) for word in said) for name, words in _common_words().items()
    }
    for name, code in _languages().items():
        if not words_of(code).spaced and any(map(is_unspaced, question)):
            counts[name] = len(question)
    best = max(counts, key=lambda name: (counts[name], name == expected))
    rest = max((count for name, count in counts.items() if name != best), default=0)
    is_sure = counts[best] >= _LEAST and counts[best] > max(rest, counts.get(expected or "", 0))
    return _languages()[best] if best != expected and is_sure else usual


def language_name(code: str) -> str | None:
    """The English name of a language; None where its file says nothing of questions."""
    name = language_part(code, "questions").get("name")
    return None if name is None else str(name)


@cache
def _languages() -> Mapping[str, str]:
    """English names of languages whose files word questions, each with its code."""
    names: dict[str, str] = {}
    for code in sorted(listed_languages(), key=lambda code: (len(code), code)):
        if name := language_name(code):
            names.setdefault(name, code)
    return names


@cache
def _common_words() -> Mapping[str, Mapping[str, int]]:
    """By the name of each language, words that nearly every question in it has, and their worth."""
    common: dict[str, Mapping[str, int]] = {}
    for name, code in _languages().items():
        words = words_of(code)
        usual = (
            words.articles
            | words.placed
            | words.pronouns
            | words.possessives
            | words.stop_words
            | words.present.copulas
            | words.present.past
            | words.referring.auxiliaries
        )
        asking = {part for phrase in words.asking for part in phrase.split()}
        common[name] = dict.fromkeys(usual, 1) | dict.fromkeys(asking, _LEAST)
    return common
