"""Compounds written together, apart or with a hyphen: a question's as the names of pages have them.

"spiderman" is *spider man* where a page is called Spider-Man and none Spiderman; "battle-ship", and
"light house" where nothing else is typed, are one word where a page is called so. Pure functions.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pinakes.index.aliases.titles import title_key
from pinakes.ingest.text.scripts import LETTER

__all__ = ["Compound", "as_named", "compounds_in"]

# So many are looked up; a question has one.
_MOST = 8
# "tic-tac-toe" is one.
_HYPHENATED = re.compile(rf"(?<![\w-])(?:{LETTER})+(?:-(?:{LETTER})+)+(?![\w-])")
_TOGETHER = re.compile(rf"(?<![\w'’-])(?:{LETTER}){{4,}}(?![\w-])")
_APART = re.compile(rf"\W*((?:{LETTER})+ (?:{LETTER})+)\W*")


@dataclass(frozen=True, slots=True)
class Compound:
    """What stands from ``start`` to ``end`` of a text, and the other ``ways`` to write it."""

    start: int
    end: int
    said: str
    ways: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Under which names of pages it would be found, as it is said first."""
        return tuple(title_key(way) for way in (self.said, *self.ways))


def compounds_in(text: str, is_rare: Callable[[str], bool]) -> list[Compound]:
    """What may be a compound: with hyphens, two words that are all, and words that are rare.

    ``is_rare``: whether next to no passage has a word: others are words of their own.
    """
    return list(islice(chain(_joined(text), _taken_apart(text, is_rare)), _MOST))


def as_named(text: str, compounds: Collection[Compound], names: Collection[str]) -> str:
    """``text`` with its compounds written as pages are called; ``names``: keys of those there are.

    What a page is called as it is said stays.
    """
    for compound in sorted(compounds, key=lambda compound: -compound.start):
        said, *keys = compound.keys
        named = (way for way, key in zip(compound.ways, keys, strict=True) if key in names)
        if said not in names and (way := next(named, None)):
            text = text[: compound.start] + way + text[compound.end :]
    return text


def _joined(text: str) -> Iterator[Compound]:
    for match in _HYPHENATED.finditer(text):
        yield Compound(*match.span(), match[0], (match[0].replace("-", ""),))
    # Inside a sentence two words may stand side by side by chance: "how does water fall".
    if whole := _APART.fullmatch(text):
        yield Compound(*whole.span(1), whole[1], (whole[1].replace(" ", ""),))


def _taken_apart(text: str, is_rare: Callable[[str], bool]) -> Iterator[Compound]:
    for match in _TOGETHER.finditer(text):
        word = match[0]
        if is_rare(word):
            ways = tuple(_apart(word, place) for place in range(1, len(word)))
            yield Compound(*match.span(), word, ways)


def _apart(word: str, place: int) -> str:
    """``word`` in two; of a name both have a capital."""
    first, second = word[:place], word[place:]
    return f"{first} {second.capitalize() if word[0].isupper() else second}"
