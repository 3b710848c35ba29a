"""The language of a question is told by its words, where it is another than that of the sources."""

import pytest

from pinakes.service.asking.asked_language import asked_language

CASES = [
    ("Wann wurde der Stein von Rosette gefunden?", "en", "German"),
    ("Qui a peint la Joconde ?", "en", "French"),
    ("¿Quién pintó la Mona Lisa?", "en", "Spanish"),
    ("谁画了蒙娜丽莎？", "en", "Chinese"),
    ("When was it found?", "de", "English"),
    ("When was it found?", "en", None),
    ("Wann wurde er gefunden?", "de", None),
    ("Who wrote Die Zeit?", "en", None),
    ("Angela Merkel", "en", None),
    ("Hvem malte Mona Lisa?", "en", None),  # of which nothing is known
    ("", "en", None),
]


@pytest.mark.parametrize(("question", "usual", "language"), CASES)
def test_languages(question: str, usual: str, language: str | None) -> None:
    assert asked_language(question, usual) == language
