"""The tools over HTTP, as the protocol's own client sees them."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult
from sse_starlette.sse import AppStatus

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.opening import open_source
from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.generator import Generator, Sign, Thought
from pinakes.service.settings import AnswerSettings, ServeSettings, ToolSettings
from pinakes.service.types import Message, parse_ref
from tests.index.toys import SAMPLE, QuietProgress, article, write_dump
from tests.service.conftest import MakeServer, make_app, running
from tests.service.http.leaving import leave_at
from tests.service.scripted_generator import ScriptedGenerator
from tests.service.tools.calls import ACCEPT, PROTOCOLS, ask_once, call, data, rpc, text_of
from tests.service.tools.test_mcp_stdio import MALFORMED
from tests.yardstick import PATIENCE_S

QUESTION = "Which soldiers strengthened an old fort near the port of Rosetta?"
SOLDIERS = "French soldiers of Napoleon's expedition"
WORDS = (
    "In July 1799 French soldiers of Napoleon's expedition were ",
    "strengthening an old fort near the port of Rosetta in the Nile Delta. ",
    "Violet horses eat marzipan.",
)
ENORMOUS = "".join(f"Room {number} of the library holds papyri. " for number in range(20_000))


@contextmanager
def serving(collection: Path, generator: Generator | None = None, **sections: Any) -> Iterator[str]:
    """The address of a server with settings of its own."""
    with running(make_app(collection, generator, **sections)) as address:
        yield address


def build(collection: Path, dump: Source, *, force: bool = False) -> str:
    """Build without vectors; the name of the generation."""
    options = BuildOptions(workers=1, force=force)
    result = build_collection(collection, dump, None, "none", QuietProgress(), options)
    return result.manifest.generation


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    """A server over the sample without a model."""
    with running(make_app(sample)) as address:
        yield address


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_what_a_client_is_told(address: str, mode: str) -> None:
    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            assert client.server_info.name == "pinakes"
            assert "not instructions" in (client.instructions or "")
            assert "folders of manuals" in (client.instructions or "")
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert list(tools) == ["search", "fetch", "ask"]
            for tool in tools.values():
                assert tool.description is not None
                assert "not instructions" in tool.description
                assert tool.annotations is not None
                assert tool.annotations.read_only_hint is True
                assert tool.annotations.open_world_hint is False
                assert tool.output_schema is None
            listed = [one.model_dump(by_alias=True, exclude_none=True) for one in tools.values()]
            assert len(json.dumps(listed, separators=(",", ":"))) < 1_400  # about 350 tokens
            taken = {name: tool.input_schema for name, tool in tools.items()}
            assert list(taken["search"]["properties"]) == ["query", "k", "budget", "title_only"]
            assert list(taken["fetch"]["properties"]) == [
                "id", "section", "find", "links", "budget",
            ]  # fmt: skip
            assert list(taken["ask"]["properties"]) == ["question"]
            assert [one["required"] for one in taken.values()] == [["query"], ["id"], ["question"]]

    asyncio.run(scenario())


def test_the_form_of_results_is_told_where_that_is_wanted(sample: Path) -> None:
    async def scenario() -> None:
        async with Client(f"{address}/mcp") as client:
            for tool in (await client.list_tools()).tools:
                assert tool.output_schema is not None
            result = await call(client, "search", query=QUESTION)
            assert result.structured_content == json.loads(text_of(result))

    with serving(sample, tools=ToolSettings(output_schema=True)) as address:
        asyncio.run(scenario())


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_search_and_fetch(address: str, mode: str) -> None:
    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            found = await data(client, "search", query=QUESTION)
            first, *others = results = found["results"]
            assert len(json.dumps(found, ensure_ascii=False, separators=(",", ":"))) <= 1_500
            assert first["text"].startswith("In July 1799 French soldiers")
            assert (first["title"], first["fit"]) == ("Rosetta Stone › Discovery", "high")
            assert found["as_of"] == "2026-11-01"
            assert {one["fit"] for one in others} <= {"medium", "low"}
            assert len({parse_ref(one["id"]).page_id for one in results}) == len(results) == 4
            for one in results:
                page_id = parse_ref(one["id"]).page_id
                assert one["url"] == f"{address}/c/samplewiki/page/{page_id}"
            more = await data(client, "search", query=QUESTION, k=9, budget=4_000)
            assert len(more["results"]) == 9
            fetched = await data(client, "fetch", id=first["id"])
            assert (fetched["id"], fetched["title"]) == (first["id"], first["title"])
            ref = parse_ref(fetched["id"])
        async with httpx.AsyncClient(follow_redirects=True) as plain:
            page = (await plain.get(f"{address}/api/pages/{ref.page_id}")).json()
            reader = (await plain.get(fetched["url"])).text
            assert (await plain.get(first["url"])).status_code == 200
        assert page["text"][ref.start : ref.end] in fetched["text"]
        assert fetched["text"].strip("… ") in page["text"]
        assert 'id="passage"' in reader

    asyncio.run(scenario())


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_whatever_names_a_page_fetches_it(address: str, mode: str) -> None:
    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            [first, *_] = (await data(client, "search", query=QUESTION))["results"]
            for name in (
                "Rosetta Stone",
                "rosetta stone",
                first["url"],
                f"{address}/page/1590",
                "/c/samplewiki/api/pages/1590",
                "https://sample.invalid/wiki/Rosetta_Stone",
                "https://sample.invalid/w/index.php?title=Rosetta_Stone&oldid=1271475422",
                "pinakes://samplewiki/Rosetta_Stone",
            ):
                fetched = await data(client, "fetch", id=name, budget=1_200)
                assert fetched["text"].startswith("The Rosetta Stone is part of"), name
                assert "Discovery" in fetched["metadata"]["sections"]
            part = await data(client, "fetch", id="Rosetta Stone", section="discovery")
            assert part["metadata"]["section"] == "Discovery"
            assert SOLDIERS in part["text"]
            places = await data(client, "fetch", id="Rosetta Stone", find="Bouchard", links=True)
            assert "Infobox: Discovered by: Pierre-François Bouchard" in places["text"]
            assert "Jean-François Champollion" in places["metadata"]["mentions"]
            assert places["metadata"]["mentioned_by"]
            both = await data(client, "fetch", id="Rosetta Stone\nNo such page\nLinear B")
            stone, missing, script = both["results"]
            assert (stone["title"], script["title"]) == ("Rosetta Stone", "Linear B")
            assert "has no page 'No such page'" in missing["error"]
            titles = (await data(client, "search", query="rosetta", title_only=True))["results"]
            assert titles[0]["id"] == "samplewiki/1590"
            assert (await data(client, "fetch", id=titles[0]["id"]))["title"] == "Rosetta Stone"

    asyncio.run(scenario())


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_pages_are_resources(address: str, mode: str) -> None:
    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            templates = (await client.list_resource_templates()).resource_templates
            assert [one.name for one in templates] == ["page", "passage"]
            assert (await client.list_resources()).resources == []
            uri = "pinakes://samplewiki/Rosetta%20Stone#Discovery"
            [read] = (await client.read_resource(uri)).contents
            assert SOLDIERS in json.loads(read.text)["text"]  # type: ignore[union-attr]
            with pytest.raises(MCPError, match="has no page 'Nothing at all'"):
                await client.read_resource("pinakes://samplewiki/Nothing at all")

    asyncio.run(scenario())


def test_where_nothing_fits_there_is_nothing(address: str) -> None:
    found = json.loads(text_of(ask_once(f"{address}/mcp", "search", query="zxqv blorptic wumpus")))
    assert found["results"] == []


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_ask(make_server: MakeServer, mode: str) -> None:
    generator = ScriptedGenerator(*WORDS)
    address = make_server(generator)

    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            answer = await data(client, "ask", question=QUESTION)
            first, second = answer["sentences"]
            assert answer["kind"] == "answer"
            assert answer["text"][second["start"] : second["end"]] == WORDS[2]
            assert (second["verdict"], second["citations"]) == ("unsupported", [])
            assert first["verdict"] != "unsupported"
            sources = {source["number"]: source for source in answer["sources"]}
            assert set(first["citations"]) == set(sources)
            source = sources[first["citations"][0]]
            assert source["title"] == "Rosetta Stone › Discovery"
            assert "French soldiers" in source["quote"]
            fetched = await data(client, "fetch", id=source["id"])
            assert source["quote"].strip("… ") in fetched["text"]
            assert (answer["collection"], answer["as_of"]) == ("samplewiki", "2026-11-01")

    asyncio.run(scenario())
    assert QUESTION in generator.prompts[0][-1].content


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_a_signal_does_not_cut_a_call_short(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """The service ends calls, and tells them; the library that streams would be faster."""
    monkeypatch.setattr(AppStatus, "original_handler", None)
    monkeypatch.setattr(AppStatus, "should_exit", False)

    class Interrupted(ScriptedGenerator):
        async def stream(
            self, messages: Sequence[Message], max_tokens: int
        ) -> AsyncGenerator[str | Sign | Thought, None]:
            AppStatus.handle_exit()
            async for step in super().stream(messages, max_tokens):
                yield step

    async def note(*_progress: object) -> None:
        pass

    async def scenario() -> CallToolResult:
        async with Client(f"{address}/mcp", mode=mode) as client:
            return await client.call_tool("ask", {"question": QUESTION}, progress_callback=note)

    address = make_server(Interrupted(*WORDS[:2], 1.2, WORDS[2]))  # it looks twice a second
    assert WORDS[2] in text_of(asyncio.run(scenario()))


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_who_asks_is_told_how_far_the_answer_is(make_server: MakeServer, mode: str) -> None:
    address = make_server(ScriptedGenerator(*WORDS))
    told: list[tuple[float, str | None]] = []

    async def note(progress: float, _total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            await client.call_tool("ask", {"question": QUESTION}, progress_callback=note)

    asyncio.run(scenario())
    assert told == [(1, "Searching…"), (2, "Reading…"), (3, "Writing…")]


def test_ask_without_a_model_quotes(address: str) -> None:
    result = ask_once(f"{address}/mcp", "ask", question=QUESTION)
    answer = json.loads(text_of(result))
    assert answer["kind"] == "passage"
    assert {one["verdict"] for one in answer["sentences"]} == {"none"}
    assert "French soldiers" in answer["text"]
    assert len(text_of(result)) <= 6_000


@pytest.mark.parametrize("mode", PROTOCOLS)
@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("fetch", {"id": "Roseta"}, "has no page 'Roseta'; did you mean: Rosetta Stone?"),
        ("fetch", {"id": "samplewiki/999999999@1:0-9"}, "has no page 999999999: it was deleted"),
        ("fetch", {"id": "samplewiki/1590@1271475422:0-99999"}, "ends behind the page's"),
        ("fetch", {"id": "Rosetta Stone", "section": "Discovry"}, "did you mean Discovery?"),
        ("fetch", {"id": "https://de.wikipedia.org/wiki/Stein"}, "no pages of de.wikipedia.org"),
        (
            "fetch",
            {"id": "enwiki/1590@1271475422:0-9"},
            "no collection 'enwiki' here; there is ",
        ),
        ("fetch", {}, "fetch takes id, a text"),
        ("fetch", {"title": "Rosetta Stone"}, "no argument 'title'; did you mean id?"),
        ("search", {"query": 42}, "search takes query, a text"),
        ("search", {"query": "?!"}, "no word to search for"),
        ("search", {"query": "word " * 1_000}, "2,000 are the most"),
        ("search", {"query": "word", "k": 1_000}, "20 the most"),
        ("ask", {"question": " "}, "ask takes question, a text"),
    ],
)
def test_errors_say_what_would_fit_in_one_line(
    address: str, mode: str, tool: str, arguments: dict[str, Any], told: str
) -> None:
    result = ask_once(f"{address}/mcp", tool, mode, **arguments)
    assert result.is_error
    assert told in text_of(result)
    assert "\n" not in text_of(result)


@pytest.mark.parametrize("mode", PROTOCOLS)
@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ("serch", "no tool 'serch'; did you mean search?"),
        ("delete_everything", "no tool 'delete_everything'; there are search, fetch, ask"),
    ],
)
def test_an_unknown_tool_is_an_error_of_the_protocol(
    address: str, mode: str, tool: str, told: str
) -> None:
    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            with pytest.raises(MCPError, match=re.escape(told)) as failed:
                await client.call_tool(tool, {})
            assert failed.value.code == -32602

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (GeneratorUnavailable("no model at\n/run/llama.sock"), "no model at /run/llama.sock"),
        (GeneratorFailed("the model's process was killed"), "the model's process was killed"),
        (RuntimeError("secret"), "an error in Pinakes itself; its log has the details"),
    ],
)
def test_a_model_that_fails(
    make_server: MakeServer, caplog: pytest.LogCaptureFixture, error: Exception, told: str
) -> None:
    address = make_server(ScriptedGenerator("It ", error))
    result = ask_once(f"{address}/mcp", "ask", question=QUESTION)
    assert (result.is_error, text_of(result)) == (True, told)
    assert ("secret" in caplog.text) == isinstance(error, RuntimeError)


def test_too_many_questions(sample: Path) -> None:
    generator = ScriptedGenerator("It was ", 600.0)
    with serving(sample, generator, answer=AnswerSettings(longest_queue=0)) as address:

        async def scenario() -> CallToolResult:
            async with Client(f"{address}/mcp") as first, Client(f"{address}/mcp") as second:
                asking = asyncio.create_task(call(first, "ask", question=QUESTION))
                await asyncio.to_thread(generator.speaking.wait, PATIENCE_S)
                refused = await call(second, "ask", question=QUESTION)
                asking.cancel()
                await asyncio.wait({asking})
                return refused

        refused = asyncio.run(scenario())
    assert refused.is_error
    assert "ask again in" in text_of(refused)


def test_a_budget_is_kept_on_an_enormous_article(tmp_path: Path) -> None:
    collection = tmp_path / "data" / "toywiki"
    lines = '"Quoted" \\ and more\n\n' * 2_000
    text = f"The library is large. {ENORMOUS}\n== Quoted ==\n{lines}"
    build(collection, write_dump(tmp_path / "dump", [article(1, "Library", text)]))
    with serving(collection, tools=ToolSettings(budget=2_500, search_budget=2_500)) as address:

        async def scenario() -> None:
            async with Client(f"{address}/mcp") as client:
                found = [
                    await call(client, "search", query="library papyri"),
                    await call(client, "search", query="quoted"),
                    await call(client, "ask", question="library papyri"),
                ]
                assert max(len(text_of(result)) for result in found) <= 2_500
                ids = [json.loads(text_of(one))["results"][0]["id"] for one in found[:2]]
                for id in (*ids, "toywiki/1@10:500000-800000", "toywiki/1@10:0-800000"):
                    result = await call(client, "fetch", id=id)
                    assert not result.is_error, text_of(result)
                    assert 1_500 < len(text_of(result)) <= 2_500
                    assert json.loads(text_of(result))["text"].endswith(" …")

        asyncio.run(scenario())


def test_ids_survive_a_rebuilt_generation(tmp_path: Path) -> None:
    collection = tmp_path / "data" / "samplewiki"
    first = build(collection, open_source([SAMPLE]))
    with serving(collection) as address:

        async def scenario() -> None:
            async with Client(f"{address}/mcp") as client:
                found = (await data(client, "search", query=QUESTION))["results"]
                before = [await data(client, "fetch", id=one["id"]) for one in found]
                second = await asyncio.to_thread(
                    build, collection, open_source([SAMPLE]), force=True
                )
                assert second != first
                await until_served(address, second)
                after = [await data(client, "fetch", id=one["id"]) for one in found]
                assert after == before

        asyncio.run(scenario())


def test_a_changed_page_is_given_as_it_is_now(tmp_path: Path) -> None:
    collection = tmp_path / "data" / "toywiki"
    pages = [article(1, "Lighthouse", "The lighthouse stood on the island of Pharos.")]
    build(collection, write_dump(tmp_path / "old", [*pages, article(2, "Museum", "A museum.")]))
    new = pages[0].replace("<id>10</id>", "<id>11</id>").replace("stood", "shone")
    with serving(collection) as address:

        async def scenario() -> None:
            async with Client(f"{address}/mcp") as client:
                [lighthouse] = (await data(client, "search", query="pharos"))["results"]
                [museum] = (await data(client, "search", query="museum"))["results"]
                dump = write_dump(tmp_path / "new", [new], date="20261201")
                await until_served(address, await asyncio.to_thread(build, collection, dump))
                changed = await data(client, "fetch", id=lighthouse["id"])
                assert changed["text"] == "The lighthouse shone on the island of Pharos."
                assert changed["metadata"]["changed"] is True
                assert changed["url"] == f"{address}/c/toywiki/page/1"
                gone = await call(client, "fetch", id=museum["id"])
                assert gone.is_error
                assert "has no page 2: it was deleted" in text_of(gone)
                found = await asyncio.to_thread(httpx.get, lighthouse["url"], follow_redirects=True)
                assert "shone on the island" in found.text
                lost = await asyncio.to_thread(httpx.get, museum["url"])
                assert (lost.status_code, "it was deleted" in lost.text) == (404, True)

        asyncio.run(scenario())


def test_several_clients_at_once(make_server: MakeServer) -> None:
    address = make_server(ScriptedGenerator(*WORDS))

    async def one(mode: str) -> tuple[str, str]:
        async with Client(f"{address}/mcp", mode=mode) as client:
            found, answer = await asyncio.gather(
                data(client, "search", query=QUESTION), data(client, "ask", question=QUESTION)
            )
            return found["results"][0]["title"], answer["text"]

    async def scenario() -> list[tuple[str, str]]:
        return list(await asyncio.gather(*(one(mode) for mode in PROTOCOLS * 4)))

    answers = asyncio.run(scenario())
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert answers[0][0] == "Rosetta Stone › Discovery"
    assert answers[0][1].startswith("In July 1799 French soldiers")


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_when_a_call_is_cancelled_the_model_stops(make_server: MakeServer, mode: str) -> None:
    generator = ScriptedGenerator("It was ", 600.0)
    address = make_server(generator)

    async def scenario() -> None:
        async with Client(f"{address}/mcp", mode=mode) as client:
            asking = asyncio.create_task(call(client, "ask", question=QUESTION))
            assert await asyncio.to_thread(generator.speaking.wait, PATIENCE_S)
            asking.cancel()
            await asyncio.wait({asking})
            if mode == "auto":
                assert await asyncio.to_thread(generator.closed.wait, PATIENCE_S)
        assert await asyncio.to_thread(generator.closed.wait, PATIENCE_S), (
            "the model goes on for nobody"
        )

    asyncio.run(scenario())
    generator.script = WORDS
    assert not ask_once(f"{address}/mcp", "ask", mode, question=QUESTION).is_error


@pytest.mark.parametrize("version", [None, "2025-11-25", "2026-07-28"])
def test_when_the_connection_breaks_the_model_stops(
    make_server: MakeServer, version: str | None
) -> None:
    generator = ScriptedGenerator("It was ", 600.0)
    address = make_server(generator)
    headers = dict(ACCEPT)
    body = rpc("tools/call", name="ask", arguments={"question": QUESTION})
    if version is not None:
        headers["mcp-protocol-version"] = version
    if version == "2026-07-28":
        headers |= {"mcp-method": "tools/call", "mcp-name": "ask"}
        body["params"]["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    leave_at(generator.speaking, f"{address}/mcp", body, headers)
    assert generator.closed.wait(PATIENCE_S), "the model goes on for nobody"


def test_the_server_ends_although_a_call_does_not(sample: Path) -> None:
    generator = ScriptedGenerator("It was ", 600.0)

    with (
        httpx.Client(timeout=PATIENCE_S) as client,
        running(make_app(sample, generator)) as address,
    ):
        body = rpc("tools/call", name="ask", arguments={"question": QUESTION})
        request = client.build_request("POST", f"{address}/mcp", json=body, headers=ACCEPT)
        answer = client.send(request, stream=True)
        assert generator.speaking.wait(PATIENCE_S)
    answer.close()
    assert generator.let_go


@pytest.mark.parametrize("version", [None, "2026-07-28"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:{port}"}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "wiki.lan:8707"}, 200),
        ({"host": "wiki.lan", "origin": "https://wiki.lan"}, 200),
        ({"origin": "http://127.0.0.1:{port}"}, 200),
        ({"origin": "http://localhost:3000"}, 403),
        ({"origin": "https://wiki.lan"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:{port}"}, 421),
        ({"host": "localhost.evil.example:{port}"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_other_names_and_origins_are_refused(
    allowing: str, version: str | None, headers: dict[str, str], status: int
) -> None:
    port = allowing.rpartition(":")[2]
    sent = ACCEPT | {name: value.format(port=port) for name, value in headers.items()}
    body = rpc("tools/list")
    if version is not None:
        sent |= {"mcp-protocol-version": version, "mcp-method": "tools/list"}
        body["params"]["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    answer = httpx.post(f"{allowing}/mcp", json=body, headers=sent)
    assert answer.status_code == status
    assert ("search" in answer.text) == (status == 200)


@pytest.fixture(scope="module")
def allowing(sample: Path) -> Iterator[str]:
    """A server that is also known by a name of its own."""
    with serving(sample, serve=ServeSettings(allowed_hosts=("wiki.lan",))) as address:
        yield address


@pytest.mark.parametrize(("sent", "code", "answered"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_message_is_told_so_in_one_line(
    address: str, sent: bytes, code: int, answered: object
) -> None:
    if len(sent) > 64 * 1024:
        pytest.skip("the guard refuses it before it is read")
    response = httpx.post(
        f"{address}/mcp", content=sent, headers=ACCEPT | {"content-type": "application/json"}
    )
    told = response.json()
    assert (response.status_code, told["error"]["code"], told["id"]) == (400, code, answered)
    assert "\n" not in told["error"]["message"]
    assert "pydantic" not in told["error"]["message"]


def test_a_long_body_is_refused(address: str) -> None:
    body = rpc("tools/call", name="search", arguments={"query": "x" * 100_000})
    answer = httpx.post(f"{address}/mcp", json=body, headers=ACCEPT)
    assert answer.status_code == 413
    assert "65,536 bytes" in answer.json()["detail"]


async def until_served(address: str, generation: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE_S):
        while True:
            [served] = (await client.get(f"{address}/status")).json()["collections"]
            if served["generation"] == generation:
                return
            await asyncio.sleep(0.1)
