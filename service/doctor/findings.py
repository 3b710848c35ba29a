"""What an examination says: one finding for each thing looked at."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "State", "note", "ok", "wrong"]

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a thing, and the way out where there is something to do.

    ``note`` is worth knowing and harms nothing; ``wrong`` makes the examination fail.
    """

    name: str
    state: State
    text: str
    way_out: str = ""


def ok(name: str, text: str) -> Finding:
    """All well."""
    return Finding(name, "ok", text)


def note(name: str, text: str, way_out: str = "") -> Finding:
    """Worth knowing."""
    return Finding(name, "note", text, way_out)


def wrong(name: str, text: str, way_out: str) -> Finding:
    """Something that must be mended, and how."""
    return Finding(name, "wrong", text, way_out)
