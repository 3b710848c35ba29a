"""The figures of a run of answers with their intervals, and the differences of two runs, paired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.comparison import Difference, check_same_questions
from pinakes.index.evaluation.measures import (
    Estimate,
    Table,
    bootstrap_ratio_differences,
    bootstrap_ratios,
)
from pinakes.service.evaluation.answer_measures import MEASURES, TIMES, middle_and_late
from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerRun
from pinakes.service.evaluation.refusals import ErrorCurve, error_curve
from pinakes.service.types import AnswerMode

__all__ = [
    "AnswerComparison",
    "AnswerFigures",
    "Figure",
    "check_comparable",
    "compare_answers",
    "counted",
    "figures_of",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its interval, of so many questions, sentences, citations or seconds."""

    estimate: Estimate
    of: float


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Figures of one mode; measures that nothing counts for are left out.

    ``times``: seconds, the median and what 95 in a hundred stay below. ``errors`` is None unless
    there are answerable and unanswerable questions.
    """

    mode: AnswerMode
    measures: dict[str, Figure]
    times: dict[str, tuple[float, float]]
    errors: ErrorCurve | None


def figures_of(run: AnswerRun) -> list[AnswerFigures]:
    """The figures of each mode; every interval is of the same resampled questions."""
    tables = [counted(run.questions, mode) for mode in run.modes]
    sums = np.concatenate([sums for sums, _ in tables], axis=1)
    numbers = np.concatenate([numbers for _, numbers in tables], axis=1)
    totals = numbers.sum(axis=0)
    estimates = bootstrap_ratios(sums, np.where(totals > 0, numbers, 1.0))
    figures = [Figure(*pair) for pair in zip(estimates, totals.tolist(), strict=True)]
    size = len(MEASURES)
    found = []
    for number, mode in enumerate(run.modes):
        own = zip(MEASURES, figures[number * size : (number + 1) * size], strict=True)
        measures = {name: figure for name, figure in own if figure.of}
        found.append(AnswerFigures(mode, measures, _times(run, mode), _errors(run, mode)))
    return found


def counted(questions: Sequence[AnsweredQuestion], mode: AnswerMode) -> tuple[Table, Table]:
    """Of every question and measure: so much, of so many; shape (questions, measures) each."""
    pairs = np.array(
        [
            [measure(asked, asked.facts[mode]) or (0.0, 0.0) for measure in MEASURES.values()]
            for asked in questions
        ],
        dtype=np.float64,
    )
    return pairs[:, :, 0], pairs[:, :, 1]


def _times(run: AnswerRun, mode: AnswerMode) -> dict[str, tuple[float, float]]:
    found = {}
    for name, attribute in TIMES.items():
        values = [getattr(asked.facts[mode], attribute) for asked in run.questions]
        if seconds := [value for value in values if value is not None]:
            found[name] = middle_and_late(seconds)
    return found


def _errors(run: AnswerRun, mode: AnswerMode) -> ErrorCurve | None:
    confidences: dict[bool, list[float]] = {True: [], False: []}
    for asked in run.questions:
        confidence = asked.facts[mode].confidence
        if confidence is not None:
            confidences[asked.is_answerable].append(confidence)
    if not all(confidences.values()):
        return None
    return error_curve(confidences[True], confidences[False])


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
    check_comparable(
        {question.qid: question.is_answerable for question in run.questions}, run.modes, earlier
    )
    theirs = {question.qid: question for question in earlier.questions}
    same = [theirs[question.qid] for question in run.questions]
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
    theirs = {question.qid: question.is_answerable for question in earlier.questions}
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
