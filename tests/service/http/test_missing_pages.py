"""An address of no article: what it tells, what may have been meant, and the ways on from there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import local_client, make_app, running
from tests.service.http.browser import Window, needs_chromium

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def wiki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("missing")
    pages = [
        article(1, "Abraham Lincoln", "Lincoln was a president. He was tall."),
        article(2, "Abraham", "Abraham is a patriarch."),
        article(3, "Ford's Theatre", "A theatre. Lincoln was shot in the theatre."),
        article(4, "Zebra", "A zebra has stripes."),
        article(5, "<b>Bold</b> move", "A move of boldness."),
    ]
    dump = write_dump(directory, pages)
    options = BuildOptions(1, executors=in_threads)
    build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    return directory / "toywiki"


@pytest.fixture(scope="module")
def client(wiki: Path) -> Iterator[TestClient]:
    with local_client(make_app(wiki, None)) as client:
        yield client


@pytest.fixture(scope="module")
def address(wiki: Path) -> Iterator[str]:
    with running(make_app(wiki, None)) as address:
        yield address


@needs_chromium
class TestInABrowser:
    @pytest.mark.parametrize(
        ("asked", "near"),
        [
            ("Abraham_Lincol", ["Abraham Lincoln"]),
            ("Zebbra", ["Zebra"]),
            ("Abrahm_Lincon", ["Abraham", "Abraham Lincoln"]),
            ("Presidents_theatre", ["Ford's Theatre", "Abraham Lincoln"]),
            ("Xqzzy", []),
        ],
    )
    @pytest.mark.parametrize("kind", ["window", "bare_window"])
    def test_the_nearest_titles_are_links(
        self, request: pytest.FixtureRequest, address: str, kind: str, asked: str, near: list[str]
    ) -> None:
        window: Window = request.getfixturevalue(kind)
        page = window.page
        answer = page.goto(f"{address}/c/toywiki/page/{asked}")
        assert answer
        assert answer.status == 404
        expect(page.get_by_role("alert")).to_contain_text(asked.replace("_", " "))
        expect(page.get_by_role("heading", name="Did you mean")).to_have_count(int(bool(near)))
        links = page.locator("main li a")
        expect(links).to_have_text(near)
        if near:
            links.first.click()
            expect(page.get_by_role("heading", level=1)).to_have_text(near[0])
        window.complaints.clear()  # Chromium notes every failed request

    def test_its_words_are_searched_for(self, bare_window: Window, address: str) -> None:
        page = bare_window.page
        page.goto(f"{address}/c/toywiki/page/Stripes_of_zebras")
        page.get_by_role("link", name="Search for").click()
        expect(page.locator("#words")).to_have_value("Stripes of zebras")
        expect(page.locator(".results h2")).to_have_text(["Zebra"])


def test_how_the_nearest_begin_is_told(client: TestClient) -> None:
    page = client.get("/c/toywiki/page/Abraham_Lincol", headers=HTML).text
    assert "Abraham Lincoln</a>: Lincoln was a president.</li>" in page


@pytest.mark.parametrize("path", ["page", "backlinks"])
def test_what_is_asked_for_and_found_is_no_markup(client: TestClient, path: str) -> None:
    page = client.get(f"/c/toywiki/{path}/%3Cb%3EBold%3C%2Fb%3E_moves", headers=HTML).text
    assert page.count("&lt;b&gt;Bold&lt;/b&gt; move</a>") == 1
    assert "<b>" not in page


def test_an_id_of_no_page_is_told_as_one(client: TestClient) -> None:
    page = client.get("/c/toywiki/page/99", headers=HTML).text
    assert "No page with id 99 in toywiki" in page
    assert "Did you mean" not in page


def test_programs_get_the_problem(client: TestClient) -> None:
    answer = client.get("/c/toywiki/page/Zebbra")
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail"}
