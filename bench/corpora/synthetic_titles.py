"""A million titles: real ones first, the others made of their words.

Every made title takes the number of words of a real one and fills each place with a word that
stands at such a place (first, between, last) in some real title, as often as it does there. So
beginnings are shared about as unevenly as in a real wiki. Links in follow a power law.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.corpora.dumps import TEMPLATES_DUMP, TEXT_DUMP, WIKITEXT_DUMP
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.types import Document, Redirect

__all__ = ["Title", "titles"]

# Number of English Wikipedia's redirects for each of its articles, about.
_REDIRECTS_PER_TITLE = 1.4


@dataclass(frozen=True, slots=True)
class Title:
    """An article, its links in and the redirects that lead to it."""

    title: str
    links_in: int
    redirects: tuple[str, ...]
    is_real: bool


def titles(count: int, seed: int = 4) -> Iterator[Title]:
    """``count`` articles with different titles; the real ones come first."""
    chance = random.Random(seed)
    real, redirects = _real_titles()
    names = [*real, *(name for led in redirects.values() for name in led)]
    make = _Maker(names, chance)
    taken = set(names)
    for number in range(count):
        title = real[number] if number < len(real) else make.title(taken)
        led = list(redirects.get(title, ()))
        if number >= len(real):
            led += [make.title(taken) for _ in range(_poisson(chance, _REDIRECTS_PER_TITLE))]
        yield Title(title, int(chance.paretovariate(0.9)) - 1, tuple(led), number < len(real))


def _real_titles() -> tuple[list[str], dict[str, list[str]]]:
    real: dict[str, None] = {}
    led: list[tuple[str, str]] = []
    for path in (TEXT_DUMP, TEMPLATES_DUMP, WIKITEXT_DUMP):
        dump = find_dump([path])
        for unit in plan_units(dump):
            for entry in read_documents(unit, dump.site):
                if isinstance(entry, Document):
                    real[entry.title] = None
                elif isinstance(entry, Redirect):
                    led.append((entry.title, entry.target.partition("#")[0]))
    redirects: dict[str, list[str]] = {}
    for name, target in led:
        if target in real and name not in real:
            redirects.setdefault(target, []).append(name)
    return list(real), redirects


class _Maker:
    def __init__(self, names: list[str], chance: random.Random) -> None:
        self._chance = chance
        split = [name.split() for name in names]
        self._lengths = [len(words) for words in split]
        self._first = [words[0] for words in split]
        self._last = [words[-1] for words in split if len(words) > 1]
        self._between = [word for words in split for word in words[1:-1]]

    def title(self, taken: set[str]) -> str:
        """A title that is not among the ``taken``, and is from now on."""
        length = self._chance.choice(self._lengths)
        while True:
            words = [self._chance.choice(self._first)]
            words += (self._chance.choice(self._between) for _ in range(length - 2))
            words += [self._chance.choice(self._last)] if length > 1 else []
            title = " ".join(words)
            if title not in taken:
                taken.add(title)
                return title
            length += 1  # there are only so many short ones


def _poisson(chance: random.Random, mean: float) -> int:
    count, passed = 0, chance.expovariate(mean)
    while passed < 1:
        count, passed = count + 1, passed + chance.expovariate(mean)
    return count
