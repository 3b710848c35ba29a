"""Passages with the text around them."""

from itertools import pairwise

from pinakes.index.retrieval.neighbours import widen
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit


def _hits(index: Index, question: str, limit: int) -> list[Hit]:
    return index.search(question, limit)


def test_a_widened_passage_is_a_slice_of_its_page_around_the_old_one(sample_index: Index) -> None:
    for hit in _hits(sample_index, "Who deciphered Linear B?", 6):
        [wide] = widen(sample_index.store, [hit])
        page = sample_index.page(hit.passage.page_id)
        assert page is not None
        one = wide.passage
        assert page.text[one.start : one.end] == one.text
        assert one.start <= hit.passage.start
        assert hit.passage.end <= one.end
        assert hit.passage.text in one.text
        for (low, high), (old_low, old_high) in zip(wide.highlights, hit.highlights, strict=True):
            assert one.text[low:high] == hit.passage.text[old_low:old_high]


def test_some_passage_gains_text_on_both_sides(sample_index: Index) -> None:
    hits = _hits(sample_index, "library", 20)
    wide = [widen(sample_index.store, [hit])[0] for hit in hits]
    assert any(
        one.passage.start < hit.passage.start and hit.passage.end < one.passage.end
        for hit, one in zip(hits, wide, strict=True)
    )


def test_passages_that_touch_are_joined_and_none_is_lost(sample_index: Index) -> None:
    hits = _hits(sample_index, "library of Alexandria", 20)
    wide = widen(sample_index.store, hits)
    assert len(wide) < len(hits)
    by_page: dict[int, list[tuple[int, int]]] = {}
    for one in wide:
        by_page.setdefault(one.passage.page_id, []).append((one.passage.start, one.passage.end))
    for hit in hits:
        assert any(
            start <= hit.passage.start and hit.passage.end <= end
            for start, end in by_page[hit.passage.page_id]
        )
    for spans in by_page.values():
        spans.sort()
        assert all(one[1] < other[0] for one, other in pairwise(spans))


def test_the_best_stays_first(sample_index: Index) -> None:
    hits = _hits(sample_index, "Who deciphered Linear B?", 6)
    assert widen(sample_index.store, hits)[0].passage.page_id == hits[0].passage.page_id
