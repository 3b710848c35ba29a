"""How pages are laid out, read from text shards, and which pages their links lead to.

Generations of before there were layouts have none: so do texts that come from their shards.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from pinakes.index.aliases.kinds import KINDS
from pinakes.index.aliases.table import check_alias
from pinakes.index.aliases.titles import title_key
from pinakes.index.checksums import DamagedRow
from pinakes.index.store.connections import has_table
from pinakes.index.store.rows import (
    LAYOUT_COLUMNS,
    LINK_COLUMNS,
    PAGE_COLUMNS,
    PageRow,
    layout_row,
    links_and_names,
    page_row,
)
from pinakes.ingest.layout import Layout, unpack_layout

__all__ = ["layout_values_of", "link_targets", "read_layout"]

_BY_TITLE = (
    f"SELECT {PAGE_COLUMNS} FROM json_each(?) AS wanted "
    "CROSS JOIN pages ON pages.title = wanted.value"
)
_BY_REDIRECT = (
    "SELECT name, page_id, aliases.key, checksum FROM json_each(?) AS wanted "
    "CROSS JOIN aliases ON aliases.key = json_extract(wanted.value, '$[0]') "
    f"AND kind = {KINDS.index('redirect')} AND name = json_extract(wanted.value, '$[1]')"
)


def layout_values_of(connection: sqlite3.Connection, row: int) -> tuple[Any, ...] | None:
    """LAYOUT_COLUMNS of a row of this text shard, unread; None where it has none."""
    if not has_table(connection, "layouts"):
        return None
    sql = f"SELECT {LAYOUT_COLUMNS} FROM layouts WHERE text_row = ?"
    found: tuple[Any, ...] | None = connection.execute(sql, (row,)).fetchone()
    return found


def read_layout(shard: sqlite3.Connection, page: PageRow, text: str) -> Layout | None:
    """The layout of a page with this text; None where there is none that this program reads.

    Raises DamagedRow when it or its links are not as they were written.
    """
    values = layout_values_of(shard, page.text_row)
    if values is None:
        return None
    packed = layout_row(page, values)
    sql = f"SELECT {LINK_COLUMNS} FROM links WHERE text_row = ?"
    linked = shard.execute(sql, (page.text_row,)).fetchone()
    if linked is None:
        raise DamagedRow(f"the links of page {page.page_id} are missing")
    links, _ = links_and_names(page, linked)
    try:
        return unpack_layout(packed, text, links)
    except ValueError:  # as another version of this program packed it
        return None


def link_targets(connection: sqlite3.Connection, titles: Iterable[str]) -> dict[str, int]:
    """The pages of those of these titles that a page has, or a redirect to one; exactly so written.

    Raises DamagedRow when one is not as it was written.
    """
    wanted = list(dict.fromkeys(titles))
    pages = map(page_row, connection.execute(_BY_TITLE, (json.dumps(wanted),)))
    found = {page.title: page.page_id for page in pages}
    others = [(title_key(title), title) for title in wanted if title not in found]
    for name, page_id, key, checksum in connection.execute(_BY_REDIRECT, (json.dumps(others),)):
        check_alias(checksum, key, page_id, name)
        found.setdefault(name, page_id)
    return found
