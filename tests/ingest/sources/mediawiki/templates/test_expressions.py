"""Operators and precedence as the help page of MediaWiki's ParserFunctions gives them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.sources.mediawiki.templates.expressions import evaluate, number_text
from tests.yardstick import cpu_seconds


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("2 ^ 3 ^ 2", "64"),
        ("-2 ^ 2", "4"),
        ("7 / 2", "3.5"),
        ("7 div 2", "3.5"),
        ("-7 mod 3", "-1"),
        ("8.9 mod 3", "2"),
        ("8.9 fmod 3", "2.9"),
        ("1310 / 156.9 round 1", "8.3"),
        ("9.876 round 2 + 1", "9.876"),
        ("1234 round -2", "1200"),
        ("-2.5 round 0", "-3"),
        ("trunc -2.7", "-2"),
        ("floor -2.7", "-3"),
        ("ceil 2.1", "3"),
        ("abs -5 + 1", "6"),
        ("not 0 and 3 > 2", "1"),
        ("1 or 0 and 0", "1"),
        ("2 = 2.0", "1"),
        ("2 <> 3", "1"),
        ("2 != 2", "0"),
        ("3 >= 3", "1"),
        ("1.5e3", "1500"),
        ("6.02 e 23", "6.02E+23"),
        ("1 / 3", "0.33333333333333"),
        ("2 * pi", "6.2831853071796"),
        ("5 − 3 × 2", "-1"),
        ("- - 3", "3"),
        ("exp 0 + ln 1 + sin 0 + cos 0", "2"),
    ],
)
def test_values(expression: str, expected: str) -> None:
    value = evaluate(expression)
    assert value is not None
    assert number_text(value) == expected


@pytest.mark.parametrize(
    "expression",
    ["", " ", "1 +", "+", "(1", "1)", "()", "1 2", "1 / 0", "1 mod 0", "0 ^ -1", "ln 0", "a",
     "{{x}}", "1 == 1", "9 ^ 9 ^ 9 ^ 9", "1e999", "-8 ^ 0.5", "(" * 3000, "1+" * 1500 + "1",
     "9" * 1999, "²", "1 < 2 <", "not"],
)  # fmt: skip
def test_what_has_no_value(expression: str) -> None:
    assert evaluate(expression) is None


WORDS = st.sampled_from(
    ["1", "0", "2.5", "9e9", "(", ")", "+", "-", "*", "/", "^", "mod", "round", "e", "pi", "ln",
     "floor", "not", "and", "<", "=", " "]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=20))
def test_anything_gives_a_number_or_none(expression: str) -> None:
    value = evaluate(expression)
    assert value is None or number_text(value)


def test_towers_of_powers_take_no_time() -> None:
    """As integers they would have more digits than there are atoms."""
    tower = "(" * 190 + "2" + ") ^ 9" * 190
    plain = "(" * 190 + "2" + ") + 9" * 190
    assert cpu_seconds(lambda: evaluate(tower)) < 100 * cpu_seconds(lambda: evaluate(plain))
