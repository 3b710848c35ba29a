"""The pages of a finished store that the next one takes over, known by key and digest."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import zstandard

from pinakes.index.aliases.kinds import KINDS
from pinakes.index.aliases.table import check_alias
from pinakes.index.checksums import DamagedRow
from pinakes.index.health import Health
from pinakes.index.store.connections import ThreadConnections, has_table, open_read_only
from pinakes.index.store.layouts import layout_values_of
from pinakes.index.store.rows import (
    DIGEST_COLUMNS,
    LINK_COLUMNS,
    PAGE_COLUMNS,
    TEXT_COLUMNS,
    PageDigests,
    PageRow,
    input_row,
    kept_row,
    links_and_names,
    page_digests,
    page_row,
    text_row,
)
from pinakes.index.store.text_shards import ShardRow, shard_path, texts_beside
from pinakes.ingest.sources.base import IsKnown, MadeFrom
from pinakes.ingest.types import DocumentKey, Link

__all__ = ["KnownPages", "UnchangedPage", "UnchangedPages"]

_DAMAGE = (sqlite3.DatabaseError, zstandard.ZstdError, DamagedRow, ValueError)


@dataclass(frozen=True, slots=True)
class KnownPages:
    """What the pages of the store ``database`` were made from, asked by any process."""

    database: Path

    @contextmanager
    def open(self) -> Iterator[IsKnown]:
        """Whether the store holds a page by its key, made from the same."""
        connection = open_read_only(self.database)
        health = Health()
        has_inputs = has_table(connection, "inputs")

        def is_known(key: DocumentKey, made_from: MadeFrom) -> bool:
            columns = "page_id, made_from"
            sql = f"SELECT {columns} FROM digests JOIN pages USING (page_id) WHERE {_is(key)}"
            with health.reading(self.database, *_DAMAGE):
                found = connection.execute(sql, (key,)).fetchone()
                inputs = _inputs(connection, found[0]) if found and has_inputs else b""
            return found is not None and found[1] == made_from(inputs)

        try:
            yield is_known
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class UnchangedPage:
    """All that a store holds of a page; ``text`` only of disambiguation pages, else empty.

    ``inputs``: as ``Document`` has them.
    """

    row: PageRow
    digests: PageDigests
    links: tuple[Link, ...]
    bold_names: list[str]
    text: str
    inputs: bytes = b""


class UnchangedPages:
    """Read pages of the store ``database`` as they are taken over. For one thread."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.texts = texts_beside(database)
        self._connections = ThreadConnections(database)
        self._health = Health()
        self._inputs: bool | None = None  # whether it has any

    def page(self, key: DocumentKey) -> UnchangedPage:
        """The page by this key. Raises DamagedGeneration where it is not as it was written."""
        with self._reading(self._database):
            connection = self._connections.to(self._database)
            row = page_row(
                _one(connection, f"SELECT {PAGE_COLUMNS} FROM pages WHERE {_is(key)}", key)
            )
            sql = (
                f"SELECT {DIGEST_COLUMNS} FROM digests JOIN pages USING (page_id) WHERE page_id = ?"
            )
            digests = page_digests(_one(connection, sql, row.page_id))
            inputs = _inputs(connection, row.page_id) if self._has_inputs(connection) else b""
        path = shard_path(self.texts, row.text_shard)
        with self._reading(path):
            connection = self._connections.to(path)
            links, names = links_and_names(
                row, _one(connection, f"SELECT {LINK_COLUMNS} FROM links {_ROW}", row.text_row)
            )
            text = ""
            if row.is_disambiguation:
                values = _one(connection, f"SELECT {TEXT_COLUMNS} FROM texts {_ROW}", row.text_row)
                packed = text_row(row, values).text
                text = self._connections.decompressor.decompress(packed).decode()
        return UnchangedPage(row, digests, links, names, text, inputs)

    def missing(
        self, is_there: Callable[[DocumentKey, str], bool]
    ) -> Iterator[tuple[UnchangedPage, str | None]]:
        """The pages whose key and title are not there, by key, with what ``kept_as_of`` was."""
        with self._reading(self._database):
            connection = self._connections.to(self._database)
            keeps = has_table(connection, "kept")
            rows = chain(connection.execute(_BY_NUMBER), connection.execute(_BY_TEXT))
            for key, title in rows:
                if is_there(key, title):
                    continue
                page = self.page(key)
                kept = "SELECT page_id, as_of, checksum FROM kept WHERE page_id = ?"
                row = connection.execute(kept, (page.row.page_id,)).fetchone() if keeps else None
                yield page, None if row is None else kept_row(row)[1]

    def redirects(self) -> Iterator[tuple[str, DocumentKey, str]]:
        """Every redirect's title, with key and title of the page that it leads to in the end."""
        with self._reading(self._database):
            for name, page_id, source_key, title, key, checksum in self._connections.to(
                self._database
            ).execute(_REDIRECTS):
                check_alias(checksum, key, page_id, name)
                yield name, source_key or page_id, title

    def shard_row(self, shard: int, row: int) -> ShardRow:
        """A row of a text shard as it is, without its number; nothing is compared."""
        path = shard_path(self.texts, shard)
        with self._reading(path):
            connection = self._connections.to(path)
            _, *text = _one(connection, f"SELECT {TEXT_COLUMNS} FROM texts {_ROW}", row)
            _, *links = _one(connection, f"SELECT {LINK_COLUMNS} FROM links {_ROW}", row)
            layout = layout_values_of(connection, row)
        return text, links, layout and layout[1:]

    def close(self) -> None:
        """Close its files."""
        self._connections.close()

    def _has_inputs(self, connection: sqlite3.Connection) -> bool:
        if self._inputs is None:
            self._inputs = has_table(connection, "inputs")
        return self._inputs

    def _reading(self, path: Path) -> AbstractContextManager[None]:
        return self._health.reading(path, *_DAMAGE)


_ROW = "WHERE text_row = ?"
_BY_NUMBER = "SELECT page_id, title FROM pages WHERE source_key IS NULL ORDER BY page_id"
_BY_TEXT = "SELECT source_key, title FROM pages WHERE source_key IS NOT NULL ORDER BY source_key"
# Those to one page by several names are several rows, in the order of their keys.
_REDIRECTS = (
    "SELECT name, page_id, source_key, title, key, aliases.checksum FROM aliases "
    f"CROSS JOIN pages USING (page_id) WHERE kind = {KINDS.index('redirect')}"
)


def _is(key: DocumentKey) -> str:
    return "page_id = ?" if isinstance(key, int) else "source_key = ?"


def _inputs(connection: sqlite3.Connection, page_id: int) -> bytes:
    sql = "SELECT page_id, inputs, checksum FROM inputs WHERE page_id = ?"
    row = connection.execute(sql, (page_id,)).fetchone()
    return input_row(row) if row else b""


def _one(connection: sqlite3.Connection, sql: str, value: DocumentKey) -> tuple[object, ...]:
    row: tuple[object, ...] | None = connection.execute(sql, (value,)).fetchone()
    if row is None:
        raise DamagedRow(f"no row for {value!r}")
    return row
