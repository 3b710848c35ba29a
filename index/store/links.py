"""Turn link runs into what the whole dump knows of each page: links in, and the words of the links.

One global step, out of core: DuckDB sorts and groups on disk within a memory limit. The only file
that imports duckdb.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import zstandard

from pinakes.index.store.rows import MOST_BACKLINKS

__all__ = ["MEMORY_LIMIT", "LinkTotals", "open_link_totals", "scratch_size"]

MEMORY_LIMIT = 1_000_000_000
_BATCH = 10_000
_LINKS_AT_ONCE = 2_000_000
_DATABASE, _TITLES = "links.duckdb", "titles.tsv.zst"
# Words that link to a page only once are as often a slip as a name.
_MIN_ANCHOR_LINKS = 2
_MAX_ANCHORS = 8


class LinkTotals:
    """Links of the whole dump, resolved to pages."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def links_in(self) -> Iterator[tuple[int, int]]:
        """Page id and number of other pages that link to it, by page id."""
        yield from self._rows("SELECT page_id, links FROM popular ORDER BY page_id")

    def backlinks(self) -> Iterator[tuple[int, list[int]]]:
        """Page id and the pages that link to it, those first that most others link to.

        At most ``MOST_BACKLINKS`` of each page; by page id.
        """
        self._connection.execute(
            "CREATE TEMP TABLE linking AS "
            "SELECT DISTINCT number, page_id, links FROM titles LEFT JOIN popular USING (page_id)"
        )
        # To put the links of all pages in order at once takes more memory than there is.
        for first, last in list(self._spans_of_pages()):
            rows = self._rows(
                "SELECT page_id, source FROM ("
                "  SELECT linked.page_id, linking.page_id AS source, row_number() OVER ("
                "    PARTITION BY linked.page_id"
                "    ORDER BY coalesce(links, 0) DESC, linking.page_id) AS place"
                "  FROM (SELECT DISTINCT page_id, source FROM resolved"
                f"   WHERE page_id BETWEEN {first} AND {last}) AS linked"
                "  JOIN linking ON linking.number = linked.source)"
                f" WHERE place <= {MOST_BACKLINKS} ORDER BY page_id, place"
            )
            for page_id, group in groupby(rows, itemgetter(0)):
                yield page_id, [source for _, source in group]

    def _spans_of_pages(self) -> Iterator[tuple[int, int]]:
        """First and last id of pages that have a bounded number of links together."""
        first, sum_of_links = None, 0
        for page_id, links in self.links_in():
            first = page_id if first is None else first
            sum_of_links += links
            last = page_id
            if sum_of_links >= _LINKS_AT_ONCE:
                yield first, last
                first, sum_of_links = None, 0
        if first is not None:
            yield first, last

    def anchors(self) -> Iterator[tuple[int, str, int]]:
        """Page id, link words and how many pages use them; the few most used of each page."""
        yield from self._rows(
            "SELECT page_id, anchor, links FROM ("
            "  SELECT page_id, anchor, count(DISTINCT source) AS links, row_number() OVER ("
            "    PARTITION BY page_id ORDER BY count(DISTINCT source) DESC, anchor) AS place"
            "  FROM resolved WHERE length(anchor) BETWEEN 2 AND 80"
            "  AND lower(anchor) <> lower(target) GROUP BY page_id, anchor"
            f"  HAVING count(DISTINCT source) >= {_MIN_ANCHOR_LINKS})"
            f" WHERE place <= {_MAX_ANCHORS} ORDER BY page_id, place"
        )

    def _rows(self, sql: str) -> Iterator[Any]:
        result = self._connection.execute(sql)
        while rows := result.fetchmany(_BATCH):
            yield from rows


def scratch_size(scratch: Path) -> int:
    """Bytes that an open LinkTotals takes in its scratch directory."""
    spill = scratch / "spill"
    paths = [scratch / _DATABASE, scratch / _TITLES, *(spill.rglob("*") if spill.exists() else ())]
    return sum(path.stat().st_size for path in paths if path.exists())


@contextmanager
def open_link_totals(
    runs: Iterable[Path], titles: Iterable[tuple[int, int, str]], scratch: Path
) -> Iterator[LinkTotals]:
    """Resolve the links in ``runs`` against ``titles``, those of a page to itself left out.

    ``titles``: page id, the number by which runs know the page, and its title or a redirect's.

    ``scratch`` is a directory for spilled data; it is emptied of it at the end.
    """
    database = scratch / _DATABASE
    titles_file = scratch / _TITLES
    for leftover in (database, database.with_suffix(".duckdb.wal")):
        leftover.unlink(missing_ok=True)
    with zstandard.open(titles_file, "wt", encoding="utf-8", newline="\n") as lines:
        for page_id, number, title in titles:
            lines.write(f"{page_id}\t{number}\t{title}\n")
    options: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{MEMORY_LIMIT // 1_000_000}MB",
        "threads": "2",
        "temp_directory": str(scratch / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    connection = duckdb.connect(str(database), config=options)
    try:
        plain = "auto_detect=false, delim='\t', header=false, quote='', escape=''"
        connection.execute(
            f"CREATE TABLE titles AS SELECT * FROM read_csv(?, {plain}, "
            "columns={'page_id': 'BIGINT', 'number': 'BIGINT', 'title': 'VARCHAR'})",
            [str(titles_file)],
        )
        connection.execute(
            "CREATE TABLE resolved AS SELECT titles.page_id, target, anchor, source "
            f"FROM read_csv(?, {plain}, columns={{'target': 'VARCHAR', 'anchor': 'VARCHAR', "
            "'source': 'BIGINT'}) AS links JOIN titles ON links.target = titles.title "
            "AND links.source <> titles.number",
            [[str(run) for run in runs]],
        )
        connection.execute(
            "CREATE TABLE popular AS "
            "SELECT page_id, count(DISTINCT source) AS links FROM resolved GROUP BY page_id"
        )
        yield LinkTotals(connection)
    finally:
        connection.close()
        database.unlink(missing_ok=True)
        titles_file.unlink(missing_ok=True)
