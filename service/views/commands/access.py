"""What is printed of tokens, proposals, and programs that use this one."""

from typing import Literal

from pinakes.service.http.security.caller import Scope
from pinakes.service.views.proposal_views import DecisionView
from pinakes.service.views.search_views import View

__all__ = [
    "Allowed",
    "ApprovedRun",
    "ClientConfiguration",
    "ConnectableClient",
    "Decisions",
    "Denied",
    "InstalledSkill",
    "ListedToken",
    "RevokedToken",
    "TextForAgents",
    "Token",
    "VerifiedLog",
]


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
