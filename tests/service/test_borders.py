"""Hostile texts of articles, titles, models and servers at every way out: none of them obeyed.

The collection is one of an older version, whose texts still hold what is no longer taken in.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.index.build import pipeline
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Explanation
from pinakes.ingest.characters import cleaned
from pinakes.ingest.sources.mediawiki import wikitext
from pinakes.ingest.sources.mediawiki.markup import layout
from pinakes.service.errors import GeneratorFailed
from pinakes.service.generators.generator import Generator
from pinakes.service.terminal.console import BuildProgress, PlainConsole
from pinakes.service.terminal.hit_report import print_explained, print_hits
from pinakes.service.tools.descriptions import TOOLS
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import Run, local_client, make_app, running
from tests.service.scripted_generator import ScriptedGenerator
from tests.service.tools.calls import ask_once, text_of

BAD = "\x9b31m\u202e\u2066\U000e0041\ufdd0"
TITLE = f"Zebra{BAD}fish [bold]"
TEXT = (
    f"The zebrafish{BAD} has [red]stripes[/red] :cat: of blue{BAD} and silver. "
    f"It lives in rivers{BAD} of India. שלום\u200f می\u200cخواهم"
)
QUESTION = "Does the zebrafish have stripes of blue and silver?"
SAID = ("The \x1b]0;owned\x07zebrafish\ud800 lives in ", "rivers\x9b2J of \x1b[31mIndia [1].")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("hostile")
    collection = directory / "toywiki"
    dump = write_dump(directory, [article(1, TITLE, TEXT), article(2, "Plain", "A plain river.")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "worker_processes", in_threads)
        for module in (wikitext, layout):
            patch.setattr(module, "cleaned", lambda text: text)
        build_collection(collection, dump, None, "none", QuietProgress(), BuildOptions(workers=1))
    with Index.open(collection) as index:
        page = index.page(1)
        assert page is not None
        assert BAD in page.text
        assert BAD in page.title
    return collection


@pytest.fixture(scope="module")
def quoting(hostile: Path) -> Iterator[TestClient]:
    with client_with(hostile, None) as client:
        yield client


def client_with(collection: Path, generator: Generator | None) -> TestClient:
    return local_client(make_app(collection, generator))


def assert_harmless(value: Any) -> None:
    """No text in it, however deep, holds what belongs into no text."""
    match value:
        case str():
            assert cleaned(value) == value, repr(value)
        case dict():
            for key, item in value.items():
                assert_harmless([key, item])
        case list():
            for item in value:
                assert_harmless(item)


@pytest.mark.parametrize(
    "path",
    ["/api/search?q=zebrafish", "/api/suggest?q=zebra", "/api/pages/1", "/api/pages/77", "/readyz"],
)
def test_json_over_http(quoting: TestClient, path: str) -> None:
    assert_harmless(quoting.get(path).json())


def test_offsets_into_articles_stay(quoting: TestClient) -> None:
    page = quoting.get("/api/pages/1").json()
    assert "\ufffd31m\ufffd\ufffd\ufffd\ufffd" in page["text"]
    assert "שלום\u200f می\u200cخواهم" in page["text"]
    [hit, *_] = quoting.get("/api/search?q=zebrafish").json()["hits"]
    assert hit["text"] == page["text"][hit["start"] : hit["end"]]
    assert [hit["text"][low:high] for low, high in hit["highlights"]] == ["zebrafish"]
    answer = quoting.post("/api/ask", json={"question": QUESTION}).json()
    cited = [one for one in answer["citations"] if one["page_id"] == 1]
    assert cited
    for citation in cited:
        assert citation["quote"] == page["text"][citation["start"] : citation["end"]]


def test_the_page_of_an_article(quoting: TestClient) -> None:
    html = quoting.get("/page/1").text
    assert_harmless(html)
    assert "Zebra\ufffd31m" in html


@pytest.mark.parametrize("generator", [None, ScriptedGenerator(*SAID)], ids=["quoted", "worded"])
def test_answers_in_every_form(hostile: Path, generator: Generator | None) -> None:
    with client_with(hostile, generator) as client:
        question = {"question": QUESTION, "strict": False}
        whole = client.post("/api/ask", json=question)
        assert whole.status_code == 200
        assert_harmless(whole.json())
        chat = {"model": "toywiki", "messages": [{"role": "user", "content": QUESTION}]}
        assert_harmless(client.post("/v1/chat/completions", json=chat).json())
        events = client.post(
            "/api/ask", json=question, headers={"Accept": "text/event-stream"}
        ).text
        chunks = client.post("/v1/chat/completions", json={**chat, "stream": True}).text
        for line in [*events.splitlines(), *chunks.splitlines()]:
            if line.startswith("data: {"):
                assert_harmless(json.loads(line.removeprefix("data: ")))
    if generator is not None:
        assert whole.json()["text"].startswith("The zebrafish lives in rivers of India [1].")


def test_errors_of_a_server(hostile: Path) -> None:
    error = GeneratorFailed("the server refuses:\n\x1b[31mno \x9b2J\u202e way\ud800")
    with client_with(hostile, ScriptedGenerator(error)) as client:
        problem = client.post("/api/ask", json={"question": QUESTION}).json()
        assert problem["detail"] == "the server refuses: no way"
        chat = {"model": "toywiki", "messages": [{"role": "user", "content": QUESTION}]}
        refused = client.post("/v1/chat/completions", json=chat).json()
        assert refused["error"]["message"] == "the server refuses: no way"


def test_tools(hostile: Path) -> None:
    with running(make_app(hostile, ScriptedGenerator(*SAID))) as address:
        found = json.loads(text_of(ask_once(f"{address}/mcp", "search", query="zebrafish")))
        assert_harmless(found)
        ref = found["results"][0]["id"]
        for tool, argument in (("search", "zebrafish"), ("fetch", ref), ("ask", QUESTION)):
            name = next(one.arguments[0].name for one in TOOLS if one.name == tool)
            result = ask_once(f"{address}/mcp", tool, **{name: argument})
            assert_harmless([text_of(result), result.structured_content])
        failed = ask_once(f"{address}/mcp", "fetch", id="a\x1b[31m\u202e\nb")
        assert failed.is_error
        assert_harmless(text_of(failed))


@pytest.mark.parametrize(
    "command",
    [
        ("search", "zebrafish"),
        ("search", "zebrafish", "--explain"),
        ("search", "zebrafish", "--json"),
        ("show", TITLE),
        ("show", TITLE, "--json"),
        ("show", "Zebra\u202e\x9b31m"),
        ("ask", QUESTION, "--mode", "quote"),
        ("ask", QUESTION, "--mode", "quote", "--json"),
        ("status", "--collection", "no\nne\x1b[31m"),
    ],
)
def test_commands(hostile: Path, run: Run, command: tuple[str, ...]) -> None:
    outcome = run(*command, "--data", hostile.parent)
    assert_harmless([outcome.out, outcome.err])
    if outcome.status:
        assert outcome.err.count("\n") == 1
    elif "--json" not in command:
        assert "[bold]" in outcome.out  # what looks like markup is text
        assert ":cat:" in outcome.out or "--explain" in command


def test_a_terminal(hostile: Path) -> None:
    """Rich writes escapes of its own there; of the texts' none comes through."""
    screen = io.StringIO()
    console = PlainConsole(file=screen, force_terminal=True, width=80, color_system=None)
    with Index.open(hostile) as index:
        hits = index.search(QUESTION, 3, "keyword")
        print_hits(hits, console)
        print_explained(hits, [Explanation({"title": (TITLE,)}, {}) for _ in hits], console)
    console.print(f"[/bold] :cat: {TITLE} [/nothing]", style="dim")
    assert_harmless(screen.getvalue().replace("\x1b[2m", "").replace("\x1b[0m", ""))
    assert ":cat:" in screen.getvalue()
    assert "[/nothing]" in screen.getvalue()


def test_names_of_files_in_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with BuildProgress() as progress:
        progress.note("skipped [/red] a\x9b31m.xml")
        progress.step("Reading \u202e[bold]x", 3, "pages")
    told = capsys.readouterr().err
    assert_harmless(told)
    assert "[/red]" in told
    assert "[bold]x" in told
