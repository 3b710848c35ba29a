"""Questions that lean on the conversation, made to stand alone."""

import re

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.conversation import (
    checked_rewriting,
    standalone,
)
from pinakes.service.asking.notes import no_answer_note
from pinakes.service.reading.words import words_of
from pinakes.service.types import Message

WORDS = words_of("en")


def history(*turns: str) -> list[Message]:
    return [
        Message("user" if place % 2 == 0 else "assistant", turn) for place, turn in enumerate(turns)
    ]


STONE = ("What is the Rosetta Stone?", "A slab of granodiorite [1].")
LINEAR_B = ("Who deciphered Linear B?", "Linear B was deciphered by Michael Ventris [2].")
PINAKES = ("Who wrote the Pinakes?", "The Pinakes was written by Callimachus.")
LIBRARY = ("Who founded the Library of Pergamum?", "Eumenes II founded the Library of Pergamum.")

# name, conversation, question, what it stands for
CASES = [
    ("no history", (), "Where is it?", "Where is it?"),
    ("it", STONE, "When was it found?", "When was the Rosetta Stone found?"),
    ("its", STONE, "What is its weight?", "What is the Rosetta Stone's weight?"),
    ("he is whom the answer named", LINEAR_B, "When was he born?",
     "When was Michael Ventris born?"),
    ("it is not the person", LINEAR_B, "and what was it used for?",
     "what was Linear B used for?"),
    ("what is the same goes back once", STONE, "When was it found and who found it?",
     "When was the Rosetta Stone found and who found it?"),
    ("a noun that is one", STONE, "Where is the stone now?", "Where is the Rosetta Stone now?"),
    ("a noun that the page calls it", LINEAR_B, "Who used this script?", "Who used Linear B?"),
    ("of two things the one that is such", LINEAR_B, "Where did the architect study?",
     "Where did Michael Ventris study?"),
    ("of two things the other one", LINEAR_B, "Where was the script used?",
     "Where was Linear B used?"),
    ("none of them is such", LINEAR_B, "Where was the largest parchment made?",
     "Where was the largest parchment made?"),
    ("one that is told apart is another", STONE, "Where is the largest stone?",
     "Where is the largest stone?"),
    ("one told apart by what follows", STONE, "Where is the stone of Egypt?",
     "Where is the stone of Egypt?"),
    ("a quotation may name somebody else",
     ("Who deciphered Linear B?", "“Alice Kober had written to Emmett Bennett about it.” [1]"),
     "When was he born?", "When was Michael Ventris born?"),
    ("whom an answer in own words names is meant",
     ("Who deciphered Linear B?", "Emmett Bennett had no part in Linear B."),
     "When was he born?", "When was Emmett Bennett born?"),
    ("a name before a noun says of what kind it is",
     ("What came after the siege?", "A Vatican petition did."), "Who wrote it?",
     "Who wrote it (What came after the siege)?"),
    ("a participle begins no name",
     ("When was Gutenberg born?", "Raised in Mainz, he worked there."), "Where?",
     "Where was Gutenberg born?"),
    ("the noun left out behind a superlative",
     ("What is the largest library in Europe?", "The British Library."),
     "And which is the largest in Africa?", "which is the largest in Africa (British Library)?"),
    ("another name", ("When was Bi Sheng born?", "Nobody knows."), "And Gutenberg?",
     "When was Gutenberg born?"),
    ("what about", ("When was Bi Sheng born?", "Nobody knows."), "What about Gutenberg?",
     "When was Gutenberg born?"),
    ("another thing with an article", LIBRARY, "And the Library of Alexandria?",
     "Who founded the Library of Alexandria?"),
    ("another place", ("Which library stood in Pergamum?", "The Library of Pergamum."),
     "And in Alexandria?", "Which library stood in Alexandria?"),
    ("what somebody has", LINEAR_B, "and his teacher?",
     "Michael Ventris' teacher?"),
    ("only a question word", ("When was Michael Ventris born?", "In 1922."), "Where?",
     "Where was Michael Ventris born?"),
    ("a kind of place", ("Where is the Rosetta Stone kept?", "In London."),
     "And in which museum?", "in which museum is the Rosetta Stone kept?"),
    ("a kind of thing, of no verb that helps", ("Who wrote the Pinakes?", "Callimachus."),
     "For which library?", "For which library (Who wrote the Pinakes)?"),
    ("why", STONE, "Why?", "Why is the Rosetta Stone?"),
    ("one of them", STONE, "Who found the last one?", "Who found the last one (Rosetta Stone)?"),
    ("over two turns", (*STONE, "When was it found?", "In 1799."), "Where is it?",
     "Where is the Rosetta Stone?"),
    ("across a change of subject",
     (*LINEAR_B, "What is the Rosetta Stone?", "The Rosetta Stone is a slab."),
     "When was he born?", "When was Michael Ventris born?"),
    ("a refusal names nothing",
     (*STONE, "Who stole it?", f"{no_answer_note('en')} Nearest pages: Papyrus, Linear B."),
     "Where is it?", "Where is the Rosetta Stone?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("turns", "question", "alone"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_standalone(index: Index, turns: tuple[str, ...], question: str, alone: str) -> None:
    assert standalone(question, history(*turns), WORDS, index) == alone


@pytest.mark.parametrize(
    "question",
    [
        "What is the Rosetta Stone?",
        "Who was Gutenberg?",
        "Is there a library in Alexandria?",
        "And who invented movable type?",
        "What is it called when a book is printed from wooden blocks?",
        "How far is it from Alexandria to Pergamum?",
        "Is it true that Callimachus wrote the Pinakes?",
        "Who was Callimachus and where did he work?",
        "What do librarians do with the books they collect?",
        "What language did they speak in Alexandria?",
        "Why is it cold in Alexandria?",
        "From where was Gutenberg?",
        "In which city lies Pergamum's largest library?",
        "Was it Champollion who deciphered the hieroglyphs?",
        "Where is the largest library in the world?",
        "What is a codex?",
    ],
)
@pytest.mark.parametrize("turns", [STONE, LINEAR_B, PINAKES])
def test_complete_questions_stay_as_they_are(
    index: Index, turns: tuple[str, ...], question: str
) -> None:
    assert standalone(question, history(*turns), WORDS, index) == question


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("de", "Wann wurde er gefunden?"),
        ("es", "¿Y por qué?"),
        ("fr", "Et pourquoi ?"),
    ],
)
def test_other_languages_put_in_what_was_talked_about(
    index: Index, language: str, question: str
) -> None:
    said = history("Rosetta Stone", "Rosetta Stone.")
    assert "Rosetta Stone" in standalone(question, said, words_of(language), index)


@pytest.mark.parametrize("question", ["Qui est le président de la France ?", "¿Qué es la ISBN?"])
def test_an_article_is_no_pronoun(index: Index, question: str) -> None:
    language = "fr" if question.startswith("Qui") else "es"
    said = history("Rosetta Stone", "Rosetta Stone.")
    assert standalone(question, said, words_of(language), index) == question


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
def test_what_is_put_in_keeps_the_question_searchable(
    index: Index, question: str, said: str
) -> None:
    alone = standalone(question, history(said, "A poet. " * 300), WORDS, index)
    assert len(alone) <= 2_000
    assert alone.startswith(question.rstrip("?").partition("it")[0].removeprefix("And "))


def test_of_a_long_question_whole_words_are_put_in(index: Index) -> None:
    alone = standalone("And why?", history("some words " * 100, ""), WORDS, index)
    assert re.fullmatch(r"why \((some|words| )*\)\?", alone)
    assert 300 < len(alone) < 420
