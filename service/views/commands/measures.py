"""What examining and measuring print: the doctor, questions of a collection, evaluations."""

from pinakes.index.evaluation.comparison import Comparison
from pinakes.index.evaluation.run import RetrievalReport, Run
from pinakes.service.doctor.findings import State
from pinakes.service.doctor.proof import Step
from pinakes.service.evaluation.answer_figures import AnswerComparison, AnswerFigures
from pinakes.service.evaluation.answer_run import AnswerRun
from pinakes.service.evaluation.refusals import ErrorCurve
from pinakes.service.reading.answerability import Threshold
from pinakes.service.views.search_views import View

__all__ = [
    "AddedQuestion",
    "AnswersRun",
    "AskedQuestion",
    "AskedQuestions",
    "ChosenThreshold",
    "Comparisons",
    "Examination",
    "Found",
    "OfflineProof",
    "RemovedQuestion",
    "RetrievalRun",
    "Tried",
]


class Found(View):
    """What was found of a thing; ``way_out``: what to do, where there is something."""

    name: str
    state: State
    text: str
    way_out: str | None


class Examination(View):
    """``ok``: nothing is wrong."""

    ok: bool
    findings: list[Found]


class Tried(View):
    """Something that was tried meanwhile, by ``command``; ``error``: the system's answer."""

    kind: str
    target: str
    error: str
    command: str
    reached: bool
    count: int


class OfflineProof(View):
    """``attempts`` is null where they could not be seen."""

    holds: bool
    shows: str
    tool: str
    steps: list[Step]
    system_calls: int
    attempts: list[Tried] | None
    seconds: float


class AskedQuestion(View):
    """A question of a collection, and the pages that are to be found."""

    number: str
    question: str
    pages: list[str]


class AddedQuestion(AskedQuestion):
    """``rank``: where its page is found now; null: not among the first."""

    rank: int | None


class AskedQuestions(View):
    """The questions of a collection."""

    collection: str
    questions: list[AskedQuestion]


class RemovedQuestion(View):
    """The question that is gone."""

    removed: AskedQuestion


class RetrievalRun(Run):
    """A run with its figures, and its comparisons with an earlier one."""

    reports: list[RetrievalReport]
    comparisons: list[Comparison] | None = None


class AnswersRun(AnswerRun):
    """The same of answers."""

    figures: list[AnswerFigures]
    comparisons: list[AnswerComparison] | None = None


class Comparisons(View):
    """Two runs, side by side."""

    comparisons: list[Comparison] | list[AnswerComparison]


class ChosenThreshold(Threshold):
    """The threshold chosen, where it is kept, and what others would cost."""

    path: str
    errors: ErrorCurve
