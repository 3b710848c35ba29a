"""The first page: what is loaded and of when, articles to begin with, at random, and read last."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.citations import article_url
from pinakes.service.http.front_page import drawn_article, examples
from tests.service.conftest import make_app, running
from tests.service.http.browser import Window, needs_chromium

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    with running(make_app(sample)) as address:
        yield address


def test_it_says_what_is_loaded_and_of_when(client: TestClient) -> None:
    page = client.get("/", headers=HTML).text
    assert 'Pinakes sample as of <time datetime="2026-11-01">1 November 2026</time>' in page
    assert "40 articles. Searched by words and by meaning." in page


def test_of_a_collection_without_vectors_or_a_date_it_says_so(
    awkward: Path, kept_pages: Path
) -> None:
    with TestClient(make_app(awkward), "http://localhost") as client:
        assert "no passage has a vector yet" in client.get("/").text


def test_examples_are_articles_with_their_first_sentence(index: Index) -> None:
    chance = random.Random(14)
    drawn = [one for _ in range(20) for one in examples(index, chance)]
    assert len({one.title for one in drawn}) > 8
    for one in drawn:
        page = index.page_by_name(one.title)
        assert page is not None
        assert not page.is_disambiguation
        assert one.url == article_url("samplewiki", page.page_id, page.title)
        assert page.text.startswith(one.beginning.removesuffix(" …"))
        assert len(one.beginning) <= 170
    memex = next(one for one in drawn if one.title == "Memex")
    assert memex.beginning.startswith("The memex is a machine")


def test_an_article_at_random(
    client: TestClient, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = client.get("/c/samplewiki/random", follow_redirects=False)
    assert moved.status_code == 303
    assert moved.headers["Cache-Control"] == "no-store"
    assert client.get(moved.headers["Location"], headers=HTML).status_code == 200
    chance = random.Random(14)
    assert len({drawn_article(index, chance) for _ in range(60)}) > 15
    places = index.store.places(range(224))
    first = next(place for place in places if place.is_disambiguation)
    monkeypatch.setattr(chance, "sample", lambda *_: [first.passage_id, 0])
    assert drawn_article(index, chance) == "/c/samplewiki/page/Library_of_Alexandria"


def test_beside_a_question_there_are_no_examples(client: TestClient) -> None:
    assert "Articles to begin with" in client.get("/c/samplewiki/").text
    assert "Articles to begin with" not in client.get("/c/samplewiki/?q=birds").text


KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("pinakes-articles", 1);
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = () => resolve([]);
  opening.onsuccess = () => {
    const { result } = opening;
    const all = result.transaction("articles").objectStore("articles").getAll();
    all.onsuccess = () => {
      result.close();
      resolve(all.result.sort((a, b) => b.read - a.read).map(({ title }) => title));
    };
  };
})"""


def read(page: Page, address: str, *titles: str) -> None:
    for title in titles:
        page.goto(f"{address}/c/samplewiki/page/{title}")
        page.wait_for_function(f"async () => (await ({KEPT})())[0] === '{title}'")


@needs_chromium
class TestRecentlyRead:
    def test_the_last_ones_are_listed_once_and_forgotten(
        self, window: Window, address: str
    ) -> None:
        page = window.page
        page.goto(address)
        recent = page.locator("#recent")
        expect(page.get_by_text("Articles to begin with")).to_be_visible()
        expect(recent).to_be_hidden()
        read(page, address, "Memex", "Papyrus", "Memex")
        page.goto(address)
        expect(recent.get_by_role("listitem")).to_have_text(["Memex", "Papyrus"])
        recent.get_by_role("link", name="Papyrus").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Papyrus")
        page.wait_for_function(f"async () => (await ({KEPT})())[0] === 'Papyrus'")
        page.goto(address)
        expect(recent.get_by_role("listitem")).to_have_text(["Papyrus", "Memex"])
        recent.get_by_role("button").click()
        expect(recent).to_be_hidden()
        page.reload()
        expect(page.locator("#kept summary")).to_be_visible()
        expect(recent).to_be_hidden()

    def test_a_browser_that_keeps_nothing_lists_nothing(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(address)
        page.locator("#kept summary").click()
        choice = page.get_by_label("Keep conversations")
        choice.uncheck()
        page.goto(f"{address}/c/samplewiki/page/Memex")
        page.goto(address)
        page.locator("#kept summary").click()
        expect(page.locator("#recent")).to_be_hidden()
        assert page.evaluate(KEPT) == []
        choice.check()

    def test_an_answer_takes_the_place_of_the_examples(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(address)
        expect(page.locator("#begin")).to_be_visible()
        page.get_by_label("What would you like to know?").fill("birds")
        page.keyboard.press("Enter")
        expect(page.locator("#answer")).to_be_visible()
        expect(page.locator("#begin")).to_have_count(0)


@needs_chromium
def test_random_works_without_javascript(bare_window: Window, address: str) -> None:
    page = bare_window.page
    page.goto(address)
    page.get_by_role("link", name="An article at random").click()
    assert re.search(r"/c/samplewiki/page/", page.url)


def test_random_is_below_every_page_of_a_collection(client: TestClient) -> None:
    for path in ("page/Rosetta_Stone", "search?q=city", "backlinks/Rosetta_Stone"):
        page = client.get(f"/c/samplewiki/{path}", headers=HTML).text
        assert page.count('href="/c/samplewiki/random"') == 1
