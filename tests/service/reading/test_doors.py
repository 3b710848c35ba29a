"""Other readers, entailment models and answerability in the place of the linear ones."""

from dataclasses import replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.reading.models import ReadingModels, reading_models
from pinakes.service.types import AnswerRequest
from tests.service.asking.answers import answer_events, answered
from tests.service.reading.toys import (
    AlwaysSure,
    FirstNumberReader,
    LiteralEntailment,
    SilentReader,
)
from tests.service.scripted_generator import ScriptedGenerator

QUESTION = "Who deciphered Linear B?"


def _models(**others: object) -> ReadingModels:
    return replace(reading_models(), **others)


def test_another_reader_chooses_the_words_that_answer(index: Index) -> None:
    models = _models(reader=FirstNumberReader(), answerability=AlwaysSure())
    question = "When was Linear B deciphered?"
    answer = answered(answer_events(index, None, question, reading=models))
    assert answer.short_answer is not None
    assert answer.short_answer.text.isdecimal()
    quoted = {citation.number: citation.quote for citation in answer.citations}
    short = answer.short_answer
    assert quoted[short.number][short.start : short.end] == short.text


def test_where_no_words_answer_a_brief_answer_is_one_passage(index: Index) -> None:
    models = _models(reader=SilentReader(), answerability=AlwaysSure())
    request = AnswerRequest(QUESTION, mode="brief")
    answer = answered(answer_events(index, None, request, reading=models))
    [sentence] = answer.sentences
    assert (answer.kind, answer.short_answer, sentence.citations) == ("passage", None, (1,))
    [citation] = answer.citations
    assert answer.text == f"“{citation.quote}” [1]"


def test_another_entailment_model_decides_what_is_shown(index: Index) -> None:
    passage = index.search(QUESTION, 1)[0].passage.text
    literal = passage[: passage.index(".") + 1]
    model = ScriptedGenerator(f"{literal} Michael Ventris it was who deciphered Linear B.")
    models = _models(entailment=LiteralEntailment(), answerability=AlwaysSure())
    request = AnswerRequest(QUESTION, strict=False)
    answer = answered(answer_events(index, model, request, reading=models))
    first, second = answer.sentences
    assert (first.verdict, second.verdict) == ("supported", "unsupported")
    assert first.source is not None
    assert second.missing == ("Michael",)


@pytest.mark.parametrize(("confidence", "kind"), [(0.51, "passage"), (0.49, "refusal")])
def test_other_answerability_decides_what_is_refused(
    index: Index, confidence: float, kind: str
) -> None:
    sure = AlwaysSure(confidence)
    answer = answered(answer_events(index, None, QUESTION, reading=_models(answerability=sure)))
    assert (answer.kind, answer.confidence) == (kind, confidence)
    [findings] = sure.asked
    assert findings.hits[0].passage == answer.hits[0].passage
    assert findings.reading.sentences
