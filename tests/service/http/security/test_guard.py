"""The guard before the whole application, as clients of any kind meet it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.service.errors import BadInput
from pinakes.service.http.security.guard import RESPONSE_HEADERS
from pinakes.service.http.security.tokens import Tokens
from tests.service.conftest import local_client, make_app
from tests.service.scripted_generator import ScriptedGenerator

# Method, path and body of everything there is, what there is not, and what goes wrong.
EVERYWHERE: list[tuple[str, str, Any]] = [
    ("GET", "/", None),
    ("HEAD", "/", None),
    ("GET", "/c/toywiki/", None),
    ("GET", "/c/toywiki/page/1", None),
    ("GET", "/page/1", None),
    ("GET", "/page/99", None),
    ("GET", "/about", None),
    ("GET", "/enter", None),
    ("GET", "/static/ask.js", None),
    ("GET", "/static/nothing", None),
    ("GET", "/api/search?q=zebrafish", None),
    ("GET", "/api/suggest?q=zeb", None),
    ("GET", "/api/pages/1", None),
    ("POST", "/api/ask", {"question": "zebrafish", "mode": "quote"}),
    ("POST", "/api/ask", {}),
    ("GET", "/api/ask?q=zebrafish&format=text", None),
    ("GET", "/status", None),
    ("GET", "/llms.txt", None),
    ("GET", "/opensearch.xml", None),
    ("GET", "/suggest?q=zeb", None),
    ("GET", "/v1/models", None),
    ("GET", "/v1/nothing", None),
    (
        "POST",
        "/v1/chat/completions",
        {"model": "toywiki:quote", "messages": [{"role": "user", "content": "zebrafish"}]},
    ),
    ("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}),
    ("GET", "/mcp", None),
    ("GET", "/healthz", None),
    ("GET", "/readyz", None),
    ("GET", "/openapi.json", None),
    ("GET", "/nothing", None),
    ("OPTIONS", "/api/ask", None),
]
MCP = {"accept": "application/json, text/event-stream"}
LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.fixture(scope="module")
def client(awkward: Path) -> Iterator[TestClient]:
    with local_client(make_app(awkward)) as client:
        yield client


def settings_app(collection: Path, data: Path, generator: Any = None, **serve: Any) -> Any:
    """The service with these settings, and its tokens in ``data``."""
    return make_app(collection, generator, data=data, serve=serve)


@pytest.mark.parametrize(("method", "path", "body"), EVERYWHERE)
def test_every_response_carries_the_same_headers(
    client: TestClient, method: str, path: str, body: Any
) -> None:
    for more in ({}, {"host": "evil.test"}, {"origin": "http://evil.test"}):
        answer = client.request(method, path, json=body, headers=MCP | more)
        assert answer.status_code in ((200, 400, 404, 405) if not more else (403, 421))
        for name, value in RESPONSE_HEADERS.items():
            if (path, name) != ("/enter", "referrer-policy") or more:
                assert answer.headers.get_list(name) == [value]
        assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(("method", "path", "body"), EVERYWHERE)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"host": "evil.test"}, 421, id="another name"),
        pytest.param({"origin": "http://evil.test"}, 403, id="another origin"),
        pytest.param({"origin": "null"}, 403, id="an origin that is not told"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="another site"),
        pytest.param({"sec-fetch-site": "same-site"}, 403, id="another port of this machine"),
    ],
)
def test_no_page_of_others_gets_anywhere(
    client: TestClient, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    answer = client.request(method, path, json=body, headers=MCP | headers)
    assert answer.status_code == status
    if method != "HEAD":
        told = answer.json()
        assert told["error"]["message"] if path.startswith("/v1/") else told["detail"]
    assert "zebrafish" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "127.0.0.1:8707"}, 200),
        ({"host": "LOCALHOST."}, 200),
        ({"host": "[::1]:9"}, 200),
        ({"origin": "http://localhost", "sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "none", "origin": "http://evil.test"}, 403),
        ({"sec-fetch-site": "unheard-of"}, 403),
        ({"sec-fetch-site": "cross-site", **LINK}, 403),  # a link to what is no page
        ({"host": ""}, 421),
        ({"host": "localhost:80:80"}, 421),
        ({"x-forwarded-host": "evil.test", "x-forwarded-for": "6.6.6.6"}, 200),
        ({"host": "evil.test", "x-forwarded-host": "localhost"}, 421),
        ({"host": "evil.test", "forwarded": "host=localhost"}, 421),
        ({"authorization": "Bearer any"}, 200),  # any key will do where none is needed
    ],
)
def test_who_may_search(client: TestClient, headers: dict[str, str], status: int) -> None:
    answer = client.get("/api/search?q=zebrafish", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path",
    ["/", "/?q=zebrafish", "/c/toywiki", "/c/toywiki/?q=x", "/page/1", "/c/toywiki/page/1?end=9"],
)
def test_others_may_link_to_pages(client: TestClient, path: str) -> None:
    for site in ("cross-site", "same-site"):
        sent = {"sec-fetch-site": site}
        assert client.get(path, headers=sent | LINK).status_code == 200
        for wrong in (
            {"sec-fetch-dest": "iframe"},
            {"sec-fetch-dest": "object"},
            {"sec-fetch-mode": "no-cors"},
        ):
            assert client.get(path, headers=sent | LINK | wrong).status_code == 403
        assert client.post(path, headers=sent | LINK).status_code == 403


@pytest.mark.parametrize(
    ("headers", "asks"),
    [
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "cross-site", **LINK}, False),
        ({"sec-fetch-site": "same-site", **LINK}, False),
        ({}, False),  # nobody knows
        ({"cookie": "pinakes=x"}, True),  # which no other site has sent
    ],
)
def test_which_navigation_may_ask(client: TestClient, headers: dict[str, str], asks: bool) -> None:
    page = client.get("/c/toywiki/?q=zebrafish", headers=headers)
    assert ("data-asks-itself" in page.text) is asks
    assert "Sec-Fetch-Site" in page.headers["vary"]


def raw(app: Any, **scope: Any) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of the response to a request that no client would send."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    whole = {
        "type": "http", "method": "GET", "path": "/healthz", "raw_path": b"/healthz",
        "query_string": b"", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 9),
        "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    asyncio.run(app({**whole, **scope}, receive, send))
    if sent[0]["type"] != "http.response.start":
        return 0, {b"code": str(sent[0].get("code")).encode()}
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        pytest.param({}, 200, id="as it should be"),
        pytest.param({"headers": []}, 421, id="no host"),
        pytest.param({"headers": [(b"host", b"localhost")] * 2}, 421, id="two hosts"),
        pytest.param({"path": "http://localhost/healthz"}, 400, id="absolute form"),
        pytest.param({"path": "*", "method": "OPTIONS"}, 400, id="asterisk form"),
        pytest.param({"path": ""}, 400, id="no path"),
        pytest.param({"headers": [(b"host", b"localhost"), (b"content-length", b"5"),
                                  (b"transfer-encoding", b"chunked")]}, 400, id="two lengths"),
        pytest.param({"headers": [(b"host", b"\xff\xfe")]}, 421, id="bytes"),
        pytest.param({"headers": [(b"host", b"10.0.0.9")], "server": ("10.0.0.9", 80)}, 200,
                     id="the address it came in at"),
        pytest.param({"headers": [(b"host", b"10.0.0.9")], "server": ("10.0.0.8", 80)}, 421,
                     id="another address"),
        pytest.param({"headers": [(b"host", b"localhost")], "server": None, "client": None}, 200,
                     id="a UNIX socket"),
    ],
)  # fmt: skip
def test_requests_that_no_client_sends(awkward: Path, scope: dict[str, Any], status: int) -> None:
    told, headers = raw(make_app(awkward), **scope)
    assert told == status
    assert headers[b"x-content-type-options"] == b"nosniff"
    # What follows on that connection may be the rest of it.
    assert (headers.get(b"connection") == b"close") is (status == 400)


def test_web_sockets_are_closed(awkward: Path) -> None:
    assert raw(make_app(awkward), type="websocket") == (0, {b"code": b"1008"})


class TestTokens:
    def test_from_the_first_token_on_everybody_needs_one(
        self, awkward: Path, tmp_path: Path
    ) -> None:
        tokens = Tokens(tmp_path)
        app = settings_app(awkward, tmp_path)
        with local_client(app) as client:
            assert client.get("/api/search?q=zebrafish").status_code == 200
            secret = tokens.create("phone", "ask")
            for method, path, body in EVERYWHERE:
                answer = client.request(method, path, json=body, headers=MCP)
                known = client.request(
                    method, path, json=body, headers=MCP | {"authorization": f"Bearer {secret}"}
                )
                assert known.status_code in (200, 400, 404, 405)
                if path in ("/enter", "/healthz") or path.startswith("/static/"):
                    assert answer.status_code == known.status_code
                else:
                    assert answer.status_code == 401, path
                    assert answer.headers["www-authenticate"] == "Bearer"
                    assert "zebrafish" not in answer.text
            assert client.get("/healthz").json()["status"] == "ok"
            assert set(client.get("/healthz").json()) == {"status", "version"}
            tokens.revoke("phone")
            assert client.get("/api/search?q=zebrafish").status_code == 200

    def test_beyond_loopback_the_last_revoked_token_opens_nothing(
        self, awkward: Path, tmp_path: Path
    ) -> None:
        tokens = Tokens(tmp_path)
        secret = tokens.create("phone", "ask")
        app = settings_app(awkward, tmp_path, host="0.0.0.0")
        with local_client(app) as client:
            sent = {"authorization": f"Bearer {secret}"}
            assert client.get("/readyz", headers=sent).status_code == 200
            tokens.revoke("phone")
            assert client.get("/readyz", headers=sent).status_code == 401
            assert client.get("/readyz").status_code == 401

    @pytest.mark.parametrize(
        "authorization",
        ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}", "Bearer {}x", "Bearer  x{}"],
    )
    def test_what_is_no_token(self, awkward: Path, tmp_path: Path, authorization: str) -> None:
        secret = Tokens(tmp_path).create("phone", "ask")
        with local_client(settings_app(awkward, tmp_path)) as client:
            sent = {"authorization": authorization.format(secret)}
            assert client.get("/readyz", headers=sent).status_code == 401
            for kind in ("Bearer", "bearer", "BEARER"):
                sent = {"authorization": f"{kind} {secret}"}
                assert client.get("/readyz", headers=sent).status_code == 200

    def test_openai_clients_are_told_in_their_form(self, awkward: Path, tmp_path: Path) -> None:
        Tokens(tmp_path).create("phone", "ask")
        with local_client(settings_app(awkward, tmp_path)) as client:
            answer = client.get("/v1/models", headers={"authorization": "Bearer any"})
            assert answer.status_code == 401
            assert "not known here" in answer.json()["error"]["message"]

    def test_reading_is_not_asking(self, awkward: Path, tmp_path: Path) -> None:
        tokens = Tokens(tmp_path)
        secrets = {scope: tokens.create(scope, scope) for scope in ("read", "ask", "admin")}
        generator = ScriptedGenerator("It is.")
        chat = {"model": "toywiki", "messages": [{"role": "user", "content": "zebrafish?"}]}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        asking = call | {"params": {"name": "ask", "arguments": {"question": "zebrafish?"}}}
        searching = call | {"params": {"name": "search", "arguments": {"query": "zebrafish"}}}
        with local_client(settings_app(awkward, tmp_path, generator)) as client:
            for scope, secret in secrets.items():
                sent = MCP | {"authorization": f"Bearer {secret}"}
                for path in ("/", "/page/1", "/api/search?q=zebrafish", "/api/suggest?q=z",
                             "/api/pages/1", "/v1/models", "/readyz"):  # fmt: skip
                    assert client.get(path, headers=sent).status_code == 200
                found = client.post("/mcp", json=searching, headers=sent)
                assert "zebrafish" in found.text
                answers = [
                    client.post("/api/ask", json={"question": "zebrafish?"}, headers=sent),
                    client.post("/v1/chat/completions", json=chat, headers=sent),
                ]
                answered = client.post("/mcp", json=asking, headers=sent).text
                if scope == "read":
                    assert [one.status_code for one in answers] == [403, 403]
                    assert "the token read may search and read" in answers[0].json()["detail"]
                    assert "may search and read" in answers[1].json()["error"]["message"]
                    assert "may search and read" in answered
                    assert generator.prompts == []
                else:
                    assert [one.status_code for one in answers] == [200, 200]
                    assert "may search and read" not in answered

    def test_a_damaged_file_lets_nobody_in(
        self, awkward: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        tokens = Tokens(tmp_path)
        with local_client(settings_app(awkward, tmp_path)) as client:
            tokens.path.write_text("{")
            answer = client.get("/api/search?q=zebrafish")
            assert answer.status_code == 503
            assert str(tmp_path) not in answer.text
            assert "is damaged; remove it" in caplog.text
            assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("serve", [{"allowed_hosts": ["*"]}, {"trusted_proxies": ["proxy.lan"]}])
def test_settings_that_mean_nothing_end_the_start(
    awkward: Path, tmp_path: Path, serve: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match=f"setting serve.{next(iter(serve))}"):
        settings_app(awkward, tmp_path, **serve)
