"""Pages, titles and passages in one SQLite file; beside it the texts in shards, zstd-compressed.

Knows nothing of ranking. Written once by ``writer``, then only read; what is read of a page's
text is compared with its checksum, so that it is what was written, or DamagedGeneration is raised.
"""

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import zstandard

from pinakes.index.aliases.kinds import KINDS
from pinakes.index.aliases.suggest import suggest
from pinakes.index.aliases.table import LISTED_WITH_PAGE, check_alias
from pinakes.index.aliases.titles import telling_signs, title_key
from pinakes.index.checksums import DamagedRow
from pinakes.index.health import Health
from pinakes.index.store.connections import ThreadConnections, has_table
from pinakes.index.store.layouts import link_targets, read_layout
from pinakes.index.store.rows import (
    DIGEST_COLUMNS,
    PAGE_COLUMNS,
    TEXT_COLUMNS,
    VERSION_COLUMNS,
    PageDigests,
    PageRow,
    PageVersion,
    TextRow,
    backlink_row,
    kept_row,
    page_digests,
    page_row,
    page_version,
    text_row,
)
from pinakes.index.store.text_shards import shard_path, texts_beside
from pinakes.index.types import Alias, AliasKind, PassagePlace, StoredPage, Suggestion
from pinakes.ingest.layout import Layout
from pinakes.ingest.types import DocumentKey, Passage, Section

__all__ = ["Store"]


_TITLE, _REDIRECT, _ANCHOR = (KINDS.index(kind) for kind in ("title", "redirect", "anchor"))
_ALIASES = (
    "SELECT aliases.key, kind, weight, page_id, name, title, links_in, first_passage, "
    "is_disambiguation, aliases.checksum FROM json_each(?) AS wanted "
    "CROSS JOIN aliases ON aliases.key = wanted.value "
    f"AND kind != {KINDS.index('later')} CROSS JOIN pages USING (page_id) WHERE passage_count > 0"
)
_REVISION_YEARS = "SELECT substr(timestamp, 1, 4), count(*) FROM pages GROUP BY 1"
_PLACES = (
    "SELECT passage_id, page_id, title, first_passage, is_disambiguation "
    "FROM json_each(?) AS wanted CROSS JOIN passages ON passage_id = wanted.value "
    "CROSS JOIN pages USING (page_id)"
)
_PAGES_OF = (
    "SELECT passage_id, page_id FROM json_each(?) AS wanted "
    "CROSS JOIN passages ON passage_id = wanted.value"
)
_PAGES = (
    f"SELECT {PAGE_COLUMNS} FROM json_each(?) AS wanted "
    "CROSS JOIN pages ON pages.page_id = wanted.value"
)
_TEXTS = (
    f"SELECT {TEXT_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN texts ON text_row = wanted.value"
)
_KEPT = (
    "SELECT page_id, as_of, checksum FROM json_each(?) AS wanted "
    "CROSS JOIN kept ON page_id = wanted.value"
)
_BACKLINKS = "SELECT page_id, sources, checksum FROM backlinks WHERE page_id = ?"
_BY_TITLE = f"SELECT {PAGE_COLUMNS} FROM pages WHERE title = ?"
_BY_KEY = f"SELECT {PAGE_COLUMNS} FROM pages WHERE source_key = ?"
_BY_ALIAS = (
    "SELECT page_id, name, title, aliases.checksum FROM aliases JOIN pages USING (page_id) "
    f"WHERE key = ? AND kind IN ({_TITLE}, {_REDIRECT}) "
    "ORDER BY name = ? DESC, kind, weight DESC"
)
_DAMAGE = (sqlite3.DatabaseError, zstandard.ZstdError, DamagedRow)


