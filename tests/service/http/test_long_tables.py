"""A table of many rows opens with the first of them; all of them are a link away."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from pinakes.index.build.pipeline import BuildOptions, build_collection
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import local_client, make_app

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
