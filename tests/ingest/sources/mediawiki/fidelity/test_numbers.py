import pytest

from pinakes.ingest.sources.mediawiki.fidelity.numbers import numbers_of, regrouped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("no number", []),
        ("1,234 and 1234", ["1234", "1234"]),
        ("12,345,678.90", ["12345678.90"]),
        ("1,2345 is a list of two", ["1", "2345"]),
        ("−5 °C, -5 °C", ["-5", "-5"]),
        ("1990-95 and 1990–95", ["1990", "95", "1990", "95"]),
        ("May 05, 007 and 0", ["5", "7", "0"]),
        ("0.05", ["0.05"]),
        ("10⁶ or 10⁻³", ["10", "10", "6", "-3"]),
        ("H2O, H₂O", ["2", "2"]),
        ("version 1.5.0.3.", ["1.5.0.3"]),
        ("سنة ٢٠١٢", ["2012"]),
        ("see http://example.org/2012/5 of 2013", ["2013"]),
    ],
)
def test_numbers_in_one_form(text: str, expected: list[str]) -> None:
    assert [number for number, _ in numbers_of(text)] == expected


def test_offsets_point_at_the_number() -> None:
    text = "In 1969 some 10⁶ people at http://example.org/1 saw −5"
    for number, offset in numbers_of(text):
        assert text[offset] in {number[0], "⁶", "−"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.769.495", ["3769495"]),
        ("3 769 495,5 km", ["3769495.5"]),
        ("3'769", ["3769"]),
        ("38,1 °C", ["38.1"]),
        ("1,234,567 and 12.5 and 1990 95", []),
        ("von 10.000 bis 12.500", ["10000", "12500"]),
    ],
)
def test_numbers_as_other_languages_group_them(text: str, expected: list[str]) -> None:
    assert list(regrouped(text)) == expected
