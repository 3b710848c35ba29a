import pytest

from pinakes.ingest.sources.mediawiki.fidelity.words import words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("The CAT of 1969", ["the", "cat", "of"]),
        ("l’été, H2O", ["l", "été", "h", "o"]),
        ("मुंबई और", ["मुंबई", "और"]),
        ("ภาษา", ["ภ", "า", "ษ", "า"]),
        ("柏林 in Berlin", ["柏", "林", "in", "berlin"]),
        ("see http://example.org/a or www.example.org and go", ["see", "or", "and", "go"]),
    ],
)
def test_words_in_one_form(text: str, expected: list[str]) -> None:
    assert [word for word, _ in words_of(text)] == expected
