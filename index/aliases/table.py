"""Write the table of all aliases, sorted by key, and what the commonest beginnings complete to.

Out of core: aliases are gathered in a temporary table, which SQLite keeps in a file without a name
and sorts on disk. Knows nothing of where they come from.
"""

import json
import sqlite3
from collections.abc import Iterable

from pinakes.index.aliases.completions import AliasRow, common_completions
from pinakes.index.aliases.kinds import KINDS
from pinakes.index.checksums import DamagedRow, short_row_checksum
from pinakes.index.types import AliasKind

__all__ = [
    "ALIASES_SCHEMA",
    "LISTED_WITH_PAGE",
    "POPULARITY",
    "check_alias",
    "gather_aliases",
    "scratch_size",
    "write_aliases",
]

ALIASES_SCHEMA = """
-- Every name a page answers to. kind: its place in KINDS. name: empty where it is the page's title.
-- weight: what decides between pages of one key, popularity or, for anchors, the links so worded.
CREATE TABLE aliases (
    key TEXT NOT NULL, kind INTEGER NOT NULL, weight INTEGER NOT NULL, page_id INTEGER NOT NULL,
    name TEXT NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (key, kind, weight DESC, page_id, name)
) WITHOUT ROWID;
-- The best pages for beginnings of more aliases than should be read at a keystroke, as JSON.
CREATE TABLE completions (
    prefix TEXT PRIMARY KEY, found TEXT NOT NULL, checksum INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE gathered (
    key TEXT NOT NULL, kind INTEGER NOT NULL, page_id INTEGER NOT NULL, name TEXT NOT NULL,
    links INTEGER NOT NULL
);
"""
# Links in decide; among pages of as many, the longer is the likelier to be meant.
POPULARITY = "(links_in * 1024 + min(passage_count, 1023))"

# Pages that share a key by part of their title or by words of links: the foremost are kept.
_MOST_ALIKE = 30
_UNBOUNDED = ", ".join(str(KINDS.index(kind)) for kind in ("title", "redirect", "later"))
_SORTED = f"""
INSERT INTO aliases
SELECT key, kind, weight, page_id, name, alias_checksum(key, page_id, name) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY key, kind ORDER BY weight DESC, page_id, name
    ) AS place FROM (
        SELECT DISTINCT key, kind, page_id, name,
            CASE kind WHEN {KINDS.index("anchor")} THEN links ELSE {POPULARITY} END AS weight
        FROM gathered CROSS JOIN pages USING (page_id)
    )
) WHERE place <= {_MOST_ALIKE} OR kind IN ({_UNBOUNDED})
"""
# Kinds that are read by page; SQLite uses the index where a query says the same words.
LISTED_WITH_PAGE = f"kind IN ({KINDS.index('redirect')}, {KINDS.index('anchor')})"
_BY_PAGE = f"CREATE INDEX aliases_by_page ON aliases (page_id, kind) WHERE {LISTED_WITH_PAGE}"


def gather_aliases(
    connection: sqlite3.Connection, kind: AliasKind, aliases: Iterable[tuple[str, int, str, int]]
) -> None:
    """Remember aliases of one kind: key, page id, name (empty for the title itself), links."""
    number = KINDS.index(kind)
    connection.executemany(
        "INSERT INTO gathered VALUES (?, ?, ?, ?, ?)",
        ((key, number, page_id, name, links) for key, page_id, name, links in aliases if key),
    )


def write_aliases(connection: sqlite3.Connection) -> None:
    """Sort what was gathered into ``aliases`` and find the completions of common beginnings."""
    connection.create_function("alias_checksum", 3, short_row_checksum)
    connection.execute(_SORTED)
    rows: Iterable[AliasRow] = connection.execute(
        "SELECT key, kind, weight, page_id, name FROM aliases ORDER BY key, kind, weight DESC"
    )
    connection.executemany(
        "INSERT INTO completions VALUES (?, ?, ?)",
        (
            (prefix, text, short_row_checksum(prefix, text))
            for prefix, found in common_completions(rows)
            for text in [json.dumps(found, ensure_ascii=False, separators=(",", ":"))]
        ),
    )
    connection.execute(_BY_PAGE)


def check_alias(checksum: int, *values: object) -> None:
    """Raise DamagedRow unless ``checksum`` is that of ``values``.

    Of an alias these are its key, page id and the name; of completions prefix and JSON.
    """
    if short_row_checksum(*values) != checksum:
        raise DamagedRow(f"the row of the alias {values[0]!r} is not as it was written")


def scratch_size(connection: sqlite3.Connection) -> int:
    """Bytes of temporary files that ``write_aliases`` takes: what was gathered, and sorted runs."""
    pages: int = connection.execute("PRAGMA temp.page_count").fetchone()[0]
    size: int = connection.execute("PRAGMA temp.page_size").fetchone()[0]
    return 2 * pages * size
