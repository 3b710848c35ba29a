"""The rows that a page has in the store, and what tells that they are as they were written.

A page's own row is covered by one checksum; its text, sections and the bounds of its passages, with
all that a citation says of the page, by another; its links and bold names by a third, and how it is
laid out by a fourth. All but the first hold in every generation: they cover no passage id, nor a
number that the index gave.
"""

import json
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import zstandard

from pinakes.index.checksums import DamagedRow, row_checksum
from pinakes.index.encoders.passage_text import DIGEST_BYTES
from pinakes.ingest.types import DocumentKey, Link

__all__ = [
    "DIGEST_COLUMNS",
    "LAYOUT_COLUMNS",
    "LINK_COLUMNS",
    "MOST_BACKLINKS",
    "PAGE_COLUMNS",
    "TEXT_COLUMNS",
    "VERSION_COLUMNS",
    "PageDigests",
    "PageRow",
    "PageVersion",
    "TextHead",
    "TextRow",
    "add_checksums",
    "backlink_row",
    "backlink_values",
    "digest_values",
    "input_row",
    "input_values",
    "kept_row",
    "kept_values",
    "layout_row",
    "layout_values",
    "link_values",
    "links_and_names",
    "page_digests",
    "page_row",
    "page_version",
    "text_row",
    "text_values",
    "write_bounds",
]

# In the order in which they are covered, then the checksum; links are counted when all are known.
PAGE_COLUMNS = (
    "pages.page_id, title, revision_id, timestamp, is_disambiguation, first_passage, "
    "passage_count, links_in, source_key, text_shard, text_row, pages.checksum"
)
_PAGE_WIDTH = len(PAGE_COLUMNS.split(","))
VERSION_COLUMNS = f"{PAGE_COLUMNS}, made_from, digests.passages, digests.checksum"
DIGEST_COLUMNS = "page_id, source_key, first_passage, made_from, digests.passages, digests.checksum"
# Of the rows in a text shard.
TEXT_COLUMNS = "text_row, sections, bounds, text, checksum"
LINK_COLUMNS = "text_row, bold_names, links, checksum"
LAYOUT_COLUMNS = "text_row, layout, checksum"
# Of the pages that link to one, so many are kept.
MOST_BACKLINKS = 500
_BOUNDS = struct.Struct("<II")


# What of a page goes with its text from one generation to the next: key, title, revision,
# timestamp, and whether it is a disambiguation page.
TextHead = tuple[DocumentKey, str, int, str, int]


@dataclass(frozen=True, slots=True)
class PageRow:
    """What is known of a page without its text, and where that is: in which row of which shard."""

    page_id: int
    title: str
    revision_id: int
    timestamp: str
    is_disambiguation: int
    first_passage: int
    passage_count: int
    links_in: int
    source_key: str | None
    text_shard: int
    text_row: int

    @property
    def key(self) -> DocumentKey:
        """By what its source tells it from other pages."""
        return self.page_id if self.source_key is None else self.source_key

    @property
    def text_head(self) -> TextHead:
        """What its text's checksum covers of it."""
        return self.key, self.title, self.revision_id, self.timestamp, self.is_disambiguation


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
    """A page as one dump has it, without its text: what it is compared by with another dump's.

    ``kept_as_of``: as ``StoredPage`` has it.
    """

    page: PageRow
    digests: PageDigests
    kept_as_of: str | None = None

    @property
    def key(self) -> DocumentKey:
        """By what its source tells it from other pages, in every dump."""
        return self.page.key


def page_digests(values: Sequence[Any]) -> PageDigests:
    """The values of DIGEST_COLUMNS. Raises DamagedRow when they are not what was written."""
    page_id, key, first_passage, made_from, passages, checksum = values
    blobs = isinstance(made_from, bytes) and isinstance(passages, bytes)
    if not blobs or row_checksum((page_id,), made_from, passages) != checksum:
        raise DamagedRow(f"the digests of page {page_id} are not as they were written")
    cuts = range(0, len(passages), DIGEST_BYTES)
    digests = tuple(passages[cut : cut + DIGEST_BYTES] for cut in cuts)
    return PageDigests(page_id, key, first_passage, made_from, digests)


def page_version(values: Sequence[Any], kept: str | None = None) -> PageVersion:
    """The values of VERSION_COLUMNS. Raises DamagedRow when they are not what was written."""
    page = page_row(values[:_PAGE_WIDTH])
    own = (page.page_id, page.source_key, page.first_passage)
    return PageVersion(page, page_digests((*own, *values[_PAGE_WIDTH:])), kept)


def page_row(values: Sequence[Any]) -> PageRow:
    """The values of PAGE_COLUMNS. Raises DamagedRow when they are not what was written."""
    *covered, checksum = values
    if row_checksum(covered) != checksum:
        raise DamagedRow(f"the row of page {values[0]} is not as it was written")
    return PageRow(*covered)


