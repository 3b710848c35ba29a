"""Proposals over HTTP: to make one, and to ask what has become of it. None is decided here."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.proposing import become_of, proposed
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.requests import ServedLibrary, Text
from pinakes.service.http.security.caller import caller_of
from pinakes.service.views.proposal_views import ProposalView, proposal_view

__all__ = ["proposals_api"]

proposals_api = APIRouter(default_response_class=PlainJSONResponse)


class ProposeRequest(BaseModel):
    """What is proposed: a command of ``pinakes``, in its words."""

    model_config = ConfigDict(extra="forbid")

    action: Text = Field(
        max_length=4_000, examples=["update --if-newer /srv/dumps --collection enwiki"]
    )


@proposals_api.post("/api/proposals", responses=PROBLEMS, tags=["proposals"])
def propose(request: Request, asked: ProposeRequest, library: ServedLibrary) -> ProposalView:
    """Propose something to whoever runs this service; it happens when a person approves it."""
    approvals: Approvals = request.app.state.approvals
    known = proposed(approvals, asked.action, caller_of(request).name, library.names())
    return proposal_view(known, request.app.state.settings.approvals)


@proposals_api.get("/api/proposals/{id}", responses=PROBLEMS, tags=["proposals"])
def proposal(
    request: Request,
    id: Annotated[str, Path(description="Of a proposal.", examples=["h7kq2mwp9x4d"])],
) -> ProposalView:
    """What has become of a proposal."""
    approvals: Approvals = request.app.state.approvals
    return proposal_view(become_of(approvals, id), request.app.state.settings.approvals)
