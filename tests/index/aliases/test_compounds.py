"""Compounds of a question, written as the names of pages are."""

import pytest

from pinakes.index.aliases.compounds import as_named, compounds_in

RARE = {"spiderman", "xray", "superbowl", "carpool", "blorptic"}
NAMES = {"spider man", "x ray", "super bowl", "battleship", "lighthouse", "waterfall", "wi fi"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("spiderman", "spider man"),
        ("Who created Spiderman?", "Who created Spider Man?"),
        ("spiderman or the superbowl", "spider man or the super bowl"),
        ("an xray", "an x ray"),
        ("Spider-Man", "Spider-Man"),  # a page is called so
        ("wi-fi", "wi-fi"),
        ("the last battle-ship", "the last battleship"),
        ("well-known", "well-known"),
        ("light house", "lighthouse"),
        ("“Light house”?", "“Lighthouse”?"),
        ("How does water fall?", "How does water fall?"),  # side by side by chance
        ("starwars", "starwars"),  # no rare word, and no such page
        ("blorptic carpool", "blorptic carpool"),
        ("77345 0912", "77345 0912"),
        ("", ""),
    ],
)
def test_a_compound_is_written_as_a_page_is_called(text: str, written: str) -> None:
    compounds = compounds_in(text, lambda word: word.casefold() in RARE)
    assert as_named(text, compounds, NAMES) == written


def test_a_word_that_a_page_is_called_stays() -> None:
    compounds = compounds_in("spiderman", lambda word: True)
    assert as_named("spiderman", compounds, {*NAMES, "spiderman"}) == "spiderman"


def test_common_words_are_not_looked_up() -> None:
    assert compounds_in("Is the car pet friendly?", lambda word: False) == []


def test_few_words_are_looked_up_however_long_a_query_is() -> None:
    assert len(compounds_in("blorptic quemplet " * 100, lambda word: True)) < 10
