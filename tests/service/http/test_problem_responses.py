from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from tests.service.conftest import MakeClient
from tests.service.http.test_ask_http import parse_events
from tests.service.scripted_generator import ScriptedGenerator

JSON = {"content-type": "application/json"}
LIMIT = 64 * 1024


def chunks() -> Iterator[bytes]:
    """A long body of unknown length."""
    yield b'{"question": "'
    for _ in range(20):
        yield b"library " * 1_000
    yield b'"}'


# name, request, status, words of the detail
BAD_REQUESTS: list[tuple[str, Callable[[TestClient], Any], int, str]] = [
    ("empty query", lambda c: c.get("/api/search?q="), 400, "the query is empty"),
    ("only spaces", lambda c: c.get("/api/search?q=%20%09"), 400, "the query is empty"),
    ("only a NUL", lambda c: c.get("/api/search?q=%00"), 400, "the query is empty"),
    ("only punctuation", lambda c: c.get("/api/search?q=%3F!%28"), 400, "no word to search for"),
    ("no query", lambda c: c.get("/api/search"), 400, "query.q: Field required"),
    ("long query", lambda c: c.get(f"/api/search?q={'x' * 60_000}"), 400, "60,000 characters"),
    ("k of nothing", lambda c: c.get("/api/search?q=a&k=0"), 400, "query.k"),
    ("k too big", lambda c: c.get("/api/search?q=a&k=101"), 400, "query.k"),
    ("k no number", lambda c: c.get("/api/search?q=a&k=many"), 400, "query.k"),
    ("unknown mode", lambda c: c.get("/api/search?q=a&mode=magic"), 400, "query.mode"),
    ("long prefix", lambda c: c.get(f"/api/suggest?q={'x' * 201}"), 400, "query.q"),
    ("a name as page id", lambda c: c.get("/page/Pinakes"), 400, "path.page_id"),
    ("no such title", lambda c: c.get("/api/pages/Pinakess"), 404, "'Pinakess'"),
    ("an endless page id", lambda c: c.get(f"/page/{'9' * 5000}"), 400, "path.page_id"),
    ("a bad offset", lambda c: c.get("/page/617?start=x"), 400, "query.start"),
    ("unknown path", lambda c: c.get("/api/nothing"), 404, "GET /api/nothing"),
    ("unknown file", lambda c: c.get("/static/no.css"), 404, "GET /static/no.css"),
    ("out of static", lambda c: c.get("/static/%2e%2e/templates/base.html"), 404, "Not Found"),
    ("wrong method", lambda c: c.delete("/api/search"), 405, "DELETE /api/search"),
    ("ask by GET for nothing", lambda c: c.get("/api/ask"), 400, "query.q"),
    ("empty question", lambda c: c.post("/api/ask", json={"question": " "}), 400, "is empty"),
    ("no question", lambda c: c.post("/api/ask", json={}), 400, "body.question: Field required"),
    ("null question", lambda c: c.post("/api/ask", json={"question": None}), 400, "body.question"),
    ("a list", lambda c: c.post("/api/ask", json=["a"]), 400, "not a JSON object"),
    ("no body", lambda c: c.post("/api/ask"), 400, "body: Field required"),
    ("no JSON", lambda c: c.post("/api/ask", content="{no", headers=JSON), 400, "JSON decode"),
    ("not UTF-8", lambda c: c.post("/api/ask", content=b'{"\xff', headers=JSON), 400, "body"),
    (
        "another content type",
        lambda c: c.post("/api/ask", content='{"question": "a"}', headers={"content-type": "a/b"}),
        400,
        "application/json",
    ),
    (
        "a form",
        lambda c: c.post("/api/ask", data={"question": "library"}),
        400,
        "application/json",
    ),
    (
        "unknown mode to ask",
        lambda c: c.post("/api/ask", json={"question": "a", "mode": "magic"}),
        400,
        "body.mode",
    ),
    (
        "100 kB question",
        lambda c: c.post("/api/ask", json={"question": "x" * 100_000}),
        413,
        "more than 65,536 bytes",
    ),
    (
        "long body of unknown length",
        lambda c: c.post("/api/ask", content=chunks(), headers=JSON),
        413,
        "more than 65,536 bytes",
    ),
]


