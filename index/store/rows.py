"""The rows that a page has in the store, and what tells that they are as they were written.

A page's own row is covered by one checksum; its text, sections and the bounds of its passages, with
all that a citation says of the page, by another. What it takes to verify both is read anyway.
"""

import json
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pinakes.index.checksums import DamagedRow, row_checksum
from pinakes.index.encoders.passage_text import DIGEST_BYTES
from pinakes.ingest.types import DocumentKey

__all__ = [
    "DIGEST_COLUMNS",
    "PAGE_COLUMNS",
    "TEXT_COLUMNS",
    "VERSION_COLUMNS",
    "PageDigests",
    "PageRow",
    "PageVersion",
    "TextRow",
    "add_checksums",
    "page_digests",
    "page_row",
    "page_version",
    "text_checksum",
    "text_row",
    "write_bounds",
]

# In the order in which they are covered, then the checksum; links are counted when all are known.
PAGE_COLUMNS = (
    "pages.page_id, title, revision_id, timestamp, is_disambiguation, first_passage, "
    "passage_count, links_in, source_key, pages.checksum"
)
VERSION_COLUMNS = f"{PAGE_COLUMNS}, made_from, digests.passages, digests.checksum"
DIGEST_COLUMNS = "page_id, source_key, first_passage, made_from, digests.passages, digests.checksum"
TEXT_COLUMNS = f"{PAGE_COLUMNS}, sections, bounds, text, texts.checksum"
_BOUNDS = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class PageRow:
    """What is known of a page without its text."""

    page_id: int
    title: str
    revision_id: int
    timestamp: str
    is_disambiguation: int
    first_passage: int
    passage_count: int
    links_in: int
    source_key: str | None


@dataclass(frozen=True, slots=True)
class TextRow:
    """A page with its compressed text, its sections (heading path, start, end) and passages."""

    page: PageRow
    sections: list[Any]
    bounds: bytes
    text: bytes

    def bounds_of(self, passage_id: int) -> tuple[int, int]:
        """Start and end of a passage in the text. Raises DamagedRow if it is not of this page."""
        number = passage_id - self.page.first_passage
        if not 0 <= number < self.page.passage_count:
            raise DamagedRow(f"passage {passage_id} is not of page {self.page.page_id}")
        start, end = _BOUNDS.unpack_from(self.bounds, number * _BOUNDS.size)
        return start, end


@dataclass(frozen=True, slots=True)
class PageDigests:
    """By what a page and its passages are known again in another dump's store.

    ``source_key``: where it is not ``page_id``. ``made_from``: as ``Document`` has it.
    ``passages``: of each, as ``passage_digest`` gives it.
    """

    page_id: int
    source_key: str | None
    first_passage: int
    made_from: bytes
    passages: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PageVersion:
    """A page as one dump has it, without its text: what it is compared by with another dump's."""

    page: PageRow
    digests: PageDigests

    @property
    def key(self) -> DocumentKey:
        """By what its source tells it from other pages, in every dump."""
        return self.page.page_id if self.page.source_key is None else self.page.source_key


def page_digests(values: Sequence[Any]) -> PageDigests:
    """The values of DIGEST_COLUMNS. Raises DamagedRow when they are not what was written."""
    page_id, key, first_passage, made_from, passages, checksum = values
    blobs = isinstance(made_from, bytes) and isinstance(passages, bytes)
    if not blobs or row_checksum((page_id,), made_from, passages) != checksum:
        raise DamagedRow(f"the digests of page {page_id} are not as they were written")
    cuts = range(0, len(passages), DIGEST_BYTES)
    digests = tuple(passages[cut : cut + DIGEST_BYTES] for cut in cuts)
    return PageDigests(page_id, key, first_passage, made_from, digests)


def page_version(values: Sequence[Any]) -> PageVersion:
    """The values of VERSION_COLUMNS. Raises DamagedRow when they are not what was written."""
    page = page_row(values[:10])
    own = (page.page_id, page.source_key, page.first_passage)
    return PageVersion(page, page_digests((*own, *values[10:])))


def page_row(values: Sequence[Any]) -> PageRow:
    """The values of PAGE_COLUMNS. Raises DamagedRow when they are not what was written."""
    *covered, checksum = values
    if row_checksum(covered) != checksum:
        raise DamagedRow(f"the row of page {values[0]} is not as it was written")
    return PageRow(*covered)


def text_row(values: Sequence[Any]) -> TextRow:
    """The values of TEXT_COLUMNS. Raises DamagedRow when they are not what was written."""
    sections, bounds, text, checksum = values[10:]
    # Without links, key, and the checksum of the page's own row.
    if text_checksum(values[:7], sections, bounds, text) != checksum:
        raise DamagedRow(f"the text of page {values[0]} is not as it was written")
    return TextRow(page_row(values[:10]), json.loads(sections), bounds, text)


def text_checksum(page: Sequence[Any], sections: str, bounds: bytes, text: bytes) -> int:
    """The checksum of a text; ``page``: the first seven of PAGE_COLUMNS."""
    if not isinstance(bounds, bytes) or not isinstance(text, bytes):
        raise DamagedRow(f"the text of page {page[0]} is of another type")
    return row_checksum((*page, sections), bounds, text)


def write_bounds(bounds: Iterable[tuple[int, int]]) -> bytes:
    """Start and end of each passage of a page, 32 bits each."""
    return b"".join(_BOUNDS.pack(*pair) for pair in bounds)


def add_checksums(connection: sqlite3.Connection) -> None:
    """Give every page's own row its checksum, when nothing more will change in it."""
    connection.create_function("row_checksum", -1, lambda *values: row_checksum(values))
    covered = PAGE_COLUMNS.rpartition(",")[0]
    connection.execute(f"UPDATE pages SET checksum = row_checksum({covered})")
