"""Questions about the present: a dump answers them as of its date. Pure functions."""

import re
from datetime import date

from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.words import LanguageWords

__all__ = ["as_of_note", "asks_about_now"]

_WORD = re.compile(WORD)
_IS = frozenset(["is", "are", "es", "son", "ist", "sind", "est", "sont", "是"])


def asks_about_now(question: str, words: LanguageWords) -> bool:
    """Whether the answer may have changed since the dump: "the current …", "who is president …"."""
    lower = question.casefold()
    said = _WORD.findall(lower)
    if not words.spaced:
        return any(word in lower for word in words.now | words.offices)
    if any(word in words.now for word in said):
        return True
    return any(word in _IS for word in said[:3]) and any(word in words.offices for word in said)


def as_of_note(dump_date: str) -> str:
    """A line that says when the answer held; ``dump_date`` is YYYY-MM-DD."""
    day = date.fromisoformat(dump_date)
    return f"As of {day.day} {day:%B %Y}, the date of the dump."
