"""What one measuring of answers found, question by question: kept as JSON, read again.

Every figure follows from what is in here; no text of a question or an answer is needed for it.
"""

from pathlib import Path
from typing import Literal

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation import Split
from pinakes.index.evaluation.run import KeptRecord, read_kept
from pinakes.ingest.files import read_json
from pinakes.service.evaluation.targets import SkipReason
from pinakes.service.types import AnswerKind, AnswerMode

__all__ = ["AnswerFacts", "AnswerRun", "AnsweredQuestion", "is_answer_run", "read_answer_run"]


class AnswerFacts(KeptRecord):
    """What can be said of one answer without reading it; None where that cannot be measured.

    ``kind`` is "failure" where the model broke off. Gold pages and passages are looked for among
    the passages found, and among the sources that the answer was written from. ``citations``: how
    many are shown, ``exact_citations``: those that are the stored text, character for character,
    ``right_citations``: those of a gold page or with an answer in them. Of ``gold`` pages,
    ``cited_gold`` are cited; where no page is known, one citation with an answer in it is wanted.
    ``own_words_hold_answer``: of the model's words alone, without the passage shown below what of
    them is unproven; None where none are shown. Times are seconds since the question came in.
    """

    kind: AnswerKind | Literal["failure"]
    confidence: float | None = None
    page_found: bool | None = None
    passage_found: bool | None = None
    page_in_sources: bool | None = None
    passage_in_sources: bool | None = None
    exact_match: float | None = None
    f1: float | None = None
    holds_answer: bool | None = None
    own_words_hold_answer: bool | None = None
    citations: int = 0
    exact_citations: int = 0
    right_citations: int | None = None
    gold: int | None = None
    cited_gold: int | None = None
    sentences: int = 0
    quoted: int = 0
    partly: int = 0
    unsupported: int = 0
    withheld: int = 0
    answer_tokens: int = 0
    first_token_s: float | None = None
    first_words_s: float | None = None
    total_s: float | None = None


class AnsweredQuestion(KeptRecord):
    """What became of a question in each mode."""

    qid: str
    is_answerable: bool
    facts: dict[AnswerMode, AnswerFacts]


class AnswerRun(KeptRecord):
    """All questions asked of one generation, in the same modes each.

    ``strict`` as it was asked for; ``left_out``: asked as if the gold pages were not there.
    ``skipped``: ids of questions that were not asked, by reason.
    """

    measured: Literal["answers"] = "answers"
    collection: str
    generation: str
    coverage: float
    model: str | None
    strict: bool | None
    split: Split | None
    left_out: bool
    skipped: dict[SkipReason, tuple[str, ...]]
    questions: tuple[AnsweredQuestion, ...]

    @property
    def modes(self) -> tuple[AnswerMode, ...]:
        """The modes, in the order they were asked."""
        return tuple(self.questions[0].facts)


def is_answer_run(path: Path) -> bool:
    """Whether this is a run of answers, and not one of retrieval or something else."""
    try:
        kept = read_json(path)
    except (OSError, ValueError):
        return False
    return isinstance(kept, dict) and kept.get("measured") == "answers"


def read_answer_run(path: Path) -> AnswerRun:
    """A run kept by ``pinakes eval answers --json``. Raises BadQuestions if it is none."""
    if not is_answer_run(path) and path.is_file():
        raise BadQuestions(f"{path}: not a run of pinakes eval answers --json")
    run = read_kept(path, AnswerRun, "answers")
    if not run.questions or not run.modes:
        raise BadQuestions(f"{path}: a run without a question")
    for row in run.questions:
        if tuple(row.facts) != run.modes:
            raise BadQuestions(f"{path}: question {row.qid!r} was not asked in every mode")
    return run
