"""Which sentences their sources support, and which source is cited."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.reading.entailment import Premises
from pinakes.service.reading.linear_entailment import linear_entailment
from pinakes.service.reading.question import Question, question_of
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.types import Citation, PassageRef

STONE = (
    "The Rosetta Stone was found in July 1799 by French soldiers near the town of Rashid. "
    "It weighs 762 kilograms. Its decree was passed by a council of priests. "
    "It may once have stood at Sais."
)
LINEAR_B = (
    "Michael Ventris was an English architect who deciphered Linear B in 1952. "
    "He was not a scholar by profession."
)


def _citation(number: int, title: str, quote: str) -> Citation:
    ref = PassageRef("toywiki", number, 1, 0, len(quote))
    return Citation(number, ref, title, (), quote, f"/page/{number}", None)


@pytest.fixture(scope="module")
def premises(sample: Path) -> Iterator[Premises]:
    with Index.open(sample) as index:
        question = question_of(index, "When was the Rosetta Stone found?")
        sources = [
            _citation(1, "Rosetta Stone", STONE),
            _citation(2, "Michael Ventris", LINEAR_B),
        ]
        yield linear_entailment().premises(question, sources)


# name, sentence, what it cites, verdict, what supports it
CASES = [
    ("word for word", "It weighs 762 kilograms.", (1,), "supported", (1,)),
    ("a part of a sentence", "The Rosetta Stone was found in July 1799 by French soldiers.", (1,),
     "supported", (1,)),
    ("without a mark", "Michael Ventris was an English architect who deciphered Linear B.", (),
     "supported", (2,)),
    ("with a wrong mark", "Michael Ventris was an English architect who deciphered Linear B.", (1,),
     "supported", (2,)),
    ("with a mark that leads nowhere", "It weighs 762 kilograms.", (9,), "supported", (1,)),
    ("with two marks", "Michael Ventris deciphered Linear B in 1952.", (1, 2), "supported", (2,)),
    ("in other forms", "Ventris's decipherment of Linear B came in 1952.", (2,), "partly", (2,)),
    ("two sources", "It weighs 762 kilograms, and Michael Ventris deciphered Linear B.", (1, 2),
     "supported", (1, 2)),
    ("computed", "Michael Ventris deciphered Linear B in 1952, 153 years after the Rosetta Stone "
     "was found in July 1799.", (), "supported", (2, 1)),
    ("a wrong number", "It weighs 767 kilograms.", (1,), "contradicted", ()),
    ("a wrong name", "The Rosetta Stone was found in July 1799 by Prussian soldiers.", (1,),
     "unsupported", ()),
    ("a wrong month", "The Rosetta Stone was found in June 1799 by French soldiers.", (1,),
     "unsupported", ()),
    ("denied", "The Rosetta Stone was not found in July 1799 by French soldiers.", (1,),
     "contradicted", ()),
    ("a may left out", "It once stood at Sais.", (1,), "unsupported", ()),
    ("a date of two others", "It was found in July 1952.", (), "unsupported", ()),
    ("a sentence of names and numbers alone", "The Rosetta Stone was found in 1799.", (1,),
     "supported", (1,)),
    ("a denial left out", "Michael Ventris was a scholar by profession.", (2,), "unsupported", ()),
    ("something else", "Violet horses eat marzipan in spring.", (1,), "unsupported", ()),
    ("nothing at all", "It is so.", (1,), "none", ()),
    ("only what leads up to an answer", "The answer is:", (1,), "none", ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "cited", "verdict", "supported_by"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_verdicts(
    premises: Premises,
    sentence: str,
    cited: tuple[int, ...],
    verdict: str,
    supported_by: tuple[int, ...],
) -> None:
    found = premises.check(sentence, cited)
    assert (found.verdict, found.citations) == (verdict, supported_by)


def test_what_is_missing_is_named(premises: Premises) -> None:
    found = premises.check("The Rosetta Stone was found in June 1801 by Prussian soldiers.", (1,))
    assert found.missing == ("June", "1801", "Prussian")


def test_the_place_is_where_the_words_stand(premises: Premises) -> None:
    found = premises.check("It weighs 762 kilograms.", ())
    assert found.source is not None
    number, start, end = found.source.number, found.source.start, found.source.end
    assert number == 1
    assert STONE[start:end] == "It weighs 762 kilograms."


def test_a_bare_answer_claims_what_was_asked(premises: Premises) -> None:
    assert premises.check("July 1799", ()).verdict != "unsupported"
    assert premises.check("July 1952", ()).verdict in ("unsupported", "contradicted")


def test_without_sources_nothing_is_supported(sample: Path) -> None:
    with Index.open(sample, None) as index:
        premises = linear_entailment().premises(question_of(index, "When was it?"), [])
        assert premises.check("It weighs 762 kilograms.", (1,)).verdict == "unsupported"


LAKES = "Lake Baikal is a deep lake in cold Siberia. The Dead Sea is shallow."


def test_the_opposite_of_what_a_source_says_is_not_supported(sample: Path) -> None:
    with Index.open(sample, None) as index:
        question = question_of(index, "What is Lake Baikal?")
        premises = linear_entailment().premises(question, [_citation(1, "Lake Baikal", LAKES)])
        assert premises.check("Lake Baikal is a deep lake in Siberia.", ()).verdict == "supported"
        assert premises.check("Lake Baikal is a deep lake in warm Siberia.", ()).verdict not in (
            "supported",
            "partly",
        )


def test_verbs_that_say_little_weigh_alike(sample: Path) -> None:
    with Index.open(sample, None) as index:
        question = question_of(index, "What is Lake Baikal?")
        premises = linear_entailment().premises(question, [_citation(1, "Lake Baikal", LAKES)])
        lies, began, shines = (
            premises.check(f"Lake Baikal {verb} in cold Siberia.", ()).score
            for verb in ("lies", "began", "shines")
        )
    assert lies == began > shines


class FindsVentris:
    """A reader that answers everything with Michael Ventris."""

    margin = 0.0

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        name = "Michael Ventris"
        at = hits[0].passage.text.find(name)
        if at < 0:
            return Reading(())
        return Reading((AnsweringSentence(0, at, at + 60, 3.0, at, at + len(name), 3.0),))


def test_what_a_reader_finds_too_is_likelier(sample: Path) -> None:
    sentence = "It was Michael Ventris, an architect, who read this script."
    with Index.open(sample, None) as index:
        question = question_of(index, "Who deciphered Linear B?")
        sources = [replace(_citation(1, "Michael Ventris", LINEAR_B), language="en")]
        alone = linear_entailment().premises(question, sources).check(sentence, (1,))
        both = linear_entailment(FindsVentris()).premises(question, sources).check(sentence, (1,))
        assert both.score > alone.score
        assert both.agrees
        assert not alone.agrees


def test_without_vectors_words_decide(sample: Path) -> None:
    with Index.open(sample, None) as index:
        question = question_of(index, "How heavy is the Rosetta Stone?")
        premises = linear_entailment().premises(question, [_citation(1, "Rosetta Stone", STONE)])
        assert premises.check("The stone weighs 762 kilograms.", ()).verdict != "unsupported"
        assert premises.check("The stone weighs 800 kilograms.", ()).verdict == "contradicted"
