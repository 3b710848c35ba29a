"""The stages of search can be replaced and left out: with toys, and over the real sample."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.retrieval.features import FEATURES
from pinakes.index.retrieval.linear import LinearReranker, fitted_rerankers, ranking_weights
from pinakes.index.retrieval.pipeline import Lists, Pipeline, Reranker
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.types import (
    FIRST_STAGE,
    Candidate,
    EncoderRecord,
    PassagePlace,
    QueryContext,
    ScoredId,
)
from tests.index.toys import HashingEncoder

QUESTION = "Who deciphered the Rosetta Stone?"
TOYS = QueryContext("toys", {"toys": 1.0}, None, tuple)


DENSE = {"vector", "page vector", "page vector cubed"}


class ShortestTitleFirst:
    """A reranker that reads no score: of the first ``depth``, those with short titles lead."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.seen: list[QueryContext] = []

    def rerank(self, context: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
        self.seen.append(context)
        head = sorted(candidates[: self.depth], key=lambda one: len(one.place.title))
        ordered = [*head, *candidates[self.depth :]]
        return [replace(one, score=-float(rank)) for rank, one in enumerate(ordered)]

    def contributions(self, _features: Mapping[str, float]) -> Mapping[str, float]:
        return {}


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def candidate(passage_id: int, **features: float) -> Candidate:
    place = PassagePlace(passage_id, passage_id, "x" * passage_id, passage_id, False)
    return Candidate(place, {}, features=features)


def join(_context: QueryContext, lists: Lists) -> list[Candidate]:
    """A fusion of toys: every passage once, with the number of lists that hold it."""
    ids = sorted({one.passage_id for found in lists.values() for one in found})
    held = {i: sum(i in {one.passage_id for one in found} for found in lists.values()) for i in ids}
    return [candidate(i, lists=float(held[i])) for i in ids]


def ids(candidates: Sequence[Candidate]) -> list[int]:
    return [one.place.passage_id for one in candidates]


def test_each_stage_gets_what_the_one_before_gave(threads: ThreadPoolExecutor) -> None:
    asked: list[tuple[str, int]] = []

    def keyword(context: QueryContext, depth: int) -> list[ScoredId]:
        asked.append((context.text, depth))
        return [ScoredId(i, 9.0 - i) for i in (5, 3)]

    class MostListsFirst(ShortestTitleFirst):
        def rerank(self, _: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
            scored = [replace(one, score=one.features["lists"]) for one in candidates]
            return sorted(scored, key=lambda one: -one.score)

    lists = {"keyword": keyword, "vector": lambda _context, _depth: [ScoredId(5, 0.5)]}
    found = Pipeline(lists, join, (MostListsFirst(0),), threads).hybrid(TOYS, 7, 9)
    assert asked == [("toys", 7)]
    assert [(one.place.passage_id, one.score) for one in found] == [(5, 2.0), (3, 1.0)]


def test_a_second_reranker_changes_the_order_and_not_the_score_of_the_first(
    threads: ThreadPoolExecutor,
) -> None:
    lists = {"keyword": lambda _context, _depth: [ScoredId(i, 1.0) for i in (4, 2, 3)]}
    linear_toy = ShortestTitleFirst(0)
    short = ShortestTitleFirst(2)
    found = Pipeline(lists, join, (linear_toy, short), threads).hybrid(TOYS, 9, 9)
    assert linear_toy.seen == short.seen == [TOYS]
    assert [one.features[FIRST_STAGE] for one in found] == [0.0, -1.0, -2.0]
    reverse = Pipeline(lists, lambda *_: [candidate(3), candidate(1), candidate(2)],
                       (linear_toy, short), threads).hybrid(TOYS, 9, 9)  # fmt: skip
    assert ids(reverse) == [1, 3, 2]  # only the first two
    assert [one.features[FIRST_STAGE] for one in reverse] == [-1.0, 0.0, -2.0]


def test_without_rerankers_candidates_stay_as_fusion_gives_them(
    threads: ThreadPoolExecutor,
) -> None:
    lists = {"keyword": lambda _context, _depth: [ScoredId(i, 1.0) for i in (4, 2)]}
    found = Pipeline(lists, join, (), threads).hybrid(TOYS, 9, 9)
    assert [(one.place.passage_id, one.features) for one in found] == [
        (2, {"lists": 1.0, FIRST_STAGE: 0.0}),
        (4, {"lists": 1.0, FIRST_STAGE: 0.0}),
    ]


def test_without_rerankers_what_both_lists_have_high_comes_first(sample_index: Index) -> None:
    hits = replace(sample_index, rerankers=()).search(QUESTION, 20)
    scores = [sum(1 / (60 + place.rank) for place in hit.ranks.values()) for hit in hits]
    assert [hit.score for hit in hits] == pytest.approx(scores)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]
    assert [hit.features[FIRST_STAGE] for hit in hits] == pytest.approx(scores)


def test_a_toy_reranker_over_the_real_stages(sample_index: Index) -> None:
    toy = ShortestTitleFirst(10)
    reranked = replace(sample_index, rerankers=(*sample_index.rerankers, toy))
    before, after = sample_index.search(QUESTION, 20), reranked.search(QUESTION, 20)
    assert [hit.passage.title for hit in after[:10]] == sorted(
        (hit.passage.title for hit in before[:10]), key=len
    )
    assert [hit.passage.passage_id for hit in after[10:]] == [
        hit.passage.passage_id for hit in before[10:]
    ]
    known = {hit.passage.passage_id: hit for hit in before}
    for hit in after:
        same = known[hit.passage.passage_id]
        assert (hit.features, hit.ranks, hit.alias) == (same.features, same.ranks, same.alias)
    # What cannot say why it ranks so is not explained by what ranked before it.
    assert [one.contributions for one in reranked.explain(QUESTION, after)] == [{}] * 20


class MostTermsFirst:
    """A reranker that reads: of the first ``depth``, passages with more of the terms lead."""

    def __init__(self, store: Store, depth: int) -> None:
        self.store = store
        self.depth = depth

    def rerank(self, context: QueryContext, candidates: Sequence[Candidate]) -> list[Candidate]:
        head, rest = candidates[: self.depth], candidates[self.depth :]
        texts = self.store.passages([found.place.passage_id for found in head])
        scored = [
            replace(found, score=float(terms_in(passage.text, context)))
            for found, (passage, _) in zip(head, texts, strict=True)
        ]
        scored.sort(key=lambda found: -found.score)
        return [*scored, *(replace(found, score=-1.0) for found in rest)]

    def contributions(self, _features: Mapping[str, float]) -> Mapping[str, float]:
        return {}


def terms_in(text: str, context: QueryContext) -> int:
    return sum(term in text.casefold() for term in context.terms)


def test_a_reranker_that_reads_is_opened_with_the_store(sample_collection: Path) -> None:
    def open_rerankers(store: Store, encoder: EncoderRecord | None) -> Sequence[Reranker]:
        return (*fitted_rerankers(store, encoder), MostTermsFirst(store, 10))

    with Index.open(sample_collection, None) as index:
        usual = index.search(QUESTION, 20)
    with Index.open(sample_collection, None, open_rerankers) as index:
        context = index.context(QUESTION)
        hits = index.search(context, 20)
    counts = [terms_in(hit.passage.text, context) for hit in hits[:10]]
    assert [hit.score for hit in hits[:10]] == counts == sorted(counts, reverse=True)
    usual_ids = [hit.passage.passage_id for hit in usual]
    found_ids = [hit.passage.passage_id for hit in hits]
    assert found_ids != usual_ids
    assert (set(found_ids), found_ids[10:]) == (set(usual_ids), usual_ids[10:])
    assert {hit.passage.passage_id: hit.features[FIRST_STAGE] for hit in hits} == {
        hit.passage.passage_id: hit.score for hit in usual
    }


def test_without_the_dense_stage_the_others_go_on(toy_sample: Path) -> None:
    with Index.open(toy_sample, None) as index:
        hits = index.search(QUESTION, 5)
    assert hits[0].passage.title == "Rosetta Stone"
    assert {name for hit in hits for name in hit.ranks} == {"keyword"}
    assert {hit.features["vector"] for hit in hits} == {0.0}


def test_cosines_of_another_encoder_are_brought_to_the_scale_of_the_weights(
    toy_sample: Path,
) -> None:
    with Index.open(toy_sample, HashingEncoder.open) as index:
        first, last = index.rerankers
        assert isinstance(first, LinearReranker)
        assert isinstance(last, LinearReranker)
        assert first.weights.keys() == {"without vectors"}
        assert not DENSE & first.weights["without vectors"].keys()
        assert {name for side in last.weights.values() for name in side} >= DENSE
        hits = index.search(QUESTION, 100)
        for hit, explanation in zip(hits, index.explain(QUESTION, hits), strict=True):
            assert sum(explanation.contributions.values()) == pytest.approx(hit.score)
    with Index.open(toy_sample, None) as words_only:
        [without] = words_only.rerankers
        assert without == first
        # What reads first scores reads those that it would without vectors.
        by_words = {one.passage.passage_id: one.score for one in words_only.search(QUESTION, 100)}
    shared = [hit for hit in hits if hit.passage.passage_id in by_words and "keyword" in hit.ranks]
    assert shared
    assert [hit.features[FIRST_STAGE] for hit in shared] == pytest.approx(
        [by_words[hit.passage.passage_id] for hit in shared]
    )


def test_the_order_is_the_same_on_every_scale_of_cosines() -> None:
    fitted = ranking_weights()
    reranker = LinearReranker(fitted.weights, fitted.cosines)

    def ranked(factor: float, shift: float) -> list[tuple[int, float]]:
        rows = [(1, 0.2, 0.2, 0.9), (2, 0.9, 0.1, 0.0), (3, 0.9, 0.9, 0.1), (4, 0.4, None, 0.5),
                (5, None, None, 0.3)]  # fmt: skip
        found = [
            candidate(
                passage_id,
                **dict.fromkeys(FEATURES, 0.0)
                | {
                    "page vector": 0.0 if page is None else shift + factor * page,
                    "no page vector": float(page is None),
                    "vector": 0.0 if own is None else shift + factor * own,
                    "no vector": float(own is None),
                    "keyword": keyword,
                },
            )
            for passage_id, page, own, keyword in rows
        ]
        return [(one.place.passage_id, one.score) for one in reranker.rerank(TOYS, found)]

    expected = ranked(1.0, 0.0)
    for factor, shift in ((0.25, 0.7), (100.0, -3.0)):
        found = ranked(factor, shift)
        assert [number for number, _ in found] == [number for number, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected])


