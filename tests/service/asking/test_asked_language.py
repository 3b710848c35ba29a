"""The language of a question is told by its words, where it is another than that of the sources."""

import pytest

from pinakes.service.asking.asked_language import asked_language

CASES = [
    ("Wann wurde der Stein von Rosette gefunden?", "en", "de"),
    ("Qui a peint la Joconde ?", "en", "fr"),
    ("¿Quién pintó la Mona Lisa?", "en", "es"),
    ("谁画了蒙娜丽莎？", "en", "zh"),
    ("When was it found?", "de", "en"),
    ("When was it found?", "en", "en"),
    ("Wann wurde er gefunden?", "de", "de"),
    ("Who wrote Die Zeit?", "en", "en"),
    ("Angela Merkel", "en", "en"),
    ("Hvem malte Mona Lisa?", "en", "en"),  # of which nothing is known
    ("", "en", "en"),
]


@pytest.mark.parametrize(("question", "usual", "language"), CASES)
def test_languages(question: str, usual: str, language: str) -> None:
    assert asked_language(question, usual) == language
