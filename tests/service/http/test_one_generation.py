"""A request reads one generation: at every lease, another one goes live."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.index import follow
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.follow import CurrentIndex
from pinakes.index.generations import all_generations
from pinakes.index.retrieval.search import Index
from pinakes.index.swap import make_current
from pinakes.service.http import app
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import local_client, make_app

# What only the one and only the other says, its own name included.
GENERATIONS = {"20261001-1": "brick", "20261101-1": "stone"}
MARKS = re.compile(r"20261001-1|20261101-1|2026-10-01|2026-11-01|brick|stone")
QUESTION = "What is the town gate built of?"
ASKED = {"question": QUESTION, "mode": "quote"}
CHAT = {"model": "toywiki", "messages": [{"role": "user", "content": QUESTION}]}
TOOL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "search", "arguments": {"query": QUESTION}},
}
REQUESTS: dict[str, dict[str, Any]] = {
    "/api/search?q=town gate": {},
    "/api/suggest?q=town": {},
    "/api/pages/1": {},
    "/api/ask": {"json": ASKED},
    "/api/ask as it comes": {"json": ASKED, "headers": {"Accept": "text/event-stream"}},
    "/v1/chat/completions": {"json": CHAT},
    "/mcp": {
        "json": TOOL,
        "headers": {"Accept": "application/json, text/event-stream"},
    },
    "/c/toywiki/search?q=town gate": {"headers": {"Accept": "text/html"}},
    "/c/toywiki/page/4": {"headers": {"Accept": "text/html"}},
}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two generations, of which every page says by its words which it is of."""
    directory = tmp_path_factory.mktemp("gate")
    for name, mark in GENERATIONS.items():
        text = f"The town gate is built of {mark}. Its {mark} wall has two doors."
        pages = [article(n, f"Town gate {n} of {mark}", text) for n in (1, 2, 3)]
        pages.append(article(4, "1984", text))  # its id does not lead to a title first
        dump = write_dump(directory / name, pages, name[:8])
        options = BuildOptions(1, executors=in_threads)
        build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    return directory / "toywiki"


@pytest.fixture
def leases(collection: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The generations leased; whoever leases once more is given the other one."""
    lease, found = CurrentIndex.lease, list[str]()

    @contextmanager
    def lease_and_swap(current: CurrentIndex) -> Iterator[Index]:
        with lease(current) as index:
            found.append(index.manifest.generation)
            [other] = [one for one in all_generations(collection) if one != index.generation]
            make_current(other)
            yield index

    monkeypatch.setattr(follow, "_CHECK_SECONDS", -1.0)
    monkeypatch.setattr(CurrentIndex, "lease", lease_and_swap)
    return found


@pytest.fixture
def client(collection: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(app, "_warm", lambda _library: None)  # leases at times of its own
    with local_client(make_app(collection)) as client:
        yield client


@pytest.mark.parametrize("request_name", REQUESTS)
def test_all_that_a_reply_says_is_of_one(
    client: TestClient, leases: list[str], request_name: str
) -> None:
    address, options = request_name.partition(" as ")[0], REQUESTS[request_name]
    seen = set()
    for _ in GENERATIONS:
        leases.clear()
        reply = client.request("POST" if "json" in options else "GET", address, **options)
        assert reply.status_code == 200, reply.text
        found = set(MARKS.findall(reply.text))
        [name] = [name for name, mark in GENERATIONS.items() if mark in found]
        day = f"{name[:4]}-{name[4:6]}-{name[6:8]}"
        assert found <= {name, day, GENERATIONS[name]}
        assert leases == [name]
        seen.add(name)
    assert seen == set(GENERATIONS)
