"""Words that tell what is asked for and what is said, by language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from pinakes.ingest.text.language import language_part
from pinakes.service.reading.conversation_words import (
    PresentWords,
    ReferringWords,
    present_words,
    referring_words,
)

__all__ = ["ANSWER_TYPES", "AnswerType", "LanguageWords", "words_of"]

AnswerType = Literal["person", "time", "place", "number", "reason", "manner", "thing", "none"]
ANSWER_TYPES: tuple[AnswerType, ...] = get_args(AnswerType)

_USUAL = "en"
_GROUPS = (
    "articles",
    "placed",
    "authors",
    "negations",
    "qualifiers",
    "stop_words",
    "now",
    "offices",
    "pronouns",
    "possessives",
)
# Those that a file may leave out.
_MORE_GROUPS = (
    "contrasts", "alternatives", "approximate", "times", "greater", "smaller", "several", "plural",
    "singular", "auxiliaries", "light_verbs", "durations", "eras", "births", "deaths",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """The words of one language; ``asking`` gives the type of answer that question words expect.

    ``measures``: of words that ask for a number what it may measure: "count", "time", "share", or
    dimensions of units; ``attributes``: the same of nouns for what is measured of a thing, as its
    height. ``scales``: number words that multiply what stands before them. ``base_forms``: of words
    whose forms no stemmer brings together the form that they are compared by. ``opposites``: pairs
    of which only one can be said of a thing. ``gerunds``: endings of words that behind ``authors``
    are no author: "by writing". ``births``, ``deaths``: words that tell of these. ``spaced``: words
    stand apart.
    """

    asking: Mapping[str, AnswerType]
    measures: Mapping[str, frozenset[str]]
    attributes: Mapping[str, frozenset[str]]
    months: frozenset[str]
    articles: frozenset[str]
    placed: frozenset[str]
    authors: frozenset[str]
    gerunds: tuple[str, ...]
    negations: frozenset[str]
    qualifiers: frozenset[str]
    stop_words: frozenset[str]
    now: frozenset[str]
    offices: frozenset[str]
    pronouns: frozenset[str]
    possessives: frozenset[str]
    contrasts: frozenset[str]
    alternatives: frozenset[str]
    approximate: frozenset[str]
    times: frozenset[str]
    greater: frozenset[str]
    smaller: frozenset[str]
    several: frozenset[str]
    plural: frozenset[str]
    singular: frozenset[str]
    auxiliaries: frozenset[str]
    light_verbs: frozenset[str]
    durations: frozenset[str]
    eras: frozenset[str]
    births: frozenset[str]
    deaths: frozenset[str]
    opposites: tuple[tuple[str, str], ...]
    joiners: frozenset[str]
    interjections: frozenset[str]
    base_forms: Mapping[str, str]
    lead_ins: tuple[str, ...]
    referring: ReferringWords
    present: PresentWords
    numbers: Mapping[str, int]
    scales: Mapping[str, int]
    spaced: bool


@cache
def words_of(language: str) -> LanguageWords:
    """The words of ``language``; of languages without any, the English ones."""
    code = language if language_part(language, "questions") else _USUAL
    said = language_part(code, "questions")
    months = said.get("months", " ".join(language_part(code, "dates")["months"]))
    return LanguageWords(
        asking={
            word.casefold(): answer_type
            for answer_type, words in said["expected"].items()
            for word in words
        },
        measures=_by_word(said.get("measures", {})),
        attributes=_by_word(said.get("attributes", {})),
        months=_words(months),
        **{group: _words(said[group]) for group in _GROUPS},
        **{group: _words(said.get(group, "")) for group in _MORE_GROUPS},
        **{
            group: _words(language_part(code, "references").get(group, ""))
            for group in ("joiners", "interjections")
        },
        gerunds=tuple(said.get("gerunds", "").split()),
        opposites=_pairs(said.get("opposites", "")),
        base_forms=_base_forms(said.get("irregular", "")),
        lead_ins=tuple(word.casefold() for word in said["lead_ins"]),
        referring=referring_words(code),
        present=present_words(code),
        numbers=_values(said["numbers"]),
        scales=_values(said["scales"]),
        spaced=said.get("spaced", True),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def _by_word(groups: Mapping[str, Sequence[str]]) -> Mapping[str, frozenset[str]]:
    """Of each word the names of the groups that list it."""
    named: dict[str, set[str]] = {}
    for name, words in groups.items():
        for word in words:
            named.setdefault(word.casefold(), set()).add(name)
    return {word: frozenset(names) for word, names in named.items()}


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """From "high/low hot/cold": both of each."""
    rows = (row.split("/") for row in text.casefold().split())
    return tuple((one, other) for one, other in rows)


def _base_forms(text: str) -> Mapping[str, str]:
    """From "fall/fell/fallen": of each other form the first."""
    rows = (row.split("/") for row in text.casefold().split())
    return {form: forms[0] for forms in rows for form in forms[1:]}


def _values(words: Mapping[str, int]) -> Mapping[str, int]:
    return {word.casefold(): value for word, value in words.items()}
