"""How much of a question's words what was found holds: together in one passage, and on one page.

A passage holds what stands in it, in its headings, its title and the alias by which the question
names its page. Shares are by idf, 0 to 1, and mean the same in collections of every size.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pinakes.index.types import EntityLink, Hit
from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.names import names_in
from pinakes.service.reading.question import Question

__all__ = ["MatchedWords", "matched_words", "says_nothing"]

# So many of the first hits are looked at for one that holds most: those that answers are written
# from.
_READ = 6
# "Duran Duran" is a name; "Tora! Tora! Tora!" is one where a page is called so.
_AGAIN = 3
_AROUND_NAMES = " ?!.,\"'“”„«»"
_WORD = re.compile(WORD)


@dataclass(frozen=True, slots=True)
class MatchedWords:
    """What of the question's words is held: by ``names`` of the first hit's page, by that ``page``.

    ``together``: by one passage, the most of any; words that the whole collection has not count
    against it twice, for nothing at all is said of what they name. ``part_of_name``: the page's
    names hold a part of a name of several words. ``unnamed``: such a name is all that is asked
    about, and no page read bears it.
    """

    names: float
    page: float
    together: float
    part_of_name: bool = False
    unnamed: bool = False


def matched_words(question: Question, hits: Sequence[Hit]) -> MatchedWords:
    """What ``hits`` hold of the question; there is at least one."""
    links = {link.alias.page_id: link for link in question.context.aliases}
    first = hits[0].passage.page_id
    names: dict[int, frozenset[str]] = {}
    on_page, together, held = frozenset[str](), 0.0, frozenset[str]()
    for place, hit in enumerate(hits):
        page_id = hit.passage.page_id
        if place >= _READ and page_id != first:
            continue
        if page_id not in names:
            names[page_id] = _names(question, hit, links.get(page_id))
        text = _text(question, hit) | names[page_id]
        held |= text
        if page_id == first:
            on_page |= text
        if place < _READ:
            together = max(together, question.share(text))
    asked = names_in(question, hits[:_READ])
    return MatchedWords(
        names=question.share(names[first]),
        page=question.share(on_page),
        # A title's words may stand in no text.
        together=together / (1 + question.reliance * question.share(question.unknown - held)),
        part_of_name=any(name & names[first] and name - names[first] for name in asked),
        unnamed=not question.asks_nothing
        and any(
            name >= question.idf.keys() and not any(name <= of_page for of_page in names.values())
            for name in asked
        ),
    )


def says_nothing(question: Question) -> bool:
    """Whether no page is called so, and all words are stop words, or one word again and again.

    Or there are more signs than letters and digits.
    """
    if any(_is_written(question.text, link.alias.name) for link in question.context.aliases):
        return False
    words = [match[0].casefold() for match in _WORD.finditer(question.text)]
    signs = sum(not letter.isspace() for letter in _WORD.sub("", question.text))
    return (
        all(question.is_stop_word(word) for word in words)
        or (len(words) >= _AGAIN and len(set(words)) == 1)
        or signs > sum(map(len, words))
    )


def _is_written(text: str, name: str) -> bool:
    return text.strip(_AROUND_NAMES).casefold() == name.strip(_AROUND_NAMES).casefold()


def _names(question: Question, hit: Hit, link: EntityLink | None) -> frozenset[str]:
    alias = link.alias.key if link else ""
    return frozenset(question.analyze(f"{hit.passage.title} {alias}"))


def _text(question: Question, hit: Hit) -> frozenset[str]:
    passage = hit.passage
    terms = frozenset(question.analyze(passage.text))
    return terms.union(*map(question.analyze, passage.heading_path))
