"""A run of answers says how often a model is right, by its own words alone."""

import pytest

from pinakes.index.errors import BadQuestions
from pinakes.service.evaluation.answer_run import AnswerFacts
from pinakes.service.evaluation.profiling import LEAST_ANSWERED, profile_from
from tests.service.evaluation.runs import answered, run_of

PROVEN = AnswerFacts(kind="answer", holds_answer=True, own_words_hold_answer=True)
WRONG = AnswerFacts(kind="unproven", holds_answer=True, own_words_hold_answer=False)
CARD = AnswerFacts(kind="passage", holds_answer=True)


def test_unproven_words_count_and_passages_do_not() -> None:
    facts = [PROVEN] * 15 + [WRONG] * (LEAST_ANSWERED - 15) + [CARD] * 9
    questions = [answered(str(number), answer=one) for number, one in enumerate(facts)]
    profile = profile_from(run_of(*questions), 7)
    assert (profile.answered, profile.right, profile.parameters) == (LEAST_ANSWERED, 15, 7)
    with pytest.raises(BadQuestions, match="19 answers of the model"):
        profile_from(run_of(*questions[1:]), 7)
