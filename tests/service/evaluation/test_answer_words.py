"""Words beside the words that are right: SQuAD's normalization, exact match, F1, and holding."""

import pytest

from pinakes.service.evaluation.answer_measures import exact_match, holds, normalized, word_f1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Rosetta Stone.", "rosetta stone"),
        ("  an  apple,\ta day ", "apple day"),
        ("1,000 U.S. dollars", "1000 us dollars"),
        ("The-end", "theend"),  # marks go before articles
        ("Theodore a'an", "theodore aan"),
        ("l’Égypte", "l’égypte"),  # typographic marks stay
        ("A", ""),
        ("", ""),
    ],
)
def test_normalization_is_that_of_squad(text: str, words: str) -> None:
    assert normalized(text) == words


@pytest.mark.parametrize(
    ("given", "answers", "exact", "f1"),
    [
        ("the Central Asia", ["arid plains of Central Asia", "Central Asia"], 1, 1),
        ("plains of Central Asia", ["the arid plains of Central Asia"], 0, 2 * 4 / 9),
        ("Asia Asia", ["Asia"], 0, 2 / 3),
        ("Europe", ["Central Asia", "Asia"], 0, 0),
        ("", ["Asia"], 0, 0),
        ("the", ["a"], 1, 1),  # nothing is left of either
        ("1799", ["July 1799", "in 1799"], 0, 2 / 3),
    ],
)
def test_exact_match_and_f1(given: str, answers: list[str], exact: float, f1: float) -> None:
    assert exact_match(given, answers) == exact
    assert word_f1(given, answers) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("It was found in July 1799 [3].", "July 1799", True),
        ("It was found in July, 1799.", "July 1799", True),
        ("It was found in July of 1799.", "July 1799", False),
        ("“Timon of Phlius” [1]", "Timon of Phlius", True),
        ("the stone—a slab—was moved", "stone", True),
        ("between 1914–1918", "1918", True),
        ("Napoleon’s men", "Napoleon's men", True),
        ("It was found in 17990.", "1799", False),
        ("They were three [3].", "3", False),  # a mark says nothing
        ("在1799年被法國士兵發現。", "法國士兵", True),
        ("在1799年被法國士兵發現。", "1799", True),
        ("在1799年被法國士兵發現。", "英國", False),
        ("anything", "the", False),
        ("", "Timon", False),
    ],
)
def test_a_text_holds_an_answer(text: str, answer: str, held: bool) -> None:
    assert holds(text, ["no such words", answer]) is held
    assert not holds(text, [])
