"""What is found for a question, whole and in parts, and how surely it holds the answer."""

from collections import Counter
from dataclasses import replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode
from pinakes.service.asking.retrieve import (
    MOST_HITS,
    SEARCHED_HITS,
    Found,
    find,
    merge,
    varied,
)
from pinakes.service.reading.models import linear_models
from tests.service.reading.toys import usual_threshold


def _found(index: Index, question: str, mode: Mode = "hybrid") -> Found:
    return find(index, linear_models(), question, mode)


def _titles(index: Index, question: str) -> list[str]:
    return [hit.passage.title for hit in _found(index, question).hits]


def test_both_sides_of_a_comparison_are_found(index: Index) -> None:
    question = "Which of the Library of Pergamum and the Library of Ashurbanipal is older?"
    found = _found(index, question)
    assert found.searched[0] == question
    assert len(found.searched) == 3
    assert {"Library of Pergamum", "Library of Ashurbanipal"} <= set(_titles(index, question))
    assert len(found.hits) <= MOST_HITS


def test_the_second_step_searches_for_what_the_first_came_upon(index: Index) -> None:
    found = _found(index, "When was the man who deciphered Linear B born?")
    assert "When was Michael Ventris born?" in found.searched
    assert len(found.searched) <= 4
    assert {"Linear B", "Michael Ventris"} <= {hit.passage.title for hit in found.hits}


def test_the_second_step_is_searched_for_the_second_candidate_too(index: Index) -> None:
    found = _found(index, "In which city was the inventor of the printing press born?")
    likeliest, other = (
        f"In which city was {name} born?" for name in ("Johannes Gutenberg", "Friedrich Koenig")
    )
    second = [one for one in found.searched if one in (likeliest, other)]
    assert second == [likeliest, other]
    best = next(hit for hit in index.search(other) if not hit.is_disambiguation)
    assert best.passage.title in {hit.passage.title for hit in found.hits}


def test_what_the_question_names_is_no_candidate_for_its_second_step(index: Index) -> None:
    """The best passages name the Library of Alexandria more often than the one that is meant."""
    question = "When was the library that rivalled the Library of Alexandria founded?"
    asked = [one for one in _found(index, question).searched if one.endswith("founded?")]
    assert asked == [question, "When was Library of Pergamum founded?"]


@pytest.mark.parametrize(
    "question",
    [
        "When was the man who deciphered Linear B born?",
        "Which of the Library of Pergamum and the Library of Ashurbanipal is older?",
        "Where did the author of the Pinakes work?",
    ],
)
def test_parts_add_pages_to_the_best_ones_of_one_search(index: Index, question: str) -> None:
    pages: dict[str, None] = {}
    for hit in index.search(question, MOST_HITS):
        if not hit.is_disambiguation:
            pages[hit.passage.title] = None
    assert set([*pages][:2]) <= set(_titles(index, question))


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "vector"])
def test_known_and_unknown_things_are_told_apart(index: Index, mode: Mode) -> None:
    known = _found(index, "Who deciphered Linear B?", mode).confidence
    unknown = find(
        index, linear_models(), "What is the population of Jupiter's largest city?", mode
    ).confidence
    threshold = usual_threshold(index)
    assert unknown < threshold < known


def test_sentences_stand_in_the_passages_found(index: Index) -> None:
    found = find(
        index,
        linear_models(),
        "Which is older, the Rosetta Stone or the Gutenberg Bible?",
        "hybrid",
    )
    assert found.sentences
    for one in found.sentences:
        text = found.hits[one.hit].passage.text
        assert 0 <= one.start <= one.answer_start < one.answer_end <= one.end <= len(text)
    places = [(one.hit, one.start) for one in found.sentences]
    assert len(places) == len(set(places))


