"""``pinakes approvals``: what agents have proposed, looked at and decided by a person.

Who can read and write in the data directory can decide, and nobody else.
"""

import os
import pwd
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.options import DataOption, JsonOption, print_json
from pinakes.service.errors import BadInput
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.service.approvals.approvals import Approvals
    from pinakes.service.approvals.proposals import Known

__all__ = ["approve", "deny", "list_approvals", "show", "verify_approvals"]

_STANDARD_ERROR = 2
_TIME = "%Y-%m-%d %H:%M:%S"
_Id = Annotated[str, typer.Argument(metavar="ID", help="As pinakes approvals list shows it.")]


def list_approvals(
    all_: Annotated[bool, typer.Option("--all", help="Also what is decided or expired.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what waits for a decision."""
    from pinakes.service.terminal.console import err
    from pinakes.service.views.proposal_views import decision_view

    known = [one for one in _approvals(data).all() if all_ or one.state == "waiting"]
    if as_json:
        print_json({"proposals": [decision_view(one).model_dump() for one in known]})
        return
    for one in known:
        _print(one)
    if not known:
        err.print("Nothing waits for a decision.")


def show(id: _Id, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show a proposal: exactly what would run, who proposed it and when, what it said."""
    from pinakes.service.terminal.console import out
    from pinakes.service.views.proposal_views import decision_view

    known = _approvals(data).find(id)
    if as_json:
        print_json(decision_view(known).model_dump())
        return
    _print(known)
    for line in known.said.splitlines():
        out.print(f"  | {line}", markup=False, highlight=False, soft_wrap=True)


def approve(
    id: _Id,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve a proposal and run it, here and now; exits as what it runs does."""
    from pinakes.service.approvals.running import run_here
    from pinakes.service.terminal.console import err

    approvals = _approvals(data)
    known = approvals.find(id)
    if not yes and known.state == "waiting":
        if not sys.stdin.isatty():
            raise BadInput(f"look at it with pinakes approvals show {id}; to approve it say --yes")
        _print(known)
        typer.confirm("Run this?", abort=True, err=True)
    proposal = approvals.approve(id, _who())
    err.print(proposal.shown)
    status = run_here(approvals, proposal, _STANDARD_ERROR if as_json else None)
    status = status if status >= 0 else 128 - status
    if as_json:
        print_json({"id": id, "runs": proposal.shown, "status": status})
    raise typer.Exit(status)


def deny(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID...", help="As pinakes approvals list shows them."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that waits.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Deny proposals: they never run."""
    if bool(ids) == all_:
        raise BadInput("name proposals, or say --all; pinakes approvals list shows them")
    approvals = _approvals(data)
    waiting = [one.proposal.id for one in approvals.all() if one.state == "waiting"]
    denied = waiting if all_ else ids or []
    for id in denied:
        approvals.deny(id, _who())
        if not as_json:
            print(f"{id} never runs.")
    if as_json:
        print_json({"denied": denied})


def verify_approvals(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Read the log of proposals and decisions again: is it what was written?"""
    entries = _approvals(data).log.entries()
    last = entries[-1].sha256 if entries else None
    if as_json:
        print_json({"entries": len(entries), "sha256": last})
        return
    print(f"{len(entries):,} entries, each as it was written.")
    if last is not None:
        print(f"SHA-256 of the last, to keep elsewhere and compare: {last}")


def _print(known: "Known") -> None:
    from pinakes.service.terminal.console import out

    proposal = known.proposal
    out.print(f"{proposal.id}  {known.state}: {proposal.sentence}")
    out.print(f"  {proposal.shown}", soft_wrap=True)
    at = f"{datetime.fromisoformat(known.decided):{_TIME}} UTC" if known.decided else ""
    decided = f"; decided by {known.decided_by} at {at}" if at else ""
    ended = f"; ended with status {known.status}" if known.status is not None else ""
    out.print(
        f"  proposed by {proposal.by} at {proposal.made:{_TIME}} UTC, waits until "
        f"{proposal.expires:{_TIME}} UTC{decided}{ended}",
        style="dim",
    )


def _who() -> str:
    """Who runs this command, and whether somebody sits there."""
    where = "at a terminal" if sys.stdin.isatty() else "by a command, at no terminal"
    try:
        return f"{pwd.getpwuid(os.getuid()).pw_name} {where}"
    except KeyError:  # a user whom the system does not know by name
        return f"user {os.getuid()} {where}"


def _approvals(data: Path | None) -> "Approvals":
    from pinakes.service.approvals.approvals import Approvals

    settings = load_settings(data=data)
    return Approvals(settings.data, settings.approvals.hours)
