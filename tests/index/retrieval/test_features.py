from dataclasses import replace

from pinakes.index.retrieval.features import FEATURES, Scores, feature_matrix
from pinakes.index.types import Alias, EntityLink, PassagePlace, QueryContext

ROSETTA = PassagePlace(10, 1, "Rosetta Stone", 10, is_disambiguation=False)
ROSETTA_LATER = PassagePlace(12, 1, "Rosetta Stone", 10, is_disambiguation=False)
STONE = PassagePlace(20, 2, "Stone (unit)", 20, is_disambiguation=False)
LISTED = PassagePlace(30, 3, "Rosetta", 30, is_disambiguation=True)
TITLES = {
    1: {"rosetta": 4.0, "stone": 2.0},
    2: {"stone": 2.0, "unit": 2.0},
    3: {"rosetta": 4.0},
}
TERMS = {"rosetta": 4.0, "stone": 2.0, "found": 2.0}
QUERY = QueryContext("Where was the Rosetta Stone found?", TERMS, None, tuple)


def linked(page_id: int, share: float, commonness: float = 1.0) -> EntityLink:
    alias = Alias("key", page_id, "Key", "redirect", 0, 0, 0, is_disambiguation=False)
    return EntityLink(alias, share, commonness)


def naming(*links: EntityLink) -> QueryContext:
    return replace(QUERY, link=lambda: links)


def rows(
    *places: PassagePlace,
    context: QueryContext = QUERY,
    keyword: dict[int, float] | None = None,
    vector: dict[int, float] | None = None,
) -> list[dict[str, float]]:
    found = feature_matrix(places, context, Scores(keyword or {}, vector or {}), TITLES)
    return [dict(zip(FEATURES, map(float, row), strict=True)) for row in found]


def test_a_passage_has_its_own_score_and_the_best_of_its_page() -> None:
    lead, later, other = rows(ROSETTA, ROSETTA_LATER, STONE, keyword={10: 0.5, 12: 2.0, 20: 0.25})
    assert (lead["keyword"], later["keyword"], other["keyword"]) == (0.5, 2.0, 0.25)
    assert (lead["page keyword"], later["page keyword"]) == (2.0, 2.0)
    assert other["page keyword"] == 0.25


def test_titles_speak_by_the_idf_of_their_words() -> None:
    rosetta, stone, listed = rows(ROSETTA, STONE, LISTED)
    assert (rosetta["title in question"], rosetta["question in title"]) == (1.0, 0.75)
    assert rosetta["title fit"] == 0.75
    assert (stone["title in question"], stone["question in title"]) == (0.5, 0.25)
    assert (rosetta["disambiguation"], listed["disambiguation"]) == (0.0, 1.0)


def test_an_alias_speaks_for_what_it_says_beyond_the_title_and_by_its_commonness() -> None:
    context = naming(linked(1, 0.75), linked(2, 0.625), linked(3, 0.5, 0.5))
    rosetta, stone, listed = rows(ROSETTA, STONE, LISTED, context=context)
    assert rosetta["alias"] == 0.0  # nothing that its title does not say
    assert stone["alias"] == (0.625 - stone["title fit"]) ** 2 == 0.25
    assert listed["alias"] == 0.0  # less than its title
    context = naming(linked(2, 0.625, 0.5))
    assert rows(STONE, context=context)[0]["alias"] == 0.125
    assert rows(STONE)[0]["alias"] == 0.0


def test_a_passage_without_a_vector_says_so_and_shares_the_best_of_its_page() -> None:
    cosines = {10: 0.7, 12: 0.5, 99: 0.2}
    lead, later, stone = rows(ROSETTA, ROSETTA_LATER, STONE, vector=cosines)
    assert [(one["vector"], one["no vector"]) for one in (lead, later)] == [(0.7, 0.0), (0.5, 0.0)]
    assert (stone["vector"], stone["no vector"]) == (0.0, 1.0)
    assert (lead["page vector"], later["page vector"]) == (0.7, 0.7)
    assert [one["no page vector"] for one in (lead, later, stone)] == [0.0, 0.0, 1.0]
    assert stone["page vector"] == stone["page vector cubed"] == 0.0
    assert {one["all vectors"] for one in (lead, later, stone)} == {0.0}


def test_once_every_candidate_has_a_vector_all_say_so() -> None:
    assert {one["all vectors"] for one in rows(ROSETTA, STONE, vector={10: 0.7, 20: -0.5})} == {1.0}
    lead, stone = rows(ROSETTA, STONE, vector={10: 0.5, 20: -0.5})
    assert (lead["page vector cubed"], stone["page vector cubed"]) == (0.125, 0.0)


def test_a_lead_speaks_for_its_page_without_being_found_itself() -> None:
    (later,) = rows(ROSETTA_LATER, vector={10: 0.7})
    assert (later["page vector"], later["vector"], later["no vector"]) == (0.7, 0.0, 1.0)


def test_nothing_found_and_no_rare_word_divide_by_nothing() -> None:
    (row,) = rows(ROSETTA, context=replace(QUERY, terms={}))
    assert {name for name, value in row.items() if value} == {"no vector", "no page vector"}
    assert rows() == []
