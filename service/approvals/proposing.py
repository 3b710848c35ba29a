"""What a proposer can do: propose, and ask what has become of it. It is told of no place here."""

import logging
from collections.abc import Container, Iterator
from contextlib import contextmanager

from pinakes.service.approvals.actions import meant_by
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.proposals import Known
from pinakes.service.errors import ApprovalsUnusable, BadInput

__all__ = ["become_of", "proposed"]

_log = logging.getLogger(__name__)


def proposed(approvals: Approvals, action: str, by: str, collections: Container[str]) -> Known:
    """The proposal, kept. ``collections``: those that the proposer can see here.

    Raises BadInput, also for another collection that would have to be there; whether a file or a
    token is there is told to nobody. TooManyProposals, ApprovalsUnusable.
    """
    of = meant_by(action).of
    if of is not None and of not in collections:
        raise BadInput(f"no collection {of[:80]!r} is served here, so that this cannot be proposed")
    with _untold():
        return approvals.propose(action, by)


def become_of(approvals: Approvals, id: str) -> Known:
    """The proposal of this id as it is now. Raises NotFound, ApprovalsUnusable."""
    with _untold():
        return approvals.find(id)


@contextmanager
def _untold() -> Iterator[None]:
    """Errors of the system name files: the log is told of them, the proposer is not."""
    try:
        yield
    except OSError as error:
        _log.error("proposals: %s", error)
        raise ApprovalsUnusable(
            "proposals cannot be kept here now; the service's log has the details"
        ) from None
