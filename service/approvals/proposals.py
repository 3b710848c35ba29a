"""A proposal: what would run, who proposed it and when; and what has become of it.

Knows nothing of where it is kept.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pinakes.service.approvals.actions import meant_by, read_action
from pinakes.service.approvals.spelling import command_line, spelled
from pinakes.service.errors import BadInput

__all__ = ["Known", "Proposal", "State", "is_id", "make_proposal", "proposal_from"]

# approved: it runs, or how it ended was never told. done, failed: how it ended.
State = Literal["waiting", "expired", "denied", "approved", "done", "failed"]
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread
_ID_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Proposal:
    """``command``: the words after ``pinakes``, the data directory among them; times are in UTC."""

    id: str
    words: tuple[str, ...]
    data: str
    by: str
    made: datetime
    expires: datetime

    @property
    def command(self) -> tuple[str, ...]:
        """Exactly what runs, after ``pinakes``."""
        return (*self.words, "--data", self.data)

    @property
    def shown(self) -> str:
        """The same on one line of printable ASCII."""
        return command_line(self.command)

    @property
    def sentence(self) -> str:
        """What it would do, said of the very words that would run."""
        return read_action(self.words).sentence

    def check(self) -> None:
        """Raises BadInput where a path is a link: what it leads to can be changed afterwards."""
        for word in self.command:
            if word.startswith("/") and (real := os.path.realpath(word)) != word:
                raise BadInput(
                    f"{spelled(word)} is a link, or leads through one, to {spelled(real)}: have "
                    "that proposed, so that you agree to a place and not to a name"
                )

    def as_json(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "id": self.id,
            "words": list(self.words),
            "data": self.data,
            "by": self.by,
            "made": self.made.isoformat(),
            "expires": self.expires.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Known:
    """A proposal, and what has become of it: decided when and by whom, ended with which status.

    ``said``: the end of what it said, of one that ran beside a service.
    """

    proposal: Proposal
    state: State
    decided: str | None = None
    decided_by: str | None = None
    status: int | None = None
    said: str = ""


def make_proposal(text: str, by: str, data: str, now: datetime, lasting: timedelta) -> Proposal:
    """A new one. Raises BadInput for what cannot be proposed."""
    chosen = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LETTERS))
    return Proposal(chosen, meant_by(text).words, data, by, now, now + lasting)


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of an id; no action has it."""
    return len(text) == _ID_LETTERS and set(text) <= set(_ALPHABET)


def proposal_from(kept: Mapping[str, Any]) -> Proposal:
    """What ``as_json`` kept.

    Raises KeyError, TypeError, ValueError and BadInput for anything else, and so for words that
    could not be proposed in this form now.
    """
    words = kept["words"]
    texts = [kept["id"], kept["data"], kept["by"]]
    if not isinstance(words, list) or not all(isinstance(one, str) for one in [*words, *texts]):
        raise TypeError("words of a proposal are texts")
    if read_action(words).words != tuple(words):
        raise ValueError("not of the form that is proposed")
    times = [datetime.fromisoformat(kept[name]).astimezone(UTC) for name in ("made", "expires")]
    return Proposal(kept["id"], tuple(words), kept["data"], kept["by"], *times)
