"""Pages, titles and passages in one SQLite file; article texts compressed with zstd.

Knows nothing of ranking. Written once by ``store_writer``, then only read.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from weakref import WeakSet

import zstandard

from index.errors import DamagedGeneration
from index.titles import title_key
from index.types import StoredPage, Suggestion
from ingest.passages import heading_at
from ingest.types import Passage, Section

__all__ = ["Store"]


class _ThreadConnection:
    """Closes its connection with the thread, whose local storage alone keeps it alive.

    The connection itself would linger: its cache of statements makes it refer to itself.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class Store:
    """Read a finished store; safe to use from several threads, each with its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: WeakSet[_ThreadConnection] = WeakSet()
        self._lock = threading.Lock()
        try:
            self.page_count = self._one("SELECT count(*) FROM pages")
            self.passage_count = self._one("SELECT coalesce(max(passage_id) + 1, 0) FROM passages")
        except sqlite3.DatabaseError as error:
            self.close()
            raise DamagedGeneration(f"{path}: not a readable store ({error})") from None

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _connection(self) -> sqlite3.Connection:
        own: _ThreadConnection | None = getattr(self._local, "own", None)
        if own is None:
            # immutable: a published generation never changes, so no lock file is ever needed.
            uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            own = _ThreadConnection(sqlite3.connect(uri, uri=True, check_same_thread=False))
            self._local.own = own
            with self._lock:
                self._connections.add(own)
        return own.connection

    def _one(self, sql: str) -> int:
        return int(self._connection().execute(sql).fetchone()[0])

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for own in self._connections:
                own.connection.close()
            self._connections.clear()

    def page(self, page_id: int) -> StoredPage | None:
        """The article with this id, or None."""
        row = (
            self._connection()
            .execute(
                "SELECT title, revision_id, timestamp, is_disambiguation, links_in, sections, text "
                "FROM pages WHERE page_id = ?",
                (page_id,),
            )
            .fetchone()
        )
        if row is None:
            return None
        return StoredPage(
            page_id=page_id,
            title=row[0],
            revision_id=row[1],
            timestamp=row[2],
            is_disambiguation=bool(row[3]),
            links_in=row[4],
            sections=tuple(
                Section(tuple(path), start, end) for path, start, end in json.loads(row[5])
            ),
            text=zstandard.decompress(row[6]).decode(),
        )

    def page_id_by_name(self, name: str) -> int | None:
        """The page of this title or redirect: exactly so written, else by ``title_key``."""
        exact = self._connection().execute("SELECT page_id FROM pages WHERE title = ?", (name,))
        if row := exact.fetchone():
            return int(row[0])
        key = title_key(name)
        if not key:
            return None
        row = (
            self._connection()
            .execute(
                "SELECT page_id FROM names WHERE key = ? AND kind IN ('title', 'redirect') "
                "ORDER BY name = ? DESC, kind DESC, links DESC LIMIT 1",
                (key, name),
            )
            .fetchone()
        )
        return int(row[0]) if row else None

    def names(self, page_id: int, kind: str, limit: int) -> list[str]:
        """Names of one kind ("title", "redirect", "anchor") of a page, most linked first."""
        rows = self._connection().execute(
            "SELECT name FROM names WHERE page_id = ? AND kind = ? "
            "ORDER BY links DESC, name LIMIT ?",
            (page_id, kind, limit),
        )
        return [name for (name,) in rows]

    def suggest(self, prefix: str, limit: int) -> list[Suggestion]:
        """Pages with a title or redirect that begins like ``prefix``, much-linked pages first."""
        key = title_key(prefix)
        if not key:
            return []
        rows = self._connection().execute(
            "SELECT page_id, pages.title, min(CASE kind WHEN 'title' THEN '' ELSE name END) "
            "FROM names JOIN pages USING (page_id) "
            "WHERE key >= ? AND key < ? AND kind IN ('title', 'redirect') "
            "GROUP BY page_id ORDER BY max(key = ?) DESC, links_in DESC, length(pages.title), "
            "pages.title LIMIT ?",
            (key, key + "\U0010ffff", key, limit),
        )
        return [Suggestion(page_id, title, matched or None) for page_id, title, matched in rows]

    def passages(self, passage_ids: Sequence[int]) -> list[tuple[Passage, int]]:
        """Passages with their page's revision id, in the order asked for."""
        found: dict[int, tuple[Passage, int]] = {}
        pages: dict[int, StoredPage] = {}
        for passage_id in passage_ids:
            row = (
                self._connection()
                .execute(
                    "SELECT page_id, start, end FROM passages WHERE passage_id = ?", (passage_id,)
                )
                .fetchone()
            )
            page = row and (pages.get(row[0]) or self.page(row[0]))
            if not page:
                raise DamagedGeneration(f"{self._path}: passage {passage_id} is missing")
            pages[page.page_id] = page
            found[passage_id] = (_passage(passage_id, page, row[1], row[2]), page.revision_id)
        return [found[passage_id] for passage_id in passage_ids]

    def lead_count(self) -> int:
        """Number of articles with a passage; some consist of templates only."""
        return self._one("SELECT count(*) FROM pages WHERE passage_count > 0")

    def first_of_page(self, passage_id: int) -> int:
        """The first passage of the page that this one belongs to."""
        return self._one(
            "SELECT first_passage FROM pages JOIN passages USING (page_id) "
            f"WHERE passage_id = {passage_id:d}"
        )

    def all_passages(self, start: int = 0, end: int | None = None) -> Iterator[tuple[Passage, int]]:
        """Every passage in order, with its number within its page; one page in memory at a time.

        With ``start``, which begins a page, and ``end``: only those between, the first included.
        """
        rows = self._connection().execute(
            "SELECT passage_id, page_id, start, end FROM passages "
            "WHERE passage_id >= ? AND passage_id < ? ORDER BY passage_id",
            (start, self.passage_count if end is None else end),
        )
        page: StoredPage | None = None
        first = 0
        for passage_id, page_id, start, end in rows:
            if page is None or page.page_id != page_id:
                page, first = self.page(page_id), passage_id
            if page is None:
                raise DamagedGeneration(f"{self._path}: page {page_id} is missing")
            yield _passage(passage_id, page, start, end), passage_id - first

    def passages_of_pages(self) -> Iterator[tuple[int, int, int]]:
        """Of every page with passages: the first one, their number, and the links to the page."""
        yield from self._connection().execute(
            "SELECT first_passage, passage_count, links_in FROM pages WHERE passage_count > 0"
        )


def _passage(passage_id: int, page: StoredPage, start: int, end: int) -> Passage:
    return Passage(
        passage_id=passage_id,
        page_id=page.page_id,
        title=page.title,
        heading_path=heading_at(page.sections, start),
        text=page.text[start:end],
        start=start,
        end=end,
    )
