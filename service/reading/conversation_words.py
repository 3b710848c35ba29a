"""Words by which a question refers back, and by which it asks how things are now, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pinakes.ingest.text.language import language_part

__all__ = ["PresentWords", "ReferringWords", "present_words", "referring_words"]


@dataclass(frozen=True, slots=True)
class ReferringWords:
    """The part ``references`` of a language's file, all empty where it has none.

    ``agreement``: of each pronoun the group: man, woman, thing or several.
    """

    agreement: Mapping[str, str]
    definite: frozenset[str]
    demonstratives: frozenset[str]
    copulas: frozenset[str]
    auxiliaries: frozenset[str]
    prepositions: frozenset[str]
    clauses: frozenset[str]
    impersonal: frozenset[str]
    weather: frozenset[str]
    distinguishing: frozenset[str]
    restricting: frozenset[str]
    periods: frozenset[str]
    proforms: frozenset[str]
    joiners: frozenset[str]
    interjections: frozenset[str]
    verbal_endings: frozenset[str]
    spans: tuple[str, ...]
    existential: str
    placed_there: str
    owner_mark: str


@dataclass(frozen=True, slots=True)
class PresentWords:
    """The part ``present`` of a language's file, all empty where it has none."""

    phrases: tuple[str, ...]
    ages: tuple[str, ...]
    counting: tuple[str, ...]
    adjectives: frozenset[str]
    copulas: frozenset[str]
    past: frozenset[str]
    future: frozenset[str]
    indefinite: frozenset[str]
    holding: frozenset[str]
    changing: frozenset[str]
    doing: frozenset[str]
    perfect: frozenset[str]
    counted: frozenset[str]
    prices: frozenset[str]
    groups: frozenset[str]
    made: frozenset[str]
    records: frozenset[str]
    superlatives: frozenset[str]
    joins_words: bool


_REFERRING = (
    "definite", "demonstratives", "copulas", "auxiliaries", "prepositions", "clauses", "impersonal",
    "weather", "distinguishing", "restricting", "periods", "proforms", "joiners", "interjections",
    "verbal_endings",
)  # fmt: skip
_PRESENT = (
    "adjectives", "copulas", "past", "future", "indefinite", "holding", "changing", "doing",
    "perfect", "counted", "prices", "groups", "made", "records", "superlatives",
)  # fmt: skip


def referring_words(language: str) -> ReferringWords:
    """The words of ``language`` that refer to what was said before."""
    said = language_part(language, "references")
    groups: dict[str, Any] = {group: _words(said.get(group, "")) for group in _REFERRING}
    for name in ("existential", "placed_there", "owner_mark"):
        groups[name] = said.get(name, "")
    return ReferringWords(
        agreement={
            word: group
            for group, pronouns in said.get("agreement", {}).items()
            for word in _words(pronouns)
        },
        spans=tuple(said.get("spans", "").split()),
        **groups,
    )


def present_words(language: str) -> PresentWords:
    """The words of ``language`` by which a question asks how things are at present."""
    said = language_part(language, "present")
    groups: dict[str, Any] = {group: _words(said.get(group, "")) for group in _PRESENT}
    for name in ("phrases", "ages", "counting"):
        groups[name] = tuple(phrase.casefold() for phrase in said.get(name, ()))
    return PresentWords(joins_words=said.get("joins_words", False), **groups)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())
