"""Which questions are about the present, and the line that says when an answer held."""

import pytest

from pinakes.service.asking.as_of import as_of_note, asks_about_now
from pinakes.service.reading.words import words_of


@pytest.mark.parametrize(
    ("language", "question", "about_now"),
    [
        ("en", "Who is the current president of France?", True),
        ("en", "What is an electric current?", False),
        ("en", "What is the current in a wire?", False),
        ("en", "Who is the Prime Minister of Japan?", True),
        ("en", "What is a prime minister?", False),
        ("en", "Is a king a monarch?", False),
        ("en", "Who was the first president?", False),
        ("en", "Who owns the British Library?", True),
        ("en", "What is the latest version?", True),
        ("en", "Where is the Rosetta Stone now?", True),
        ("en", "Who directed Apocalypse Now?", False),
        ("en", "How old is Umberto Eco?", True),
        ("en", "How old is the Rosetta Stone?", False),
        ("en", "What is the population of Alexandria?", True),
        ("en", "What was the population of Alexandria in 1800?", False),
        ("en", "How many copies has Penguin sold?", True),
        ("en", "How many legs does a spider have?", False),
        ("en", "Which countries have nuclear weapons?", True),
        ("en", "What is the tallest building in the world?", True),
        ("en", "Has anybody read Linear A yet?", True),
        ("en", "How many people live in Alexandria?", True),
        ("en", "Where does Umberto Eco live?", True),
        ("en", "Is Umberto Eco alive?", True),
        ("en", "What is unemployment?", False),
        ("en", "How many days does February have?", False),
        ("en", "Who has written the most books?", True),
        ("en", "prime minister of japan", True),
        ("en", "Who founded the library?", False),
        ("en", "What is a current account?", False),
        ("en", "When will the library be finished?", True),
        ("en", "How much does a barrel of oil cost?", True),
        ("en", "How many episodes of Columbo are there?", True),
        ("en", "How many bones are in the human body?", False),
        ("en", "Is Turkey a member of the EU?", True),
        ("en", "What is inflation in economics?", False),
        ("en", "What is unemployment in Spain?", True),
        ("en", "Who has the most Oscars?", True),
        ("en", "Which element has the most protons?", False),
        ("en", "How many people speak Basque?", True),
        ("en", "Where do penguins live?", False),
        ("en", "Who is the youngest Nobel laureate?", True),
        ("en", "what is", False),
        ("es", "¿Cuánto cuesta un litro de leche?", True),
        ("de", "Was kostet ein Liter Milch?", True),
        ("fr", "Combien coûte un litre de lait ?", True),
        ("es", "¿Quién es el presidente actual?", True),
        ("es", "¿Cuántos años tiene Messi?", True),
        ("es", "¿Quién fue el primer presidente?", False),
        ("de", "Wer ist derzeit Kanzler?", True),
        ("de", "Wer ist Bundeskanzler?", True),
        ("de", "Was ist ein Bundeskanzler?", False),
        ("fr", "Quel âge a Depardieu ?", True),
        ("fr", "Quel âge a l'univers ?", False),
        ("zh", "法国现任总统是谁？", True),
        ("zh", "法国第一任总统是谁？", False),
        ("zh", "谁发明了活字？", False),
    ],
)
def test_questions_about_the_present(language: str, question: str, about_now: bool) -> None:
    assert asks_about_now(question, words_of(language)) is about_now


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("en", "As of 1 November 2026, the date of the dump."),
        ("simple", "As of 1 November 2026, the date of the dump."),
        ("de", "Stand: 1. November 2026, das Datum des Dumps."),
        ("es", "A fecha de 1 de noviembre de 2026, la del volcado."),
        ("fr", "Au 1 novembre 2026, date de la copie."),
        ("zh", "截至2026年11月1日，即转储日期。"),
        ("xx", "As of 1 November 2026, the date of the dump."),
    ],
)
def test_the_note_names_the_day_in_the_language(language: str, note: str) -> None:
    assert as_of_note("2026-11-01", language) == note
