"""Pages, titles and passages in one SQLite file; article texts compressed with zstd.

Knows nothing of ranking. Written once by ``store_writer``, then only read.
"""

import json
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from weakref import WeakSet

import zstandard

from index.errors import DamagedGeneration
from index.names.names import KINDS
from index.names.names_table import LISTED_WITH_PAGE
from index.names.suggest import suggest
from index.names.titles import title_key
from index.types import NamedPage, NameKind, PassagePlace, StoredPage, Suggestion
from ingest.passages import heading_at
from ingest.types import Passage, Section

__all__ = ["Store"]


_TITLE, _REDIRECT, _ANCHOR = (KINDS.index(kind) for kind in ("title", "redirect", "anchor"))
_NAMED = (
    "SELECT names.key, kind, weight, page_id, name, title, links_in, first_passage, "
    "is_disambiguation FROM json_each(?) AS wanted CROSS JOIN names ON names.key = wanted.value "
    f"AND kind != {KINDS.index('later')} CROSS JOIN pages USING (page_id) WHERE passage_count > 0"
)
_PLACES = (
    "SELECT passage_id, page_id, title, first_passage, is_disambiguation "
    "FROM json_each(?) AS wanted CROSS JOIN passages ON passage_id = wanted.value "
    "CROSS JOIN pages USING (page_id)"
)
_PASSAGES = (
    "SELECT passage_id, page_id, start, end, title, revision_id FROM json_each(?) AS wanted "
    "CROSS JOIN passages ON passage_id = wanted.value CROSS JOIN pages USING (page_id)"
)
_TEXTS = (
    "SELECT page_id, sections, text FROM json_each(?) AS wanted "
    "CROSS JOIN texts ON page_id = wanted.value"
)
# Of each thread, in KiB, and there may be forty: larger ones were no faster, for the system keeps
# what is read often.
_CACHE_KIB = 256


class _ThreadConnection:
    """Closes its connection with the thread, whose local storage alone keeps it alive.

    The connection itself would linger: its cache of statements makes it refer to itself.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.decompressor = zstandard.ZstdDecompressor()  # for one thread at a time

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
        return self._own().connection

    def _own(self) -> _ThreadConnection:
        own: _ThreadConnection | None = getattr(self._local, "own", None)
        if own is None:
            # immutable: a published generation never changes, so no lock file is ever needed.
            uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            own = _ThreadConnection(sqlite3.connect(uri, uri=True, check_same_thread=False))
            own.connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._local.own = own
            with self._lock:
                self._connections.add(own)
        return own

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
        own = self._own()
        row = own.connection.execute(
            "SELECT title, revision_id, timestamp, is_disambiguation, links_in, sections, text "
            "FROM pages JOIN texts USING (page_id) WHERE page_id = ?",
            (page_id,),
        ).fetchone()
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
            text=own.decompressor.decompress(row[6]).decode(),
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
                f"SELECT page_id FROM names WHERE key = ? AND kind IN ({_TITLE}, {_REDIRECT}) "
                "ORDER BY name = ? DESC, kind, weight DESC LIMIT 1",
                (key, name),
            )
            .fetchone()
        )
        return int(row[0]) if row else None

    def names(self, page_id: int, kind: NameKind, limit: int) -> list[str]:
        """The redirects or anchors of a page (``kind``), the most used first."""
        rows = self._connection().execute(
            f"SELECT name FROM names WHERE page_id = ? AND kind = ? AND {LISTED_WITH_PAGE} "
            "ORDER BY weight DESC, name LIMIT ?",
            (page_id, KINDS.index(kind), limit),
        )
        return [name for (name,) in rows]

    def named(self, keys: Sequence[str]) -> list[NamedPage]:
        """Pages with a text that answer to names with one of these ``title_key`` forms.

        By key in the order given, then by kind in the order of ``KINDS``, then the most popular
        first. At most 30 pages of each key by parts of titles, by meanings and by anchors.
        """
        rows = self._connection().execute(_NAMED, (json.dumps(list(dict.fromkeys(keys))),))
        return [
            NamedPage(
                key=key,
                page_id=page_id,
                name=name or title,
                kind=KINDS[kind],
                links=weight if kind == _ANCHOR else links_in,
                links_in=links_in,
                first_passage=first_passage,
                is_disambiguation=bool(is_disambiguation),
            )
            for (
                key, kind, weight, page_id, name, title, links_in, first_passage, is_disambiguation
            ) in rows
        ]  # fmt: skip

    def suggest(self, prefix: str, limit: int) -> list[Suggestion]:
        """Pages that ``prefix`` begins to name, popular ones first: see ``index.names.suggest``."""
        return suggest(self._connection(), prefix, limit)

    def passages(self, passage_ids: Sequence[int]) -> list[tuple[Passage, int]]:
        """Passages with their page's revision id, in the order asked for."""
        own = self._own()
        wanted = list(dict.fromkeys(passage_ids))
        rows = own.connection.execute(_PASSAGES, (json.dumps(wanted),)).fetchall()
        pages = json.dumps(list(dict.fromkeys(row[1] for row in rows)))
        texts = {
            page_id: (json.loads(sections), own.decompressor.decompress(text).decode())
            for page_id, sections, text in own.connection.execute(_TEXTS, (pages,))
        }
        found: dict[int, tuple[Passage, int]] = {}
        for passage_id, page_id, start, end, title, revision_id in rows:
            if page_id not in texts:
                continue
            sections, text = texts[page_id]
            place = bisect_right(sections, start, key=_start_of)
            path = tuple(sections[place - 1][0]) if place else ()
            passage = Passage(passage_id, page_id, title, path, text[start:end], start, end)
            found[passage_id] = passage, revision_id
        if len(found) < len(wanted):
            missing = next(one for one in wanted if one not in found)
            raise DamagedGeneration(f"{self._path}: passage {missing} is missing")
        return [found[passage_id] for passage_id in passage_ids]

    def places(self, passage_ids: Sequence[int]) -> list[PassagePlace]:
        """Where passages stand, in the order asked for; ids of no passage are left out."""
        rows = self._connection().execute(_PLACES, (json.dumps(list(passage_ids)),))
        return [PassagePlace(*row) for row in rows]

    def passages_of_page(self, page_id: int) -> list[Passage]:
        """All passages of a page in reading order; none if there is no such page."""
        row = (
            self._connection()
            .execute("SELECT first_passage, passage_count FROM pages WHERE page_id = ?", (page_id,))
            .fetchone()
        )
        first, count = row or (0, 0)
        return [passage for passage, _ in self.all_passages(first, first + count)]

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


def _start_of(section: list[Any]) -> int:
    start: int = section[1]
    return start


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
