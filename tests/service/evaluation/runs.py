"""Small runs of answers, written down."""

from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerFacts, AnswerRun
from pinakes.service.types import AnswerMode


def answered(qid: str, *, is_answerable: bool = True, **facts: AnswerFacts) -> AnsweredQuestion:
    """A question with its facts by mode."""
    return AnsweredQuestion.model_validate(
        {"qid": qid, "is_answerable": is_answerable, "facts": facts}
    )


def run_of(*questions: AnsweredQuestion, left_out: bool = False) -> AnswerRun:
    """A run of these questions."""
    return AnswerRun(
        collection="toy", generation="20261101-1", coverage=0.0, model=None, strict=None,
        split=None, left_out=left_out, skipped={}, questions=questions,
    )  # fmt: skip


def facts_by_mode(run: AnswerRun, mode: AnswerMode) -> dict[str, AnswerFacts]:
    """The facts of every question in one mode."""
    return {one.qid: one.facts[mode] for one in run.questions}
