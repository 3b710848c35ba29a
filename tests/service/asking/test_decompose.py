"""Which questions are asked in parts, and in which."""

import pytest

from pinakes.service.asking.decompose import Comparison, TwoSteps, parts_of

BORN = "When was {} born, founded, built or made?"

COMPARISONS = [
    ("Which of the Great Library and the Library of Pergamum is older?", "the Great Library",
     "the Library of Pergamum", BORN),
    ("Who was born first, Callimachus or Eratosthenes?", "Callimachus", "Eratosthenes", BORN),
    ("Is the Rosetta Stone older than the Gutenberg Bible?", "the Rosetta Stone",
     "the Gutenberg Bible", BORN),
    ("Which is larger, Paris or London?", "Paris", "London",
     "How large is {}, its area and population?"),
    ("Was Bi Sheng more famous than Gutenberg?", "Bi Sheng", "Gutenberg", "{} more famous"),
    ("Were Plato and Euclid both Greek?", "Plato", "Euclid", "{} both Greek"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "one", "other", "template"), COMPARISONS)
def test_comparisons(question: str, one: str, other: str, template: str) -> None:
    assert parts_of(question) == Comparison((template.format(one), template.format(other)))


@pytest.mark.parametrize(
    ("question", "inner", "outer"),
    [
        (
            "What is the capital of the country where the Rosetta Stone was found?",
            "Which country the Rosetta Stone was found?",
            "What is the capital of {}?",
        ),
        (
            "When did the man who deciphered Linear B die?",
            "Which man deciphered Linear B?",
            "When did {} die?",
        ),
        (
            "When was the library of the city where Callimachus worked founded?",
            "Which city Callimachus worked?",
            "When was the library of {} founded?",
        ),
        (
            "When was the capital of the country where Callimachus was born?",
            "Which country Callimachus was born?",
            "When was the capital of {}?",
        ),
        (
            "How was the war that the Romans began?",
            "Which war the Romans began?",
            "How was {}?",
        ),
        (
            "Where was the author of the Pinakes?",
            "Who is the author of the Pinakes?",
            "Where was {}?",
        ),
        (
            "Who is the wife of the man who deciphered {Linear B}?",
            "Which man deciphered {Linear B}?",
            "Who is the wife of {}?",
        ),
    ],
)
def test_two_steps(question: str, inner: str, outer: str) -> None:
    assert parts_of(question) == TwoSteps(inner, outer)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who founded the Library of Alexandria?",
        "What is the capital of Egypt?",
        "What is the stone that was found in 1799?",
        "Which is it?",
        "Is it so?",
        "¿Cuál es más antigua, la Piedra o la Biblia?",
    ],
)
def test_one_search_is_as_good(question: str) -> None:
    assert parts_of(question) is None
