"""What is said of an answer in the words of Pinakes, in the language of the question."""

import pytest

from pinakes.ingest.text.language import language_part, listed_languages
from pinakes.service.asking.notes import (
    cut_off_note,
    is_refusal,
    no_answer_note,
    searched_note,
    written_in_note,
)

WORDED = [code for code in listed_languages() if language_part(code, "notes")]


def test_in_the_language_asked() -> None:
    assert no_answer_note("de").startswith("Diese Sammlung")
    assert searched_note("de", ["Papier", "Ton"], ["Papyrus"]) == (
        "Gesucht wurde nach „Papier“, „Ton“. Am nächsten liegende Seiten: Papyrus."
    )
    assert searched_note("fr", ["{x}"], []) == "Recherché : « {x} »."
    assert "repetirse" in cut_off_note("es", "repetition")
    assert "截断" in cut_off_note("zh-hant", "length")


def test_languages_are_named_in_that_of_the_question() -> None:
    assert "Deutsch, Englisch:" in written_in_note("de", ["en", "de"])
    assert "英语" in written_in_note("zh", ["en"])
    assert "Latgalian" in written_in_note("mt", ["ltg"])
    assert "xx-none" in written_in_note("fr", ["xx-none"])


def test_of_a_language_without_words_in_english() -> None:
    assert no_answer_note("mt") == no_answer_note("en")
    assert cut_off_note("", "length").startswith("(Cut off here")


@pytest.mark.parametrize("language", WORDED)
def test_a_refusal_is_known_again(language: str) -> None:
    for of_several in (False, True):
        said = no_answer_note(language, of_several=of_several)
        assert is_refusal(f"{said} {searched_note(language, ['x'], ['Y'])}")
    assert not is_refusal(searched_note(language, ["x"], ["Y"]))


@pytest.mark.parametrize("language", WORDED)
def test_all_notes_are_there(language: str) -> None:
    assert language_part(language, "notes").keys() == language_part("en", "notes").keys()