def test_nothing_found_is_nothing(index: Index) -> None:
    found = _found(index, "xyzzyplugh", "keyword")
    assert (found.hits, found.sentences, found.confidence) == ((), (), 0.0)


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "vector"])
def test_pages_that_only_list_others_answer_nothing(index: Index, mode: Mode) -> None:
    question = "Who founded the city of Alexandria?"
    hits = index.search(question, 6, mode)
    [listing] = [hit for hit in hits if hit.passage.title == "Alexandria (disambiguation)"]
    assert listing.is_disambiguation
    found = _found(index, question, mode)
    assert not any(hit.is_disambiguation for hit in found.hits)
    assert len(found.hits) == 6


def test_answers_are_read_from_several_pages(index: Index) -> None:
    hits = index.search("How did the library of Alexandria end?", SEARCHED_HITS)
    first = Counter(hit.passage.page_id for hit in hits[:MOST_HITS])
    assert max(first.values()) > 3  # else this question shows nothing
    read = varied(hits)
    assert read[0] == hits[0]
    assert len(read) == MOST_HITS
    assert max(Counter(hit.passage.page_id for hit in read).values()) == 3
    assert [hit for hit in hits if hit in read] == read  # in their order
    assert len({hit.passage.page_id for hit in varied(hits, 1)}) == MOST_HITS


def test_a_page_whose_name_is_all_that_is_asked_about_may_fill_what_is_read(index: Index) -> None:
    hits = index.search("Rosetta Stone", SEARCHED_HITS)
    assert {hit.passage.title for hit in varied(hits)} == {"Rosetta Stone"}


def test_where_there_are_no_other_pages_one_is_enough(index: Index) -> None:
    hits = index.search("How did the library of Alexandria end?", SEARCHED_HITS)
    of_one = [hit for hit in hits if hit.passage.page_id == hits[0].passage.page_id]
    assert varied(of_one) == of_one[:MOST_HITS]


def test_another_way_to_ask_brings_its_pages_and_takes_the_places_of_the_last(
    index: Index,
) -> None:
    alone = _found(index, "When was the Rosetta Stone found?")
    both = find(
        index,
        linear_models(),
        "When was the Rosetta Stone found?",
        "hybrid",
        "Who deciphered Linear B?",
    )
    assert both.searched == ("When was the Rosetta Stone found?", "Who deciphered Linear B?")
    assert both.hits[:3] == alone.hits[:3]
    assert len(both.hits) == MOST_HITS
    assert "Linear B" in {hit.passage.title for hit in both.hits[3:]}
    assert {one.hit for one in both.sentences} <= set(range(MOST_HITS))


@pytest.mark.parametrize("question", ["What is Braille?", "What is a codex?"])
def test_a_page_that_is_all_that_is_asked_about_is_read_from_its_lead_on(
    index: Index, question: str
) -> None:
    found = _found(index, question)
    assert (found.hits[0].passage.title, found.hits[0].passage.start) == (
        {"What is Braille?": "Braille", "What is a codex?": "Codex"}[question],
        0,
    )
    passages = [hit.passage.passage_id for hit in found.hits]
    assert len(passages) == len(set(passages)) == MOST_HITS


def test_a_question_about_something_of_a_page_is_read_as_it_was_found(index: Index) -> None:
    question = "How heavy is the Rosetta Stone?"
    assert [*_found(index, question).hits] == varied(index.search(question, SEARCHED_HITS))


def test_of_several_parts_every_page_stands_once_before_any_stands_twice(index: Index) -> None:
    stone, script, codex = (
        [hit for hit in index.search(title, SEARCHED_HITS) if hit.passage.title == title][:3]
        for title in ("Rosetta Stone", "Braille", "Codex")
    )
    whole = replace(_found(index, "Rosetta Stone"), sentences=())
    first = replace(whole, hits=(*stone, codex[0]))  # whose last page is behind three of one
    second = replace(whole, hits=tuple(script))
    merged = merge(whole, [first, second], 0.5)
    assert merged.hits[:3] == (stone[0], script[0], codex[0])
    assert merged.hits[3:] == (script[1], stone[1], script[2])