@pytest.mark.parametrize(
    ("request_it", "status", "words"),
    [case[1:] for case in BAD_REQUESTS],
    ids=[case[0] for case in BAD_REQUESTS],
)
def test_a_bad_request_is_a_problem_in_words(
    client: TestClient, request_it: Callable[[TestClient], Any], status: int, words: str
) -> None:
    answer = request_it(client)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert problem["title"]
    assert words in problem["detail"]
    assert len(answer.content) < 600
    assert "Traceback" not in answer.text


def test_a_wrong_method_is_told_the_right_one(client: TestClient) -> None:
    assert client.delete("/api/search").headers["allow"] == "GET"


def test_the_longest_body_is_read(client: TestClient) -> None:
    body = '{"question": "library"' + " " * (LIMIT - 23) + "}"
    assert len(body) == LIMIT
    assert client.post("/api/ask", content=body, headers=JSON).status_code == 200
    assert client.post("/api/ask", content=body + " ", headers=JSON).status_code == 413


def test_half_a_surrogate_pair_is_no_error(client: TestClient) -> None:
    answer = client.post("/api/ask", content=r'{"question": "library \ud800"}', headers=JSON)
    assert answer.status_code == 200
    assert answer.json()["question"] == "library ?"


def test_vectors_where_there_are_none(make_client: MakeClient, awkward: Any) -> None:
    client = make_client(collection=awkward)
    answer = client.get("/api/search?q=zebrafish&mode=vector")
    assert answer.status_code == 400
    assert "no vectors yet" in answer.json()["detail"]
    assert client.get("/api/search?q=zebrafish").json()["hits"][0]["page_id"] == 1


UNREACHABLE = {
    "type": "about:blank",
    "title": "The model did not answer",
    "status": 503,
    "detail": "no server at 127.0.0.1:1",
}


def test_a_model_that_cannot_be_started(make_client: MakeClient) -> None:
    generator = ScriptedGenerator(unavailable=GeneratorUnavailable(UNREACHABLE["detail"]))
    client = make_client(generator)
    answer = client.post("/api/ask", json={"question": "Who deciphered Linear B?"})
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == UNREACHABLE


def test_a_model_that_cannot_be_started_ends_the_events(make_client: MakeClient) -> None:
    """By then it has been said that the search is on."""
    generator = ScriptedGenerator(unavailable=GeneratorUnavailable(UNREACHABLE["detail"]))
    client = make_client(generator)
    headers = {"accept": "text/event-stream"}
    answer = client.post("/api/ask", json={"question": "Who deciphered Linear B?"}, headers=headers)
    assert parse_events(answer.text)[-1] == ("error", UNREACHABLE)


@pytest.mark.parametrize("said", [(), ("It was ",)])
def test_a_model_that_breaks_off(make_client: MakeClient, said: tuple[str, ...]) -> None:
    generator = ScriptedGenerator(*said, GeneratorFailed("the model ended"))
    client = make_client(generator)
    answer = client.post("/api/ask", json={"question": "Who deciphered Linear B?"})
    assert answer.status_code == 503
    assert answer.json()["detail"] == "the model ended"
    generator.script = ("All is well.",)
    assert client.post("/api/ask", json={"question": "Who deciphered Linear B?"}).status_code == 200


def test_an_error_of_the_code_itself_tells_nothing_of_its_inside(make_client: MakeClient) -> None:
    client = make_client(ScriptedGenerator(RuntimeError("secret")))
    answer = client.post("/api/ask", json={"question": "Who deciphered Linear B?"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Internal error"
    assert "secret" not in answer.text
