"""Measure retrieval: questions with known answers, asked of an index, judged and compared.

Questions come from files (``question_files``), are matched with a collection (``gold``) and
asked of its stages (``stages``); the ranks are kept (``run``) and every figure follows from them
(``measures``, ``comparison``).
"""

from pinakes.index.evaluation.comparison import (
    Comparison,
    check_comparable,
    compare,
    compare_stages,
)
from pinakes.index.evaluation.gold import Judgment, judge
from pinakes.index.evaluation.question_files import read_questions
from pinakes.index.evaluation.questions import Question, Split, sample_of, split_of
from pinakes.index.evaluation.run import RetrievalReport, Run, read_run, reports
from pinakes.index.evaluation.stages import evaluate, modes_of

__all__ = [
    "Comparison",
    "Judgment",
    "Question",
    "RetrievalReport",
    "Run",
    "Split",
    "check_comparable",
    "compare",
    "compare_stages",
    "evaluate",
    "judge",
    "modes_of",
    "read_questions",
    "read_run",
    "reports",
    "sample_of",
    "split_of",
]
