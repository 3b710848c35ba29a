"""Proposals and their decisions: proposed, decided once, in time, and told what became of them.

All of it follows from one log, so that nothing can be decided that is not in it. Who may decide is
who may write in the data directory. Knows nothing of how a proposal is shown or run.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pinakes.service.approvals.log import ChainedLog, Entry
from pinakes.service.approvals.proposals import (
    Known,
    Proposal,
    State,
    make_proposal,
    proposal_from,
)
from pinakes.service.errors import BadInput, NotFound, TooManyProposals

__all__ = ["Approvals"]

_DIRECTORY = ".approvals"  # no name of a collection begins with a dot
# How many may wait for a decision: of one proposer, and of all.
_MOST_OF_ONE, _MOST = 8, 32
# Of what a command said, characters that are kept.
_LONGEST_WORDS = 2_000
_PAST = {
    "expired": "has expired",
    "denied": "was denied",
    "approved": "was approved already, and an approval is used once",
    "done": "has run already, and an approval is used once",
    "failed": "has run already, and an approval is used once",
}


class Approvals:
    """The proposals of a data directory, the same for every process."""

    def __init__(self, data: Path, hours: float = 24.0) -> None:
        """``hours``: how long a proposal waits for a decision."""
        self.data = data
        self.log = ChainedLog(data / _DIRECTORY)
        self._lasting = timedelta(hours=hours)

    def propose(self, text: str, by: str) -> Known:
        """Keep a proposal; one that the same proposer already has waiting is not kept twice.

        Raises BadInput for what cannot be proposed, TooManyProposals, ApprovalsUnusable, OSError.
        """
        now = _now()
        new = make_proposal(text, by, str(self.data.resolve()), now, self._lasting)
        with self.log.opened() as log:
            waiting = [one for one in _folded(log.entries, now) if one.state == "waiting"]
            own = [one for one in waiting if one.proposal.by == by]
            for one in own:
                if one.proposal.command == new.command:
                    return one
            if len(own) >= _MOST_OF_ONE or len(waiting) >= _MOST:
                full = own if len(own) >= _MOST_OF_ONE else waiting
                first = min(one.proposal.expires for one in full)
                raise TooManyProposals(
                    f"{len(full)} proposals wait for a person already; propose again when some "
                    "are decided",
                    max(1, round((first - now).total_seconds())),
                )
            log.append("proposed", new.as_json())
        return Known(new, "waiting")

    def all(self) -> list[Known]:
        """Every proposal in the order of their making. Raises ApprovalsUnusable, OSError."""
        return _folded(self.log.entries(), _now())

    def find(self, id: str) -> Known:
        """The proposal with this id. Raises NotFound, and as ``all`` does."""
        return _found(self.all(), id)

    def approve(self, id: str, by: str) -> Proposal:
        """Use it up: whoever this returns to runs it, and nobody else ever will.

        Raises NotFound, BadInput where it is decided, has expired or may not run as it is, and as
        ``all`` does.
        """
        with self.log.opened() as log:
            proposal = _waiting(log.entries, id)
            proposal.check()
            log.append("approved", {"id": id, "by": by})
        return proposal

    def deny(self, id: str, by: str) -> Proposal:
        """It is never to run. Raises as ``approve`` does."""
        with self.log.opened() as log:
            proposal = _waiting(log.entries, id)
            log.append("denied", {"id": id, "by": by})
        return proposal

    def ended(self, id: str, status: int, said: str = "") -> None:
        """What was approved has run and ended with this status; ``said``: its last words."""
        with self.log.opened() as log:
            log.append("ended", {"id": id, "status": status, "said": said[-_LONGEST_WORDS:]})


def _waiting(entries: Iterable[Entry], id: str) -> Proposal:
    known = _found(_folded(entries, _now()), id)
    if known.state != "waiting":
        when = f", at {known.decided[:16]} UTC by {known.decided_by}" if known.decided else ""
        raise BadInput(f"{id} {_PAST[known.state]}{when}; have it proposed again")
    return known.proposal


def _found(known: Iterable[Known], id: str) -> Known:
    for one in known:
        if one.proposal.id == id:
            return one
    raise NotFound(f"no proposal {id[:40]!r}; pinakes approvals list shows those there are")


def _folded(entries: Iterable[Entry], now: datetime) -> list[Known]:
    """What has become of each proposal, by the events of the log in their order."""
    known: dict[str, Known] = {}
    for entry in entries:
        # The chain holds; entries of a later version are not ours to judge.
        with suppress(KeyError, TypeError, ValueError, BadInput):
            if entry.event == "proposed":
                proposal = proposal_from(entry.about)
                known.setdefault(proposal.id, Known(proposal, "waiting"))
                continue
            one = known[entry.about["id"]]
            if entry.event in ("approved", "denied") and one.state == "waiting":
                state: State = "approved" if entry.event == "approved" else "denied"
                by = str(entry.about["by"])
                known[one.proposal.id] = replace(one, state=state, decided=entry.at, decided_by=by)
            elif entry.event == "ended" and one.state == "approved":
                status = int(entry.about["status"])
                known[one.proposal.id] = replace(
                    one,
                    state="failed" if status else "done",
                    status=status,
                    said=str(entry.about.get("said", "")),
                )
    return [
        replace(one, state="expired")
        if one.state == "waiting" and one.proposal.expires <= now
        else one
        for one in known.values()
    ]


def _now() -> datetime:
    return datetime.now(UTC)
