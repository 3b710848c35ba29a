"""Words that tell what is asked for and what is said, by language, read from ``words.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

__all__ = ["ANSWER_TYPES", "AnswerType", "LanguageWords", "words_of"]

AnswerType = Literal["person", "time", "place", "number", "reason", "manner", "thing", "none"]
ANSWER_TYPES: tuple[AnswerType, ...] = get_args(AnswerType)

_USUAL = "en"
_GROUPS = (
    "months", "articles", "placed", "authors", "negations", "qualifiers", "stop_words", "now",
    "offices", "pronouns", "possessives",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """The words of one language; ``asking`` gives the type of answer that question words expect.

    ``scales``: number words that multiply what stands before them. ``spaced``: words stand apart.
    """

    asking: Mapping[str, AnswerType]
    months: frozenset[str]
    articles: frozenset[str]
    placed: frozenset[str]
    authors: frozenset[str]
    negations: frozenset[str]
    qualifiers: frozenset[str]
    stop_words: frozenset[str]
    now: frozenset[str]
    offices: frozenset[str]
    pronouns: frozenset[str]
    possessives: frozenset[str]
    lead_ins: tuple[str, ...]
    numbers: Mapping[str, int]
    scales: Mapping[str, int]
    spaced: bool


@cache
def words_of(language: str) -> LanguageWords:
    """The words of ``language``; of languages without a table, the English ones."""
    tables = tomllib.loads(
        files("pinakes.service.reading")
        .joinpath("words.toml")
        .read_text(encoding="utf-8")
        .casefold()
    )
    table = tables.get(language, tables[_USUAL])
    return LanguageWords(
        asking={word: kind for kind, words in table["asked"].items() for word in words},
        **{group: frozenset(table[group].split()) for group in _GROUPS},
        lead_ins=tuple(table["lead_ins"]),
        numbers=table["numbers"],
        scales=table["scales"],
        spaced=language != "zh",
    )
