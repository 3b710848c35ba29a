"""Text shards: files with the texts and links of pages, which generations share by hard link.

A shard is written once. An update links those whose pages are still there, and writes one more with
what is new; the smallest ones, and those of which too little is alive, are copied into that one.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from pinakes.index.health import Health
from pinakes.index.store.connections import open_read_only
from pinakes.index.store.rows import (
    TextHead,
    layout_values,
    link_values,
    text_values,
    write_bounds,
)
from pinakes.ingest.types import Document, Passage

__all__ = [
    "ShardRow",
    "ShardUse",
    "TextShardWriter",
    "shard_path",
    "shards_to_rewrite",
    "texts_beside",
]

# A page's row has one number in all tables, from 1 in the order of writing. Links and names lie
# apart, so that reading a text reads none: they are for the next build and for showing the page, as
# are layouts, which not every page has, nor every shard. bounds: start and end of each passage, 32
# bits each.
_SCHEMA = """
CREATE TABLE texts (
    text_row INTEGER PRIMARY KEY, sections TEXT NOT NULL, bounds BLOB NOT NULL, text BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE links (
    text_row INTEGER PRIMARY KEY, bold_names TEXT NOT NULL, links BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
"""
_LAYOUTS = (
    "CREATE TABLE IF NOT EXISTS layouts (text_row INTEGER PRIMARY KEY, layout BLOB NOT NULL, "
    "checksum INTEGER NOT NULL)"
)
# Of one page the values in all tables, without the number; None where it has no layout.
ShardRow = tuple[Sequence[Any], Sequence[Any], Sequence[Any] | None]
# Each shard is so many times larger than the next, so that there are few.
_RATIO = 4
_LEAST_ALIVE = 0.7
_LEVEL = 3


def texts_beside(database: Path) -> Path:
    """The directory with the text shards of the store ``database``."""
    return database.with_name("texts")


def shard_path(directory: Path, number: int) -> Path:
    """Where the shard with this number lies."""
    return directory / f"{number:06d}.db"


@dataclass(frozen=True, slots=True)
class ShardUse:
    """A shard, ``size`` bytes large, and how many of its rows are of pages that are still there."""

    number: int
    size: int
    rows: int
    alive: int

    @property
    def alive_size(self) -> float:
        """About so many bytes are alive."""
        return self.size * self.alive / self.rows


def shards_to_rewrite(shards: Iterable[ShardUse], added: float) -> set[int]:
    """Numbers of the shards whose living rows go into a new one of ``added`` bytes.

    Afterwards 70 % of each shard are alive, and each has four times the bytes of the next smaller.
    """
    chosen: set[int] = set()
    kept: list[ShardUse] = []
    size = added  # of the new one
    for shard in shards:
        if shard.alive < _LEAST_ALIVE * shard.rows:
            chosen.add(shard.number)
            size += shard.alive_size
        else:
            kept.append(shard)
    smaller = size
    between: list[ShardUse] = []  # larger than the new one, and not in it so far
    for shard in sorted(kept, key=lambda shard: shard.alive_size):
        between.append(shard)
        if shard.alive_size >= _RATIO * smaller:
            smaller = shard.alive_size
            continue
        chosen.update(one.number for one in between)
        size += sum(one.alive_size for one in between)
        smaller, between = size, []
    return chosen


class TextShardWriter:
    """Append texts to a shard, which is made at the first; then take over those of ``present``.

    ``directory`` is emptied; ``present``: the directory of the shards that there are already.
    """

    def __init__(self, directory: Path, present: Path | None = None) -> None:
        self._directory = directory
        self._present = present
        numbers = [int(path.stem) for path in present.glob("*.db")] if present else []
        self.number = max(numbers, default=0) + 1
        self._rows = 0
        self._has_layouts = False
        self._connection: sqlite3.Connection | None = None
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)

    @property
    def next_row(self) -> int:
        """The number of the row that is written next."""
        return self._rows + 1

    def add(self, head: TextHead, document: Document, passages: Sequence[Passage]) -> None:
        """Keep the text of a page, its layout, its links and bold names."""
        slices = [[part.heading_path, part.start, part.end] for part in document.sections]
        sections = json.dumps(slices, ensure_ascii=False, separators=(",", ":"))
        bounds = write_bounds((passage.start, passage.end) for passage in passages)
        text = self._compressor.compress(document.text.encode())
        links = link_values(head, document.bold_names, document.links, self._compressor)
        layout = layout_values(head, document.layout) if document.layout else None
        self._write(text_values(head, sections, bounds, text), links, layout)

    def take_over(self, alive: Iterable[tuple[int, int]]) -> set[int]:
        """Link the shards of ``present`` that stay, by number and how many rows are alive.

        Gives the numbers of the others: their living rows are to be copied.
        """
        if self._present is None:
            return set()
        uses = [_use(shard_path(self._present, number), count) for number, count in alive]
        rewritten = shards_to_rewrite(uses, self._size())
        self._directory.mkdir(exist_ok=True)
        for use in uses:
            if use.number not in rewritten:
                path = shard_path(self._present, use.number)
                os.link(path, shard_path(self._directory, use.number))
        return rewritten

    def copy(self, rows: Iterable[ShardRow]) -> Iterator[int]:
        """Append rows as they are; the number of each here."""
        for row in rows:
            self._write(*row)
            yield self._rows

    def _write(
        self, text: Sequence[Any], links: Sequence[Any], layout: Sequence[Any] | None
    ) -> None:
        connection = self._opened()
        self._rows += 1
        connection.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?)", (self._rows, *text))
        connection.execute("INSERT INTO links VALUES (?, ?, ?, ?)", (self._rows, *links))
        if layout is not None:
            if not self._has_layouts:
                connection.execute(_LAYOUTS)
                self._has_layouts = True
            connection.execute("INSERT INTO layouts VALUES (?, ?, ?)", (self._rows, *layout))

    def close(self) -> None:
        """Write everything to disk."""
        if self._connection is not None:
            self._connection.execute("COMMIT")
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._directory.mkdir(exist_ok=True)
            path = shard_path(self._directory, self.number)
            self._connection = sqlite3.connect(path, isolation_level=None)
            # Nothing to lose: an interrupted store is written again from the segments.
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
            for statement in _SCHEMA.split(";"):
                self._connection.execute(statement)
            self._connection.execute("BEGIN")
        return self._connection

    def _size(self) -> int:
        """Bytes of the shard so far."""
        if self._connection is None:
            return 0
        [(pages,)] = self._connection.execute("PRAGMA page_count")
        [(size,)] = self._connection.execute("PRAGMA page_size")
        return int(pages) * int(size)


def _use(path: Path, alive: int) -> ShardUse:
    with Health().reading(path, sqlite3.DatabaseError, TypeError):
        connection = open_read_only(path)
        [(rows,)] = connection.execute("SELECT max(text_row) FROM texts")
        connection.close()
        return ShardUse(int(path.stem), path.stat().st_size, int(rows), alive)