class Store:
    """Read a finished store; safe to use from several threads, each with its own connection."""

    def __init__(self, path: Path, health: Health | None = None) -> None:
        self._path = path
        self._texts_directory = texts_beside(path)
        self._connections = ThreadConnections(path)
        self._health = health or Health()
        self._lead_count: int | None = None
        self._revision_years: dict[int, int] | None = None
        try:
            self.passage_count = self._one("SELECT coalesce(max(passage_id) + 1, 0) FROM passages")
            self._keeps = self._one("SELECT count(*) FROM sqlite_master WHERE name = 'kept'") > 0
            with self._reading():
                self._has_backlinks = has_table(self._connection(), "backlinks")
            self._open_shards()
        except BaseException:
            self.close()
            raise

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
        return self._connections.to(self._path)

    def _open_shards(self) -> None:
        """Open all for this thread: who holds no lock reads on when the generation is removed."""
        for path in self._texts_directory.glob("*.db"):
            with self._reading(path):
                self._connections.to(path).execute("SELECT max(text_row) FROM texts").fetchone()

    def _reading(self, path: Path | None = None) -> AbstractContextManager[None]:
        """Tell of damage as such, by what SQLite says or by checksums."""
        return self._health.reading(path or self._path, *_DAMAGE)

    def _one(self, sql: str) -> int:
        with self._reading():
            return int(self._connection().execute(sql).fetchone()[0])

    def close(self) -> None:
        """Close every thread's connections."""
        self._connections.close()

    def page(self, page_id: int) -> StoredPage | None:
        """The article with this id, or None."""
        with self._reading():
            found = self._texts([page_id])
        if page_id not in found:
            return None
        row, text = found[page_id]
        return StoredPage(
            page_id=page_id,
            title=row.page.title,
            revision_id=row.page.revision_id,
            timestamp=row.page.timestamp,
            is_disambiguation=bool(row.page.is_disambiguation),
            links_in=row.page.links_in,
            text=text,
            sections=tuple(Section(tuple(path), start, end) for path, start, end in row.sections),
            source_key=row.page.source_key,
            kept_as_of=self.kept_as_of([page_id]).get(page_id),
        )

    def layout(self, page: StoredPage) -> Layout | None:
        """How the text of this page is laid out; None where that was not kept."""
        with self._reading():
            wanted = json.dumps([page.page_id])
            row = page_row(self._connection().execute(_PAGES, (wanted,)).fetchone())
        path = shard_path(self._texts_directory, row.text_shard)
        with self._reading(path):
            return read_layout(self._connections.to(path), row, page.text)

    def link_targets(self, titles: Iterable[str]) -> dict[str, int]:
        """The pages that links to these titles lead to, redirects followed; others are not here."""
        with self._reading():
            return link_targets(self._connection(), titles)

    def backlinks(self, page_id: int) -> tuple[int, ...]:
        """Pages that link to this one, at most 500, those first that most others link to.

        None of a generation of before they were kept.
        """
        if not self._has_backlinks:
            return ()
        with self._reading():
            row = self._connection().execute(_BACKLINKS, (page_id,)).fetchone()
            return () if row is None else backlink_row(row)

    def titles(self, page_ids: Sequence[int]) -> list[tuple[int, str]]:
        """Of those of these pages that are there: id and title, in the order asked for."""
        with self._reading():
            rows = map(page_row, self._connection().execute(_PAGES, (json.dumps(page_ids),)))
            return [(row.page_id, row.title) for row in rows]

    def timestamps(self, page_ids: Sequence[int]) -> dict[int, str]:
        """Of those of these pages that are there: when they were last changed, "" if not known."""
        with self._reading():
            rows = map(page_row, self._connection().execute(_PAGES, (json.dumps(page_ids),)))
            return {row.page_id: row.timestamp for row in rows}

    def kept_as_of(self, page_ids: Sequence[int]) -> dict[int, str]:
        """Of those of these pages that were kept from an earlier dump: the date of that one."""
        if not self._keeps:
            return {}
        with self._reading():
            wanted = json.dumps(list(page_ids))
            return dict(map(kept_row, self._connection().execute(_KEPT, (wanted,))))

    def _texts(self, page_ids: Sequence[int]) -> dict[int, tuple[TextRow, str]]:
        """Of the pages that are there: their rows, and their texts as they were written."""
        shards: dict[int, dict[int, PageRow]] = {}
        for row in self._connection().execute(_PAGES, (json.dumps(page_ids),)):
            page = page_row(row)
            shards.setdefault(page.text_shard, {})[page.text_row] = page
        found = {}
        for shard, pages in shards.items():
            path = shard_path(self._texts_directory, shard)
            with self._reading(path):
                rows = self._connections.to(path).execute(_TEXTS, (json.dumps(list(pages)),))
                for values in rows:
                    row = text_row(pages.pop(values[0]), values)
                    text = self._connections.decompressor.decompress(row.text).decode()
                    found[row.page.page_id] = row, text
                for page in pages.values():
                    raise DamagedRow(f"the text of page {page.page_id} is missing")
        return found

    def page_id_by_name(self, name: str) -> int | None:
        """The page of this title or redirect: exactly so written, else by ``title_key``.

        What only a sign tells apart is not the same: C does not lead to C++.
        """
        with self._reading():
            connection = self._connection()
            row = connection.execute(_BY_TITLE, (name,)).fetchone()
            if row:
                page = page_row(row)
                if page.title != name:
                    raise DamagedRow(f"the title {name!r} leads to {page.title!r}")
                return page.page_id
            key = title_key(name)
            if not key:
                return None
            signs = telling_signs(name)
            rows = connection.execute(_BY_ALIAS, (key, name))
            for page_id, found, title, checksum in rows:
                check_alias(checksum, key, page_id, found)
                if telling_signs(found or title) == signs:
                    return int(page_id)
            return None

    def page_id_by_key(self, key: str) -> int | None:
        """The page that its source calls so: the path of a file in a folder, for example."""
        with self._reading():
            row = self._connection().execute(_BY_KEY, (key,)).fetchone()
            return None if row is None else page_row(row).page_id

    def aliases_of_page(self, page_id: int, kind: AliasKind, limit: int) -> list[str]:
        """The redirects or anchors of a page (``kind``), the most used first."""
        with self._reading():
            rows = self._connection().execute(
                f"SELECT name FROM aliases WHERE page_id = ? AND kind = ? AND {LISTED_WITH_PAGE} "
                "ORDER BY weight DESC, name LIMIT ?",
                (page_id, KINDS.index(kind), limit),
            )
            return [name for (name,) in rows]

    def aliases(self, keys: Sequence[str]) -> list[Alias]:
        """Aliases with one of these ``title_key`` forms, of pages with a text.

        By key in the order given, then by kind in the order of ``KINDS``, then the most popular
        first. At most 30 pages of each key by parts of titles, by meanings and by anchors.
        """
        wanted = json.dumps(list(dict.fromkeys(keys)))
        with self._reading():
            rows = self._connection().execute(_ALIASES, (wanted,)).fetchall()
            for key, _, _, page_id, name, *_, checksum in rows:
                check_alias(checksum, key, page_id, name)  # hits show it
        return [
            Alias(
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
                key, kind, weight, page_id, name, title,
                links_in, first_passage, is_disambiguation, _,
            ) in rows
        ]  # fmt: skip

    def suggest(self, prefix: str, limit: int, other_ways: Sequence[str] = ()) -> list[Suggestion]:
        """Pages that ``prefix``, or another way to write it, begins to name, popular ones first."""
        with self._reading():
            return suggest(self._connection(), prefix, limit, other_ways)

    def passages(self, passage_ids: Sequence[int]) -> list[tuple[Passage, int]]:
        """Passages with their page's revision id, in the order asked for."""
        wanted = list(dict.fromkeys(passage_ids))
        with self._reading():
            rows = self._connection().execute(_PAGES_OF, (json.dumps(wanted),)).fetchall()
            texts = self._texts(list({page_id: None for _, page_id in rows}))
            found = {
                passage_id: (_passage(passage_id, *texts[page_id]), texts[page_id][0].page)
                for passage_id, page_id in rows
                if page_id in texts
            }
            if missing := [number for number in wanted if number not in found]:
                raise DamagedRow(f"passage {missing[0]} is missing")
        return [(found[number][0], found[number][1].revision_id) for number in passage_ids]

    def places(self, passage_ids: Sequence[int]) -> list[PassagePlace]:
        """Where passages stand, in the order asked for; ids of no passage are left out."""
        with self._reading():
            rows = self._connection().execute(_PLACES, (json.dumps(list(passage_ids)),))
            return [PassagePlace(*row) for row in rows]

    def passages_of_page(self, page_id: int) -> list[Passage]:
        """All passages of a page in reading order; none if there is no such page."""
        with self._reading():
            found = self._texts([page_id])
            if page_id not in found:
                return []
            page = found[page_id][0].page
            ids = range(page.first_passage, page.first_passage + page.passage_count)
            return [_passage(passage_id, *found[page_id]) for passage_id in ids]

    def lead_count(self) -> int:
        """Number of articles with a passage; some consist of templates only."""
        if self._lead_count is None:  # of millions they are counted in seconds
            self._lead_count = self._one("SELECT count(*) FROM pages WHERE passage_count > 0")
        return self._lead_count

    def revision_years(self) -> dict[int, int]:
        """How many articles have a revision of which year; without those of no known date."""
        if self._revision_years is None:  # of millions they are counted in seconds
            with self._reading():
                rows = self._connection().execute(_REVISION_YEARS).fetchall()
            self._revision_years = {int(year): count for year, count in rows if year.isdigit()}
        return self._revision_years

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
        with self._reading():
            rows = self._connection().execute(
                "SELECT passage_id, page_id FROM passages "
                "WHERE passage_id >= ? AND passage_id < ? ORDER BY passage_id",
                (start, self.passage_count if end is None else end),
            )
            current: tuple[TextRow, str] | None = None
            for passage_id, page_id in rows:
                if current is None or current[0].page.page_id != page_id:
                    current = self._texts([page_id]).get(page_id)
                if current is None:
                    raise DamagedRow(f"page {page_id} is missing")
                yield _passage(passage_id, *current), passage_id - current[0].page.first_passage

    def digests(self) -> Iterator[PageDigests]:
        """By what every page and its passages are known again, by page id."""
        with self._reading():
            rows = self._connection().execute(
                f"SELECT {DIGEST_COLUMNS} FROM digests JOIN pages USING (page_id) ORDER BY page_id"
            )
            yield from map(page_digests, rows)

    def versions(self, after: DocumentKey | None = None) -> Iterator[PageVersion]:
        """Every page with its digests, by key: numbers first, then texts by their code points.

        With ``after`` only those that come after this key, whether or not there is such a page.
        """
        if not isinstance(after, str):
            least = -1 if after is None else after
            by_number = "WHERE source_key IS NULL AND pages.page_id > ? ORDER BY pages.page_id"
            yield from self._versions(by_number, least)
        by_text = "WHERE source_key > ? ORDER BY source_key"
        yield from self._versions(by_text, after if isinstance(after, str) else "")

    def _versions(self, which: str, after: DocumentKey) -> Iterator[PageVersion]:
        sql = f"SELECT {VERSION_COLUMNS} FROM pages CROSS JOIN digests USING (page_id) {which}"
        with self._reading():
            for values in self._connection().execute(sql, (after,)):
                page_id = values[0]
                yield page_version(values, self.kept_as_of([page_id]).get(page_id))

    def passages_of_pages(self) -> Iterator[tuple[int, int, int]]:
        """Of every page with passages: the first one, their number, and the links to the page.

        By page id, as ``pages_with_passages``.
        """
        with self._reading():
            yield from self._connection().execute(
                "SELECT first_passage, passage_count, links_in FROM pages WHERE passage_count > 0 "
                "ORDER BY page_id"
            )

    def pages_with_passages(self) -> Iterator[int]:
        """The ids of these pages, in order."""
        sql = "SELECT page_id FROM pages WHERE passage_count > 0 ORDER BY page_id"
        with self._reading():
            for (page_id,) in self._connection().execute(sql):
                yield page_id


def _start_of(section: list[Any]) -> int:
    start: int = section[1]
    return start


def _passage(passage_id: int, row: TextRow, text: str) -> Passage:
    """The passage of this number. Raises DamagedRow if it is not of this page."""
    start, end = row.bounds_of(passage_id)
    place = bisect_right(row.sections, start, key=_start_of)
    return Passage(
        passage_id=passage_id,
        page_id=row.page.page_id,
        title=row.page.title,
        heading_path=tuple(row.sections[place - 1][0]) if place else (),
        text=text[start:end],
        start=start,
        end=end,
    )
