"""Where a claim says what a reader finds by itself."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from pinakes.index.types import Hit
from pinakes.service.reading.agreement import FoundAnswers
from pinakes.service.reading.answer_types import expected_answer
from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.types import Citation, PassageRef

TEXT = "Plato taught Aristotle in 367. Aristotle taught Alexander. Socrates wrote nothing."


class Finds:
    """A reader that finds these words, with these scores."""

    margin = 0.0

    def __init__(self, **answers: float) -> None:
        self._answers = answers
        self.times = 0

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        self.times += 1
        [hit] = hits
        return Reading(
            tuple(
                AnsweringSentence(0, 0, len(hit.passage.text), score, at, at + len(words), score)
                for words, score in sorted(self._answers.items(), key=lambda one: -one[1])
                for at in [hit.passage.text.find(words.strip("_"))]
            )
        )


def _found(
    parser: ClaimParser, reader: Finds, language: str = "en", text: str = "Who taught Aristotle?"
) -> FoundAnswers:
    question: Any = SimpleNamespace(text=text, expected=expected_answer(text, "en"))
    ref = PassageRef("toywiki", 1, 1, 0, len(TEXT))
    source = Citation(1, ref, "Aristotle", (), TEXT, "/page/1", None, language=language)
    return FoundAnswers(reader, question, [source], parser)


# name, what the reader finds, what is claimed, which of that the claim says
CASES: list[tuple[str, dict[str, float], str, list[str]]] = [
    ("the same", {"Plato": 3.0}, "It was Plato.", ["Plato"]),
    ("something else", {"Plato": 3.0}, "It was Socrates.", []),
    ("nearly as likely", {"Plato": 3.0, "Socrates": 2.0}, "It was Socrates.", ["Socrates"]),
    ("far less likely", {"Plato": 3.0, "Socrates": 1.0}, "It was Socrates.", []),
    ("likelier none", {"Plato": -1.0}, "It was Plato.", []),
    ("less than half of it", {"Plato taught Aristotle in 367. Aristotle taught Alexander": 3.0},
     "It was Plato.", []),
    ("what was asked", {"Aristotle": 3.0}, "Aristotle was taught.", []),
    ("the same number", {"Plato taught Aristotle in 367": 3.0}, "Plato in 367.",
     ["Plato taught Aristotle in 367"]),
    ("another number", {"Plato taught Aristotle in 367": 3.0}, "Plato in 368.", []),
    ("words that are no name", {"wrote nothing": 3.0}, "It was Socrates who wrote nothing.", []),
    ("no name at all", {"wrote nothing": 3.0}, "Nobody wrote anything.", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "claim", "agreeing"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_found_and_claimed(
    parser: ClaimParser, answers: dict[str, float], claim: str, agreeing: list[str]
) -> None:
    said = parser.parse(f"So: {claim}" if claim.startswith("Aristotle") else claim)
    places = _found(parser, Finds(**answers)).agreeing(said, [1])
    assert [TEXT[place.start : place.end] for place in places] == agreeing


@pytest.mark.parametrize(
    ("asked", "score", "claim", "agrees"),
    [
        ("What did Aristotle do?", 4.0, "He taught boys.", True),
        ("What did Aristotle do?", 4.0, "He wrote books.", False),
        ("What did Aristotle do?", 4.0, "He never taught boys.", False),
        ("What did Aristotle do?", 2.0, "He taught boys.", False),
        ("Who is Aristotle?", 4.0, "He taught boys.", False),
    ],
)
def test_a_thing_without_a_name(
    parser: ClaimParser, asked: str, score: float, claim: str, *, agrees: bool
) -> None:
    found = _found(parser, Finds(taught=score), text=asked)
    assert bool(found.agreeing(parser.parse(claim), [1])) is agrees


def test_a_source_is_read_once(parser: ClaimParser) -> None:
    reader = Finds(Plato=3.0)
    found = _found(parser, reader)
    for claim in ("It was Plato.", "It was Socrates."):
        found.agreeing(parser.parse(claim), [1, 1, 7])
    assert reader.times == 1


def test_nothing_is_read_for_what_names_and_counts_nothing(parser: ClaimParser) -> None:
    reader = Finds(Plato=3.0)
    assert _found(parser, reader).agreeing(parser.parse("Nobody taught anything."), [1]) == []
    assert reader.times == 0


def test_nothing_is_read_in_other_languages_than_the_reader_knows(parser: ClaimParser) -> None:
    reader = Finds(Plato=3.0)
    assert _found(parser, reader, "de").agreeing(parser.parse("It was Plato."), [1]) == []
    assert reader.times == 0
