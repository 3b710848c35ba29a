import pytest

from pinakes.service.asking.now import as_of_note, asks_about_now
from pinakes.service.reading.words import words_of


@pytest.mark.parametrize(
    ("language", "question", "about_now"),
    [
        ("en", "Who is the current president of France?", True),
        ("en", "Who is the Prime Minister of Japan?", True),
        ("en", "What is the latest version?", True),
        ("en", "Where is the Rosetta Stone now?", True),
        ("en", "Who was the first president?", False),
        ("en", "Who founded the library?", False),
        ("en", "Is a king a monarch?", True),
        ("es", "¿Quién es el presidente actual?", True),
        ("de", "Wer ist derzeit Kanzler?", True),
        ("zh", "法国现任总统是谁？", True),
        ("zh", "谁发明了活字？", False),
    ],
)
def test_questions_about_the_present(language: str, question: str, about_now: bool) -> None:
    assert asks_about_now(question, words_of(language)) is about_now


def test_the_note_names_the_day() -> None:
    assert as_of_note("2026-11-01") == "As of 1 November 2026, the date of the dump."
