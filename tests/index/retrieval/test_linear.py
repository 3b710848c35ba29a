"""Candidates with vectors and without, ranked side by side: nobody is ahead or behind for it."""

from collections.abc import Iterable

import pytest

from pinakes.index.retrieval.features import FEATURES
from pinakes.index.retrieval.linear import LEVEL, LinearReranker, ranking_weights
from pinakes.index.types import Candidate, PassagePlace, QueryContext

TOYS = QueryContext("toys", {"toys": 1.0}, None, tuple)
WEIGHTS = {
    "with vectors": {"keyword": 1.0, "vector": 10.0},
    "with vectors of leads": {"keyword": 1.0, "page vector": 10.0},
    "without vectors": {"keyword": 2.0},
}


def candidate(passage_id: int, keyword: float, page: float | None, own: float | None) -> Candidate:
    features = dict.fromkeys(FEATURES, 0.0) | {
        "keyword": keyword,
        "page vector": page or 0.0,
        "page vector cubed": max(0.0, page or 0.0) ** 3,
        "no page vector": float(page is None),
        "vector": own or 0.0,
        "no vector": float(own is None),
    }
    place = PassagePlace(passage_id, passage_id, f"page {passage_id}", passage_id, False)
    return Candidate(place, {}, features=features)


def ranked(
    *candidates: Candidate, reranker: LinearReranker | None = None
) -> list[tuple[int, float]]:
    whole = float(all(not one.features["no vector"] for one in candidates))
    for one in candidates:
        one.features["all vectors"] = whole  # type: ignore[index]
    reranker = reranker or LinearReranker(WEIGHTS)  # type: ignore[arg-type]
    found = reranker.rerank(TOYS, candidates)
    for one in found:
        assert sum(reranker.contributions(one.features).values()) == pytest.approx(one.score)
    return [(one.place.passage_id, one.score) for one in found]


def order(found: Iterable[tuple[int, float]]) -> list[int]:
    return [passage_id for passage_id, _ in found]


def test_all_with_vectors_are_weighed_by_their_own() -> None:
    found = ranked(candidate(1, 1.0, 0.9, 0.1), candidate(2, 1.0, 0.9, 0.3))
    assert found == [(2, pytest.approx(4.0)), (1, pytest.approx(2.0))]


def test_while_one_passage_has_none_only_pages_vectors_are_weighed() -> None:
    found = ranked(candidate(1, 1.0, 0.5, 0.5), candidate(2, 2.0, 0.5, None))
    assert found == [(2, pytest.approx(7.0)), (1, pytest.approx(6.0))]


def test_none_with_a_vector_are_weighed_by_words() -> None:
    found = ranked(candidate(1, 1.0, None, None), candidate(2, 2.0, None, None))
    assert found == [(2, 4.0), (1, 2.0)]


def test_a_page_without_a_vector_is_raised_as_vectors_raise_the_others_in_the_mean() -> None:
    # By words 2 and 4, by vectors 5 and 5: raised by 2 in the mean.
    with_vectors = (candidate(1, 1.0, 0.4, 0.4), candidate(2, 2.0, 0.3, 0.3))
    [(first, score), *_] = ranked(*with_vectors, candidate(3, 2.5, None, None))
    assert (first, score) == (3, pytest.approx(5.0 + 2.0))
    last = ranked(*with_vectors, candidate(3, 1.0, None, None))[-1]
    assert last == (3, pytest.approx(2.0 + 2.0))


def test_the_level_is_that_of_pages_that_words_found_too() -> None:
    # Page 9 was found by its vector alone, and says nothing of what words and vectors say together.
    found = ranked(
        candidate(1, 1.0, 0.4, 0.4), candidate(9, 0.0, 0.9, 0.9), candidate(3, 2.0, None, None)
    )
    assert dict(found)[3] == pytest.approx(4.0 + (5.0 - 2.0))


def test_a_page_that_only_lists_others_comes_behind_the_best_of_them() -> None:
    listing, best, other = (candidate(i, k, None, None) for i, k in ((1, 9.0), (2, 2.0), (3, 1.0)))
    listing.features["disambiguation"] = 1.0  # type: ignore[index]
    assert order(ranked(listing, best, other)) == [2, 1, 3]
    assert order(ranked(listing)) == [1]
    listing.features["keyword"] = 0.5  # type: ignore[index]
    assert ranked(listing, best, other)[-1] == (1, 1.0)  # who is behind anyway stays there


def test_without_weights_of_vectors_none_is_read() -> None:
    words = LinearReranker({"without vectors": WEIGHTS["without vectors"]})
    found = ranked(candidate(1, 1.0, 0.9, 0.9), candidate(2, 2.0, None, None), reranker=words)
    assert found == [(2, 4.0), (1, 2.0)]


@pytest.mark.parametrize("covered", range(5))
def test_candidates_that_differ_only_by_having_a_vector_keep_the_order_of_their_words(
    covered: int,
) -> None:
    reranker = LinearReranker(ranking_weights().weights)
    candidates = [
        candidate(number, 1.0 - number / 10, 0.4 if number < covered else None, None)
        for number in range(5)
    ]
    found = reranker.rerank(TOYS, candidates)
    assert [one.place.passage_id for one in found] == [0, 1, 2, 3, 4]
    assert {one.features[LEVEL] for one in found if not one.features["no page vector"]} <= {0.0}
