"""The JSON of proposals: what a proposer is told, and what a person is."""

from pydantic import Field

from pinakes.service.approvals.proposals import Known, State
from pinakes.service.settings import ApprovalSettings
from pinakes.service.views.search_views import View

__all__ = ["DecisionView", "ProposalView", "decision_view", "proposal_view"]


class ProposalView(View):
    """What has been proposed. Nothing happens before a person has approved it.

    ``would``: what would happen, in a sentence. ``look``: how a person looks at it.
    """

    id: str = Field(examples=["h7kq2mwp9x4d"])
    state: State
    would: str
    look: str
    expires: str = Field(examples=["2026-11-02T12:00+00:00"])


class DecisionView(View):
    """The same for whoever decides: all that is known, and ``runs``, exactly what would run.

    ``said``: the end of what it said when it ran beside a service.
    """

    id: str
    state: State
    would: str
    runs: str
    command: list[str]
    by: str
    made: str
    expires: str
    decided: str | None
    decided_by: str | None
    status: int | None
    said: str | None


def proposal_view(known: Known, settings: ApprovalSettings) -> ProposalView:
    """What a proposer is told: nothing of where things lie on this machine."""
    proposal = known.proposal
    page = f", or http://{settings.door}/#{proposal.id}" if settings.door_address else ""
    return ProposalView(
        id=proposal.id,
        state=known.state,
        would=proposal.sentence,
        look=f"pinakes approvals show {proposal.id}{page}",
        expires=proposal.expires.isoformat(timespec="minutes"),
    )


def decision_view(known: Known) -> DecisionView:
    """What a person is told."""
    proposal = known.proposal
    return DecisionView(
        id=proposal.id,
        state=known.state,
        would=proposal.sentence,
        runs=proposal.shown,
        command=["pinakes", *proposal.command],
        by=proposal.by,
        made=proposal.made.isoformat(timespec="seconds"),
        expires=proposal.expires.isoformat(timespec="seconds"),
        decided=known.decided,
        decided_by=known.decided_by,
        status=known.status,
        said=known.said or None,
    )
