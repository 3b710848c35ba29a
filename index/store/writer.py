"""Write a new store: pages in dump order, then every name a page answers to.

An interrupted store is worth nothing and is written again from the segments.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import zstandard

from pinakes.index.aliases.kinds import base_name, later_words, meanings, name_of_topic
from pinakes.index.aliases.table import ALIASES_SCHEMA, gather_aliases, scratch_size, write_aliases
from pinakes.index.aliases.titles import title_key
from pinakes.index.checksums import row_checksum
from pinakes.index.encoders.passage_text import passage_digest
from pinakes.index.store.rows import add_checksums, text_checksum, write_bounds
from pinakes.index.types import AliasKind
from pinakes.ingest.segments import link_source
from pinakes.ingest.types import Document, DocumentKey, Entry, Passage, Redirect

__all__ = ["StoreWriter"]

# source_key: by what the source tells a page from others, where that is no number.
_SCHEMA = """
CREATE TABLE pages (
    page_id INTEGER PRIMARY KEY, title TEXT NOT NULL, revision_id INTEGER NOT NULL,
    timestamp TEXT NOT NULL, is_disambiguation INTEGER NOT NULL,
    links_in INTEGER NOT NULL DEFAULT 0, first_passage INTEGER NOT NULL,
    passage_count INTEGER NOT NULL, source_key TEXT, checksum INTEGER NOT NULL
);
-- Apart from the pages, so that counting, ranking and naming pages reads no text. bounds: start and
-- end of each passage, 32 bits each. checksum: over these and what the page's row says of it.
CREATE TABLE texts (
    page_id INTEGER PRIMARY KEY, sections TEXT NOT NULL, bounds BLOB NOT NULL, text BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
-- By which the next dump's build tells what has not changed: what a page's text was made from, and
-- of each passage what is embedded, 128 bits each.
CREATE TABLE digests (
    page_id INTEGER PRIMARY KEY, made_from BLOB NOT NULL, passages BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE passages (passage_id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL);
CREATE UNIQUE INDEX pages_by_title ON pages (title);
CREATE UNIQUE INDEX pages_by_key ON pages (source_key) WHERE source_key IS NOT NULL;
CREATE TEMP TABLE redirects (title TEXT NOT NULL, target TEXT NOT NULL);
CREATE TEMP TABLE meanings (name TEXT NOT NULL, target TEXT NOT NULL);
CREATE TEMP TABLE bold_names (page_id INTEGER NOT NULL, name TEXT NOT NULL);
"""
# A dump that took days may hold a redirect twice, or one whose title is an article's by now.
_REDIRECTS = (
    "SELECT DISTINCT title, target FROM redirects WHERE title NOT IN (SELECT title FROM pages)"
)
_REDIRECT_INDEX = "CREATE INDEX temp.redirects_by_title ON redirects (title)"
_MAX_REDIRECTS = 5
_BATCH = 1000
# As wide as those that take its place, so that rows stay where they are.
_CHECKSUM_TO_COME = 1 << 62


class StoreWriter:
    """Fill a new store: pages in dump order, then aliases; ``close`` makes it whole."""

    def __init__(self, path: Path) -> None:
        for leftover in (path, path.with_name(f"{path.name}-journal")):
            leftover.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        # Nothing to lose: an interrupted store is written again from the segments.
        self._run(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
            "PRAGMA temp.journal_mode = OFF; PRAGMA temp.cache_size = -32768;"
        )
        # Temporary tables and sorted runs lie beside the store, not on the disk of /var/tmp.
        directory = str(path.parent).replace("'", "''")
        self._connection.execute(f"PRAGMA temp_store_directory = '{directory}'")
        self._run(_SCHEMA + ALIASES_SCHEMA)
        self._run("BEGIN")
        self._compressor = zstandard.ZstdCompressor(level=3)
        self.passage_count = 0
        self._last_id = 0
        # Bytes of the temporary files, known once aliases are written.
        self.scratch_size = 0

    def _run(self, script: str) -> None:
        """Run statements one by one: executescript would end the open transaction."""
        for statement in script.split(";"):
            self._connection.execute(statement)

    def add(self, entry: Entry, passages: Sequence[Passage]) -> bool:
        """Keep an article or redirect; False if an article's key or title is there already."""
        if isinstance(entry, Document):
            return self.add_document(entry, passages)
        if isinstance(entry, Redirect):
            self.add_redirect(entry)
        return True

    def add_document(self, document: Document, passages: Sequence[Passage]) -> bool:
        """Keep an article and number its passages; False if its key or title is there already."""
        sections = [[list(part.heading_path), part.start, part.end] for part in document.sections]
        page_id, key = self._numbered(document.key)
        page = (
            page_id,
            document.title,
            document.revision_id,
            document.timestamp,
            int(document.is_disambiguation),
            self.passage_count,
            len(passages),
        )
        added = self._connection.execute(
            "INSERT OR IGNORE INTO pages VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            (*page, key, _CHECKSUM_TO_COME),
        ).rowcount
        if not added:
            return False
        self._last_id = page_id
        layout = json.dumps(sections, ensure_ascii=False, separators=(",", ":"))
        bounds = write_bounds((passage.start, passage.end) for passage in passages)
        text = self._compressor.compress(document.text.encode())
        self._connection.execute(
            "INSERT INTO texts VALUES (?, ?, ?, ?, ?)",
            (
                page_id,
                layout,
                bounds,
                text,
                text_checksum(page, layout, bounds, text),
            ),
        )
        embedded = b"".join(
            passage_digest(document.title, passage.heading_path, passage.text)
            for passage in passages
        )
        self._connection.execute(
            "INSERT INTO digests VALUES (?, ?, ?, ?)",
            (
                page_id,
                document.made_from,
                embedded,
                row_checksum((page_id,), document.made_from, embedded),
            ),
        )
        if document.is_disambiguation:
            self._connection.executemany(
                "INSERT INTO meanings VALUES (?, ?)",
                ((name_of_topic(document.title), target) for target in meanings(document)),
            )
        self._connection.executemany(
            "INSERT INTO bold_names VALUES (?, ?)",
            [(page_id, name) for name in document.bold_names],
        )
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?)",
            [(self.passage_count + number, page_id) for number in range(len(passages))],
        )
        self.passage_count += len(passages)
        return True

    def _numbered(self, key: DocumentKey) -> tuple[int, str | None]:
        """The page id for a key, and the key where it is no number: such pages count from 1."""
        return (key, None) if isinstance(key, int) else (self._last_id + 1, key)

    def add_redirect(self, redirect: Redirect) -> None:
        """Remember a redirect; ``add_aliases`` follows it."""
        self._connection.execute(
            "INSERT INTO redirects VALUES (?, ?)",
            (redirect.title, redirect.target.partition("#")[0].strip()),
        )

    def titles(self) -> Iterator[tuple[int, int, str]]:
        """Page id, number in link runs, and title of every article and redirect to one."""
        for page_id, key, title in self._connection.execute(
            "SELECT page_id, source_key, title FROM pages"
        ):
            yield page_id, link_source(key or page_id), title
        for title, target in self._connection.execute(_REDIRECTS):
            if (page_id := self._follow(target)) is not None:
                yield page_id, link_source(self._key(page_id) or page_id), title

    def _key(self, page_id: int) -> str | None:
        sql = "SELECT source_key FROM pages WHERE page_id = ?"
        [(key,)] = self._connection.execute(sql, (page_id,))
        found: str | None = key
        return found

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
        """Make redirects findable; needed before ``titles`` and ``add_aliases``."""
        self._run(_REDIRECT_INDEX)

    def add_aliases(
        self, anchors: Iterable[tuple[int, str, int]], links: Iterable[tuple[int, int]]
    ) -> None:
        """Write all aliases; ``anchors``: page id, words, links; ``links``: of pages, those in."""
        self._connection.executemany(
            "UPDATE pages SET links_in = ? WHERE page_id = ?",
            ((count, page_id) for page_id, count in links),
        )
        add_checksums(self._connection)
        gathered: tuple[tuple[AliasKind, Iterable[tuple[str, int, str, int]]], ...] = (
            ("title", self._own_aliases(lambda title: [title_key(title)])),
            ("base", self._own_aliases(lambda title: [title_key(base_name(title) or "")])),
            ("later", self._own_aliases(lambda title: later_words(title_key(title)))),
            ("redirect", self._led_here(_REDIRECTS)),
            ("ambiguous", self._led_here("SELECT name, target FROM meanings")),
            ("anchor", ((title_key(words), page, words, count) for page, words, count in anchors)),
            ("bold", self._bold_aliases()),
        )
        for kind, aliases in gathered:
            gather_aliases(self._connection, kind, aliases)
        self.scratch_size = scratch_size(self._connection)
        write_aliases(self._connection)

    def _own_aliases(
        self, keys: Callable[[str], Iterable[str]]
    ) -> Iterator[tuple[str, int, str, int]]:
        """What ``keys`` makes of each page's title."""
        for page_id, title in self._connection.execute("SELECT page_id, title FROM pages"):
            for key in keys(title):
                yield key, page_id, "", 0

    def _bold_aliases(self) -> Iterator[tuple[str, int, str, int]]:
        for page_id, name in self._connection.execute("SELECT page_id, name FROM bold_names"):
            yield title_key(name), page_id, name, 0

    def _led_here(self, sql: str) -> Iterator[tuple[str, int, str, int]]:
        """Names that lead to the page of a title, or of a redirect."""
        for name, target in self._connection.execute(sql):
            if (page_id := self._follow(target)) is not None:
                yield title_key(name), page_id, name, 0

    def close(self) -> None:
        """Write everything to disk."""
        self._run("COMMIT; PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE;")
        self._connection.close()
