"""What one evaluation found, question by question: kept as JSON, read again to be compared.

Every figure follows from the ranks in here; nothing is kept that can be computed.
"""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.questions import Half
from pinakes.ingest.files import read_json

__all__ = [
    "JudgedQuestion",
    "KeptRecord",
    "QuestionResult",
    "Ranks",
    "Run",
    "read_kept",
    "read_run",
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
    half: Half | None
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
