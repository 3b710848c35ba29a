"""What a collection's first page has beside the field: articles to begin with, how it is searched.

Articles are drawn by passages: those with more to read come oftener, stubs hardly ever.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from pinakes.index.retrieval.search import Index
from pinakes.index.types import PassagePlace
from pinakes.service.asking.citations import article_url
from pinakes.service.http.interface_languages import InterfaceLanguage
from pinakes.service.views.excerpts import first_sentence

__all__ = ["Example", "coverage_in_words", "drawn_article", "examples"]

_EXAMPLES = 4
# Passages drawn for them: some are of the same page, of lists of other pages, or say nothing.
_DRAWN = 6 * _EXAMPLES
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Example:
    """An article to read: its title, its address, and the first sentence of it."""

    title: str
    url: str
    beginning: str


def examples(index: Index, chance: random.Random) -> list[Example]:
    """A few articles that begin with a sentence, others each time; none of an empty collection."""
    found: list[Example] = []
    for place in _drawn(index, chance):
        if len(found) == _EXAMPLES:
            break
        if beginning := _beginning(index, place):
            found.append(Example(place.title, _address(index, place), beginning))
    return found


def drawn_article(index: Index, chance: random.Random) -> str | None:
    """The address of an article drawn at random; None where there is none."""
    return next((_address(index, place) for place in _drawn(index, chance)), None)


def coverage_in_words(index: Index, language: InterfaceLanguage) -> str:
    """How much of it is searched by meaning, too, and not by words alone.

    Articles' beginnings get their vectors first.
    """
    gettext = language.gettext
    manifest = index.manifest
    if manifest.vectors == 0:
        return gettext("Searched by words; no passage has a vector yet.")
    if manifest.vectors == manifest.passages:
        return gettext("Searched by words and by meaning.")
    if manifest.vectors < index.store.lead_count():
        words = gettext(
            "Searched by words. %(vectors)s of %(passages)s passages have vectors: search by "
            "meaning covers the beginnings of the first articles."
        )
    else:
        words = gettext(
            "Searched by words. %(vectors)s of %(passages)s passages have vectors: search by "
            "meaning covers the beginnings of all articles."
        )
    vectors, passages = map(language.number, (manifest.vectors, manifest.passages))
    return words % {"vectors": vectors, "passages": passages}


def _drawn(index: Index, chance: random.Random) -> Iterator[PassagePlace]:
    """Pages in no order, each once, none that only lists others."""
    count = index.manifest.passages
    passages = chance.sample(range(count), min(count, _DRAWN))
    seen: set[int] = set()
    for place in index.store.places(passages):
        if place.page_id not in seen and not place.is_disambiguation:
            seen.add(place.page_id)
            yield place


def _beginning(index: Index, place: PassagePlace) -> str:
    """The first sentence of an article; "" where it begins otherwise."""
    [(passage, _)] = index.store.passages([place.first_passage])
    return first_sentence(passage, _LONGEST, index.manifest.dump.language)


def _address(index: Index, place: PassagePlace) -> str:
    return article_url(index.manifest.collection, place.page_id, place.title)
