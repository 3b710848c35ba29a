"""The features of a candidate: the lists that hold it, its page, its title and its aliases.

Pure functions over what the searches found; knows nothing of weights.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.index.types import EntityLink, PassagePlace, QueryContext

__all__ = ["FEATURES", "Matrix", "Scores", "feature_matrix"]

Matrix = NDArray[np.float64]

_OF_PAGE = (
    "page keyword",  # the best BM25 score on its page
    "page vector",  # the best cosine on its page, 0 where nothing of it has a vector
    "page vector cubed",  # which tells more of the likest pages and less of all others
    "no page vector",  # that nothing of its page has a vector yet, as far as was looked
    "title in question",  # share of the title that words of the question make up
    "question in title",  # share of the question that words of the title make up
    "title fit",  # both at once: their product
    "alias",  # what a whole alias of its page makes up of the question, beyond what its title does
    "disambiguation",  # a page that only lists others
)
_OF_PASSAGE = (
    "keyword",  # its BM25 score
    "vector",  # its cosine with the question
    "no vector",  # that it has none yet
    "all vectors",  # that every candidate has one of its own
)
FEATURES = _OF_PAGE + _OF_PASSAGE


@dataclass(frozen=True, slots=True)
class Scores:
    """What the searches say, by passage id.

    ``keyword``: BM25 scores, in units of what a word counts that a single passage has, so that they
    mean the same in collections of every size. ``vector``: cosines, where there are vectors.
    """

    keyword: Mapping[int, float]
    vector: Mapping[int, float]


def feature_matrix(
    places: Sequence[PassagePlace],
    context: QueryContext,
    scores: Scores,
    titles: Mapping[int, Mapping[str, float]],
) -> Matrix:
    """The features of each place, of shape (len(places), len(FEATURES)).

    ``titles``: by page id, the terms of its title, each with its idf.
    """
    found = np.zeros((len(places), len(FEATURES)))
    all_vectors = bool(places) and all(place.passage_id in scores.vector for place in places)
    links = {link.alias.page_id: link for link in context.aliases}
    pages: dict[int, list[int]] = {}
    for row, place in enumerate(places):
        pages.setdefault(place.page_id, []).append(row)
    for page_id, rows in pages.items():
        page = places[rows[0]]
        ids = [places[row].passage_id for row in rows]
        keyword = [scores.keyword.get(i, 0.0) for i in ids]
        vector = [scores.vector.get(i) for i in ids]
        cosines = [
            cosine
            for cosine in (scores.vector.get(page.first_passage), *vector)
            if cosine is not None
        ]
        best = max(cosines, default=0.0)
        of_page = (
            max(keyword),
            best,
            max(0.0, best) ** 3,
            not cosines,
            *_of_names(page, context, titles[page_id], links.get(page_id)),
        )
        for row, score, cosine in zip(rows, keyword, vector, strict=True):
            found[row] = (*of_page, score, cosine or 0.0, cosine is None, all_vectors)
    return found


def _of_names(
    page: PassagePlace, context: QueryContext, title: Mapping[str, float], link: EntityLink | None
) -> tuple[float, ...]:
    """How well the page's title and its aliases fit the question."""
    in_question = _share(title, context.terms)
    in_title = context.share(title)
    fit = in_question * in_title
    return (in_question, in_title, fit, _alias(link, fit), float(page.is_disambiguation))


def _alias(link: EntityLink | None, title_fit: float) -> float:
    """How much more of the question than the title the alias makes up, squared, by commonness.

    Squared, because aliases in passing are many: half a question is worth a quarter.
    """
    return max(0.0, link.share - title_fit) ** 2 * link.commonness if link else 0.0


def _share(title: Mapping[str, float], among: Collection[str]) -> float:
    """How much of the title stands ``among`` other terms, by idf, 0 to 1."""
    total = sum(title.values())
    return sum(idf for term, idf in title.items() if term in among) / total if total else 0.0
