"""An article's address is its title; its id and its other names lead there."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.service.tools.places import Place, parse_place
from tests.index.toys import QuietProgress, article, in_threads, redirect, write_dump
from tests.service.conftest import local_client, make_app


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    directory = tmp_path_factory.mktemp("titles")
    pages = [
        article(1, "Linear B", "Linear B is a script."),
        article(2, "1984", "A novel of a year."),
        article(3, "Is it 50% / what?", "A title with signs."),
        article(4, "../up", "A title of steps."),
        article(5, "Ünï/page/cödé", "Another one."),
        article(6, "LINEAR B", "Shouted."),
        redirect(7, "Linear-B", "Linear B"),
        article(8, "Links", "See [[Linear-B]], [[1984]], [[Ünï/page/cödé#A part|a part]]."),
    ]
    dump = write_dump(directory, pages)
    options = BuildOptions(1, executors=in_threads)
    build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    with local_client(make_app(directory / "toywiki", None)) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("1", "Linear_B"),
        ("01", "Linear_B"),
        ("Linear B", "Linear_B"),
        ("linear_B", "Linear_B"),
        ("Linear-B", "Linear_B"),
        ("3", "Is_it_50%25_/_what%3F"),
        ("5", "%C3%9Cn%C3%AF/page/c%C3%B6d%C3%A9"),
        ("6", "LINEAR_B"),
    ],
)
def test_ids_and_other_names_lead_to_the_title(client: TestClient, asked: str, shown: str) -> None:
    query = "?revision=3&start=0&end=4"
    moved = client.get(f"/c/toywiki/page/{asked}{query}", follow_redirects=False)
    assert moved.status_code == 307
    assert moved.headers["location"] == f"/c/toywiki/page/{shown}{query}"
    assert client.get(moved.headers["location"], follow_redirects=False).status_code == 200


@pytest.mark.parametrize(("asked", "says"), [("2", "A novel"), ("4", "steps")])
def test_titles_that_are_no_addresses_keep_their_ids(
    client: TestClient, asked: str, says: str
) -> None:
    page = client.get(f"/c/toywiki/page/{asked}", follow_redirects=False)
    assert page.status_code == 200
    assert says in page.text


def test_links_and_results_lead_there_at_once(client: TestClient) -> None:
    pages = ["/c/toywiki/page/Links", "/c/toywiki/search?q=script+year+signs&all=1"]
    pages.append("/c/toywiki/backlinks/Linear_B")
    links = [link for page in pages for link in _links(client, page)]
    leads = ["Linear_B", "%C3%9Cn%C3%AF/page/c%C3%B6d%C3%A9#_A_part", "Links"]
    assert {f"/c/toywiki/page/{lead}" for lead in leads} <= set(links)
    assert [link for link in links if client.get(link, follow_redirects=False).is_redirect] == []


def _links(client: TestClient, page: str) -> list[str]:
    body = client.get(page).text.partition("<main")[2].partition("</main>")[0]
    return [unescape(link) for link in re.findall(r'href="(/c/toywiki/page/[^"]*)', body)]


def test_a_number_that_is_no_id_is_a_title(client: TestClient) -> None:
    moved = client.get("/c/toywiki/page/1984", follow_redirects=False)
    assert moved.headers["location"] == "/c/toywiki/page/2"


def test_the_address_is_one_that_tools_fetch(client: TestClient) -> None:
    address = client.get("/c/toywiki/page/1").url
    place = parse_place(str(address), own_hosts=["localhost"])
    assert place == Place("toywiki", title="Linear B")
    assert parse_place("/c/toywiki/page/1984_(film)") == Place("toywiki", title="1984 (film)")
