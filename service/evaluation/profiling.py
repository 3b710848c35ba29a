"""From a run of answers to what is kept of the model that gave them."""

from pinakes.index.errors import BadQuestions
from pinakes.service.evaluation.answer_run import AnswerRun
from pinakes.service.generators.profiles import ModelProfile

__all__ = ["LEAST_ANSWERED", "profile_from"]

# Fewer tell little: of twenty, 60 of 100 are right give or take twenty.
LEAST_ANSWERED = 20


def profile_from(run: AnswerRun, parameters: int | None) -> ModelProfile:
    """How often the model's own words held the answer, of the questions that it answered.

    Proven or not: what is measured is the model, not the check.
    Raises BadQuestions for a run in which too few answers in mode ``answer`` can be judged.
    """
    facts = [row.facts["answer"] for row in run.questions if "answer" in row.facts]
    judged = [one.own_words_hold_answer for one in facts]
    right = [holds for holds in judged if holds is not None]
    if len(right) < LEAST_ANSWERED:
        raise BadQuestions(
            f"{len(right)} answers of the model can be judged, and a profile takes "
            f"{LEAST_ANSWERED}: ask more questions with known answers, in mode answer"
        )
    return ModelProfile(
        parameters=parameters,
        collection=run.collection,
        answered=len(right),
        right=sum(right),
    )
