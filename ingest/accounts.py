"""Account for every page of a dump: count what became of it, and write down what was not read."""

import json
from typing import Any, BinaryIO

from ingest.errors import UnreadablePage
from ingest.extract import Entry, count_entry
from ingest.types import Damage, Document, PageCounts, QuarantinedPage

__all__ = ["Accounts"]


class Accounts:
    """Counts of the entries of a dump, which come in its order, and its quarantine.

    The quarantine is JSON lines: a page with ``page_id``, ``title``, ``part`` and ``reason``, or
    a damaged place with ``part``, ``offset``, ``reason`` and the pages read ``after`` and
    ``before`` which it lies; places of one part with no page between them are one line, with their
    number as ``places``. With ``strict`` the first page or place raises UnreadablePage.
    """

    def __init__(self, quarantine: BinaryIO, *, strict: bool = False) -> None:
        self._file = quarantine
        self._strict = strict
        self._counts = PageCounts()
        self._last: dict[str, Any] | None = None
        self._damages: list[dict[str, Any]] = []  # since the last page that was read

    def add(self, part: str, entry: Entry, *, is_duplicate: bool = False) -> None:
        """Count an entry of the file named ``part``; a duplicate is set aside."""
        if isinstance(entry, Document) and is_duplicate:
            reason = "its page id or title occurs twice; the first is kept"
            entry = QuarantinedPage(entry.page_id, entry.title, reason)
        self._counts += count_entry(entry)
        if isinstance(entry, Damage):
            self._refuse(f"{part}: damaged at byte {entry.offset} ({entry.reason})")
            if self._damages and self._damages[-1]["part"] == part:
                self._damages[-1]["places"] += 1
            else:
                row = {"part": part, "offset": entry.offset, "reason": entry.reason, "places": 1}
                self._damages.append(row | {"after": self._last})
            return
        page = {"page_id": entry.page_id, "title": entry.title}
        if isinstance(entry, QuarantinedPage):
            self._refuse(f"{part}: page {entry.title!r} cannot be read ({entry.reason})")
            self._write(page | {"part": part, "reason": entry.reason})
        else:
            self._settle(page)
            self._last = page

    def close(self) -> PageCounts:
        """The counts of all entries; the quarantine is complete."""
        self._settle(None)
        return self._counts

    def _settle(self, following: dict[str, Any] | None) -> None:
        for row in self._damages:
            self._write(row | {"before": following})
        self._damages = []

    def _write(self, row: dict[str, Any]) -> None:
        self._file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    def _refuse(self, what: str) -> None:
        if self._strict:
            raise UnreadablePage(f"{what}; without --strict it would be set aside")
