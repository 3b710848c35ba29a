"""Pages, titles and passages in one SQLite file; article texts compressed with zstd.

Knows nothing of ranking. Written once by ``StoreWriter``, then only read.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from weakref import WeakSet

import zstandard

from index.errors import DamagedGeneration
from index.titles import title_key
from index.types import StoredPage, Suggestion
from ingest.extract import heading_at
from ingest.types import Document, Passage, Redirect, Section

__all__ = ["Store", "StoreWriter"]

_SCHEMA = """
CREATE TABLE pages (
    page_id INTEGER PRIMARY KEY, title TEXT NOT NULL, revision_id INTEGER NOT NULL,
    timestamp TEXT NOT NULL, is_disambiguation INTEGER NOT NULL,
    links_in INTEGER NOT NULL DEFAULT 0, first_passage INTEGER NOT NULL,
    passage_count INTEGER NOT NULL, sections TEXT NOT NULL, text BLOB NOT NULL
);
CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL
);
CREATE UNIQUE INDEX pages_by_title ON pages (title);
CREATE TABLE redirects (title TEXT NOT NULL, target TEXT NOT NULL);
-- Every name a page answers to: its title, its redirects and the words other pages link it with.
CREATE TABLE names (
    key TEXT NOT NULL, name TEXT NOT NULL, page_id INTEGER NOT NULL,
    kind TEXT NOT NULL, links INTEGER NOT NULL
);
"""
_REDIRECT_INDEX = "CREATE INDEX redirects_by_title ON redirects (title)"
# A dump that took days may hold a redirect twice, or one whose title is an article's by now.
_REDIRECTS = (
    "SELECT DISTINCT title, target FROM redirects WHERE title NOT IN (SELECT title FROM pages)"
)
_NAME_INDEXES = """
CREATE INDEX names_by_key ON names (key, kind);
CREATE INDEX names_by_page ON names (page_id, kind);
DROP TABLE redirects;
COMMIT;
PRAGMA synchronous = FULL;
PRAGMA journal_mode = DELETE;
ANALYZE;
VACUUM;
"""
_MAX_REDIRECTS = 5
_BATCH = 1000


class StoreWriter:
    """Fill a new store: pages in dump order, then names; ``close`` makes it whole."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        # Nothing to lose: an interrupted store is written again from the segments.
        self._run(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
        )
        self._run(_SCHEMA)
        self._run("BEGIN")
        self._compressor = zstandard.ZstdCompressor(level=3)
        self.passage_count = 0
        self.page_count = 0

    def _run(self, script: str) -> None:
        """Run statements one by one: executescript would end the open transaction."""
        for statement in script.split(";"):
            self._connection.execute(statement)

    def add_document(self, document: Document, passages: Sequence[Passage]) -> bool:
        """Keep an article and number its passages; False if its id or title is there already."""
        sections = [[list(part.heading_path), part.start, part.end] for part in document.sections]
        added = self._connection.execute(
            "INSERT OR IGNORE INTO pages VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            (
                document.page_id,
                document.title,
                document.revision_id,
                document.timestamp,
                document.is_disambiguation,
                self.passage_count,
                len(passages),
                json.dumps(sections, ensure_ascii=False, separators=(",", ":")),
                self._compressor.compress(document.text.encode()),
            ),
        ).rowcount
        if not added:
            return False
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?)",
            [
                (self.passage_count + number, document.page_id, passage.start, passage.end)
                for number, passage in enumerate(passages)
            ],
        )
        self.passage_count += len(passages)
        self.page_count += 1
        return True

    def add_redirect(self, redirect: Redirect) -> None:
        """Remember a redirect; ``add_names`` follows it."""
        self._connection.execute(
            "INSERT INTO redirects VALUES (?, ?)",
            (redirect.title, redirect.target.partition("#")[0].strip()),
        )

    def titles(self) -> Iterator[tuple[int, str]]:
        """Page id and title of every article and of every redirect that leads to one."""
        yield from self._connection.execute("SELECT page_id, title FROM pages")
        for title, target in self._connection.execute(_REDIRECTS):
            if (page_id := self._follow(target)) is not None:
                yield page_id, title

    def _follow(self, title: str) -> int | None:
        for _ in range(_MAX_REDIRECTS):
            row = self._connection.execute(
                "SELECT page_id FROM pages WHERE title = ?", (title,)
            ).fetchone()
            if row:
                return int(row[0])
            row = self._connection.execute(
                "SELECT target FROM redirects WHERE title = ?", (title,)
            ).fetchone()
            if row is None:
                return None
            title = row[0]
        return None

    def index_titles(self) -> None:
        """Make redirects findable; needed before ``titles`` and ``add_names``."""
        self._run(_REDIRECT_INDEX)

    def add_names(
        self, anchors: Iterable[tuple[int, str, int]], links: Iterable[tuple[int, int]]
    ) -> None:
        """Write all names: titles, redirects, ``anchors`` (page id, words, links); ``links`` in."""
        self._connection.executemany(
            "UPDATE pages SET links_in = ? WHERE page_id = ?",
            ((count, page_id) for page_id, count in links),
        )
        own = (
            (title_key(title), title, page_id, "title", links_in)
            for page_id, title, links_in in self._connection.execute(
                "SELECT page_id, title, links_in FROM pages"
            )
        )
        insert = "INSERT INTO names VALUES (?, ?, ?, ?, ?)"
        self._connection.executemany(insert, own)
        redirected = (
            (title_key(title), title, page_id, "redirect", 0)
            for title, target in self._connection.execute(_REDIRECTS)
            if (page_id := self._follow(target)) is not None
        )
        self._connection.executemany(insert, redirected)
        self._connection.executemany(
            insert,
            (
                (title_key(words), words, page_id, "anchor", count)
                for page_id, words, count in anchors
            ),
        )

    def close(self) -> None:
        """Build the remaining indexes and write everything to disk."""
        self._run(_NAME_INDEXES)
        self._connection.close()


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

    def all_passages(self) -> Iterator[tuple[Passage, int]]:
        """Every passage in order, with its number within its page; one page in memory at a time."""
        rows = self._connection().execute(
            "SELECT passage_id, page_id, start, end FROM passages ORDER BY passage_id"
        )
        page: StoredPage | None = None
        first = 0
        for passage_id, page_id, start, end in rows:
            if page is None or page.page_id != page_id:
                page, first = self.page(page_id), passage_id
            if page is None:
                raise DamagedGeneration(f"{self._path}: page {page_id} is missing")
            yield _passage(passage_id, page, start, end), passage_id - first

    def passage_ids_by_importance(self) -> Iterator[int]:
        """Leads before later passages, much-linked pages before others."""
        rows = self._connection().execute(
            "SELECT passage_id FROM passages JOIN pages USING (page_id) "
            "ORDER BY passage_id - first_passage, links_in DESC, passage_id"
        )
        for (passage_id,) in rows:
            yield passage_id


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
