"""The JSON of each command with ``--json``, as far as it is not also an answer over HTTP.

Commands print what they know; that it has these forms is what tests hold them to, and clients rely
on. Knows nothing of how commands come to it.
"""

from typing import Any, Literal

from pydantic import TypeAdapter

from pinakes.index.build.plan import PlannedStep
from pinakes.index.evaluation.comparison import Comparison
from pinakes.index.evaluation.run import RetrievalReport, Run
from pinakes.index.types import DumpRecord, EncoderCheck, EncoderRecord, VectorIndexRecord
from pinakes.ingest.sources.mediawiki.fidelity.meter import LostNumber
from pinakes.ingest.types import PageCounts
from pinakes.service.doctor.findings import State
from pinakes.service.doctor.proof import Step
from pinakes.service.evaluation.answer_figures import AnswerComparison, AnswerFigures
from pinakes.service.evaluation.answer_run import AnswerRun
from pinakes.service.evaluation.refusals import ErrorCurve
from pinakes.service.http.security.caller import Scope
from pinakes.service.http.security.usage import DayOfUse
from pinakes.service.reading.answerability import Threshold
from pinakes.service.views.answer_views import AnswerView
from pinakes.service.views.change_views import PageChangeView, PageDifferenceView, StateView
from pinakes.service.views.page_views import PageView
from pinakes.service.views.proposal_views import DecisionView
from pinakes.service.views.search_views import SearchView, View

__all__ = ["OUTPUTS", "output_schemas"]

BuildState = Literal["at work", "unfinished"]


class GenerationRecord(View):
    """What a generation says of itself, without the list of its files."""

    format_version: int
    collection: str
    generation: str
    created: str
    dump: DumpRecord
    pages: PageCounts
    passages: int
    vectors: int
    vector_index: VectorIndexRecord | None
    encoder: EncoderRecord | None
    versions: dict[str, str]
    encoder_check: EncoderCheck | None
    carried_over: int
    accepted: list[str]
    took: dict[str, float]


class Built(GenerationRecord):
    """The generation that answers now; ``changed``: it is a new one."""

    changed: bool


class NothingNewer(View):
    """No dump is newer than the last that was taken up, and why."""

    changed: Literal[False]
    why: str


class Preview(View):
    """What an update would change; where nothing, ``changes`` is false and all else is missing."""

    changes: bool
    present: str | None = None
    pages: dict[str, int] | None = None
    passages: int | None = None
    passages_added: int | None = None
    passages_removed: int | None = None
    to_embed: int | None = None
    seconds: dict[str, float] | None = None
    measured: bool | None = None
    size: int | None = None


class Plan(View):
    """What a build would take: seconds and bytes; ``share`` of the dump was read to say so."""

    share: float
    workers: int
    pages: PageCounts
    passages: int
    steps: list[PlannedStep]
    lasting: int
    most_disk: int


class CollectionStatus(GenerationRecord):
    """A collection that answers; ``threshold``: how sure its answers must be."""

    articles: int
    coverage: float
    bytes: int
    threshold: Threshold
    build: BuildState | None


class UnfinishedStatus(View):
    """A collection of which nothing is published yet."""

    collection: str
    build: BuildState


class UnusableStatus(View):
    """A collection that cannot answer, and why."""

    collection: str
    error: str


class Status(View):
    """``model``: what would word answers, or null; ``model_problem``: why it cannot."""

    data: str
    generator: str
    model: str | None
    model_problem: str | None
    collections: list[CollectionStatus | UnfinishedStatus | UnusableStatus]


class _Facts(View):
    as_of: str | None
    created: str | None
    articles: int | None
    passages: int | None
    coverage: float | None


class ListedGeneration(_Facts):
    """``bytes_alone``: what nothing but it holds; ``used_by``: ids of processes."""

    generation: str
    current: bool
    bytes: int
    bytes_alone: int
    used_by: list[int]
    problem: str | None


class UnfinishedBuild(View):
    """``withheld``: why it was not published, of one that is whole."""

    name: str
    files: list[str]
    bytes: int
    withheld: str | None


class Generations(View):
    """The generations of a collection, and what is unfinished."""

    collection: str
    bytes: int
    generations: list[ListedGeneration]
    unfinished: list[UnfinishedBuild]
    build: BuildState | None


class Used(View):
    """Which generation answered before, and which does now."""

    collection: str
    before: str
    current: str


class RemovedGenerations(View):
    """``removed``: generations; ``dropped``: unfinished builds; ``bytes`` that are free again."""

    collection: str
    removed: list[str]
    dropped: list[str]
    bytes: int


class WholeGeneration(View):
    """All files are what was built."""

    collection: str
    generation: str
    files: int
    bytes: int


class DamagedFile(View):
    """A file that is not what was built, and how."""

    file: str
    problem: str


class BrokenGeneration(View):
    """Some files are not what was built."""

    collection: str
    generation: str
    damaged: list[DamagedFile]


class Verified(View):
    """Generations whose files were read again."""

    generations: list[WholeGeneration | BrokenGeneration]


class ListedCollection(_Facts):
    """A collection; ``generation``: the one that answers."""

    collection: str
    generation: str | None
    generations: int
    bytes: int
    build: BuildState | None
    problem: str | None


