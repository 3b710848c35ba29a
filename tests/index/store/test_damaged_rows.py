"""Rows that are not as they were written are never shown."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pinakes.index.errors import DamagedGeneration
from pinakes.index.health import Health
from pinakes.index.store.store import Store
from pinakes.index.store.text_shards import shard_path, texts_beside
from pinakes.ingest.types import Redirect
from tests.index.toys import document, write_store

SENTENCE = "The library kept a great many scrolls of papyrus on its long shelves. "
Read = Callable[[Store], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    pages = [
        document(1, "Papyrus", "== Use ==\n" + SENTENCE * 60),
        document(2, "Parchment", SENTENCE * 40),
        Redirect(3, "Reed", "Papyrus", 30, "2026-01-01T00:00:00Z"),
    ]
    write_store(tmp_path / "pages.db", pages, links_in=[(1, 8)]).close()
    return tmp_path / "pages.db"


def change(path: Path, *statements: str) -> None:
    """Carry statements out where the table lies that they change: in the store or the shard."""
    is_text = re.match(r"(UPDATE|DELETE FROM) (texts|links) ", statements[0])
    shard = shard_path(texts_beside(path), 1)
    connection = sqlite3.connect(shard if is_text else path, isolation_level=None)
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    connection.close()


READS: dict[str, Read] = {
    "page": lambda store: store.page(1),
    "passages": lambda store: store.passages([0, 1]),
    "of page": lambda store: store.passages_of_page(1),
    "all": lambda store: list(store.all_passages()),
    "by title": lambda store: store.page(store.page_id_by_name("Papyrus") or 0),
    "by redirect": lambda store: store.page(store.page_id_by_name("Reed") or 0),
    "suggest": lambda store: store.suggest("papy", 5),
    "aliases": lambda store: store.aliases(["papyrus", "reed"]),
}
SHOWN = tuple(READS)[:-2]  # whatever shows the page's text


@pytest.mark.parametrize(
    ("statement", "readers"),
    [
        ("UPDATE pages SET title = 'Papyrvs' WHERE page_id = 1", (*SHOWN[:4], "suggest")),
        ("UPDATE pages SET revision_id = 11 WHERE page_id = 1", (*SHOWN, "suggest")),
        ("UPDATE pages SET timestamp = '2027' WHERE page_id = 1", (*SHOWN, "suggest")),
        ("UPDATE pages SET is_disambiguation = 1 WHERE page_id = 1", SHOWN),
        ("UPDATE pages SET links_in = 9 WHERE page_id = 1", SHOWN),
        ("UPDATE pages SET first_passage = 1 WHERE page_id = 1", SHOWN),
        ("UPDATE pages SET passage_count = 1 WHERE page_id = 1", SHOWN),
        ("UPDATE pages SET checksum = checksum + 1 WHERE page_id = 1", SHOWN),
        ("UPDATE pages SET text_shard = 2 WHERE page_id = 1", SHOWN),
        ("UPDATE pages SET text_row = 2 WHERE page_id = 1", SHOWN),
        ("UPDATE texts SET sections = replace(sections, 'Use', 'Uses') WHERE text_row = 1", SHOWN),
        ("UPDATE texts SET sections = '[' WHERE text_row = 1", SHOWN),
        ("UPDATE texts SET bounds = zeroblob(length(bounds)) WHERE text_row = 1", SHOWN),
        ("UPDATE texts SET bounds = 'words' WHERE text_row = 1", SHOWN),
        ("UPDATE texts SET text = (SELECT text FROM texts WHERE text_row = 2)", SHOWN),
        ("UPDATE texts SET checksum = NULL || 'x' IS NULL WHERE text_row = 1", SHOWN),
        ("UPDATE texts SET text_row = 7 WHERE text_row = 1", SHOWN),
        ("DELETE FROM texts WHERE text_row = 1", SHOWN),
        ("UPDATE passages SET page_id = 2 WHERE passage_id = 0", ("passages", "all")),
        ("UPDATE passages SET page_id = 9 WHERE passage_id = 0", ("passages", "all")),
        ("DELETE FROM passages WHERE passage_id = 0", ("passages",)),
        ("UPDATE aliases SET page_id = 2 WHERE name = 'Reed'", ("by redirect",)),
        ("UPDATE aliases SET page_id = 2 WHERE key = 'papyrus'", ("suggest", "aliases")),
        ("UPDATE aliases SET name = 'Reeds' WHERE name = 'Reed'", ("by redirect", "aliases")),
    ],
)
def test_a_changed_row_is_damage_for_all_that_read_it(
    path: Path, statement: str, readers: tuple[str, ...]
) -> None:
    change(path, statement)
    file = "000001.db" if " texts " in statement else "pages.db"
    for name in readers:
        health = Health()
        with Store(path, health) as store:
            with pytest.raises(DamagedGeneration, match=f"/{file} cannot be read as it was"):
                READS[name](store)
            assert health.damage
            assert file in health.damage


def test_a_title_that_leads_to_another_page_is_damage(path: Path) -> None:
    """As where its index is damaged; here two titles have changed places."""
    change(
        path,
        "UPDATE pages SET title = 'x' WHERE page_id = 1",
        "UPDATE pages SET title = 'Papyrus' WHERE page_id = 2",
    )
    with Store(path) as store, pytest.raises(DamagedGeneration):
        store.page_id_by_name("Papyrus")


def test_completions_of_common_beginnings_are_covered(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("INSERT INTO completions VALUES ('pa', '[[2, \"\"]]', 5)")
    connection.close()
    with Store(path) as store, pytest.raises(DamagedGeneration):
        store.suggest("pa", 5)


def test_what_has_not_changed_is_read(path: Path) -> None:
    with Store(path) as store:
        assert all(read(store) for read in READS.values())
