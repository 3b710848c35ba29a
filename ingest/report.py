"""Account for every page of a source: count what became of it, and write down what was not read."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pinakes.ingest.errors import UnreadablePage
from pinakes.ingest.types import (
    Damage,
    Document,
    DocumentKey,
    Entry,
    OtherPage,
    PageCounts,
    QuarantinedPage,
    Redirect,
    TrailingBytes,
    Unchanged,
)

__all__ = ["IngestReport", "count_entry"]

_Row = dict[str, Any]
# Key and title of all pages in a file, where a list of them lies beside it.
_Listed = Callable[[Path], Iterable[tuple[DocumentKey, str]]]


def count_entry(entry: Entry) -> PageCounts:
    """The entry as one of the pages read; damage and trailing bytes are none."""
    return PageCounts(
        read=not isinstance(entry, Damage | TrailingBytes),
        documents=isinstance(entry, Document | Unchanged),
        redirects=isinstance(entry, Redirect),
        other_namespaces=isinstance(entry, OtherPage),
        quarantined=isinstance(entry, QuarantinedPage),
        damages=isinstance(entry, Damage),
        trailing_bytes=entry.count if isinstance(entry, TrailingBytes) else 0,
        unchanged=isinstance(entry, Unchanged),
    )


@dataclass(frozen=True, slots=True)
class _Gap:
    """Between two pages of a file that were read (None: its end), with those named in between."""

    file: Path
    after: DocumentKey | None
    before: DocumentKey | None
    named: frozenset[DocumentKey | None]


class IngestReport:
    """Counts of the entries of a source, which come in its order, and its quarantine.

    The quarantine is JSON lines: a page with ``page_id``, ``title``, ``part`` and ``reason``, or
    a damaged place with ``part``, ``offset``, ``reason`` and the pages ``after`` and ``before``
    which it lies; places with no page between them are one line, with their number as ``places``.
    What is odd about a page that is kept is a line with the page and ``remark``.
    What follows the end of an archive is a line with ``part``, ``trailing_bytes`` and ``reason``.
    Where the pages of a file are ``listed`` (``Source.listed``), those lost there are named too.
    With ``strict`` the first page or place raises UnreadablePage.
    """

    def __init__(self, quarantine: BinaryIO, listed: _Listed, *, strict: bool = False) -> None:
        self._quarantine = quarantine
        self._listed = listed
        self._strict = strict
        self._counts = PageCounts()
        self._file: Path | None = None
        self._last: _Row | None = None
        self._damage: _Row | None = None  # since the last page that was read
        self._named: set[DocumentKey | None] = set()  # pages quarantined since then
        self._gaps: list[_Gap] = []
        self.remarked = 0  # pages with remarks

    def add(self, file: Path, entry: Entry, *, is_duplicate: bool = False) -> None:
        """Count an entry of ``file``; a duplicate is set aside."""
        if file != self._file:
            self._settle(None)
            self._file, self._last = file, None
        if isinstance(entry, Document | Unchanged) and is_duplicate:
            reason = "its page id or title occurs twice; the first is kept"
            entry = QuarantinedPage(entry.key, entry.title, reason)
        self._counts += count_entry(entry)
        if isinstance(entry, TrailingBytes):
            told = {"part": file.name, "trailing_bytes": entry.count, "reason": str(entry)}
            self._write(told)
            return
        if isinstance(entry, Damage):
            self._refuse(f"{file}: damaged at byte {entry.offset} ({entry.reason})")
            place: _Row = {"part": file.name, "offset": entry.offset, "reason": entry.reason}
            self._damage = self._damage or place | {"places": 0}
            self._damage["places"] += 1
            return
        page = {"page_id": entry.key, "title": entry.title}
        if isinstance(entry, QuarantinedPage):
            self._refuse(f"{file}: page {entry.title!r} cannot be read ({entry.reason})")
            self._write(page | {"part": file.name, "reason": entry.reason})
            self._named.add(entry.key)
        else:
            self._settle(page)
            self._last = page
        if isinstance(entry, Document) and entry.remarks:
            self.remarked += 1
            for remark in entry.remarks:
                self._write(page | {"part": file.name, "remark": remark})

    def close(self) -> PageCounts:
        """The counts of all entries; the quarantine is complete."""
        self._settle(None)
        for file in dict.fromkeys(gap.file for gap in self._gaps):
            gaps = [gap for gap in self._gaps if gap.file == file]
            for key, title in _lost_pages(self._listed(file), gaps):
                lost = QuarantinedPage(key, title, "lost in a damaged place")
                self._counts += count_entry(lost)
                page = {"page_id": key, "title": title}
                self._write(page | {"part": file.name, "reason": lost.reason})
        return self._counts

    def _settle(self, following: _Row | None) -> None:
        """The page after damage, or the end of the file, has been reached."""
        if self._damage is not None and self._file is not None:
            self._write(self._damage | {"after": self._last, "before": following})
            after, before = (page["page_id"] if page else None for page in (self._last, following))
            self._gaps.append(_Gap(self._file, after, before, frozenset(self._named)))
        self._damage = None
        self._named.clear()

    def _write(self, row: _Row) -> None:
        self._quarantine.write(
            json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        )

    def _refuse(self, what: str) -> None:
        if self._strict:
            raise UnreadablePage(f"{what}; without --strict it would be set aside")


def _lost_pages(
    entries: Iterable[tuple[DocumentKey, str]], gaps: Sequence[_Gap]
) -> Iterator[tuple[DocumentKey, str]]:
    """The entries of a list that lie in one of the gaps and are not quarantined yet."""
    by_start = {gap.after: gap for gap in gaps}
    gap = by_start.get(None)
    named = set(gap.named) if gap else set()
    for key, title in entries:
        if gap is not None and key == gap.before:
            gap = None
        if gap is not None and key not in named:
            if None in named:  # the first of them is the page cut off before its name was read
                named.remove(None)
            else:
                yield key, title
        if key in by_start:
            gap = by_start[key]
            named = set(gap.named)
