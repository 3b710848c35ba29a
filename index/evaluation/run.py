"""What one evaluation found, question by question: kept as JSON, read again, and its figures.

Each measure of each stage has its interval; every figure follows from what is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.measures import MEASURES, Estimate, bootstrap_means
from pinakes.index.evaluation.questions import Split
from pinakes.ingest.files import read_json

__all__ = [
    "LEVELS",
    "JudgedQuestion",
    "KeptRecord",
    "Level",
    "QuestionResult",
    "Ranks",
    "RetrievalReport",
    "Run",
    "judged_at",
    "read_kept",
    "read_run",
    "reports",
    "values_of",
]


class KeptRecord(BaseModel):
    """A part of a run that is kept as JSON."""

    # A printed run also holds the figures that follow from it.
    model_config = ConfigDict(frozen=True, extra="ignore")


Record = TypeVar("Record", bound=KeptRecord)


class Ranks(KeptRecord):
    """Where one stage found a question's gold: ranks from 1, or None, and how long it took."""

    pages: list[int | None]
    passages: list[int | None]
    milliseconds: float


class JudgedQuestion(KeptRecord):
    """A question with the grades of its gold pages and passages, by the collection's own ids.

    ``passages`` is empty where the question's file says only which page answers, or where no
    passage of that page holds the words that do.
    """

    qid: str
    question: str
    pages: dict[int, int]
    passages: dict[int, int]


class QuestionResult(JudgedQuestion):
    """What each stage made of a question: ranks in the order of its gold."""

    ranks: dict[str, Ranks]


class Run(KeptRecord):
    """All questions asked of one generation; the same stages for each.

    ``unanswerable`` and ``missing`` are the ids of questions left out: without an answer, and
    without a gold page in the collection.
    """

    collection: str
    generation: str
    coverage: float
    split: Split | None
    unanswerable: list[str]
    missing: list[str]
    missing_pages: int
    questions: list[QuestionResult]

    @property
    def stages(self) -> list[str]:
        """Names of the stages, in the order they were asked."""
        return list(self.questions[0].ranks)


def read_run(path: Path) -> Run:
    """A run kept by ``pinakes eval retrieval --json``. Raises BadQuestions if it is none."""
    run = read_kept(path, Run, "retrieval")
    stages = run.questions[0].ranks.keys() if run.questions else ()
    for row in run.questions:
        sizes = {(len(r.pages), len(r.passages)) for r in row.ranks.values()}
        if (
            not stages
            or row.ranks.keys() != stages
            or sizes != {(len(row.pages), len(row.passages))}
        ):
            raise BadQuestions(f"{path}: question {row.qid!r} has not its rank for every stage")
    if not run.questions:
        raise BadQuestions(f"{path}: a run without a question")
    return run


def read_kept(path: Path, record: type[Record], command: str) -> Record:
    """What ``pinakes eval COMMAND --json`` printed. Raises BadQuestions if this is none."""
    what = f"not a run of pinakes eval {command} --json"
    try:
        return record.model_validate(read_json(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{path}: cannot be read ({error})") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadQuestions(f"{path}: {what} ({place}: {first['msg']})") from None
    except ValueError as error:
        raise BadQuestions(f"{path}: {what} ({error})") from None


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
