"""The figures of a run of answers: each measure of each mode with its interval, times, errors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinakes.index.evaluation.bootstrap import Estimate, Table, bootstrap_ratios
from pinakes.service.evaluation.answer_measures import MEASURES, TIMES, middle_and_late
from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerRun
from pinakes.service.evaluation.error_curves import ErrorCurve, error_curve
from pinakes.service.types import AnswerMode

__all__ = ["AnswerFigures", "Figure", "counted", "figures_of"]


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
    figures = [Figure(*one) for one in zip(estimates, totals.tolist(), strict=True)]
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
