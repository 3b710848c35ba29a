"""Whoever reads a page that its dump no longer has is told as of when it was kept."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pinakes.index.retrieval.search import Index
from pinakes.service.tools.fetch_results import Fetched, passage
from pinakes.service.tools.frame import Frame, json_of
from pinakes.service.tools.glance import Glance, SeenPage
from pinakes.service.tools.search_results import found
from pinakes.service.types import PassageRef
from tests.service.conftest import Run, local_client, make_app

SHERD, TABLET, CODEX = 6, 4, 3
DAY = "2026-10-01"


@pytest.fixture(scope="module")
def client(kept_pages: Path) -> Iterator[TestClient]:
    with local_client(make_app(kept_pages)) as client:
        yield client


def test_at_the_command_line(run: Run, kept_pages: Path) -> None:
    there = ("--data", kept_pages.parent)
    shown = run("show", "Ostracon", *there).out
    assert f"kept as of {DAY}: later dumps do not have it" in shown
    assert "kept as of" not in run("show", "Codex", *there).out
    words = ("search", "sherd leaves boards", "--mode", "keyword", *there)
    found = {
        hit["title"]: hit["kept_as_of"] for hit in json.loads(run(*words, "--json").out)["hits"]
    }
    assert (found["Ostracon"], found["Codex"]) == (DAY, None)
    lines = run(*words).out.splitlines()
    assert [f"kept as of {DAY}" in line for line in lines if "Ostracon" in line] == [True]
    assert [f"kept as of {DAY}" in line for line in lines if "Codex" in line] == [False]
    answer = json.loads(run("ask", "What is an ostracon?", "--mode", "quote", "--json", *there).out)
    assert {one["title"]: one["kept_as_of"] for one in answer["citations"]}["Ostracon"] == DAY
    status = run("status", *there).out
    assert "7 articles" in status
    assert "  2 of them kept from earlier dumps\n" in status
    assert json.loads(run("status", "--json", *there).out)["collections"][0]["articles"] == 7


def test_in_what_changed(run: Run, kept_pages: Path) -> None:
    there = ("--data", kept_pages.parent)
    *lines, last = run("diff", *there).out.splitlines()
    assert f"= Wax tablet  kept as of {DAY}" in lines
    assert f"= Ostracon  kept as of {DAY}" in lines
    assert "0 deleted, 1 moved, 1 changed, 2 kept; 5 → 7 articles" in last
    page = run("diff", "--title", "Ostracon", *there).out
    assert f"kept as of {DAY}: toywiki 20261001-1" in page


def test_over_http(client: TestClient) -> None:
    pages = {number: client.get(f"/api/pages/{number}").json() for number in (SHERD, CODEX)}
    assert [page["kept_as_of"] for page in pages.values()] == [DAY, None]
    shown = [client.get(f"/c/toywiki/page/{number}").text for number in pages]
    assert [f'<time datetime="{DAY}">' in text for text in shown] == [True, False]
    found = client.get("/api/changes").json()["changes"]
    kept = [(one["page_id"], one["kept_as_of"]) for one in found if one["kind"] == "kept"]
    assert kept == [(TABLET, DAY), (SHERD, DAY)]
    page = client.get(f"/api/pages/{SHERD}/changes").json()
    assert (page["kind"], page["kept_as_of"], page["differences"]) == ("kept", DAY, [])


def test_for_a_model(kept_pages: Path) -> None:
    with Index.open(kept_pages, None) as index:
        told = {}
        for number in (SHERD, CODEX):
            page = index.page(number)
            assert page is not None
            asked = PassageRef("toywiki", number, page.revision_id, 0, 8)
            result = passage(Fetched(page, Frame(index.manifest, "", 4_000)), asked)
            told[number] = json.loads(json_of(result))["metadata"].get("kept_as_of")
        hits = index.search("sherd leaves boards", 10, "keyword")
        seen = Glance(tuple(SeenPage(hit, "low", ()) for hit in hits))
        results = found(seen, Frame(index.manifest, "", 4_000)).results
    assert told == {SHERD: DAY, CODEX: None}
    as_of = {one.title: one.kept_as_of for one in results}
    assert (as_of["Ostracon"], as_of["Codex"]) == (DAY, None)
