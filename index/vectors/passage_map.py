"""Which passage of a new store is which of an old one, by the digests of what is embedded of them.

A passage whose digest is the same has the same vector, wherever it stands now. Knows nothing of
vectors.
"""

import sqlite3
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from pinakes.index.store.rows import PageDigests
from pinakes.index.vectors.ids import GONE, PassageMap

__all__ = ["passage_map"]

Digested = tuple[bytes, int]  # digest and id of a passage

_SCRATCH = "passages.scratch.db"
_SCHEMA = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "CREATE TABLE old (digest BLOB NOT NULL, passage INTEGER NOT NULL)",
    "CREATE TABLE new (digest BLOB NOT NULL, passage INTEGER NOT NULL)",
    "BEGIN",
)


def passage_map(
    old: Iterable[PageDigests], new: Iterable[PageDigests], passages: int, scratch: Path
) -> PassageMap:
    """For each of the old store's ``passages`` its id in the new one, or GONE.

    ``old`` and ``new``: by page id. Of equal digests the first is taken for the first: of a page
    for those of the same page, then of the rest for the rest, which is sorted on disk in the
    directory ``scratch``.
    """
    moved = np.full(passages, GONE, np.uint32)
    path = scratch / _SCRATCH
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            # Sorted runs lie there, too, not on the disk of /var/tmp.
            directory = str(scratch).replace("'", "''")
            connection.execute(f"PRAGMA temp_store_directory = '{directory}'")
            for statement in _SCHEMA:
                connection.execute(statement)
            for was, is_now in _paired(old, new):
                rest = _match(was, is_now, moved)
                for table, passages_left in zip(("old", "new"), rest, strict=True):
                    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", passages_left)
            for before, after in _same(_sorted(connection, "old"), _sorted(connection, "new")):
                moved[before] = after
    finally:
        path.unlink(missing_ok=True)
    return moved


def _paired(
    old: Iterable[PageDigests], new: Iterable[PageDigests]
) -> Iterator[tuple[PageDigests | None, PageDigests | None]]:
    """The pages of both by their ids; None for one that is not there."""
    olds, news = iter(old), iter(new)
    was, is_now = next(olds, None), next(news, None)
    while was is not None or is_now is not None:
        if is_now is None or (was is not None and was.page_id < is_now.page_id):
            yield was, None
            was = next(olds, None)
        elif was is None or is_now.page_id < was.page_id:
            yield None, is_now
            is_now = next(news, None)
        else:
            yield was, is_now
            was, is_now = next(olds, None), next(news, None)


def _match(
    was: PageDigests | None, is_now: PageDigests | None, moved: PassageMap
) -> tuple[list[Digested], list[Digested]]:
    """Note what a page still has in ``moved``; what is left of it before and now."""
    if was is not None and is_now is not None and was.passages == is_now.passages:
        before, after = _ids(was), _ids(is_now)
        moved[before.start : before.stop] = np.arange(after.start, after.stop)
        return [], []
    left: list[Digested] = []
    there: defaultdict[bytes, deque[int]] = defaultdict(deque)
    for digest, passage in _digested(is_now):
        there[digest].append(passage)
    for digest, passage in _digested(was):
        if there[digest]:
            moved[passage] = there[digest].popleft()
        else:
            left.append((digest, passage))
    return left, [(digest, passage) for digest, some in there.items() for passage in some]


def _digested(page: PageDigests | None) -> Iterator[Digested]:
    if page is not None:
        yield from zip(page.passages, _ids(page), strict=True)


def _ids(page: PageDigests) -> range:
    return range(page.first_passage, page.first_passage + len(page.passages))


def _sorted(connection: sqlite3.Connection, table: str) -> Iterator[Digested]:
    return connection.execute(f"SELECT digest, passage FROM {table} ORDER BY digest, passage")


def _same(old: Iterator[Digested], new: Iterator[Digested]) -> Iterator[tuple[int, int]]:
    """Passages of equal digests, before and now; both are sorted."""
    was, is_now = next(old, None), next(new, None)
    while was is not None and is_now is not None:
        if was[0] == is_now[0]:
            yield was[1], is_now[1]
        before, after = was[0], is_now[0]
        if before <= after:
            was = next(old, None)
        if after <= before:
            is_now = next(new, None)