class ListedCollections(View):
    """The collections of a data directory."""

    data: str
    bytes_free: int
    collections: list[ListedCollection]


class Renamed(View):
    """What it was called, and is."""

    before: str
    collection: str


class RemovedCollection(View):
    """What is gone, and how many bytes it had."""

    removed: str
    bytes: int


class Packed(View):
    """``carried``: files in the pack of the ``files`` there are; ``against``: what it builds on."""

    pack: str
    collection: str
    generation: str
    parts: list[str]
    bytes: int
    files: int
    carried: int
    against: str | None
    sha256: str


class Unpacked(Built):
    """``linked``: files that were here already."""

    linked: int
    sha256: str


class Changes(View):
    """What changed between two generations, and how many pages by kind."""

    old: StateView
    new: StateView
    changes: list[PageChangeView]
    counts: dict[str, int]


class ChangedPage(View):
    """One page in both."""

    old: StateView
    new: StateView
    page: PageDifferenceView


class Fidelity(View):
    """Numbers and words of a dump that the text keeps, by where they stood."""

    pages: int
    skipped: int
    quarantined: int
    expected: dict[str, int]
    kept: dict[str, int]
    words: dict[str, int]
    words_kept: dict[str, int]
    lost_in_unknown: dict[str, int]
    silent: dict[str, int]
    steering: dict[str, int]
    dropped: dict[str, int]
    leftovers: dict[str, int]
    fidelity: float
    words_lost_in_unknown_per_1000: float
    examples: list[LostNumber]


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


class Allowed(View):
    """What a token opens; a limit that it does not have is left out. ``expires``: a day."""

    scope: Scope
    collections: list[str] | None = None
    rate: str | None = None
    places: int | None = None
    expires: str | None = None


class Token(Allowed):
    """A new token, shown this once."""

    name: str
    token: str


class ListedToken(Allowed):
    """A token, but for what it is."""

    name: str
    created: str


class RevokedToken(View):
    """The token that opens nothing any more; ``left``: how many there are."""

    revoked: str
    left: int


class Decisions(View):
    """Proposals, in the order of their making."""

    proposals: list[DecisionView]


class Denied(View):
    """Proposals that never run."""

    denied: list[str]


class ApprovedRun(View):
    """What was approved has run; ``status``: what it ended with, which this command exits with."""

    id: str
    runs: str
    status: int


class VerifiedLog(View):
    """How many entries the log has, and the hash of the last."""

    entries: int
    sha256: str | None


# The form of what each command prints with --json; of chat, of each line.


class ConnectableClient(View):
    """A program that can use this one."""

    client: str
    title: str


class ClientConfiguration(View):
    """What a client is given: ``text``, in the form that its file has, and where that goes."""

    client: str
    where: str
    form: Literal["json", "yaml", "env"]
    text: str
    notes: list[str]


class InstalledSkill(View):
    """The file of the skill, and what has become of it."""

    path: str
    state: Literal["installed", "renewed", "unchanged"]


class TextForAgents(View):
    """What agents are to be told."""

    text: str


OUTPUTS: dict[str, Any] = {
    "build": Built,
    "update": Built | NothingNewer | Preview,
    "plan": Plan,
    "ask": AnswerView,
    "chat": AnswerView,
    "search": SearchView,
    "show": PageView,
    "status": Status,
    "verify": WholeGeneration | BrokenGeneration,
    "rollback": Used,
    "diff": Changes | ChangedPage,
    "pack": Packed,
    "unpack": Unpacked,
    "extract": Fidelity,
    "doctor": Examination | OfflineProof,
    "threshold": ChosenThreshold,
    "generations list": Generations,
    "generations use": Used,
    "generations verify": Verified,
    "generations remove": RemovedGenerations,
    "collections list": ListedCollections,
    "collections rename": Renamed,
    "collections remove": RemovedCollection,
    "questions add": AddedQuestion,
    "questions list": AskedQuestions,
    "questions remove": RemovedQuestion,
    "eval retrieval": RetrievalRun,
    "eval answers": AnswersRun,
    "eval compare": Comparisons,
    "tokens create": Token,
    "tokens list": list[ListedToken],
    "tokens set": ListedToken,
    "tokens usage": list[DayOfUse],
    "tokens revoke": RevokedToken,
    "approvals list": Decisions,
    "approvals show": DecisionView,
    "approvals approve": ApprovedRun,
    "approvals deny": Denied,
    "approvals verify": VerifiedLog,
    "connect": list[ConnectableClient] | ClientConfiguration,
    "skill install": InstalledSkill,
    "skill show": TextForAgents,
    "skill paragraph": TextForAgents,
}


def output_schemas() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of an object with the output of each command under its name."""
    mode: Literal["validation"] = "validation"
    inputs = [(name, mode, TypeAdapter(form)) for name, form in OUTPUTS.items()]
    forms, shared = TypeAdapter.json_schemas(inputs, ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What each command of pinakes prints with --json",
        "type": "object",
        "properties": {name: forms[name, mode] for name in OUTPUTS},
        **shared,
    }
