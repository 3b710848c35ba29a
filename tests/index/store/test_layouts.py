"""How pages are laid out: kept with their texts, taken over with them, absent where never kept."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.errors import DamagedGeneration
from pinakes.index.store.store import Store
from pinakes.index.store.text_shards import shard_path, texts_beside
from pinakes.index.store.unchanged import UnchangedPages
from pinakes.index.store.writer import StoreWriter
from pinakes.ingest.layout import Layout, unpack_layout
from pinakes.ingest.passages import split_passages
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.types import Document, Redirect
from tests.index.toys import document, write_store

SITE = SiteInfo("Toy", "toywiki", "", "en", ())
WIKITEXT = "The [[Reed]] and the [[ink]] of [[Egypt]].\n* [[papyrus]]\n* [[Papyrus#Use|its use]]"


def parsed(number: int, title: str, wikitext: str) -> Document:
    """With text enough that a shard's size is that of its texts."""
    filler = "\n\n" + " ".join(
        f"{number}{word * 7919 % 1000003:06x}" for word in range(12_000 if number > 1 else 300)
    )
    return parse_document(Page(number, 0, title, number, "2026", None, wikitext + filler), SITE)


PAGES = [
    parsed(1, "Papyrus", WIKITEXT),
    *(parsed(number, f"Page {number}", f"* [[Page {number + 1}]]") for number in range(2, 9)),
    document(9, "Plain", "No layout. " * 20),
    document(10, "Ink", "Black. " * 20),
]
REDIRECTS = [Redirect(20, "Reed", "Papyrus", 1, "2026"), Redirect(21, "Reeds", "Reed", 1, "2026")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "1").mkdir()
    write_store(tmp_path / "1" / "pages.db", [*PAGES, *REDIRECTS]).close()
    return tmp_path / "1" / "pages.db"


def layouts(path: Path, keys: Iterable[int]) -> list[Layout | None]:
    with Store(path) as store:
        pages = [store.page(key) for key in keys]
        return [store.layout(page) for page in pages if page is not None]


def expected(page: Document) -> Layout | None:
    return unpack_layout(page.layout, page.text, page.links) if page.layout else None


def test_a_layout_comes_back_as_it_went_in(path: Path) -> None:
    assert layouts(path, range(1, 11)) == [expected(page) for page in PAGES]
    assert expected(PAGES[0]) is not None
    assert expected(PAGES[8]) is None


@pytest.mark.parametrize("kept", [range(2, 11), range(2, 6)], ids=["linked", "copied"])
def test_it_goes_with_the_text_to_the_next_store(path: Path, kept: range) -> None:
    following = path.parents[1] / "2" / "pages.db"
    following.parent.mkdir()
    present = UnchangedPages(path)
    writer = StoreWriter(following, present)
    changed = replace(parsed(1, "Papyrus", "Now [[Ink]]."), revision_id=99)
    writer.add_document(changed, list(split_passages(changed)))
    for key in kept:
        writer.add_unchanged(present.page(key))
    writer.index_titles()
    writer.add_aliases([], [])
    writer.close()
    present.close()
    shards = {file.name for file in texts_beside(following).iterdir()}
    assert shards == ({"000001.db", "000002.db"} if 9 in kept else {"000002.db"})
    wanted = [changed, *(PAGES[key - 1] for key in kept)]
    assert layouts(following, [1, *kept]) == [expected(page) for page in wanted]


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(shard_path(texts_beside(path), 1), isolation_level=None)
    connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layouts SET layout = (SELECT layout FROM layouts WHERE text_row = 2)",
        "UPDATE layouts SET layout = 'words' WHERE text_row = 1",
        "UPDATE layouts SET checksum = checksum + 1 WHERE text_row = 1",
        "UPDATE links SET links = (SELECT links FROM links WHERE text_row = 2) WHERE text_row = 1",
        "DELETE FROM links WHERE text_row = 1",
    ],
)
def test_a_changed_row_is_damage(path: Path, statement: str) -> None:
    change(path, statement)
    with pytest.raises(DamagedGeneration, match=r"/000001\.db cannot be read as it was"):
        layouts(path, [1])


def test_stores_of_before_there_were_layouts_are_read_and_taken_over_without(path: Path) -> None:
    change(path, "DROP TABLE layouts")
    assert layouts(path, range(1, 11)) == [None] * 10
    following = path.parents[1] / "2" / "pages.db"
    following.parent.mkdir()
    present = UnchangedPages(path)
    writer = StoreWriter(following, present)
    writer.add_unchanged(present.page(1))  # of ten: copied
    writer.index_titles()
    writer.add_aliases([], [])
    writer.close()
    present.close()
    assert layouts(following, [1]) == [None]


def test_links_lead_to_pages_by_title_and_by_redirect(path: Path) -> None:
    titles = ["Reed", "Reeds", "Papyrus", "papyrus", "Egypt", "Ink", "", "Ink"]
    with Store(path) as store:
        assert store.link_targets(titles) == {"Reed": 1, "Reeds": 1, "Papyrus": 1, "Ink": 10}
        assert store.link_targets([]) == {}
