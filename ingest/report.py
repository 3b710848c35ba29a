"""Account for every page of a dump: count what became of it, and write down what was not read."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pinakes.ingest.errors import UnreadablePage
from pinakes.ingest.sources.mediawiki.extract import Entry, count_entry
from pinakes.ingest.sources.mediawiki.files.multistream_index import find_index, read_index
from pinakes.ingest.types import Damage, Document, PageCounts, QuarantinedPage, TrailingBytes

__all__ = ["Accounts"]

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Gap:
    """Between two pages of a file that were read (None: its end), with those named in between."""

    part: Path
    after: int | None
    before: int | None
    named: frozenset[int | None]


class Accounts:
    """Counts of the entries of a dump, which come in its order, and its quarantine.

    The quarantine is JSON lines: a page with ``page_id``, ``title``, ``part`` and ``reason``, or
    a damaged place with ``part``, ``offset``, ``reason`` and the pages ``after`` and ``before``
    which it lies; places with no page between them are one line, with their number as ``places``.
    What follows the end of an archive is a line with ``part``, ``trailing_bytes`` and ``reason``.
    Where an index lies beside the dump, the pages lost there are named too. With ``strict`` the
    first page or place raises UnreadablePage.
    """

    def __init__(self, quarantine: BinaryIO, *, strict: bool = False) -> None:
        self._file = quarantine
        self._strict = strict
        self._counts = PageCounts()
        self._part: Path | None = None
        self._last: _Row | None = None
        self._damage: _Row | None = None  # since the last page that was read
        self._named: set[int | None] = set()  # pages quarantined since then
        self._gaps: list[_Gap] = []

    def add(self, part: Path, entry: Entry, *, is_duplicate: bool = False) -> None:
        """Count an entry of the file ``part``; a duplicate is set aside."""
        if part != self._part:
            self._settle(None)
            self._part, self._last = part, None
        if isinstance(entry, Document) and is_duplicate:
            reason = "its page id or title occurs twice; the first is kept"
            entry = QuarantinedPage(entry.page_id, entry.title, reason)
        self._counts += count_entry(entry)
        if isinstance(entry, TrailingBytes):
            told = {"part": part.name, "trailing_bytes": entry.count, "reason": str(entry)}
            self._write(told)
            return
        if isinstance(entry, Damage):
            self._refuse(f"{part}: damaged at byte {entry.offset} ({entry.reason})")
            place: _Row = {"part": part.name, "offset": entry.offset, "reason": entry.reason}
            self._damage = self._damage or place | {"places": 0}
            self._damage["places"] += 1
            return
        page = {"page_id": entry.page_id, "title": entry.title}
        if isinstance(entry, QuarantinedPage):
            self._refuse(f"{part}: page {entry.title!r} cannot be read ({entry.reason})")
            self._write(page | {"part": part.name, "reason": entry.reason})
            self._named.add(entry.page_id)
        else:
            self._settle(page)
            self._last = page

    def close(self) -> PageCounts:
        """The counts of all entries; the quarantine is complete."""
        self._settle(None)
        for part in dict.fromkeys(gap.part for gap in self._gaps):
            index = find_index(part)
            if index is not None:
                gaps = [gap for gap in self._gaps if gap.part == part]
                for page_id, title in _lost_pages(read_index(index), gaps):
                    lost = QuarantinedPage(page_id, title, "lost in a damaged place")
                    self._counts += count_entry(lost)
                    page = {"page_id": page_id, "title": title}
                    self._write(page | {"part": part.name, "reason": lost.reason})
        return self._counts

    def _settle(self, following: _Row | None) -> None:
        """The page after damage, or the end of the file, has been reached."""
        if self._damage is not None and self._part is not None:
            self._write(self._damage | {"after": self._last, "before": following})
            after, before = (page["page_id"] if page else None for page in (self._last, following))
            self._gaps.append(_Gap(self._part, after, before, frozenset(self._named)))
        self._damage = None
        self._named.clear()

    def _write(self, row: _Row) -> None:
        self._file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    def _refuse(self, what: str) -> None:
        if self._strict:
            raise UnreadablePage(f"{what}; without --strict it would be set aside")


def _lost_pages(
    entries: Iterator[tuple[int, str]], gaps: Sequence[_Gap]
) -> Iterator[tuple[int, str]]:
    """The entries of an index that lie in one of the gaps and are not quarantined yet."""
    by_start = {gap.after: gap for gap in gaps}
    gap = by_start.get(None)
    named = set(gap.named) if gap else set()
    for page_id, title in entries:
        if gap is not None and page_id == gap.before:
            gap = None
        if gap is not None and page_id not in named:
            if None in named:  # the first of them is the page cut off before its name was read
                named.remove(None)
            else:
                yield page_id, title
        if page_id in by_start:
            gap = by_start[page_id]
            named = set(gap.named)
