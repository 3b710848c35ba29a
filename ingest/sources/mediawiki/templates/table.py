"""The templates of a dump in one file: by title, what they lead to, their digests and bodies.

SQLite, read only once it is written: the processes that read a dump share its pages in memory.
Knows nothing of what a body means.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import xxhash
import zstandard

__all__ = ["StoredTemplate", "TemplatePage", "TemplateTable", "title_of", "write_table"]

_SCHEMA = """
CREATE TABLE templates (
    page_id INTEGER PRIMARY KEY, title TEXT NOT NULL, target TEXT, digest BLOB NOT NULL
);
CREATE TABLE bodies (page_id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE modules (title TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID;
"""
_TITLES = "CREATE UNIQUE INDEX templates_by_title ON templates (title)"
# What SQLite may hold of the file beside the pages that the system shares between processes.
_CACHE_KIB = 2048
_MAPPED = 1 << 40
_LONGEST_TITLE = 255


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """A page of the dump that is a template or a module, as others use it.

    ``target``: the title that it leads to, or that a module takes everything from. A module has no
    body.
    """

    page_id: int
    title: str
    target: str | None
    body: str
    is_module: bool = False


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """What is known of a template without its body; ``digest``: of title, target and body."""

    page_id: int
    title: str
    target: str | None
    digest: bytes


def title_of(name: str) -> str:
    """The title that a name means within its namespace: "foo_ bar" is "Foo bar"."""
    title = " ".join(name.replace("_", " ").split())
    return title[:1].upper() + title[1:]


@contextmanager
def write_table(path: Path) -> Iterator["_Writer"]:
    """Write the table at ``path``, whole when the block ends well, else nothing."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    connection = sqlite3.connect(partial, isolation_level=None)
    try:
        connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")
        connection.execute("BEGIN")
        yield _Writer(connection)
        connection.execute("COMMIT")
        # Of two pages with one title, as a dump that took days may hold, the first is kept.
        connection.execute(
            "DELETE FROM templates WHERE page_id NOT IN "
            "(SELECT min(page_id) FROM templates GROUP BY title)"
        )
        connection.execute(_TITLES)
        connection.close()
        partial.replace(path)
    finally:
        connection.close()
        partial.unlink(missing_ok=True)


class _Writer:
    """Takes the pages of a dump, in any order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._compressor = zstandard.ZstdCompressor(level=9)

    def add(self, pages: Iterable[TemplatePage]) -> None:
        """Keep these pages."""
        for page in pages:
            if page.is_module:
                if page.target is not None:
                    self._insert("modules", page.title, page.target)
                continue
            said = "\0".join((page.title, page.target or "", page.body))
            digest = xxhash.xxh3_128_digest(said.encode("utf-8", "surrogatepass"))
            self._insert("templates", page.page_id, page.title, page.target, digest)
            if page.target is None:
                body = self._compressor.compress(page.body.encode("utf-8", "surrogatepass"))
                self._insert("bodies", page.page_id, body)

    def _insert(self, table: str, *values: object) -> None:
        marks = ", ".join("?" * len(values))
        self._connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", values)


class TemplateTable:
    """Look up templates in the table at ``path``. For one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        self._connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._decompressor = zstandard.ZstdDecompressor()

    def holds_any(self) -> bool:
        """Whether there is a template at all."""
        return self._connection.execute("SELECT 1 FROM templates LIMIT 1").fetchone() is not None

    def find(self, title: str) -> StoredTemplate | None:
        """The template of this title, as ``title_of`` gives it; a redirect is not followed."""
        if len(title) > _LONGEST_TITLE:
            return None
        return self._one("title", title)

    def by_id(self, page_id: int) -> StoredTemplate | None:
        """The template of this page id."""
        return self._one("page_id", page_id)

    def body(self, page_id: int) -> str:
        """The body of a template that is no redirect."""
        sql = "SELECT body FROM bodies WHERE page_id = ?"
        row = self._connection.execute(sql, (page_id,)).fetchone()
        packed: bytes = row[0]
        return self._decompressor.decompress(packed).decode("utf-8", "surrogatepass")

    def all_ids(self) -> list[int]:
        """The page ids of all templates that have a body."""
        return [page_id for (page_id,) in self._connection.execute("SELECT page_id FROM bodies")]

    def module(self, title: str) -> str:
        """The module whose work this one does: itself, where it leads to no other."""
        sql = "SELECT target FROM modules WHERE title = ?"
        row = self._connection.execute(sql, (title,)).fetchone()
        return str(row[0]) if row else title

    def close(self) -> None:
        """Close its file."""
        self._connection.close()

    def _one(self, column: str, value: object) -> StoredTemplate | None:
        sql = f"SELECT page_id, title, target, digest FROM templates WHERE {column} = ?"
        row = self._connection.execute(sql, (value,)).fetchone()
        return StoredTemplate(*row) if row else None
