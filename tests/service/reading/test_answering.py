"""Which sentences are what was asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import EncoderRecord
from pinakes.service.reading.answering import answers, is_of_type, quotation_answers
from pinakes.service.reading.question import SentenceVectors, question_of
from pinakes.service.reading.telling_passages import passage_weights


@pytest.fixture(scope="module")
def index(sample: Path) -> Iterator[Index]:
    with Index.open(sample, None) as index:
        yield index


# name, question, sentence, whether it answers
CASES = [
    ("a date", "When was the Rosetta Stone found?", "The Rosetta Stone was found in 1799.", True),
    ("no date", "When was the Rosetta Stone found?", "The Rosetta Stone is of granodiorite.",
     False),
    ("of something else", "When was the Rosetta Stone found?",
     "Movable type came about in 1040.", False),
    ("it", "When was the Rosetta Stone found?", "It was found in July.", True),
    ("only words that were asked", "Who found the Rosetta Stone?", "The Rosetta Stone was found.",
     False),
    ("a name", "Who found the Rosetta Stone?", "French soldiers found the Rosetta Stone.", True),
    ("a bare answer", "Who deciphered Linear B?", "Michael Ventris.", True),
    ("a birth", "When was Michael Ventris born?", "Michael Ventris was born in 1922.", True),
    ("dates of a life", "When was Michael Ventris born?",
     "Michael Ventris (12 July 1922 – 6 September 1956) was an English architect.", True),
    ("a bare date", "When was Michael Ventris born?", "12 July 1922.", True),
    ("no birth", "When was Michael Ventris born?",
     "The script was deciphered by the English architect Michael Ventris in 1952.", False),
    ("a death", "When was Michael Ventris born?",
     "The architect Michael Ventris died in an accident in 1956.", False),
    ("a number", "How heavy is the Rosetta Stone?", "The Rosetta Stone weighs 762 kg.", True),
    ("no number", "How heavy is the Rosetta Stone?", "The Rosetta Stone is in London.", False),
    ("none", "How many columns has the Rosetta Stone?", "The Rosetta Stone has none.", True),
    ("a time for how many", "How many columns has the Rosetta Stone?",
     "The Rosetta Stone was carved some 2,200 years ago.", False),
    ("a denial beside a time", "How many columns has the Rosetta Stone?",
     "The Rosetta Stone was carved in 196 BC, not long before others.", False),
    ("a date for how many", "How many columns has the Rosetta Stone?",
     "The Rosetta Stone was found on 15 July 1799.", False),
    ("a measure for how many", "How many columns has the Rosetta Stone?",
     "The Rosetta Stone weighs 762 kg.", False),
    ("a share for how many", "How many columns has the Rosetta Stone?",
     "Of the Rosetta Stone 40 % is lost.", False),
    ("a count for how many", "How many columns has the Rosetta Stone?",
     "The Rosetta Stone has 1500 columns.", True),
    ("one", "How many columns has the Rosetta Stone?", "The Rosetta Stone has one.", True),
    ("years for how many years", "How many years is the Rosetta Stone old?",
     "The Rosetta Stone is 2,200 years old.", True),
    ("a length for how heavy", "How heavy is the Rosetta Stone?",
     "The Rosetta Stone is 112 cm high.", False),
    ("a bare number", "How heavy is the Rosetta Stone?", "Rosetta Stone, weight: 762", True),
    ("its height", "What is the height of the Rosetta Stone?",
     "The Rosetta Stone is of granodiorite.", False),
    ("a part of its height", "What is the height of the Rosetta Stone?",
     "Of the Rosetta Stone 112 cm (75 % of all) are left.", False),
    ("of its height", "What is the height of the Rosetta Stone?",
     "The Rosetta Stone is 112 cm high.", True),
    ("a count for when", "When was the Rosetta Stone found?",
     "The Rosetta Stone has 54 lines.", False),
    ("an era", "When was the Rosetta Stone carved?", "The Rosetta Stone is of 196 BC.", True),
    ("a century", "When was the Rosetta Stone carved?",
     "The Rosetta Stone is of the 2nd century.", True),
    ("a year before a noun", "When was the Rosetta Stone found?",
     "In 1799 soldiers found the Rosetta Stone.", True),
    ("another thing of its kind", "How many columns has the Colosseum?",
     "The Rosetta Stone has three columns.", False),
    ("one of two", "Which is older, the codex or the scroll?", "The scroll is older.", True),
    ("a place without a name", "Where was the Rosetta Stone found?",
     "The Rosetta Stone was found in walls.", True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "sentence", "wanted"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_sentences(index: Index, question: str, sentence: str, wanted: bool) -> None:
    assert answers(question_of(index, question), sentence) is wanted


def test_the_title_of_its_source_tells_what_it_is_about(index: Index) -> None:
    question = question_of(index, "When was the Rosetta Stone found?")
    said = "French soldiers came upon that block of stone in July 1799."
    assert answers(question, "French soldiers came upon the block there in 1799.") is False
    assert answers(question, said, "Rosetta Stone")


def test_what_a_reader_finds_too_is_of_the_type_all_the_same(index: Index) -> None:
    question = question_of(index, "How many columns has the Colosseum?")
    assert answers(question, "The Rosetta Stone has three.", is_agreed=True)
    assert not answers(question, "The Rosetta Stone is 2,200 years old.", is_agreed=True)


def test_the_type_of_a_short_answer(index: Index) -> None:
    question = question_of(index, "When was Linear B deciphered?")
    assert is_of_type(question, "1952")
    assert is_of_type(question, "July")
    assert not is_of_type(question, "Ventris")
    assert not is_of_type(question, "Linear B")


@pytest.mark.parametrize(
    ("turn", "encoder", "wanted"),
    [(0.7, True, True), (0.5, True, False), (0.5, False, True)],
    ids=["near", "not near", "by another encoder"],
)
def test_a_sentence_of_a_source_is_near_to_the_question_too(
    index: Index, turn: float, *, encoder: bool, wanted: bool
) -> None:
    question = question_of(index, "When was the Rosetta Stone found?")
    known = passage_weights().encoder
    vector = np.array([1.0, 0.0], dtype=np.float32)
    said = np.array([turn, np.sqrt(1 - turn**2)], dtype=np.float32)
    near = replace(
        question,
        context=replace(question.context, encode=lambda: vector),
        encoder=EncoderRecord(
            name=known.name, sha256=known.sha256 if encoder else "0" * 64, dimension=2
        ),
        sentence_vectors=SentenceVectors(lambda texts: [said for _ in texts]),
    )
    sentence = "The Rosetta Stone was found in 1799."
    assert quotation_answers(near, sentence, "Rosetta Stone") is wanted
    assert answers(near, sentence, "Rosetta Stone")
    assert not quotation_answers(near, "The Rosetta Stone is of granodiorite.", "Rosetta Stone")
