"""Which pages of one store another one no longer has: by key, by title, or as a redirect."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pinakes.index.store.store import Store

__all__ = ["vanished_pages"]

# Pages are told apart by their number, or by the key of their source where that is a text.
_MISSING = (
    "SELECT page_id, title FROM before.pages WHERE source_key IS NULL "
    "AND page_id NOT IN (SELECT page_id FROM main.pages) UNION ALL "
    "SELECT page_id, title FROM before.pages WHERE source_key IS NOT NULL AND source_key NOT IN "
    "(SELECT source_key FROM main.pages WHERE source_key IS NOT NULL)"
)


def vanished_pages(before: Path, after: Path) -> Iterator[tuple[str, str | None]]:
    """Titles of the pages of the store ``before`` that lead nowhere in ``after``.

    With what ``kept_as_of`` was there. A page that was moved, or merged and made a redirect, has
    not vanished; one whose title another's only resembles has.
    """
    with (
        closing(sqlite3.connect(f"{after.absolute().as_uri()}?mode=ro", uri=True)) as both,
        Store(before) as old,
        Store(after) as store,
    ):
        both.execute("ATTACH ? AS before", (f"{before.absolute().as_uri()}?mode=ro",))
        for page_id, title in both.execute(_MISSING):
            if title not in store.link_targets([title]):
                yield title, old.kept_as_of([page_id]).get(page_id)
