"""Which words are plainly the answer."""

import pytest

from pinakes.service.asking.short_answers import plain_answer, stands_in, whole_brackets

# name, the texts with their scores, what leads by two
LEADS = [
    ("far ahead", [("1799", 5.0), ("1822", 1.0)], "1799"),
    ("close behind", [("1799", 5.0), ("1822", 4.0)], None),
    ("hardly more than no answer", [("1799", 1.0)], None),
    ("the same twice", [("1799", 4.2), ("1799 ", 4.2), ("1822", 2.8)], "1799"),
    ("in other letters", [("Rashid", 4.2), ("RASHID", 4.2), ("Sais", 2.8)], "Rashid"),
    ("nothing", [], None),
]


@pytest.mark.parametrize(
    ("scored", "plain"), [case[1:] for case in LEADS], ids=[case[0] for case in LEADS]
)
def test_a_margin_over_the_next(scored: list[tuple[str, float]], plain: str | None) -> None:
    assert plain_answer(scored, 2.0) == plain


# name, words, text, whether they stand in it
PLACES = [
    ("a word", "philia", "Of philia, of love.", True),
    ("a part of a word", "philia", "Haemophilia is inherited.", False),
    ("a part of a number", "199", "In 1999.", False),
    ("in other letters", "Rashid", "RASHID is a town.", True),
    ("a sign at the end", "5 %", "It is 5 % more.", True),
    ("nothing", "Sais", "Rashid is a town.", False),
]


@pytest.mark.parametrize(
    ("words", "text", "found"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES]
)
def test_borders_of_words(words: str, text: str, found: bool) -> None:
    assert stands_in(words, text) is found


def test_where_words_stand_together_they_have_no_borders() -> None:
    assert stands_in("北京", "首都是北京市。", spaced=False)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("6,853 km (4,258 miles", "6,853 km"),
        ("6,853 km (4,258 miles)", "6,853 km (4,258 miles)"),
        ("(born 1889", ""),
        ("London", "London"),
    ],
)
def test_a_bracket_that_does_not_end_is_left_out(text: str, whole: str) -> None:
    assert whole_brackets(text) == whole
