"""Compare two runs on the same questions: paired differences, and where they come from."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.measures import MEASURES, Estimate, bootstrap_means
from pinakes.index.evaluation.run import (
    LEVELS,
    JudgedQuestion,
    Level,
    QuestionResult,
    Run,
    judged_at,
    values_of,
)

__all__ = [
    "Change",
    "Comparison",
    "Difference",
    "check_comparable",
    "check_same_questions",
    "compare",
    "compare_stages",
]

_CHANGES = 5
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """How much a measure rose, with its paired interval; on how many questions it rose or fell."""

    estimate: Estimate
    wins: int
    losses: int
    ties: int


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose first gold item moved; ranks from 1, or None."""

    qid: str
    question: str
    rank: int | None
    earlier_rank: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stage beside another at one level; the changes are the largest in reciprocal rank."""

    stage: str
    earlier_stage: str
    level: Level
    questions: int
    differences: dict[str, Difference]
    better: list[Change]
    worse: list[Change]


def compare(run: Run, earlier: Run) -> list[Comparison]:
    """Each stage of ``run`` beside the stage of the same name in ``earlier``, at each level.

    Raises BadQuestions like ``check_comparable``.
    """
    check_comparable(run.questions, run.stages, earlier)
    return [
        comparison
        for stage in run.stages
        if stage in earlier.stages
        for comparison in compare_stages(run, stage, earlier, stage)
    ]


def check_comparable(
    questions: Sequence[JudgedQuestion], stages: Sequence[str], earlier: Run
) -> None:
    """Raise BadQuestions unless ``earlier`` asked these, for the same pages, of one such stage."""
    own = {row.qid: row for row in questions}
    theirs = {row.qid: row for row in earlier.questions}
    check_same_questions(own.keys(), theirs.keys())
    for qid, row in own.items():
        other = theirs[qid]
        if (row.question, row.pages) != (other.question, other.pages):
            what = "gold pages" if row.question == other.question else "words"
            raise BadQuestions(f"the runs asked different questions: {qid!r} has other {what}")
    if not set(stages) & set(earlier.stages):
        raise BadQuestions(
            f"the runs have no stage in common: this one has {', '.join(stages)}, the earlier one "
            f"{', '.join(earlier.stages)}"
        )


def check_same_questions(own: Set[str], theirs: Set[str]) -> None:
    """Raise BadQuestions, naming some, where the ids of two runs' questions differ."""
    only_own, only_theirs = own - theirs, theirs - own
    if only_own or only_theirs:
        raise BadQuestions(
            f"the runs asked different questions: {_some(only_own)} only in this one, "
            f"{_some(only_theirs)} only in the earlier one"
        )


def compare_stages(run: Run, stage: str, earlier: Run, earlier_stage: str) -> list[Comparison]:
    """Two stages side by side at each level; of one run, or of two that are comparable.

    Passages count where both runs know the gold passages; they may be cut differently.
    """
    theirs = {row.qid: row for row in earlier.questions}
    found = []
    for level in LEVELS:
        pairs = [
            (row, theirs[row.qid])
            for row in judged_at(run, level)
            if getattr(theirs[row.qid], level)
        ]
        if pairs:
            found.append(_compare(pairs, stage, earlier_stage, level))
    return found


def _compare(
    pairs: Sequence[tuple[QuestionResult, QuestionResult]],
    stage: str,
    earlier_stage: str,
    level: Level,
) -> Comparison:
    differences = values_of([row for row, _ in pairs], stage, level) - values_of(
        [row for _, row in pairs], earlier_stage, level
    )
    changes = [
        Change(
            row.qid,
            row.question,
            _first(row, stage, level),
            _first(other, earlier_stage, level),
        )
        for row, other in pairs
    ]
    by_gain = sorted(changes, key=lambda change: -_gain(change))
    return Comparison(
        stage=stage,
        earlier_stage=earlier_stage,
        level=level,
        questions=len(pairs),
        differences={
            name: Difference(
                estimate,
                wins=int(np.sum(column > 0)),
                losses=int(np.sum(column < 0)),
                ties=int(np.sum(column == 0)),
            )
            for name, estimate, column in zip(
                MEASURES, bootstrap_means(differences), differences.T, strict=True
            )
        },
        better=[change for change in by_gain[:_CHANGES] if _gain(change) > 0],
        worse=[change for change in by_gain[: -_CHANGES - 1 : -1] if _gain(change) < 0],
    )


def _first(row: QuestionResult, stage: str, level: Level) -> int | None:
    ranks: list[int | None] = getattr(row.ranks[stage], level)
    return min((rank for rank in ranks if rank is not None), default=None)


def _gain(change: Change) -> float:
    now = 1 / change.rank if change.rank else 0.0
    return now - (1 / change.earlier_rank if change.earlier_rank else 0.0)


def _some(qids: Set[str]) -> str:
    if not qids:
        return "none"
    named = ", ".join(sorted(qids)[:_NAMED])
    return named if len(qids) <= _NAMED else f"{named} and {len(qids) - _NAMED:,} more"
