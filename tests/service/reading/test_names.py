"""Names of several words in questions, in capitals or as the sample's passages write them."""

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.reading.matched_words import MatchedWords, matched_words
from pinakes.service.reading.names import names_in
from pinakes.service.reading.question import question_of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Who was Michael Ventris?", ["Michael Ventris"]),
        ("who was michael ventris", ["Michael Ventris"]),
        ("When did Gustav Hallenborg meet Jean-François Champollion?",
         ["Gustav Hallenborg", "Jean François Champollion"]),
        ("when did gustav hallenborg die", []),  # nobody writes it so, or at all
        ("Who deciphered the tablets?", []),
        ("Is Ventris the decipherer of Linear B?", ["Linear B"]),
        ("Ventris, Champollion", []),
        ("Memex Trails", []),  # written like a heading
        ("Michael Ventris", ["Michael Ventris"]),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_words_that_stand_together(index: Index, text: str, names: list[str]) -> None:
    question = question_of(index, text or "and")
    hits = index.search(question.context, 6)
    assert names_in(question, hits) == [frozenset(question.analyze(name)) for name in names]


def _matched(index: Index, text: str) -> MatchedWords:
    question = question_of(index, text)
    return matched_words(question, index.search(question.context, 20))


@pytest.mark.parametrize("text", ["Who was Michael Champollion?", "Who was Michael Gutenberg?"])
def test_a_part_of_a_name_is_another_name(index: Index, text: str) -> None:
    assert _matched(index, text).unnamed


@pytest.mark.parametrize(
    "text", ["Who was Michael Ventris?", "who was michael ventris", "Who deciphered Linear B?"]
)
def test_a_page_that_bears_the_name_is_about_it(index: Index, text: str) -> None:
    matched = _matched(index, text)
    assert not matched.unnamed
    assert not matched.part_of_name
