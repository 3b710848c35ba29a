import pytest

from pinakes.index.aliases.entity_linking import (
    alias_keys,
    alias_spans,
    link_entities,
    named_in_order,
)
from pinakes.index.keywords.abbreviations import abbreviations_of
from pinakes.index.types import Alias, AliasKind, EntityLink

NONE = abbreviations_of("xx")


def alias(page_id: int, key: str, kind: AliasKind = "title", links_in: int = 0) -> Alias:
    return Alias(
        key, page_id, key.title(), kind, links_in, links_in, page_id * 10, is_disambiguation=False
    )


def share(key: str) -> float:
    """Of "Who deciphered the Rosetta Stone?": rare words count, who and the do not."""
    weights = {"deciphered": 0.2, "rosetta": 0.5, "stone": 0.3}
    return sum(weights.get(word, 0.0) for word in key.split())


def linked(aliases: list[Alias], limit: int) -> list[EntityLink]:
    """Of a question without abbreviations."""
    return link_entities(aliases, {alias.key: alias.key for alias in aliases}, share, limit)


def test_every_run_of_words_may_be_an_alias_longer_ones_first() -> None:
    assert list(alias_keys("Who was Élan Vital?", NONE)) == [
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
    assert alias_keys(question, NONE) == {}


def test_a_long_question_has_a_bounded_number_of_keys_of_six_words_at_most() -> None:
    keys = alias_keys(" ".join(f"word{number}" for number in range(300)), NONE)
    assert len(keys) <= 100
    assert max(len(key.split()) for key in keys) == 6


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        pytest.param(
            "the US Senate",
            {
                "us senate": "united states senate",
                "united states senate": "united states senate",
                "u s senate": "united states senate",
                "senate": "senate",
                "the": "the",
            },
            id="in full, and with each short name",
        ),
        pytest.param(
            "the united states",
            {"united states": "united states", "u s": "united states", "usa": "united states"},
            id="a name in full, short",
        ),
        pytest.param("J. R. R. Tolkien", {"j r r tolkien": "jrr tolkien"}, id="initials"),
        pytest.param("tell us", {"tell us": "tell us", "us": "us"}, id="a pronoun"),
    ],
)
def test_keys_are_known_by_what_they_mean_in_full(question: str, keys: dict[str, str]) -> None:
    found = alias_keys(question, abbreviations_of("en"))
    assert keys.items() <= found.items()


def test_an_abbreviation_inside_a_longer_name_is_none() -> None:
    keys = alias_keys("the US Senate", abbreviations_of("en"))
    aliases = [alias(1, "us"), alias(2, "united states senate"), alias(2, "u s senate")]
    [link] = link_entities(aliases, keys, lambda key: len(key.split()) / 3, 10)
    assert (link.alias.page_id, link.share) == (2, 1.0)


def test_better_links_come_first() -> None:
    found = linked([alias(1, "stone"), alias(2, "rosetta")], 10)
    assert [(link.alias.page_id, link.alias.key, link.share) for link in found] == [
        (2, "rosetta", 0.5),
        (1, "stone", 0.3),
    ]


def test_a_name_inside_a_longer_one_is_none() -> None:
    found = linked(
        [alias(1, "stone"), alias(2, "rosetta stone", "redirect"), alias(2, "rosetta")], 10
    )
    assert [(link.alias.page_id, link.alias.key) for link in found] == [(2, "rosetta stone")]
    # By words, not by letters.
    found = linked([alias(1, "stone"), alias(2, "deciphered rosettastone")], 10)
    assert [link.alias.page_id for link in found] == [1, 2]


def test_the_better_of_two_names_of_a_page_counts() -> None:
    aliases = [alias(1, "stone"), alias(1, "rosetta", "anchor"), alias(1, "deciphered", "redirect")]
    [link] = linked(aliases, 10)
    assert (link.alias.key, link.share) == ("rosetta", 0.5)


def test_words_that_only_make_a_question_link_to_nothing() -> None:
    assert linked([alias(1, "who"), alias(2, "the")], 10) == []


@pytest.mark.parametrize("kind", ["base", "ambiguous"])
def test_a_name_shared_by_design_counts_less(kind: AliasKind) -> None:
    found = linked([alias(1, "stone", kind), alias(2, "stone", "anchor")], 10)
    assert [link.alias.page_id for link in found] == [2, 1]
    assert found[1].share == pytest.approx(0.7 * found[0].share)


def test_links_say_which_of_its_pages_a_name_means() -> None:
    found = linked([alias(1, "stone", links_in=8), alias(2, "stone", "anchor", 0)], 10)
    assert [(link.alias.page_id, link.commonness) for link in found] == [(1, 0.9), (2, 0.1)]
    nobody = linked([alias(1, "stone"), alias(2, "stone", "anchor")], 10)
    assert [link.commonness for link in nobody] == [0.5, 0.5]


def test_a_page_that_answers_twice_to_one_name_is_counted_once() -> None:
    [link] = linked([alias(1, "stone"), alias(1, "stone", "redirect")], 10)
    assert link.commonness == 1.0


def test_of_equal_names_the_much_linked_page_comes_first_and_few_are_kept() -> None:
    aliases = [alias(number, "stone", links_in=number) for number in range(1, 40)]
    assert [link.alias.page_id for link in linked(aliases, 3)] == [39, 38, 37]


def test_what_a_text_names_comes_in_its_order_with_places() -> None:
    text = "Was Bread in Wine, or in the Bread and Wine?"
    spans = alias_spans(text)
    assert spans[4, 9] == "bread"
    aliases = [alias(1, "bread"), alias(2, "wine"), alias(3, "bread and wine")]
    named = named_in_order(spans, aliases)
    assert [(text[start:end], one.page_id) for start, end, one in named] == [
        ("Bread", 1),
        ("Wine", 2),
        ("Bread and Wine", 3),
    ]
