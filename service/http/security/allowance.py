"""What a token opens: how far, which collections, how often, how many places, and until when.

As people write it, as it is kept, and as it is told. Knows nothing of who has the token.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args

from pinakes.index.generations import can_be_called
from pinakes.service.errors import BadInput
from pinakes.service.http.security.caller import Scope

__all__ = ["Allowance", "Rate", "read_collections", "read_expiry", "read_places", "read_rate"]

_SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
_EACH = {"s": "a second", "min": "a minute", "h": "an hour", "day": "a day"}
_RATE = re.compile(r"([1-9]\d{0,4})/(s|min|h|day)", re.ASCII)
_MOST_REQUESTS = 10_000
_MOST_PLACES = 1_000
_DAYS = re.compile(r"([1-9]\d{0,3})d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many ``requests`` in any ``seconds``; ``text`` is how it is written."""

    text: str
    requests: int
    seconds: int

    @property
    def in_words(self) -> str:
        """As in "2 requests a minute"."""
        unit = next(name for name, seconds in _SECONDS.items() if seconds == self.seconds)
        return f"{self.requests:,} request{'' if self.requests == 1 else 's'} {_EACH[unit]}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """None means all collections, any number, the places that are free, and for ever.

    ``places``: questions that may be in the line for the model, or answered, at one time.
    ``expires``: ISO 8601, in UTC.
    """

    scope: Scope = "ask"
    collections: tuple[str, ...] | None = None
    rate: Rate | None = None
    places: int | None = None
    expires: str | None = None

    def has_expired(self) -> bool:
        """Whether it opens nothing any more."""
        return self.expires is not None and datetime.now(UTC) >= datetime.fromisoformat(
            self.expires
        )

    def as_json(self) -> dict[str, Any]:
        """As it is kept and listed: what is not limited is left out."""
        limits = {
            "collections": None if self.collections is None else list(self.collections),
            "rate": None if self.rate is None else self.rate.text,
            "places": self.places,
            "expires": self.expires,
        }
        return {"scope": self.scope} | {
            name: value for name, value in limits.items() if value is not None
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Allowance":
        """The opposite. Raises ValueError, TypeError or KeyError for anything else."""
        rest = dict(kept)
        scope, collections = rest.pop("scope"), rest.pop("collections", None)
        rate, places = rest.pop("rate", None), rest.pop("places", None)
        expires = rest.pop("expires", None)
        if rest or scope not in get_args(Scope):
            raise ValueError("what was not written here")
        try:
            return cls(
                scope,
                None if collections is None else _names(collections),
                None if rate is None else read_rate(rate),
                None if places is None else read_places(str(places)),
                None if expires is None else read_expiry(expires),
            )
        except BadInput as error:
            raise ValueError(str(error)) from None


def read_collections(text: str) -> tuple[str, ...] | None:
    """``a,b``; ``all`` is None. Raises BadInput."""
    if text == "all":
        return None
    return _names([name.strip() for name in text.split(",")])


def _names(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if not can_be_called(name):
            raise BadInput(f"no collection is called {name[:80]!r}; write a,b or all")
    if not names:
        raise BadInput("a token without any collection opens nothing; revoke it instead")
    return tuple(dict.fromkeys(names))


def read_rate(text: str) -> Rate | None:
    """``60/min``; ``any`` is None. Raises BadInput."""
    if text == "any":
        return None
    found = _RATE.fullmatch(text)
    if found is None or int(found[1]) > _MOST_REQUESTS:
        raise BadInput(
            f"{text[:40]!r} is no rate: write 5/s, 60/min, 1000/h or 5000/day "
            f"({_MOST_REQUESTS:,} at most), or any"
        )
    return Rate(text, int(found[1]), _SECONDS[found[2]])


def read_places(text: str) -> int | None:
    """A number from 1; ``any`` is None. Raises BadInput."""
    if text == "any":
        return None
    if not re.fullmatch(r"[1-9]\d{0,3}", text, re.ASCII) or int(text) > _MOST_PLACES:
        raise BadInput(f"{text[:40]!r} is no number of places: write 1 to {_MOST_PLACES:,}, or any")
    return int(text)


def read_expiry(text: str) -> str | None:
    """``2027-01-31``, its last moment in UTC; a moment; ``30d`` from now; ``never`` is None.

    Raises BadInput.
    """
    if text == "never":
        return None
    now = datetime.now(UTC)
    try:
        if days := _DAYS.fullmatch(text):
            moment = now + timedelta(days=int(days[1]))
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            moment = datetime.combine(date.fromisoformat(text), time.max, UTC)
        else:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        raise BadInput(
            f"{text[:40]!r} is no end: write 2027-01-31, 2027-01-31T18:00, 30d or never"
        ) from None
