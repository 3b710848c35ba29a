"""The JSON of each command with ``--json``.

Commands print what they know; that it has these forms is what tests hold them to, and clients rely
on. Knows nothing of how commands come to it.
"""

from typing import Any, Literal

from pydantic import TypeAdapter

from pinakes.service.http.security.usage import DayOfUse
from pinakes.service.views.answer_views import AnswerView
from pinakes.service.views.commands.access import (
    ApprovedRun,
    ClientConfiguration,
    ConnectableClient,
    Decisions,
    Denied,
    InstalledSkill,
    ListedToken,
    RevokedToken,
    TextForAgents,
    Token,
    VerifiedLog,
)
from pinakes.service.views.commands.builds import (
    Built,
    Fidelity,
    NothingNewer,
    Packed,
    Plan,
    Preview,
    Unpacked,
)
from pinakes.service.views.commands.generations import (
    BrokenGeneration,
    ChangedPage,
    Changes,
    Generations,
    ListedCollections,
    RemovedCollection,
    RemovedGenerations,
    Renamed,
    Status,
    Used,
    Verified,
    WholeGeneration,
)
from pinakes.service.views.commands.measures import (
    AddedQuestion,
    AnswersRun,
    AskedQuestions,
    ChosenThreshold,
    Comparisons,
    Examination,
    OfflineProof,
    RemovedQuestion,
    RetrievalRun,
)
from pinakes.service.views.page_views import PageView
from pinakes.service.views.proposal_views import DecisionView
from pinakes.service.views.search_views import JudgedSearchView

__all__ = ["OUTPUTS", "output_schemas"]

# The form of what each command prints with --json; of chat, of each line.
OUTPUTS: dict[str, Any] = {
    "build": Built,
    "update": Built | NothingNewer | Preview,
    "plan": Plan,
    "ask": AnswerView,
    "chat": AnswerView,
    "search": JudgedSearchView,
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
