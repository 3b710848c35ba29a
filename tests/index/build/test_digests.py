"""What has not changed from one dump to the next is known again by its digests."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.encoders.passage_text import passage_digest
from pinakes.index.errors import DamagedGeneration
from pinakes.index.generations import current_generation
from pinakes.index.store.rows import PageDigests
from pinakes.index.store.store import Store
from pinakes.ingest.sources.mediawiki.extract import made_from
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from tests.index.collections import make
from tests.index.toys import article, write_dump
from tests.ingest.json_lines import JsonLinesSource, write_json_lines

pytestmark = pytest.mark.usefixtures("thread_executor")

PAPYRUS = article(1, "Papyrus", "A reed of the Nile. " * 3)
SCROLL = article(3, "Scroll", f"{'A roll of papyrus. ' * 90}\n== Kinds ==\n{'Long. ' * 90}")


def digests(directory: Path, pages: list[str]) -> dict[int, PageDigests]:
    """Those of a collection of these pages, by page id."""
    make(directory / "toy", write_dump(directory / "dump", pages), "none")
    with Store(current_generation(directory / "toy") / "pages.db") as store:
        return {page.page_id: page for page in store.digests()}


def test_what_stays_has_the_same_digests_and_what_changes_others(tmp_path: Path) -> None:
    before = digests(tmp_path / "1", [PAPYRUS, SCROLL])
    assert len(before[3].passages) > 1
    edited = SCROLL.replace("Long. </text>", "Short. </text>").replace("<id>30<", "<id>31<")
    after = digests(tmp_path / "2", [article(2, "News", "New."), PAPYRUS, edited])
    assert before[1] == replace(after[1], first_passage=0)
    assert after[3].made_from != before[3].made_from
    assert after[3].passages[:-1] == before[3].passages[:-1]
    assert after[3].passages[-1] != before[3].passages[-1]
    moved = digests(tmp_path / "3", [PAPYRUS, SCROLL.replace("Scroll", "Scrolls", 1)])
    assert not set(moved[3].passages) & set(before[3].passages)


def test_a_passage_is_known_by_what_is_embedded_of_it(tmp_path: Path) -> None:
    found = digests(tmp_path, [PAPYRUS, SCROLL])
    with Store(current_generation(tmp_path / "toy") / "pages.db") as store:
        for page in found.values():
            assert page.passages == tuple(
                passage_digest(one.title, one.heading_path, one.text)
                for one in store.passages_of_page(page.page_id)
            )


def test_a_page_is_known_by_its_wikitext_and_its_wiki() -> None:
    page = Page(1, 0, "Title", 10, "2026-01-01T00:00:00Z", None, "Text.")
    site = SiteInfo("toywiki", "Toy", "", "en", ((10, "Template"),))
    same = made_from(page, site)
    assert same == made_from(replace(page), replace(site))
    others = [
        replace(page, title="Other"),
        replace(page, wikitext="Text!"),
        replace(page, revision_id=11),
    ]
    assert same not in [made_from(other, site) for other in others]
    assert same != made_from(page, replace(site, language="de"))


def test_of_other_sources_keys_are_known_and_passages(tmp_path: Path) -> None:
    path = write_json_lines(tmp_path / "a.jsonl", [{"path": "/a", "title": "A", "text": "Text."}])
    make(tmp_path / "a", JsonLinesSource.open([path]), "none")
    with Store(current_generation(tmp_path / "a") / "pages.db") as store:
        [page] = store.digests()
    assert page == PageDigests(1, "/a", 0, b"", (passage_digest("A", (), "Text."),))


def test_damaged_digests_are_refused(tmp_path: Path) -> None:
    digests(tmp_path, [PAPYRUS])
    path = current_generation(tmp_path / "toy") / "pages.db"
    connection = sqlite3.connect(path)
    connection.execute("UPDATE digests SET made_from = x'00'")
    connection.commit()
    connection.close()
    with Store(path) as store, pytest.raises(DamagedGeneration):
        list(store.digests())
