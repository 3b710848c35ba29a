"""What speaks for a passage, in numbers: the lists that hold it, its page, title and names.

Pure functions over what the searches found; knows nothing of weights.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.index.aliases.recognition import Recognised
from pinakes.index.types import PassagePlace

__all__ = ["EVIDENCE", "Matrix", "Query", "Scores", "gather"]

Matrix = NDArray[np.float64]

_OF_PAGE = (
    "page keyword",  # the best BM25 score on its page
    "page vector",  # the best cosine on its page
    "title in question",  # share of the title that words of the question make up
    "question in title",  # share of the question that words of the title make up
    "title fit",  # both at once: their product
    "name",  # what a whole name of its page makes up of the question, beyond what its title does
    "disambiguation",  # a page that only lists others
)
_OF_PASSAGE = (
    "keyword",  # its BM25 score
    "vector",  # its cosine with the question
    "no vector",  # that it has none yet
)
EVIDENCE = _OF_PAGE + _OF_PASSAGE


@dataclass(frozen=True, slots=True)
class Query:
    """A question's search terms, each with its rarity, and by page id the names that it holds."""

    terms: Mapping[str, float]
    names: Mapping[int, Recognised]

    def share(self, words: Iterable[str]) -> float:
        """How much of the question ``words`` make up, by rarity, 0 to 1."""
        total = sum(self.terms.values())
        found = sum(self.terms[word] for word in self.terms.keys() & set(words))
        return found / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """What the searches say, by passage id.

    ``keyword``: BM25 scores, in units of what a word counts that a single passage has, so that they
    mean the same in collections of every size. ``vector``: cosines, where there are vectors.
    """

    keyword: Mapping[int, float]
    vector: Mapping[int, float]


def gather(
    places: Sequence[PassagePlace],
    query: Query,
    scores: Scores,
    titles: Mapping[int, Mapping[str, float]],
) -> Matrix:
    """The evidence for each place, of shape (len(places), len(EVIDENCE)).

    ``titles``: by page id, the terms of its title, each with its rarity. A page without any vector
    is given the lowest cosine found.
    """
    found = np.zeros((len(places), len(EVIDENCE)))
    floor = min(scores.vector.values(), default=0.0)
    pages: dict[int, list[int]] = {}
    for row, place in enumerate(places):
        pages.setdefault(place.page_id, []).append(row)
    for page_id, rows in pages.items():
        page = places[rows[0]]
        ids = [places[row].passage_id for row in rows]
        keyword = [scores.keyword.get(i, 0.0) for i in ids]
        vector = [scores.vector.get(i) for i in ids]
        lead = scores.vector.get(page.first_passage, floor)
        of_page = (
            max(keyword),
            max([lead, *(cosine for cosine in vector if cosine is not None)]),
            *_of_names(page, query, titles[page_id]),
        )
        for row, score, cosine in zip(rows, keyword, vector, strict=True):
            found[row] = (*of_page, score, cosine or 0.0, cosine is None)
    return found


def _of_names(page: PassagePlace, query: Query, title: Mapping[str, float]) -> tuple[float, ...]:
    """How well the page's title and its names fit the question."""
    in_question = _share(title, query.terms)
    in_title = query.share(title)
    fit = in_question * in_title
    return (
        in_question,
        in_title,
        fit,
        _name(query.names.get(page.page_id), fit),
        float(page.is_disambiguation),
    )


def _name(name: Recognised | None, title_fit: float) -> float:
    """How much more of the question than the title the name makes up, squared, if it is certain.

    Squared, because names in passing are many: half a question is worth a quarter.
    """
    return max(0.0, name.share - title_fit) ** 2 * name.certainty if name else 0.0


def _share(title: Mapping[str, float], among: Mapping[str, float]) -> float:
    """How much of the title stands ``among`` other terms, by rarity, 0 to 1."""
    total = sum(title.values())
    return sum(rarity for term, rarity in title.items() if term in among) / total if total else 0.0