def text_row(page: PageRow, values: Sequence[Any]) -> TextRow:
    """A page and its TEXT_COLUMNS. Raises DamagedRow when they are not what was written."""
    _, sections, bounds, text, checksum = values
    blobs = isinstance(bounds, bytes) and isinstance(text, bytes)
    if not blobs or row_checksum((*page.text_head, sections), bounds, text) != checksum:
        raise DamagedRow(f"the text of page {page.page_id} is not as it was written")
    return TextRow(page, json.loads(sections), bounds, text)


def text_values(
    head: TextHead, sections: str, bounds: bytes, text: bytes
) -> tuple[str, bytes, bytes, int]:
    """The values of TEXT_COLUMNS after the first."""
    return sections, bounds, text, row_checksum((*head, sections), bounds, text)


def links_and_names(page: PageRow, values: Sequence[Any]) -> tuple[tuple[Link, ...], list[str]]:
    """The links of a page and the bold names of its lead, of its LINK_COLUMNS.

    Raises DamagedRow when they are not what was written.
    """
    _, names, links, checksum = values
    if not isinstance(links, bytes) or row_checksum((*page.text_head, names), links) != checksum:
        raise DamagedRow(f"the links of page {page.page_id} are not as they were written")
    pairs = json.loads(zstandard.decompress(links))
    return tuple(Link(*pair) for pair in pairs), json.loads(names)


def link_values(
    head: TextHead,
    names: Sequence[str],
    links: Sequence[Link],
    compressor: zstandard.ZstdCompressor,
) -> tuple[str, bytes, int]:
    """The values of LINK_COLUMNS after the first."""
    pairs = [(link.target, link.anchor) for link in links]
    packed = compressor.compress(_json(pairs).encode())
    bold = _json(names)
    return bold, packed, row_checksum((*head, bold), packed)


def layout_values(head: TextHead, layout: bytes) -> tuple[bytes, int]:
    """The values of LAYOUT_COLUMNS after the first."""
    return layout, row_checksum(head, layout)


def layout_row(page: PageRow, values: Sequence[Any]) -> bytes:
    """The packed layout of LAYOUT_COLUMNS. Raises DamagedRow when it is not what was written."""
    _, layout, checksum = values
    if not isinstance(layout, bytes) or row_checksum(page.text_head, layout) != checksum:
        raise DamagedRow(f"the layout of page {page.page_id} is not as it was written")
    return layout


def digest_values(page_id: int, made_from: bytes, passages: bytes) -> tuple[int, bytes, bytes, int]:
    """The values of a row of digests; ``passages``: those of its passages in a row."""
    return page_id, made_from, passages, row_checksum((page_id,), made_from, passages)


def input_values(page_id: int, inputs: bytes) -> tuple[int, bytes, int]:
    """The values of a row of inputs."""
    return page_id, inputs, row_checksum((page_id,), inputs)


def input_row(values: Sequence[Any]) -> bytes:
    """The inputs of a page. Raises DamagedRow when they are not what was written."""
    page_id, inputs, checksum = values
    if not isinstance(inputs, bytes) or row_checksum((page_id,), inputs) != checksum:
        raise DamagedRow(f"what page {page_id} was made with is not as it was written")
    return inputs


def kept_values(page_id: int, as_of: str) -> tuple[int, str, int]:
    """The values of a row of kept."""
    return page_id, as_of, row_checksum((page_id, as_of))


def kept_row(values: Sequence[Any]) -> tuple[int, str]:
    """Page and date of a row of kept. Raises DamagedRow when they are not what was written."""
    page_id, as_of, checksum = values
    if row_checksum((page_id, as_of)) != checksum:
        raise DamagedRow(f"as of when page {page_id} was kept is not as it was written")
    return page_id, as_of


def backlink_values(
    page_id: int, sources: Sequence[int], compressor: zstandard.ZstdCompressor
) -> tuple[int, bytes, int]:
    """The values of a row of backlinks; ``sources``: the pages that link to the page."""
    packed = compressor.compress(struct.pack(f"<{len(sources)}q", *sources))
    return page_id, packed, row_checksum((page_id,), packed)


def backlink_row(values: Sequence[Any]) -> tuple[int, ...]:
    """The pages that link to a page. Raises DamagedRow when they are not what was written."""
    page_id, packed, checksum = values
    if not isinstance(packed, bytes) or row_checksum((page_id,), packed) != checksum:
        raise DamagedRow(f"what links to page {page_id} is not as it was written")
    unpacked = zstandard.decompress(packed)
    return struct.unpack(f"<{len(unpacked) // 8}q", unpacked)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_bounds(bounds: Iterable[tuple[int, int]]) -> bytes:
    """Start and end of each passage of a page, 32 bits each."""
    return b"".join(_BOUNDS.pack(*pair) for pair in bounds)


def add_checksums(connection: sqlite3.Connection) -> None:
    """Give every page's own row its checksum, when nothing more will change in it."""
    connection.create_function("row_checksum", -1, lambda *values: row_checksum(values))
    covered = PAGE_COLUMNS.rpartition(",")[0]
    connection.execute(f"UPDATE pages SET checksum = row_checksum({covered})")
