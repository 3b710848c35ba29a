"""What links to an article: below it, and on a page of its own."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import DamagedGeneration
from pinakes.index.generations import current_generation
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from tests.index.toys import QuietProgress, article, in_threads, redirect, write_dump
from tests.service.conftest import local_client, make_app

LINKING = 130


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("backlinks")
    pages = [
        article(1, "Papyrus", "Papyrus is a plant."),
        redirect(2, "Reed", "Papyrus"),
        article(3, "Scroll", "A scroll of [[Reed|reeds]] and [[Papyrus]]."),
        *(
            article(n, f"Page {n}", f"Number {n} is on [[papyrus]].")
            for n in range(10, 9 + LINKING)
        ),
    ]
    options = BuildOptions(1, executors=in_threads)
    dump = write_dump(directory, pages)
    build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    return directory / "toywiki"


@pytest.fixture(scope="module")
def toys(collection: Path) -> Iterator[TestClient]:
    with local_client(make_app(collection)) as client:
        yield client


def linked(page: str) -> list[str]:
    return re.findall(r">([^<]+)</a></li>", page)


def test_they_stand_below_the_article(client: TestClient) -> None:
    page = client.get("/c/samplewiki/page/Rosetta_Stone").text
    below = page.partition("What links here")[2]
    titles = re.findall(r">([^<]+)</a></li>", below)
    assert sorted(titles) == [
        "British Library", "Jean-François Champollion", "Linear B", "Michael Ventris",
        "Ptolemy I Soter",
    ]  # fmt: skip
    for address in re.findall(r'<li[^>]*><a href="([^"]+)"', below):
        assert client.get(address).status_code == 200
    assert "backlinks" not in below  # all of them stand there


def test_many_come_by_pages_each_once(toys: TestClient) -> None:
    page = toys.get("/c/toywiki/page/Papyrus").text
    [address] = re.findall(r'href="([^"]+)">All 130 articles that link here', page)
    first = toys.get(address).text
    [following] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = toys.get(f"{address}{following}").text
    titles = [*linked(first), *linked(second)]
    assert len(linked(first)) == 100
    assert sorted(titles) == sorted(["Scroll", *(f"Page {n}" for n in range(10, 9 + LINKING))])
    assert 'rel="next"' not in second
    assert 'rel="prev"' in second
    assert "What links here" not in toys.get("/c/toywiki/page/Page_10").text


def test_what_is_no_article_or_no_number_is_said(toys: TestClient) -> None:
    assert toys.get("/c/toywiki/backlinks/Nothing").status_code == 404
    assert toys.get("/c/toywiki/backlinks/Papyrus?from=-1").status_code == 400
    assert linked(toys.get("/c/toywiki/backlinks/Papyrus?from=400").text) == []


def test_a_damaged_row_is_told(collection: Path, tmp_path: Path) -> None:
    path = tmp_path / "pages.db"
    path.write_bytes((current_generation(collection) / "pages.db").read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE backlinks SET page_id = 3 WHERE page_id = 1")
    with Store(path) as store, pytest.raises(DamagedGeneration):
        store.backlinks(3)


def test_a_generation_of_before_has_none(collection: Path, tmp_path: Path) -> None:
    path = tmp_path / "pages.db"
    path.write_bytes((current_generation(collection) / "pages.db").read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE backlinks")
    with Store(path) as store:
        assert store.backlinks(1) == ()


def test_titles_in_the_order_asked_for(index: Index) -> None:
    assert index.store.titles([56273, 617, 1]) == [
        (56273, "Pinakes"),
        (617, "Library of Alexandria"),
    ]
