"""What a page of another site can do in a real browser: link here, and nothing else."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.conftest import make_app, running
from tests.service.http.browser import EVIL, OTHER, needs_chromium
from tests.service.scripted_generator import ScriptedGenerator

pytestmark = needs_chromium
# Not only the name of a page, which is shown without a model.
QUESTION = "Does the zebrafish page say that windows are owned?"
ASKING = {"question": "zebrafish", "mode": "answer"}
# What a page can send without asking first, and what it reads of the answers.
READING = """async (paths) => {
  const told = [];
  for (const [method, path, body] of paths) {
    const type = { "Content-Type": "text/plain" };
    const init = method === "GET" ? {} : { method, body, headers: type };
    try {
      const answer = await fetch(path, init);
      told.push([path, answer.status, await answer.text()]);
    } catch (error) {
      told.push([path, 0, ""]);
    }
  }
  return told;
}"""
CHAT = json.dumps({"model": "toywiki", "messages": [{"role": "user", "content": "zebrafish"}]})
CALL = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
     "params": {"name": "search", "arguments": {"query": "zebrafish"}}}
)  # fmt: skip
REQUESTS = [
    ["GET", "/", ""],
    ["GET", "/page/1", ""],
    ["GET", "/c/toywiki/", ""],
    ["GET", "/c/toywiki/page/1", ""],
    ["GET", "/c/toywiki/api/search?q=zebrafish", ""],
    ["GET", "/api/search?q=zebrafish", ""],
    ["GET", "/api/pages/1", ""],
    ["POST", "/api/ask", json.dumps(ASKING)],
    ["GET", "/api/ask?q=zebrafish", ""],
    ["GET", "/c/toywiki/api/ask?q=zebrafish&format=text", ""],
    ["GET", "/status", ""],
    ["GET", "/llms.txt", ""],
    ["GET", "/suggest?q=zebrafish", ""],
    ["GET", "/v1/models", ""],
    ["POST", "/v1/chat/completions", CHAT],
    ["POST", "/mcp", CALL],
    ["GET", "/readyz", ""],
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture(scope="module")
def generator() -> ScriptedGenerator:
    return ScriptedGenerator("The zebrafish page says it.")


@pytest.fixture(scope="module")
def answered() -> dict[str, int]:
    """The status that each address was answered with."""
    return {}


@pytest.fixture(scope="module")
def port(awkward: Path, generator: ScriptedGenerator, answered: dict[str, int]) -> Iterator[int]:
    """Where the service listens."""
    app = make_app(awkward, generator)
    guard = app.middleware_stack
    assert guard is not None

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start":
                query = scope["query_string"].decode()
                answered[scope["path"] + (query and f"?{query}")] = message["status"]
            await send(message)

        await guard(scope, receive, noting)

    app.middleware_stack = noted
    with running(app) as address:
        port = urlsplit(address).port
        assert port is not None
        yield port


@pytest.fixture(scope="module")
def other_port(port: int) -> Iterator[int]:
    """Where a server of others gives out pages that reach for the service."""
    service = f"http://127.0.0.1:{port}"
    body = f"""<!doctype html><title>other</title>
    <img src="{service}/api/search?q=zebrafish">
    <img src="{service}/api/ask?q=zebrafish">
    <script src="{service}/static/ask.js"></script>
    <link rel="stylesheet" href="{service}/static/style.css">
    <iframe src="{service}/?q=zebrafish"></iframe>
    <object data="{service}/page/1"></object>
    <form id="form" method="post" enctype="text/plain" action="{service}/api/ask">
      <input name='{{"question": "zebrafish", "mode": "answer", "x": "' value='"}}'>
    </form>
    <a id="link" href="{service}/?q={quote_plus(QUESTION)}">ask</a>
    <a id="page" href="{service}/page/1">read</a>"""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_name_that_leads_here_reads_nothing(
    page: Page, port: int, generator: ScriptedGenerator
) -> None:
    """DNS rebinding: the page of evil.test has the very origin that it now asks."""
    before = len(generator.prompts)
    answer = page.goto(f"http://{EVIL}:{port}/")
    assert answer is not None
    assert answer.status == 421
    told = page.evaluate(READING, REQUESTS)
    assert {status for _, status, _ in told} == {421}
    assert "zebrafish page says" not in json.dumps(told)
    assert len(generator.prompts) == before


@pytest.mark.parametrize("site", [OTHER, "127.0.0.1"])
def test_a_page_of_others_includes_and_reads_nothing(
    page: Page,
    port: int,
    other_port: int,
    site: str,
    generator: ScriptedGenerator,
    answered: dict[str, int],
) -> None:
    before = len(generator.prompts)
    answered.clear()
    page.goto(f"http://{site}:{other_port}/", wait_until="load")
    service = f"http://127.0.0.1:{port}"
    included = {"/api/search?q=zebrafish", "/api/ask?q=zebrafish", "/static/ask.js",
                "/static/style.css", "/?q=zebrafish", "/page/1"}  # fmt: skip
    assert included <= set(answered)
    assert set(answered.values()) == {403}
    absolute = [[method, service + path, body] for method, path, body in REQUESTS]
    assert {status for _, status, _ in page.evaluate(READING, absolute)} == {0}
    page.evaluate("document.getElementById('form').submit()")
    page.wait_for_url(f"{service}/api/ask")
    assert "refused to a web page of another origin" in page.content()
    assert len(generator.prompts) == before


def test_a_link_fills_the_question_in_and_asks_nothing(
    page: Page, other_port: int, generator: ScriptedGenerator
) -> None:
    before = len(generator.prompts)
    page.goto(f"http://{OTHER}:{other_port}/")
    page.click("#link")
    status = page.get_by_role("status")
    expect(status).to_contain_text("press Ask")
    expect(page.locator("#question")).to_have_value(QUESTION)
    assert len(generator.prompts) == before
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#answer")).to_contain_text("zebrafish")
    expect(page.locator("#after")).to_be_visible()
    asked = len(generator.prompts)
    assert asked > before
    page.wait_for_url("**/#*")
    page.reload()  # the browser has kept the answer
    expect(page.locator("#answer")).to_contain_text("zebrafish")
    assert len(generator.prompts) == asked


def test_a_link_to_an_article_leads_there(page: Page, other_port: int) -> None:
    page.goto(f"http://{OTHER}:{other_port}/")
    page.click("#page")
    expect(page.locator("article")).to_contain_text("zebrafish page says")


def test_an_address_that_was_typed_asks(
    page: Page, port: int, generator: ScriptedGenerator
) -> None:
    before = len(generator.prompts)
    page.goto(f"http://localhost:{port}/?q={quote_plus(QUESTION)}")
    expect(page.locator("#answer")).to_contain_text("zebrafish")
    assert len(generator.prompts) == before + 1
