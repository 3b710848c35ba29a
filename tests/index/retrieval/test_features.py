from pinakes.index.aliases.recognition import Recognised
from pinakes.index.retrieval.features import EVIDENCE, Query, Scores, gather
from pinakes.index.types import NamedPage, PassagePlace

ROSETTA = PassagePlace(10, 1, "Rosetta Stone", 10, is_disambiguation=False)
ROSETTA_LATER = PassagePlace(12, 1, "Rosetta Stone", 10, is_disambiguation=False)
STONE = PassagePlace(20, 2, "Stone (unit)", 20, is_disambiguation=False)
LISTED = PassagePlace(30, 3, "Rosetta", 30, is_disambiguation=True)
TITLES = {
    1: {"rosetta": 4.0, "stone": 2.0},
    2: {"stone": 2.0, "unit": 2.0},
    3: {"rosetta": 4.0},
}
QUERY = Query({"rosetta": 4.0, "stone": 2.0, "found": 2.0}, {})


def named(share: float, certainty: float = 1.0) -> Recognised:
    page = NamedPage("key", 0, "Key", "redirect", 0, 0, 0, is_disambiguation=False)
    return Recognised(page, share, certainty)


def rows(
    *places: PassagePlace,
    query: Query = QUERY,
    keyword: dict[int, float] | None = None,
    vector: dict[int, float] | None = None,
) -> list[dict[str, float]]:
    found = gather(places, query, Scores(keyword or {}, vector or {}), TITLES)
    return [dict(zip(EVIDENCE, map(float, row), strict=True)) for row in found]


def test_a_passage_has_its_own_score_and_the_best_of_its_page() -> None:
    lead, later, other = rows(ROSETTA, ROSETTA_LATER, STONE, keyword={10: 0.5, 12: 2.0, 20: 0.25})
    assert (lead["keyword"], later["keyword"], other["keyword"]) == (0.5, 2.0, 0.25)
    assert (lead["page keyword"], later["page keyword"]) == (2.0, 2.0)
    assert other["page keyword"] == 0.25


def test_titles_speak_by_the_rarity_of_their_words() -> None:
    rosetta, stone, listed = rows(ROSETTA, STONE, LISTED)
    assert (rosetta["title in question"], rosetta["question in title"]) == (1.0, 0.75)
    assert rosetta["title fit"] == 0.75
    assert (stone["title in question"], stone["question in title"]) == (0.5, 0.25)
    assert (rosetta["disambiguation"], listed["disambiguation"]) == (0.0, 1.0)


def test_a_name_speaks_for_what_it_says_beyond_the_title_and_as_far_as_it_is_certain() -> None:
    query = Query(QUERY.terms, {1: named(0.75), 2: named(0.625), 3: named(0.5, 0.5)})
    rosetta, stone, listed = rows(ROSETTA, STONE, LISTED, query=query)
    assert rosetta["name"] == 0.0  # nothing that its title does not say
    assert stone["name"] == (0.625 - stone["title fit"]) ** 2 == 0.25
    assert listed["name"] == 0.0  # less than its title
    query = Query(QUERY.terms, {2: named(0.625, 0.5)})
    assert rows(STONE, query=query)[0]["name"] == 0.125
    assert rows(STONE)[0]["name"] == 0.0


def test_a_passage_without_a_vector_says_so_and_shares_the_best_of_its_page() -> None:
    cosines = {10: 0.7, 12: 0.5, 99: 0.2}
    lead, later, stone = rows(ROSETTA, ROSETTA_LATER, STONE, vector=cosines)
    assert [(one["vector"], one["no vector"]) for one in (lead, later)] == [(0.7, 0.0), (0.5, 0.0)]
    assert (stone["vector"], stone["no vector"]) == (0.0, 1.0)
    assert (lead["page vector"], later["page vector"]) == (0.7, 0.7)
    assert stone["page vector"] == 0.2  # the lowest found, for a page without any


def test_a_lead_speaks_for_its_page_without_being_found_itself() -> None:
    (later,) = rows(ROSETTA_LATER, vector={10: 0.7})
    assert (later["page vector"], later["vector"], later["no vector"]) == (0.7, 0.0, 1.0)


def test_nothing_found_and_no_rare_word_divide_by_nothing() -> None:
    (row,) = rows(ROSETTA, query=Query({}, {}))
    assert {name for name, value in row.items() if value} == {"no vector"}
    assert rows() == []
