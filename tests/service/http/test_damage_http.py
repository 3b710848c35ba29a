"""Damage over HTTP: a problem that names the file, and a service that says it is not ready."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.index import verify
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.index.scrub import Scrub
from pinakes.index.store.text_shards import shard_path
from pinakes.service.http.app import create_app
from pinakes.service.settings import Settings
from tests.service.conftest import local_client
from tests.service.flips import flip


@pytest.fixture
def collection(data: Path, tmp_path: Path) -> Path:
    """The sample without vectors, to damage at will."""
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    return tmp_path / "samplewiki"


@pytest.fixture
def scrubs(monkeypatch: pytest.MonkeyPatch) -> list[Scrub]:
    """The scrubs that have begun."""
    begun: list[Scrub] = []

    class Known(Scrub):
        def __init__(self, index: Index) -> None:
            super().__init__(index)
            begun.append(self)

    monkeypatch.setattr("pinakes.index.follow.Scrub", Known)
    return begun


@pytest.fixture
def serve(collection: Path) -> Iterator[Callable[..., TestClient]]:
    clients: list[TestClient] = []

    def serve(*, scrubbed: bool) -> TestClient:
        library = Library(collection.parent, [collection.name], scrubbed=scrubbed)
        app = create_app(Settings(data=collection.parent), library, None)
        clients.append(local_client(app))
        return clients[-1].__enter__()

    yield serve
    for client in clients:
        client.__exit__(None, None, None)


def damage_text(collection: Path) -> int:
    """Flip a bit of the stored text of "Rosetta Stone"; its page id."""
    generation = current_generation(collection)
    path = shard_path(generation / "texts", 1)
    content = path.read_bytes()
    with sqlite3.connect(generation / "pages.db") as connection:
        connection.execute("ATTACH ? AS shard", (str(path),))
        page_id, text = connection.execute(
            "SELECT page_id, substr(text, 1, 100) FROM pages JOIN shard.texts USING (text_row) "
            "WHERE title = 'Rosetta Stone'"
        ).fetchone()
    connection.close()
    flip(path, content.index(text) + 50, 3)
    return int(page_id)


def assert_problem(response: Any, *words: str) -> None:
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Damaged generation"
    assert all(word in response.json()["detail"] for word in words)
    assert not response.json()["detail"].startswith("/")


def test_a_rotten_page_is_a_problem_and_the_service_is_not_ready_from_then_on(
    collection: Path, serve: Callable[..., TestClient]
) -> None:
    client = serve(scrubbed=False)
    assert client.get("/readyz").status_code == 200
    page_id = damage_text(collection)
    assert client.get("/readyz").status_code == 200  # nobody has read it yet
    for address in (f"/api/pages/{page_id}", f"/page/{page_id}"):
        assert_problem(client.get(address), "texts/000001.db", "pinakes build --force DUMP")
    assert_problem(client.get("/readyz"), "texts/000001.db")
    assert client.get("/healthz").status_code == 200
    # What does not touch the damage is found all the same, and the status does not deny it.
    assert client.get("/api/search", params={"q": "parchment"}).json()["hits"]
    [state] = client.get("/status").json()["collections"]
    assert (state["status"], "000001.db" in state["problem"]) == ("damaged", True)
    assert "partly damaged" in client.get("/status?format=text").text


def test_answers_from_a_rotten_page_are_problems_in_every_form(
    collection: Path, serve: Callable[..., TestClient]
) -> None:
    client = serve(scrubbed=False)
    assert client.get("/readyz").status_code == 200
    damage_text(collection)
    question = "When was the Rosetta Stone found?"
    asked = {"question": question, "mode": "quote"}
    assert_problem(client.get("/api/search", params={"q": question}), "texts/000001.db")
    assert_problem(client.post("/api/ask", json=asked), "texts/000001.db")
    stream = client.post("/api/ask", json=asked, headers={"Accept": "text/event-stream"})
    assert stream.status_code == 503 or "event: error" in stream.text
    assert "texts/000001.db" in stream.text
    chat = {"model": "samplewiki", "messages": [{"role": "user", "content": question}]}
    answer = client.post("/v1/chat/completions", json=chat)
    assert answer.status_code == 503
    assert "texts/000001.db" in answer.json()["error"]["message"]
    call = {"name": "search", "arguments": {"query": question}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    tool = client.post("/mcp", json=body, headers={"Accept": "application/json, text/event-stream"})
    status = client.get("/status")
    for text in (stream.text, answer.text, tool.text, status.text):
        assert "texts/000001.db" in text
        assert "Traceback" not in text
        assert str(collection.parent) not in text  # nobody's business


def test_the_scrub_finds_what_nobody_has_read(
    collection: Path,
    serve: Callable[..., TestClient],
    scrubs: list[Scrub],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(verify, "_SMALL", 0)  # as of a large collection
    path = current_generation(collection) / "texts" / "000001.db"
    flip(path, path.stat().st_size // 2, 3)
    client = serve(scrubbed=True)
    client.get("/healthz")
    client.get("/api/suggest", params={"q": "x"})
    scrubs[0].join()
    assert_problem(client.get("/readyz"), "000001.db", "has changed since it was built")
    assert "000001.db has changed" in caplog.text


def test_a_scrub_that_finds_nothing_leaves_the_service_ready(
    serve: Callable[..., TestClient], scrubs: list[Scrub]
) -> None:
    client = serve(scrubbed=True)
    assert client.get("/readyz").status_code == 200
    scrubs[0].join()
    assert client.get("/readyz").status_code == 200
    assert len(scrubs) == 1


def test_a_scrub_ends_when_its_generation_is_let_go(collection: Path) -> None:
    with Index.open(collection) as index:
        slow = Scrub(index, 1)  # it would take days
    size = sum(one.size for one in read_manifest(index.generation).files.values())
    assert size > 100_000
    slow.stop()
    slow.join()
    assert index.health.damage is None
