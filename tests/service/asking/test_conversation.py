"""Questions that lean on the conversation, made to stand alone."""

import re

import pytest

from pinakes.service.asking.conversation import (
    as_of_note,
    asks_about_now,
    checked_rewriting,
    leans_on_history,
    standalone,
)
from pinakes.service.reading.words import words_of
from pinakes.service.types import Message

NAMES = ("Rosetta Stone", "Michael Ventris", "Linear B", "Bi Sheng", "Gutenberg", "Callimachus")
WORDS = words_of("en")


def topic(text: str) -> str | None:
    """The first name in the text, as the index would find one."""
    found = [(text.casefold().find(name.casefold()), name) for name in NAMES]
    return min(((at, name) for at, name in found if at >= 0), default=(0, None))[1]


def history(*turns: str) -> list[Message]:
    return [
        Message("user" if place % 2 == 0 else "assistant", turn) for place, turn in enumerate(turns)
    ]


# name, conversation, question, what it stands for
CASES = [
    ("no history", [], "Where is it?", "Where is it?"),
    (
        "it",
        ["What is the Rosetta Stone?", "A slab [1]."],
        "When was it found?",
        "When was Rosetta Stone found?",
    ),
    (
        "its",
        ["What is the Rosetta Stone?", "A slab [1]."],
        "What is its weight?",
        "What is Rosetta Stone's weight?",
    ),
    (
        "he is whom the answer named",
        ["Who deciphered Linear B?", "Michael Ventris deciphered Linear B [2]."],
        "When was he born?",
        "When was Michael Ventris born?",
    ),
    (
        "another name",
        ["When was Bi Sheng born?", "Nobody knows."],
        "And Gutenberg?",
        "When was Gutenberg born?",
    ),
    (
        "what about",
        ["When was Bi Sheng born?", "Nobody knows."],
        "What about Gutenberg?",
        "When was Gutenberg born?",
    ),
    (
        "nothing named",
        ["Who was Callimachus?", "A poet."],
        "Why?",
        "Why (Callimachus)?",
    ),
    (
        "a new subject stands alone",
        ["Who was Callimachus?", "A poet."],
        "What is the Rosetta Stone?",
        "What is the Rosetta Stone?",
    ),
    (
        "a short question with a name stands alone",
        ["Who was Callimachus?", "A poet."],
        "Who was Gutenberg?",
        "Who was Gutenberg?",
    ),
    (
        "over two turns",
        ["What is the Rosetta Stone?", "A slab.", "When was it found?", "In 1799."],
        "Where is it?",
        "Where is Rosetta Stone?",
    ),
    (
        "marks of the answer are no part of it",
        ["Who was it?", "[1] Bi Sheng [2]."],
        "Where did he live?",
        "Where did Bi Sheng live?",
    ),
]


@pytest.mark.parametrize(
    ("turns", "question", "alone"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_standalone(turns: list[str], question: str, alone: str) -> None:
    assert standalone(question, history(*turns), WORDS, topic) == alone


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("Who deciphered Linear B in 1952?", False),
        ("Where is the largest library of the ancient world?", False),
        ("When was she born?", True),
        ("And in the Middle Ages?", True),
        ("Why?", True),
    ],
)
def test_what_leans(question: str, leans: bool) -> None:
    assert leans_on_history(question, WORDS, topic) is leans


SAID = history("Who deciphered Linear B?", "Michael Ventris did, in 1952.")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("When was Michael Ventris born?", "When was Michael Ventris born?"),
        ('"When was Michael Ventris born?"\n', "When was Michael Ventris born?"),
        ("When was Arthur Evans born?", None),
        ("When was Michael Ventris born in 1922?", None),
        ("Sure!\nWhen was Michael Ventris born?", None),
        ("", None),
        ("When " * 200, None),
    ],
)
def test_a_rewriting_may_only_say_what_has_been_said(written: str, kept: str | None) -> None:
    assert checked_rewriting(written, "When was he born?", SAID) == kept


@pytest.mark.parametrize("question", ["And why?", "Why was it so? " + "x" * 1_970, "x" * 2_000])
@pytest.mark.parametrize(
    "said", ["word " * 400, "y" * 2_000, "e\u0301" * 1_000, "Callimachus " * 180]
)
def test_what_is_put_in_keeps_the_question_searchable(question: str, said: str) -> None:
    alone = standalone(question, history(said, "A poet. " * 300), WORDS, topic)
    assert len(alone) <= 2_000
    assert alone.startswith(question.rstrip("?").partition("it")[0])


def test_of_a_long_question_whole_words_are_put_in() -> None:
    alone = standalone("And why?", history("some words " * 100, "Nothing."), WORDS, lambda _: None)
    assert re.fullmatch(r"And why\? \((some|words| )*\)", alone)
    assert 300 < len(alone) < 420


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
