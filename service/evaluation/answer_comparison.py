"""Compare two runs of answers to the same questions: paired differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.bootstrap import Estimate, Table, bootstrap_ratio_differences
from pinakes.index.evaluation.comparison import Difference, check_same_questions
from pinakes.service.evaluation.answer_figures import counted
from pinakes.service.evaluation.answer_measures import MEASURES
from pinakes.service.evaluation.answer_run import AnswerRun
from pinakes.service.types import AnswerMode

__all__ = ["AnswerComparison", "check_comparable", "compare_answers"]


@dataclass(frozen=True, slots=True)
class AnswerComparison:
    """One mode of a run less the same mode of the earlier one, by measures that count in both.

    Wins, losses and ties are of the questions that count in both.
    """

    mode: AnswerMode
    questions: int
    differences: dict[str, Difference]


def compare_answers(run: AnswerRun, earlier: AnswerRun) -> list[AnswerComparison]:
    """Each mode that both runs have. Raises BadQuestions like ``check_comparable``."""
    check_comparable({one.qid: one.is_answerable for one in run.questions}, run.modes, earlier)
    theirs = {one.qid: one for one in earlier.questions}
    same = [theirs[one.qid] for one in run.questions]
    return [
        AnswerComparison(
            mode, len(same), _differences(counted(run.questions, mode), counted(same, mode))
        )
        for mode in run.modes
        if mode in earlier.modes
    ]


def check_comparable(
    asked: Mapping[str, bool], modes: Sequence[AnswerMode], earlier: AnswerRun
) -> None:
    """Raise BadQuestions unless ``earlier`` asked these, in one such mode at least.

    ``asked``: by id, whether a question can be answered.
    """
    theirs = {one.qid: one.is_answerable for one in earlier.questions}
    check_same_questions(asked.keys(), theirs.keys())
    for qid, is_answerable in asked.items():
        if is_answerable != theirs[qid]:
            raise BadQuestions(
                f"the runs asked different questions: {qid!r} can be answered in only one"
            )
    if not set(modes) & set(earlier.modes):
        raise BadQuestions(
            f"the runs have no mode in common: this one has {', '.join(modes)}, the earlier one "
            f"{', '.join(earlier.modes)}"
        )


def _differences(now: tuple[Table, Table], earlier: tuple[Table, Table]) -> dict[str, Difference]:
    (sums, numbers), (earlier_sums, earlier_numbers) = now, earlier
    count = (numbers.sum(axis=0) > 0) & (earlier_numbers.sum(axis=0) > 0)
    estimates = bootstrap_ratio_differences(
        sums,
        np.where(count, numbers, 1.0),
        earlier_sums,
        np.where(count, earlier_numbers, 1.0),
    )
    # By cross-multiplying: a share of nothing is no share.
    gains = sums * earlier_numbers - earlier_sums * numbers
    both = (numbers > 0) & (earlier_numbers > 0)
    return {
        name: _difference(estimates[column], gains[both[:, column], column])
        for column, name in enumerate(MEASURES)
        if count[column]
    }


def _difference(estimate: Estimate, gains: Table) -> Difference:
    return Difference(
        estimate,
        wins=int(np.sum(gains > 0)),
        losses=int(np.sum(gains < 0)),
        ties=int(np.sum(gains == 0)),
    )
