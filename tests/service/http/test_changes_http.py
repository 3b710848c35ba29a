"""``/api/changes``: what changed since an earlier dump, in pages that lead on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.service.http import changes_api
from tests.service.conftest import local_client, make_app

KINDS = ["changed", "moved", "deleted", "added", "changed", "added"]


@pytest.fixture(scope="module")
def client(two_dumps: Path) -> Iterator[TestClient]:
    with local_client(make_app(two_dumps)) as client:
        yield client


def all_changes(client: TestClient, address: str) -> tuple[list[str], int]:
    """The kinds of all changes from there on, and in how many pages they came."""
    kinds: list[str] = []
    pages = 0
    following: str | None = address
    while following:
        found = client.get(following).json()
        kinds += [change["kind"] for change in found["changes"]]
        following = found["next"]
        pages += 1
    return kinds, pages


def test_changes_since_the_dump_before(client: TestClient) -> None:
    found = client.get("/c/toywiki/api/changes").json()
    assert [change["kind"] for change in found["changes"]] == KINDS
    assert (found["old"]["generation"], found["new"]["generation"]) == ("20261001-1", "20261101-1")
    assert found["next"] is None
    first = found["changes"][0]
    assert (first["page_id"], first["passages_added"], first["passages_removed"]) == (1, 1, 1)
    assert client.get(first["url"]).status_code == 200
    assert client.get("/api/changes").json() == found  # the only collection


@pytest.mark.parametrize("since", ["20261001-1", "2026-10-01", "20261015"])
def test_since_a_generation_or_a_day(client: TestClient, since: str) -> None:
    found = client.get("/api/changes", params={"since": since}).json()
    assert len(found["changes"]) == len(KINDS)


def test_since_now_nothing_has_changed(client: TestClient) -> None:
    for since in ("2026-11-01", "20261101-1", "2027-01-01"):
        assert client.get("/api/changes", params={"since": since}).json()["changes"] == []


def test_they_come_in_pages(client: TestClient) -> None:
    assert all_changes(client, "/api/changes?limit=2") == (KINDS, 4)
    until = client.get("/api/changes?limit=2").json()["next"]
    assert "until=20261101-1" in until  # the same two, whatever is published meanwhile
    backwards = "/api/changes?since=20261101-1&until=20261001-1"
    assert [c["kind"] for c in client.get(backwards).json()["changes"]].count("added") == 1


def test_a_request_compares_so_many_pages_and_no_more(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_api, "_MOST_COMPARED", 3)
    assert all_changes(client, "/api/changes") == (KINDS, 3)  # of seven pages in all


def test_one_page(client: TestClient) -> None:
    found = client.get("/api/pages/1/changes").json()
    assert found["kind"] == "changed"
    added = [
        piece["text"]
        for difference in found["differences"]
        for piece in difference["pieces"]
        if piece["kind"] == "added"
    ]
    assert added == ["only "]
    title = found["new"]["title"]
    for name in (title, title.replace(" ", "_"), title.upper()):
        assert client.get(f"/api/pages/{name}/changes").json() == found
    assert client.get("/api/pages/3/changes").json()["kind"] == "same"
    assert client.get("/api/pages/4/changes").json()["kind"] == "deleted"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/api/changes?since=20200101-1", 404, "there are: 20261001-1, 20261101-1"),
        ("/api/changes?since=2020-01-01", 404, "no generation '2020-01-01'"),
        ("/api/changes?until=../../x", 404, "there are: 20261001-1"),
        ("/api/changes?after=x", 400, "take it from next"),
        ("/api/changes?after=[1]", 400, "take it from next"),
        ("/api/changes?after=true", 400, "take it from next"),
        ("/api/changes?after=1e3", 400, "take it from next"),
        (f"/api/changes?after={1 << 70}", 400, "take it from next"),
        ("/api/changes?limit=0", 400, "limit"),
        ("/api/changes?since=9999-99-99", 400, "there is no such day"),
        ("/api/changes?since=20260230", 400, "there is no such day"),
        ("/api/pages/99/changes", 404, "no page '99' in toywiki, nor was there one"),
        (f"/api/pages/{1 << 70}/changes", 404, "no page '1180591620717411303424'"),
        (f"/api/pages/{'9' * 19}/changes", 404, "no page '999"),
        ("/api/pages/No_page/changes", 404, "no page 'No_page' in toywiki, nor was there one"),
        ("/c/nowiki/api/changes", 404, "toywiki"),
    ],
)
def test_problems(client: TestClient, address: str, status: int, words: str) -> None:
    answer = client.get(address)
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert words in problem["detail"]


def test_one_dump_alone(sample: Path) -> None:
    with local_client(make_app(sample)) as client:
        answer = client.get("/api/changes")
        assert answer.status_code == 404
        assert "no generation of a dump before" in answer.json()["detail"]
