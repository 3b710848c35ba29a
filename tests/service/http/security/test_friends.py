"""Tokens that open some collections alone, so often alone, and until then alone."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pinakes.index.library import Library
from pinakes.service.errors import GeneratorFailed
from pinakes.service.http.app import create_app
from pinakes.service.http.security.allowance import read_rate
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.security.usage import DayOfUse, Usage
from pinakes.service.settings import Settings
from tests.service.conftest import local_client
from tests.service.scripted_generator import ScriptedGenerator
from tests.service.tools.calls import ACCEPT, rpc

HIDDEN = "toywiki"
QUESTION = "Where was the Rosetta Stone found?"
PAGE = {"accept": "text/html"}


@pytest.fixture
def two(data: Path, awkward: Path, tmp_path: Path) -> Path:
    """A data directory with the sample, and a wiki that not everybody is to know of."""
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    shutil.copytree(awkward, tmp_path / HIDDEN, symlinks=True)
    return tmp_path


@pytest.fixture
def app(two: Path) -> FastAPI:
    settings = Settings.model_validate({"data": two, "approvals": {"propose": True}})
    return create_app(settings, Library(two), None)


@pytest.fixture
def friend(app: FastAPI, two: Path) -> Iterator[TestClient]:
    """A client whose token opens the sample alone."""
    secret = Tokens(two).create("friend", collections=("samplewiki",))
    with local_client(app) as client:
        client.follow_redirects = False
        client.headers["authorization"] = f"Bearer {secret}"
        yield client


def targets(app: FastAPI) -> Iterator[str]:
    """Every address that can be read, of the hidden collection and of none in particular."""
    schema = app.openapi()["paths"]
    paths = [path for path in schema if "get" in schema[path]]
    paths += [
        "/c/{collection}/",
        "/c/{collection}/search",
        "/c/{collection}/page/4",
        "/openapi.json",
        "/about",
    ]
    paths += ["/v1/models", f"/v1/models/{HIDDEN}", f"/v1/models/{HIDDEN}:quote", "/", "/page/1"]
    for path in paths:
        named = path.replace("{collection}", HIDDEN).replace("{page_id}", "4")
        for form in ("", "&format=text"):
            yield re.sub(r"\{[^}]*\}", "4", named) + "?q=long+words" + form
    yield f"/search?q=long&collection={HIDDEN}"


def test_a_collection_that_is_not_allowed_is_nowhere(app: FastAPI, friend: TestClient) -> None:
    reached = 0
    for target in targets(app):
        for accept in ({}, PAGE):
            answer = friend.get(target, headers=accept)
            reached += answer.status_code < 400
            told = json.dumps(dict(answer.headers)) + answer.text.replace(target, "")
            asked = f"'{HIDDEN}", HIDDEN + "'", f"/c/{HIDDEN}", f"{HIDDEN}:quote"  # as it was asked
            if HIDDEN in target:
                assert answer.status_code == 404, target
                for echo in asked:
                    told = told.replace(echo, "").replace(echo.replace("'", "&#39;"), "")
            assert HIDDEN not in told, target
            assert "Long words" not in told, target
    assert reached > 8


def test_it_is_no_more_than_what_was_never_there(friend: TestClient) -> None:
    """Not to be told from a collection that there is not."""
    for path in ("/c/{}/api/search?q=words", "/c/{}/api/pages/4", "/c/{}/", "/v1/models/{}"):
        hidden, unknown = (friend.get(path.format(name)) for name in (HIDDEN, "nowiki1"))
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.text.replace(HIDDEN, "nowiki1") == unknown.text
    for path, more in (
        ("/c/{}/api/ask", {"question": QUESTION}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "a"}]}),
        ("/v1/responses", {"input": QUESTION}),
        ("/v1/embeddings", {"input": QUESTION}),
    ):
        bodies = [more | {"model": name} for name in (HIDDEN, "nowiki1")]
        hidden, unknown = (friend.post(path.format(body["model"]), json=body) for body in bodies)
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.text.replace(HIDDEN, "nowiki1") == unknown.text


def test_a_token_whose_collections_are_gone_is_told_so(friend: TestClient, two: Path) -> None:
    ghost = Tokens(two).create("ghost", collections=("nothere",))
    friend.headers["authorization"] = f"Bearer {ghost}"
    call = {"name": "search", "arguments": {"query": "words"}}
    for answer in (
        *(friend.get(path) for path in ("/api/search?q=words", f"/c/{HIDDEN}/api/pages/4")),
        *(friend.get(path) for path in ("/", "/readyz", "/v1/models", "/c/nothere/")),
        friend.get("/", headers=PAGE),
        friend.post("/v1/responses", json={"model": "nothere", "input": QUESTION}),
        friend.post("/mcp", json=rpc("tools/call", **call), headers=ACCEPT),
    ):
        assert "one of the collections that this token opens is here" in answer.text
        assert str(two) not in answer.text
        assert answer.status_code == (200 if answer.url.path == "/mcp" else 404)
        assert answer.url.path[:4] != "/v1/" or answer.json()["error"]["code"] == "model_not_found"


def tools(client: TestClient, method: str, **params: Any) -> str:
    return client.post("/mcp", json=rpc(method, **params), headers=ACCEPT).text


def test_tools_know_of_no_other(friend: TestClient, two: Path) -> None:
    told = tools(friend, "tools/list")
    assert "inputSchema" in told
    assert HIDDEN not in told
    for name, arguments in (
        ("search", {"query": "long words", "collection": HIDDEN}),
        ("search", {"query": "long words"}),
        ("fetch", {"id": f"{HIDDEN}/4@1:0-10"}),
        ("fetch", {"id": f"http://localhost/c/{HIDDEN}/page/4"}),
        ("fetch", {"id": "Long words"}),
    ):
        told = tools(friend, "tools/call", name=name, arguments=arguments)
        assert "kapitän" not in told
        assert "Long words" not in told.replace("'Long words'", "")
    everybody = Tokens(two).create("everybody")
    friend.headers["authorization"] = f"Bearer {everybody}"
    assert HIDDEN in tools(friend, "tools/list")


def test_what_is_set_holds_at_once(friend: TestClient, two: Path) -> None:
    assert friend.get(f"/c/{HIDDEN}/api/pages/4").status_code == 404
    Tokens(two).change("friend", collections=(HIDDEN,))
    assert friend.get(f"/c/{HIDDEN}/api/pages/4").status_code == 200
    assert friend.get("/c/samplewiki/api/search?q=stone").status_code == 404
    Tokens(two).change("friend", collections=None, scope="read")
    assert friend.get("/c/samplewiki/api/search?q=stone").status_code == 200
    asked = friend.post("/c/samplewiki/api/ask", json={"question": QUESTION, "mode": "quote"})
    assert asked.status_code == 403


def test_more_than_the_rate_is_told_when_to_ask_again(friend: TestClient, two: Path) -> None:
    Tokens(two).change("friend", rate=read_rate("2/h"))
    other = Tokens(two).create("other")
    assert [friend.get("/api/suggest?q=ro").status_code for _ in range(3)] == [200, 200, 429]
    refused = friend.get("/api/search?q=stone")
    assert refused.headers["content-type"] == "application/problem+json"
    wait_s = int(refused.headers["retry-after"])
    assert 0 < wait_s <= 3600
    assert f"may send 2 requests an hour; ask again in {wait_s} s" in refused.json()["detail"]
    chat = friend.get("/v1/models")
    assert (chat.status_code, chat.json()["error"]["type"]) == (429, "rate_limit_error")
    assert chat.headers["retry-after"]
    call = friend.post("/mcp", json=rpc("tools/list"), headers=ACCEPT)
    assert (call.status_code, call.json()["error"]["code"]) == (429, -32000)
    assert call.headers["retry-after"]
    page = friend.get("/c/samplewiki/", headers=PAGE)
    assert (page.status_code, page.headers["retry-after"]) == (429, str(wait_s))
    assert "ask again in" in page.text
    assert "samplewiki" not in page.text
    # Static files, the health of the process and everybody else are no concern of it.
    assert friend.get("/healthz").status_code == 200
    assert friend.get("/static/ask.js").status_code == 200
    friend.headers["authorization"] = f"Bearer {other}"
    assert friend.get("/api/search?q=stone").status_code != 429


def test_a_token_that_has_expired_is_told_so(friend: TestClient, two: Path) -> None:
    Tokens(two).change("friend", expires="2000-01-01T00:00:00+00:00")
    answer = friend.get("/api/search?q=stone")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "the token friend expired at 2000-01-01T00:00:00+00:00" in answer.json()["detail"]
    assert "pinakes tokens set friend --expires" in answer.json()["detail"]
    secret = friend.headers["authorization"].removeprefix("Bearer ")
    assert friend.post("/enter", data={"token": secret}).status_code == 401
    friend.headers["authorization"] = ""  # it is not that there is no token any more
    assert friend.get("/api/search?q=stone").status_code == 401


def test_use_is_told_in_numbers(two: Path) -> None:
    """To the token itself, and to the owner from another process."""
    secret = Tokens(two).create("friend", rate=read_rate("60/min"), places=2)
    other = Tokens(two).create("other")
    app = create_app(Settings(data=two), Library(two), None)
    with local_client(app) as client:
        client.headers["authorization"] = f"Bearer {secret}"
        client.get("/c/samplewiki/api/search?q=quorvexil+stone")
        client.get("/c/samplewiki/search?q=quorvexil+stone")
        tools(
            client, "tools/call", name="search",
            arguments={"query": "quorvexil stone", "collection": "samplewiki"},
        )  # fmt: skip
        for nothing in ("api/search?q=", "search", "search?q=", "search?q=+"):
            client.get(f"/c/samplewiki/{nothing}")  # no search
        client.get("/c/samplewiki/api/suggest?q=quor")
        client.post("/c/samplewiki/api/ask", json={"question": QUESTION, "mode": "quote"})
        told = client.get("/api/usage").json()
        [today] = told.pop("days")
        assert told == {
            "token": "friend",
            "scope": "ask",
            "collections": None,
            "rate": "60/min",
            "places": 2,
            "expires": None,
        }
        assert today.pop("day")
        numbers = {"searches": 3, "questions": 1, "tokens_written": 0, "model_seconds": 0.0}
        numbers["embeddings"] = 0
        assert today == numbers
        client.headers["authorization"] = f"Bearer {other}"
        assert client.get("/api/usage").json()["days"] == []
    [kept] = Usage(two).since(1)
    assert kept.as_json() == {"day": kept.day, "name": "friend"} | numbers
    Tokens(two).revoke("friend")
    assert Usage(two).since(1) == [kept]  # the owner may still look
    Tokens(two).create("friend")
    assert Usage(two).since(1) == []
    assert b"quorvexil" not in (two / ".usage/usage.db").read_bytes()


def test_without_tokens_nothing_is_counted(two: Path) -> None:
    with local_client(create_app(Settings(data=two), Library(two), None)) as client:
        client.get("/c/samplewiki/api/search?q=stone")
        answer = client.get("/api/usage")
        assert (answer.status_code, answer.json()["title"]) == (404, "Not found")
    assert not (two / ".usage/usage.db").exists()


def test_what_the_model_did_is_counted_whatever_became_of_the_answer(two: Path) -> None:
    secret = Tokens(two).create("friend")
    body = {"question": QUESTION, "mode": "answer"}
    for script, least in (
        (("In ", "Rosetta", " [1]."), 3),
        (("In ", GeneratorFailed("gone")), 1),
    ):
        app = create_app(Settings(data=two), Library(two), ScriptedGenerator(*script))
        with local_client(app) as client:
            client.headers["authorization"] = f"Bearer {secret}"
            before = Usage(two).since(1)
            client.post("/c/samplewiki/api/ask", json=body)
        [kept] = Usage(two).since(1)
        was = before[0] if before else DayOfUse("", "")
        assert kept.questions == was.questions + 1
        assert kept.tokens_written >= was.tokens_written + least
        assert kept.model_seconds > was.model_seconds
