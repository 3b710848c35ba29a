"""The figures of a run: each measure of each stage with its interval, and the latency."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pinakes.index.evaluation.bootstrap import Estimate, bootstrap_means
from pinakes.index.evaluation.measures import MEASURES
from pinakes.index.evaluation.run import QuestionResult, Run

__all__ = ["LEVELS", "Level", "RetrievalReport", "judged_at", "reports", "values_of"]

Level = Literal["pages", "passages"]
LEVELS: tuple[Level, ...] = ("pages", "passages")


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Figures of one stage at one level; latencies in milliseconds, one question at a time.

    The ranks are those among the best hundred passages: recall@100 of pages is the share of the
    gold pages that these passages come from.
    """

    stage: str
    level: Level
    questions: int
    measures: dict[str, Estimate]
    p50_ms: float
    p95_ms: float


def reports(run: Run) -> list[RetrievalReport]:
    """A report for each level that has gold and each stage of ``run``, pages first."""
    found = []
    for level in LEVELS:
        rows = judged_at(run, level)
        if not rows:
            continue
        # One table of all stages: every column is resampled with the same questions.
        table = np.concatenate([values_of(rows, stage, level) for stage in run.stages], axis=1)
        estimates = bootstrap_means(table)
        for number, stage in enumerate(run.stages):
            own = estimates[number * len(MEASURES) : (number + 1) * len(MEASURES)]
            times = [row.ranks[stage].milliseconds for row in run.questions]
            found.append(
                RetrievalReport(
                    stage=stage,
                    level=level,
                    questions=len(rows),
                    measures=dict(zip(MEASURES, own, strict=True)),
                    p50_ms=median(times),
                    p95_ms=quantiles(times, n=20)[-1] if len(times) > 1 else times[0],
                )
            )
    return found


def judged_at(run: Run, level: Level) -> list[QuestionResult]:
    """The questions of ``run`` that have gold at this level."""
    return [row for row in run.questions if getattr(row, level)]


def values_of(rows: Sequence[QuestionResult], stage: str, level: Level) -> NDArray[np.float64]:
    """Every measure of every question, of shape (questions, measures)."""
    return np.array(
        [
            [
                measure(getattr(row.ranks[stage], level), list(getattr(row, level).values()))
                for measure in MEASURES.values()
            ]
            for row in rows
        ],
        dtype=np.float64,
    )
