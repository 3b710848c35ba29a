"""What speaks for a passage, in numbers: the lists that hold it, its page, title and names.

Pure functions over what the searches found; knows nothing of weights.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.names.recognition import Recognised
from index.types import PassagePlace

__all__ = ["EVIDENCE", "Matrix", "Query", "Scores", "gather"]

Matrix = NDArray[np.float64]

_OF_PAGE = (
    "page keyword",  # the best BM25 score on its page, as a share of the best of all
    "second passage",  # the second best on its page
    "title in question",  # share of the title that words of the question make up
    "question in title",  # share of the question that words of the title make up
    "title fit",  # both at once: their product
    "name",  # what a whole name of its page makes up of the question, beyond what its title does
    "disambiguation",  # a page that only lists others
)
_OF_PASSAGE = (
    "keyword",  # its BM25 score, as a share of the best of all
    "keyword density",  # its BM25 score for the question's rarity: how well it matches at all
    "vector",  # cosine of passage and question
    "lead",  # the first passage of its page
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
    """What the searches say, by passage id: BM25 scores, and cosines where there are vectors."""

    keyword: Mapping[int, float]
    vector: Mapping[int, float]


def gather(
    places: Sequence[PassagePlace],
    query: Query,
    scores: Scores,
    titles: Mapping[int, Mapping[str, float]],
) -> Matrix:
    """The evidence for each place, of shape (len(places), len(EVIDENCE)).

    ``titles``: by page id, the terms of its title, each with its rarity. A passage that has no
    vector is given its lead's cosine, and a page without any the lowest found.
    """
    found = np.zeros((len(places), len(EVIDENCE)))
    best = max(scores.keyword.values(), default=0.0) or 1.0
    rarity = sum(query.terms.values()) or 1.0
    floor = min(scores.vector.values(), default=0.0)
    pages: dict[int, list[int]] = {}
    for row, place in enumerate(places):
        pages.setdefault(place.page_id, []).append(row)
    for page_id, rows in pages.items():
        page = places[rows[0]]
        lead = scores.vector.get(page.first_passage, floor)
        keyword = [scores.keyword.get(places[row].passage_id, 0.0) for row in rows]
        of_page = _of_page(page, sorted(keyword, reverse=True), best, query, titles[page_id])
        for row, score in zip(rows, keyword, strict=True):
            passage_id = places[row].passage_id
            vector = scores.vector.get(passage_id, lead)
            is_lead = passage_id == page.first_passage
            found[row] = (*of_page, score / best, score / rarity, vector, is_lead)
    return found


def _of_page(
    page: PassagePlace,
    keyword: Sequence[float],
    best: float,
    query: Query,
    title: Mapping[str, float],
) -> tuple[float, ...]:
    """The evidence that all passages of a page share; ``keyword``: their scores, best first."""
    in_question = _share(title, query.terms)
    in_title = query.share(title)
    fit = in_question * in_title
    return (
        keyword[0] / best,
        keyword[1] / best if len(keyword) > 1 else 0.0,
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
