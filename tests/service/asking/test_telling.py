"""What is shown without a model, by how surely two readers say that it tells the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.reading import telling_passages
from pinakes.service.reading.models import ReadingModels, linear_models
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reading
from tests.service.asking.answers import answer_events, answered
from tests.service.reading.toys import AlwaysSure
from tests.service.scripted_generator import ScriptedGenerator

WHO = "Who deciphered Linear B?"
WORDS = "Michael Ventris"
SAID = f"{WORDS} deciphered Linear B [1]."


@dataclass
class BothFind:
    """Two readers in one, which find WORDS wherever they stand, and are so sure of them."""

    network: float
    linear: float
    margin: float = 1.0

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        places = [
            (number, hit.passage.text.find(WORDS))
            for number, hit in enumerate(hits)
            if WORDS in hit.passage.text
        ]
        network, linear = (
            Reading(
                tuple(
                    AnsweringSentence(number, at, at + 40, score, at, at + len(WORDS), score)
                    for number, at in places
                )
            )
            for score in (self.network, self.linear)
        )
        return Reading(network.sentences, linear=linear, network=network)


def _models(network: float, linear: float) -> ReadingModels:
    return replace(linear_models(), reader=BothFind(network, linear), answerability=AlwaysSure())


@pytest.mark.parametrize(
    ("network", "linear", "kind", "words"),
    [
        (30.0, 60.0, "passage", WORDS),
        (-30.0, 200.0, "passage", None),
        (-30.0, 0.0, "refusal", None),
    ],
)
def test_a_passage_and_words_are_shown_by_how_sure_both_are(
    index: Index,
    network: float,
    linear: float,
    kind: str,
    words: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling_passages, "_LEAST_RELIANCE", 0.0)  # the sample has few passages
    answer = answered(answer_events(index, None, WHO, reading=_models(network, linear)))
    short = answer.short_answer
    assert (answer.kind, None if short is None else short.text) == (kind, words)
    assert bool(answer.nearest) == (kind == "refusal")


def test_what_a_proven_sentence_says_too_needs_not_be_sure(index: Index) -> None:
    answer = answered(
        answer_events(index, ScriptedGenerator(SAID), WHO, reading=_models(-30.0, 0.0))
    )
    assert answer.kind == "answer"
    assert answer.short_answer is not None
    assert answer.short_answer.text == WORDS


@pytest.mark.parametrize(
    "question",
    [
        "Which two men deciphered Linear B?",
        "How was Linear B deciphered?",
        "Who was born first, Michael Ventris or John Chadwick?",
    ],
)
def test_what_a_few_words_do_not_answer_has_no_short_answer(index: Index, question: str) -> None:
    answer = answered(answer_events(index, None, question, reading=_models(30.0, 60.0)))
    assert answer.short_answer is None


@pytest.mark.parametrize(("score", "first"), [(30.0, True), (-30.0, False)])
def test_the_passage_of_sure_words_is_shown_whichever_both_readers_choose(
    index: Index, score: float, *, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling_passages, "_LEAST_RELIANCE", 0.0)

    class ChoosesAnother(BothFind):
        """Both choose a passage without the words."""

        def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
            reading = super().read(question, hits)
            other = next(place for place, hit in enumerate(hits) if WORDS not in hit.passage.text)
            chosen = AnsweringSentence(other, 0, 30, 40.0, 0, 10, 40.0)
            linear = Reading((chosen, *reading.sentences))
            return replace(reading, sentences=linear.sentences, linear=linear)

    models = replace(_models(score, 60.0), reader=ChoosesAnother(score, 60.0))
    answer = answered(answer_events(index, None, WHO, reading=models))
    short = answer.short_answer
    assert (short is not None and short.text == WORDS) is first
    assert (answer.kind == "passage" and WORDS in answer.text) is first
