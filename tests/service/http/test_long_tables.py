"""A table of many rows opens with the first of them; all of them are a link away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import local_client, make_app, running
from tests.service.http.browser import Window, needs_chromium

ROWS = 620


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    directory = tmp_path_factory.mktemp("tables")
    rows = "".join(f"|-\n| row{number} || {number}\n" for number in range(ROWS))
    pages = [article(1, "Places", f"Many.\n\n{{|\n! Name !! Number\n{rows}|}}\n\nThe end.")]
    options = BuildOptions(1, executors=in_threads)
    dump = write_dump(directory, pages)
    build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    with local_client(make_app(directory / "toywiki", None)) as client:
        yield client


def test_the_first_rows_then_all(client: TestClient) -> None:
    page = client.get("/c/toywiki/page/Places").text
    assert len(re.findall(r">row\d+<", page)) == 500
    assert "The end." in page
    [every] = re.findall(r'120 more rows. <a href="([^"]+)">', page)
    assert f'id="{every.partition("#")[2]}"' in page
    whole = client.get(f"/c/toywiki/page/Places{every}").text
    assert len(re.findall(r">row\d+<", whole)) == ROWS
    assert "more rows" not in whole


def test_a_row_that_is_cited_is_shown(client: TestClient) -> None:
    text = client.get("/c/toywiki/api/pages/1").json()["text"]
    at = text.index("row610")
    page = client.get(f"/c/toywiki/page/Places?start={at}&end={at + 6}").text
    assert '<mark id="passage">row610</mark>' in page
    assert ">row609<" not in page
    assert "119 more rows" in page


@needs_chromium
@pytest.mark.parametrize("width", [390, 1100])
def test_how_tables_look(window: Window, tmp_path: Path, width: int) -> None:
    """What spans columns stands in their middle; what is wider than the page shows that."""
    names = " !! ".join(f"Heading number {number}" for number in range(30))
    cells = " || ".join(str(number) for number in range(30))
    wide = f"{{|\n! {names}\n|-\n| {cells}\n|}}"
    narrow = "{|\n! A !! B\n|-\n| colspan=2 | both\n|-\n| one || two\n|}"
    dump = write_dump(tmp_path, [article(1, "Tables", f"Two.\n\n{narrow}\n\nThen:\n\n{wide}")])
    options = BuildOptions(1, executors=in_threads)
    build_collection(tmp_path / "toywiki", dump, None, "none", QuietProgress(), options)
    page = window.page
    page.set_viewport_size({"width": width, "height": 800})
    with running(make_app(tmp_path / "toywiki", None)) as address:
        page.goto(f"{address}/c/toywiki/page/Tables")
        both, one = (page.locator("td", has_text=words) for words in ("both", "one"))
        expect(both).to_have_css("text-align", "center")
        expect(one).to_have_css("text-align", "start")
        expect(one).to_have_css("border-right-width", "1px")
        first, last = page.locator("div.scrolls").all()
        for box, is_wider in ((first, False), (last, True)):
            assert box.evaluate("box => box.scrollWidth > box.clientWidth") is is_wider
            seen = box.screenshot()
            box.evaluate("box => { box.style.background = 'none'; }")
            assert (box.screenshot() != seen) is is_wider  # the shade at the edge
