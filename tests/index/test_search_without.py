"""Searching as if pages were not there: nothing of them is found, and the others move up."""

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode

QUESTION = "Who deciphered the Rosetta Stone?"
# Words that more than a hundred passages hold.
BROAD = "stone, library, book, writing, script, king, Greek, Egypt, Rome, century, year, used"


def page_id(index: Index, title: str) -> int:
    page = index.page_by_name(title)
    assert page is not None
    return page.page_id


@pytest.mark.parametrize("mode", ["keyword", "vector"])
def test_what_is_left_keeps_its_order_and_is_as_much(sample_index: Index, mode: Mode) -> None:
    left_out = [page_id(sample_index, "Rosetta Stone"), page_id(sample_index, "Memex")]
    every = sample_index.search(BROAD, 100, mode)
    kept = [hit.passage for hit in every if hit.passage.page_id not in left_out]
    assert len(kept) < len(every) == 100
    found = sample_index.without(left_out).search(BROAD, 100, mode)
    assert [hit.passage for hit in found][: len(kept)] == kept
    assert [hit.ranks[mode].rank for hit in found] == list(range(1, 101))
    assert left_out[0] not in {hit.passage.page_id for hit in found}


def test_a_page_that_is_named_is_not_found_by_its_name(sample_index: Index) -> None:
    question = "What was the Bayt al-Hikma?"
    named = page_id(sample_index, "House of Wisdom")
    without = sample_index.without([named])
    assert sample_index.search(question, 1)[0].alias == "Bayt al-Hikma"
    assert named not in {hit.passage.page_id for hit in without.search(question, 200)}
    assert sample_index.context(question).named_share > 0.9
    assert without.context(question).named_share < 0.5
    assert without.context("Bayt al-Hikma").aliases == ()
    assert [alias.page_id for _, _, alias in sample_index.named("Bayt al-Hikma")] == [named]
    assert without.named("Bayt al-Hikma") == []


def test_only_the_new_view_leaves_out(sample_index: Index) -> None:
    stone = page_id(sample_index, "Rosetta Stone")
    before = sample_index.search(QUESTION)
    without = sample_index.without([stone])
    assert without.search(QUESTION) != before
    assert sample_index.search(QUESTION) == before
    assert sample_index.without([]).search(QUESTION) == before
    assert sample_index.without([999_999]).search(QUESTION) == before
    assert without.page(stone) == sample_index.page(stone)  # what is shown is all there
