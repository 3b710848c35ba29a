"""Complete what was typed to the titles and redirects of a store, popular pages first.

Reads the tables ``aliases`` and ``completions`` and writes nothing. However many begin alike,
a bounded number of rows is read: see ``completions``.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pinakes.index.aliases.completions import MOST_ALIASES, Completion
from pinakes.index.aliases.kinds import KINDS, SUGGESTED
from pinakes.index.aliases.table import POPULARITY, check_alias
from pinakes.index.aliases.titles import title_key
from pinakes.index.checksums import DamagedRow
from pinakes.index.store.rows import PAGE_COLUMNS, page_row
from pinakes.index.types import Suggestion

__all__ = ["suggest"]

_LEAST_LETTERS_FOR_TYPOS = 4
_MOST_CHILDREN = 64
# Beginnings one typo away of which aliases are read, and how many of all of them.
_MOST_BEGINNINGS = 30
_MOST_WITH_TYPO = 1_000
_LAST = "\U0010ffff"
_KINDS = ", ".join(str(KINDS.index(kind)) for kind in SUGGESTED)
_LATER = KINDS.index("later")

_EXACT = (
    "SELECT key, page_id, name, checksum FROM aliases WHERE key = ? "
    f"AND kind IN ({KINDS.index('title')}, {KINDS.index('redirect')}) ORDER BY weight DESC, kind"
)
# The order of ``completions``.
_IN_RANGE = (
    "SELECT key, page_id, name, checksum FROM aliases WHERE key >= ? AND key < ? "
    f"AND kind IN ({_KINDS}) ORDER BY kind = {_LATER}, weight DESC, kind, length(key), key "
    f"LIMIT {MOST_ALIASES}"
)
# Jumps from letter to letter: the first alias with each of them.
_NEXT_LETTERS = (
    "WITH RECURSIVE first(key) AS ("
    "  SELECT (SELECT key FROM aliases WHERE key > :stem AND key < :end ORDER BY key LIMIT 1)"
    "  UNION ALL"
    "  SELECT (SELECT key FROM aliases WHERE key < :end"
    "    AND key >= substr(first.key, 1, :length) || :last ORDER BY key LIMIT 1)"
    "  FROM first WHERE first.key IS NOT NULL)"
    f"SELECT substr(key, :length, 1) FROM first WHERE key IS NOT NULL LIMIT {_MOST_CHILDREN}"
)
_EXISTING = (
    "SELECT value FROM json_each(?) WHERE EXISTS ("
    f"SELECT 1 FROM aliases WHERE key >= value AND key < value || '{_LAST}')"
)


def suggest(
    connection: sqlite3.Connection, prefix: str, limit: int, other_ways: Sequence[str] = ()
) -> list[Suggestion]:
    """Pages that ``prefix`` begins to name, each once; at most 50.

    First those named just so, then titles and redirects that begin so, then titles with a later
    word that does; in each the popular first. The same of ``other_ways`` to write the prefix
    follows. Where these are fewer than ``limit`` and the prefix has four letters, those one typo
    away follow: a letter too many, missing, wrong, or two swapped, but the first letter right.
    Raises DamagedRow.
    """
    key = title_key(prefix)
    if not key:
        return []
    found: dict[int, str] = {}
    keys = list(dict.fromkeys([key, *filter(None, map(title_key, other_ways))]))
    for way in keys:
        _add(found, _checked(connection.execute(_EXACT, (way,))), limit)
    for way in keys:
        _add(found, _completions(connection, way), limit)
    if len(found) < limit and len(key) >= _LEAST_LETTERS_FOR_TYPOS:
        _add(found, _with_typo(connection, key), limit)
    titles = {row[0]: page_row(row).title for row in _pages(connection, found, PAGE_COLUMNS)}
    if missing := found.keys() - titles.keys():
        raise DamagedRow(f"page {min(missing)} is missing")
    return [
        Suggestion(page_id, titles[page_id], matched or None) for page_id, matched in found.items()
    ]


def _add(found: dict[int, str], completions: Iterable[Completion], limit: int) -> None:
    for page_id, name in completions:
        if len(found) >= limit:
            return
        found.setdefault(page_id, name)


def _checked(rows: Iterable[tuple[str, int, str, int]]) -> Iterator[Completion]:
    """Page id and name of each row that is taken."""
    for key, page_id, name, checksum in rows:
        check_alias(checksum, key, page_id, name)
        yield page_id, name


def _completions(connection: sqlite3.Connection, key: str) -> Iterable[Completion]:
    common = connection.execute(
        "SELECT found, checksum FROM completions WHERE prefix = ?", (key,)
    ).fetchone()
    if common:
        check_alias(common[1], key, common[0])
        return [(page_id, name) for page_id, name in json.loads(common[0])]
    return _checked(connection.execute(_IN_RANGE, (key, key + _LAST)))


def _with_typo(connection: sqlite3.Connection, key: str) -> list[Completion]:
    """What the beginnings one typo away from ``key`` complete to, popular pages first."""
    found: dict[int, str] = {}
    read = 0
    for beginning in _one_typo_away(connection, key):
        for page_id, name in _completions(connection, beginning):
            found.setdefault(page_id, name)
            read += 1
        if read > _MOST_WITH_TYPO:
            break
    rows = _pages(connection, found, f"page_id, title, {POPULARITY}")
    popular = sorted(rows, key=lambda page: (-page[2], len(page[1]), page[1]))
    return [(page_id, found[page_id]) for page_id, *_ in popular]


def _one_typo_away(connection: sqlite3.Connection, key: str) -> list[str]:
    """Existing beginnings one edit away from ``key``, late edits first: typing tells the rest."""
    candidates: dict[str, None] = {}
    for place in range(1, len(key)):
        stem, letter, rest = key[:place], key[place], key[place + 1 :]
        candidates[stem + rest] = None
        if rest:
            candidates[stem + rest[0] + letter + rest[1:]] = None
        letters = list(_next_letters(connection, stem))
        if not letters:
            break
        for other in letters:
            if other != letter:
                candidates[stem + other + letter + rest] = None
                if rest:  # otherwise the same as leaving the last letter out
                    candidates[stem + other + rest] = None
    candidates.pop(key, None)
    late_first = json.dumps([beginning for beginning in reversed(candidates) if beginning.strip()])
    existing = connection.execute(_EXISTING, (late_first,))
    return [beginning for (beginning,) in existing.fetchmany(_MOST_BEGINNINGS)]


def _next_letters(connection: sqlite3.Connection, stem: str) -> Iterator[str]:
    """The letters that follow ``stem`` in aliases."""
    values = {"stem": stem, "end": stem + _LAST, "length": len(stem) + 1, "last": _LAST}
    for (letter,) in connection.execute(_NEXT_LETTERS, values):
        yield letter


def _pages(connection: sqlite3.Connection, page_ids: Iterable[int], columns: str) -> Iterable[Any]:
    """These columns of the pages."""
    return connection.execute(
        f"SELECT {columns} FROM json_each(?) CROSS JOIN pages ON page_id = json_each.value",
        (json.dumps(list(page_ids)),),
    )
