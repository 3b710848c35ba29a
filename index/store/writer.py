"""Write a new store: pages in dump order, then every name a page answers to.

An interrupted store is worth nothing and is written again from the segments.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import zstandard

from pinakes.index.aliases.kinds import base_name, later_words, meanings, name_of_topic
from pinakes.index.aliases.table import ALIASES_SCHEMA, gather_aliases, scratch_size, write_aliases
from pinakes.index.aliases.titles import title_key
from pinakes.index.encoders.passage_text import passage_digest
from pinakes.index.store.rows import (
    TextHead,
    add_checksums,
    backlink_values,
    digest_values,
    input_values,
    kept_values,
)
from pinakes.index.store.text_shards import TextShardWriter, texts_beside
from pinakes.index.store.unchanged import UnchangedPage, UnchangedPages
from pinakes.index.types import AliasKind
from pinakes.ingest.segments import link_source
from pinakes.ingest.types import Document, DocumentKey, Entry, Link, Passage, Redirect

__all__ = ["StoreWriter"]

# source_key: by what the source tells a page from others, where that is no number. text_shard and
# text_row: where its text lies.
_SCHEMA = """
CREATE TABLE pages (
    page_id INTEGER PRIMARY KEY, title TEXT NOT NULL, revision_id INTEGER NOT NULL,
    timestamp TEXT NOT NULL, is_disambiguation INTEGER NOT NULL,
    links_in INTEGER NOT NULL DEFAULT 0, first_passage INTEGER NOT NULL,
    passage_count INTEGER NOT NULL, source_key TEXT, text_shard INTEGER NOT NULL,
    text_row INTEGER NOT NULL, checksum INTEGER NOT NULL
);
-- By which the next dump's build tells what has not changed: what a page's text was made from, and
-- of each passage what is embedded, 128 bits each.
CREATE TABLE digests (
    page_id INTEGER PRIMARY KEY, made_from BLOB NOT NULL, passages BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
-- Of a page the ids of pages that link to it, 64 bits each, zstd: those first that most link to.
CREATE TABLE backlinks (
    page_id INTEGER PRIMARY KEY, sources BLOB NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE passages (passage_id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL);
CREATE UNIQUE INDEX pages_by_title ON pages (title);
CREATE UNIQUE INDEX pages_by_key ON pages (source_key) WHERE source_key IS NOT NULL;
CREATE TEMP TABLE redirects (title TEXT NOT NULL, target TEXT NOT NULL);
CREATE TEMP TABLE meanings (name TEXT NOT NULL, target TEXT NOT NULL);
CREATE TEMP TABLE bold_names (page_id INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TEMP TABLE copied (page_id INTEGER NOT NULL, text_row INTEGER NOT NULL);
"""
# There where a page is kept that the source no longer has. as_of: the date of the last that had it.
# So many bits a number may have in JavaScript and JSON, with room above.
_ID_OF_KEY = (1 << 52) - 1
_OF_ANOTHER = "SELECT 1 FROM pages WHERE page_id = ? AND source_key IS NOT ?"
_KEPT = (
    "CREATE TABLE IF NOT EXISTS kept (page_id INTEGER PRIMARY KEY, as_of TEXT NOT NULL, "
    "checksum INTEGER NOT NULL)"
)
# There where a page was made from more than what its source says of it alone: what else, as the
# source writes it down.
_INPUTS = (
    "CREATE TABLE IF NOT EXISTS inputs (page_id INTEGER PRIMARY KEY, inputs BLOB NOT NULL, "
    "checksum INTEGER NOT NULL)"
)
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
    """Fill a new store: pages in dump order, then aliases; ``close`` makes it whole.

    ``unchanged``: the store from which pages are taken over by ``add_unchanged``.
    """

    def __init__(self, path: Path, unchanged: UnchangedPages | None = None) -> None:
        for leftover in (path, path.with_name(f"{path.name}-journal")):
            leftover.unlink(missing_ok=True)
        texts = texts_beside(path)
        if texts.exists():
            shutil.rmtree(texts)
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
        self._unchanged = unchanged
        self._texts = TextShardWriter(texts, unchanged.texts if unchanged else None)
        self.passage_count = 0
        self._has_inputs = False
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
        head = (
            document.key,
            document.title,
            document.revision_id,
            document.timestamp,
            int(document.is_disambiguation),
        )
        place = self._texts.number, self._texts.next_row
        page_id = self._add_page(head, len(passages), place)
        if page_id is None:
            return False
        self._texts.add(head, document, passages)
        embedded = b"".join(
            passage_digest(document.title, passage.heading_path, passage.text)
            for passage in passages
        )
        self._add_digests(page_id, document.made_from, embedded)
        self._add_inputs(page_id, document.inputs)
        self._add_names(page_id, head, document.bold_names, document.text, document.links)
        return True

    def add_unchanged(self, page: UnchangedPage) -> bool:
        """Take over an article of ``unchanged`` with its text where it lies; else as a new one."""
        return self._take_over(page) is not None

    def add_kept(self, page: UnchangedPage, as_of: str) -> None:
        """Take over an article that the source no longer has; ``as_of``: see ``StoredPage``.

        It comes after all that the source has, which does not lead to it by key or title.
        """
        page_id = self._take_over(page)
        if page_id is None:
            raise ValueError(f"page {page.row.title!r} is there already")
        self._run(_KEPT)
        self._connection.execute("INSERT INTO kept VALUES (?, ?, ?)", kept_values(page_id, as_of))

    def _take_over(self, page: UnchangedPage) -> int | None:
        row = page.row
        place = row.text_shard, row.text_row
        page_id = self._add_page(row.text_head, row.passage_count, place)
        if page_id is not None:
            self._add_digests(page_id, page.digests.made_from, b"".join(page.digests.passages))
            self._add_inputs(page_id, page.inputs)
            self._add_names(page_id, row.text_head, page.bold_names, page.text, page.links)
        return page_id

    def _add_page(self, head: TextHead, passage_count: int, place: tuple[int, int]) -> int | None:
        """Number a page, whose text has this place, and its passages.

        None if its key or title is there already.
        """
        key, *described = head
        page_id, source_key = self._numbered(key)
        added = self._connection.execute(
            "INSERT OR IGNORE INTO pages VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
            (
                page_id,
                *described,
                self.passage_count,
                passage_count,
                source_key,
                *place,
                _CHECKSUM_TO_COME,
            ),
        ).rowcount
        if not added:
            return None
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?)",
            [(self.passage_count + number, page_id) for number in range(passage_count)],
        )
        self.passage_count += passage_count
        return page_id

    def _add_digests(self, page_id: int, made_from: bytes, passages: bytes) -> None:
        self._connection.execute(
            "INSERT INTO digests VALUES (?, ?, ?, ?)", digest_values(page_id, made_from, passages)
        )

    def _add_inputs(self, page_id: int, inputs: bytes) -> None:
        if inputs:
            if not self._has_inputs:
                self._run(_INPUTS)
                self._has_inputs = True
            values = input_values(page_id, inputs)
            self._connection.execute("INSERT INTO inputs VALUES (?, ?, ?)", values)

    def _add_names(
        self, page_id: int, head: TextHead, bold: Iterable[str], text: str, links: Iterable[Link]
    ) -> None:
        """Remember the names that the page gives itself and, where it disambiguates, others."""
        self._connection.executemany(
            "INSERT INTO bold_names VALUES (?, ?)", [(page_id, name) for name in bold]
        )
        _, title, _, _, is_disambiguation = head
        if is_disambiguation:
            self._connection.executemany(
                "INSERT INTO meanings VALUES (?, ?)",
                [(name_of_topic(title), target) for target in meanings(title, text, links)],
            )

    def _numbered(self, key: DocumentKey) -> tuple[int, str | None]:
        """The page id for a key, and the key where it is no number.

        Such an id is drawn from the key, so that it is the page's in later generations, too; of two
        keys with one id the later takes the next.
        """
        if isinstance(key, int):
            return key, None
        page_id = link_source(key) & _ID_OF_KEY or 1
        while self._connection.execute(_OF_ANOTHER, (page_id, key)).fetchone():
            page_id += 1
        return page_id, key

    def add_redirect(self, redirect: Redirect) -> None:
        """Remember a redirect; ``add_aliases`` follows it."""
        self._connection.execute(
            "INSERT INTO redirects VALUES (?, ?)",
            (redirect.title, redirect.target.partition("#")[0].strip()),
        )

    def add_kept_redirect(self, title: str, key: DocumentKey, target: str) -> bool:
        """Keep a redirect that the source no longer has; False where it has one of its title.

        And where it would lead nowhere: neither to the page of this key, nor to one by the title
        ``target``. It comes after all articles, those that are kept included.
        """
        if self._is_title(title):
            return False
        sql = f"SELECT title FROM pages WHERE {_column_of(key)} = ?"
        row = self._connection.execute(sql, (key,)).fetchone()
        target = row[0] if row else target
        if self._follow(target) is None:
            return False
        self._connection.execute("INSERT INTO redirects VALUES (?, ?)", (title, target))
        return True

    def is_there(self, key: DocumentKey, title: str) -> bool:
        """Whether an article of this key was added, or one or a redirect of this title.

        Once redirects are findable.
        """
        return self._has("pages", _column_of(key), key) or self._is_title(title)

    def leads_somewhere(self, key: DocumentKey, title: str) -> bool:
        """As ``is_there``, but for redirects that lead to no article."""
        return self._has("pages", _column_of(key), key) or self._follow(title) is not None

    def _is_title(self, title: str) -> bool:
        return self._has("pages", "title", title) or self._has("redirects", "title", title)

    def _has(self, table: str, column: str, value: DocumentKey) -> bool:
        sql = f"SELECT 1 FROM {table} WHERE {column} = ?"
        return self._connection.execute(sql, (value,)).fetchone() is not None

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
        """Make redirects findable; needed before all that looks for one."""
        self._run(_REDIRECT_INDEX)

    def add_aliases(
        self, anchors: Iterable[tuple[int, str, int]], links: Iterable[tuple[int, int]]
    ) -> None:
        """Write all aliases; ``anchors``: page id, words, links; ``links``: of pages, those in."""
        self._take_over_texts()
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

    def add_backlinks(self, links: Iterable[tuple[int, Sequence[int]]]) -> None:
        """Write which pages link to each page."""
        compressor = zstandard.ZstdCompressor()
        self._connection.executemany(
            "INSERT INTO backlinks VALUES (?, ?, ?)",
            (backlink_values(page_id, sources, compressor) for page_id, sources in links),
        )

    def _take_over_texts(self) -> None:
        """Share the shards of texts that stay, and copy what is taken over of the others."""
        if self._unchanged is None:
            return
        alive = self._connection.execute(
            "SELECT text_shard, count(*) FROM pages WHERE text_shard <> ? GROUP BY text_shard",
            (self._texts.number,),
        ).fetchall()
        for shard in sorted(self._texts.take_over(alive)):
            self._run("DELETE FROM copied")
            self._connection.execute(
                "INSERT INTO copied SELECT page_id, text_row FROM pages WHERE text_shard = ? "
                "ORDER BY text_row",
                (shard,),
            )
            pages, rows = (
                (value for (value,) in self._connection.execute(f"SELECT {column} FROM copied"))
                for column in ("page_id", "text_row")
            )
            copied = self._texts.copy(self._unchanged.shard_row(shard, row) for row in rows)
            self._connection.executemany(
                "UPDATE pages SET text_shard = ?, text_row = ? WHERE page_id = ?",
                ((self._texts.number, row, page) for row, page in zip(copied, pages, strict=True)),
            )

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
        self._texts.close()
        self._run("COMMIT; PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE;")
        self._connection.close()


def _column_of(key: DocumentKey) -> str:
    return "page_id" if isinstance(key, int) else "source_key"
