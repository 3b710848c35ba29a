import pytest

from index.names.recognition import name_keys, recognise
from index.types import NamedPage, NameKind


def named(page_id: int, key: str, kind: NameKind = "title", links_in: int = 0) -> NamedPage:
    return NamedPage(
        key, page_id, key.title(), kind, links_in, links_in, page_id * 10, is_disambiguation=False
    )


def share(key: str) -> float:
    """Of "Who deciphered the Rosetta Stone?": rare words count, who and the do not."""
    weights = {"deciphered": 0.2, "rosetta": 0.5, "stone": 0.3}
    return sum(weights.get(word, 0.0) for word in key.split())


def test_every_run_of_words_may_be_a_name_longer_ones_first() -> None:
    assert name_keys("Who was Élan Vital?") == [
        "who was elan vital",
        "who was elan",
        "was elan vital",
        "who was",
        "was elan",
        "elan vital",
        "who",
        "was",
        "elan",
        "vital",
    ]


@pytest.mark.parametrize("question", ["", " ?! ", "…"])
def test_marks_alone_hold_no_name(question: str) -> None:
    assert name_keys(question) == []


def test_a_long_question_has_a_bounded_number_of_keys_of_six_words_at_most() -> None:
    keys = name_keys(" ".join(f"word{number}" for number in range(300)))
    assert len(keys) <= 100
    assert max(len(key.split()) for key in keys) == 6


def test_the_longest_name_of_a_page_counts_and_better_names_come_first() -> None:
    found = recognise(
        [named(1, "stone"), named(2, "rosetta stone"), named(2, "stone", "redirect")], share, 10
    )
    assert [(one.page.page_id, one.page.key, one.share) for one in found] == [
        (2, "rosetta stone", 0.8),
        (1, "stone", 0.3),
    ]


def test_words_that_only_make_a_question_name_nothing() -> None:
    assert recognise([named(1, "who"), named(2, "the")], share, 10) == []


def test_a_name_of_its_own_counts_more_than_one_shared_or_used_by_links() -> None:
    kinds: list[NameKind] = ["anchor", "ambiguous", "base"]
    for kind in kinds:
        found = recognise([named(1, "stone", kind), named(2, "stone")], share, 10)
        assert [one.page.page_id for one in found] == [2, 1]


def test_of_equal_names_the_much_linked_page_comes_first_and_few_are_kept() -> None:
    pages = [named(number, "stone", links_in=number) for number in range(1, 40)]
    assert [one.page.page_id for one in recognise(pages, share, 3)] == [39, 38, 37]