def test_cosines_of_an_encoder_that_is_known_weigh_more_and_others_as_they_do() -> None:
    fitted = ranking_weights()
    [known] = fitted.others
    record = EncoderRecord(name=known.name, sha256=known.sha256, dimension=384)
    weighed = fitted.scaled_for(record)["with vectors"]
    for name, weight in fitted.weights["with vectors"].items():
        factor = known.factor if name in ("vector", "page vector") else 1.0
        assert weighed[name] == pytest.approx(weight * factor)
    unknown = record.model_copy(update={"sha256": "0" * 64})
    assert fitted.scaled_for(unknown) == fitted.weights


@pytest.mark.parametrize("vectors", [0.0, 1.0])
def test_cosines_without_spread_rank_nothing(vectors: float) -> None:
    fitted = ranking_weights()
    reranker = LinearReranker(fitted.weights, fitted.cosines)
    alike = dict.fromkeys(FEATURES, 0.0) | {
        "no vector": 1.0 - vectors, "no page vector": 1.0 - vectors, "all vectors": vectors,
    }  # fmt: skip
    found = reranker.rerank(TOYS, [candidate(9, **alike), candidate(3, **alike)])
    assert ids(found) == [3, 9]
    assert found[0].score == found[1].score
    assert reranker.rerank(TOYS, []) == []
