"""``pinakes mcp``: a real process, spoken to by the protocol's own client."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.ingest.sources.opening import open_source
from tests.index.toys import ROOT, SAMPLE, QuietProgress
from tests.service.generators.scripted_server import (
    STREAM_HEAD,
    Behaviour,
    as_event,
    as_events,
    as_json,
    chunk,
)
from tests.service.generators.scripted_server import serving as serving_model
from tests.service.tools.calls import PROTOCOLS, call, data, text_of
from tests.yardstick import PATIENCE_S

QUESTION = "Which soldiers strengthened an old fort near the port of Rosetta?"
SENTENCE = (
    "In July 1799 French soldiers of Napoleon's expedition were strengthening an old fort near "
    "the port of Rosetta in the Nile Delta."
)
PROPS = as_json({"default_generation_settings": {"n_ctx": 2048}, "model_alias": "tiny"})
WORDS = as_events(chunk(SENTENCE), chunk(None, "stop"), "data: [DONE]")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the sample, without vectors: those would need the real encoder."""
    directory = tmp_path_factory.mktemp("plain")
    dump = open_source([SAMPLE])
    options = BuildOptions(workers=1)
    build_collection(directory / "samplewiki", dump, None, "none", QuietProgress(), options)
    return directory


def command(directory: Path, **environment: str) -> tuple[list[str], dict[str, str]]:
    words = [sys.executable, "-m", "pinakes", "mcp", "--data", str(directory)]
    if "PINAKES_GENERATOR__URL" not in environment:
        words += ["--generator", "none"]
    return words, os.environ | {"PYTHONPATH": str(ROOT), **environment}


def server(directory: Path, **environment: str) -> StdioServerParameters:
    words, variables = command(directory, **environment)
    return StdioServerParameters(command=words[0], args=words[1:], env=variables)


@contextmanager
def process(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """The process alone, to be spoken to by hand."""
    words, variables = command(directory)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, env=variables, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def say(running: subprocess.Popen[str], method: str, id: int | None = None, **params: Any) -> None:
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    assert running.stdin is not None
    running.stdin.write(json.dumps(message if id is None else message | {"id": id}) + "\n")
    running.stdin.flush()


def shake_hands(running: subprocess.Popen[str]) -> None:
    client = {"name": "test", "version": "1"}
    say(running, "initialize", 1, protocolVersion="2025-06-18", capabilities={}, clientInfo=client)
    assert running.stdout is not None
    assert json.loads(running.stdout.readline())["result"]["serverInfo"]["name"] == "pinakes"
    say(running, "notifications/initialized")


@pytest.mark.parametrize("mode", PROTOCOLS)
def test_search_fetch_and_ask(plain: Path, mode: str) -> None:
    async def scenario() -> None:
        async with Client(server(plain), mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == ["search", "fetch", "ask"]
            [first, *_] = (await data(client, "search", query=QUESTION))["results"]
            assert first["title"] == "Rosetta Stone › Discovery"
            # No link of a service that may not run.
            assert first["url"] == "https://sample.invalid/wiki/Rosetta_Stone"
            fetched, answer, wrong = await asyncio.gather(
                data(client, "fetch", id=first["id"]),
                data(client, "ask", question=QUESTION),
                call(client, "fetch", id="nothing"),
            )
            assert SENTENCE in fetched["text"]
            assert answer["kind"] == "passage"
            assert SENTENCE in answer["text"]
            assert wrong.is_error
            assert "has no page 'nothing'" in text_of(wrong)

    asyncio.run(scenario())


def test_ask_words_the_answer_with_the_model(plain: Path) -> None:
    async def scenario() -> None:
        script: dict[str, list[Behaviour]] = {
            "GET /props": [PROPS],
            "POST /v1/chat/completions": [WORDS],
        }
        async with serving_model(script) as model:
            target = server(plain, PINAKES_GENERATOR__URL=model.address)
            async with Client(target) as client:
                answer = await data(client, "ask", question=QUESTION)
        assert answer["kind"] == "answer"
        assert answer["text"].startswith(SENTENCE[:-1])
        [sentence] = answer["sentences"]
        assert sentence["verdict"] == "supported"
        assert answer["sources"][0]["title"] == "Rosetta Stone › Discovery"

    asyncio.run(scenario())


@pytest.mark.parametrize(("mode", "leaves"), [("legacy", True), ("auto", False)])
def test_when_the_client_goes_the_model_stops(plain: Path, mode: str, leaves: bool) -> None:
    async def scenario() -> None:
        speaking = asyncio.Event()

        async def speak(writer: asyncio.StreamWriter) -> None:
            writer.write(STREAM_HEAD)
            while True:  # until nobody reads it
                writer.write(as_event(chunk("word ")))
                await writer.drain()
                speaking.set()
                await asyncio.sleep(0.02)

        script: dict[str, list[Behaviour]] = {
            "GET /props": [PROPS],
            "POST /v1/chat/completions": [speak],
        }
        async with serving_model(script) as model:
            target = server(plain, PINAKES_GENERATOR__URL=model.address)
            async with Client(target, mode=mode) as client:
                asking = asyncio.create_task(call(client, "ask", question=QUESTION))
                await asyncio.wait_for(speaking.wait(), PATIENCE_S)
                if not leaves:
                    asking.cancel()
                    await asyncio.wait_for(model.closed_by_client.wait(), PATIENCE_S)
                    assert (await data(client, "search", query=QUESTION))["results"]
            await asyncio.wait({asking})
            assert asking.cancelled() or asking.exception() is not None
            await asyncio.wait_for(model.closed_by_client.wait(), PATIENCE_S)

    asyncio.run(scenario())


def test_nothing_but_the_protocol_is_printed(plain: Path) -> None:
    with process(plain) as running:
        shake_hands(running)
        call = {"name": "search", "arguments": {"query": QUESTION}}
        say(running, "tools/call", 2, **call)
        say(running, "tools/call", 3, name="ask", arguments={"question": QUESTION})
        say(running, "tools/call", 4, name="fetch", arguments={"id": "nothing"})
        assert running.stdin is not None
        running.stdin.write("this is no JSON\n")
        running.stdin.flush()
        say(running, "tools/list", 5)
        assert running.stdout is not None
        replies = [json.loads(running.stdout.readline()) for _ in range(5)]
        running.stdin.close()
        assert running.wait(PATIENCE_S) == 0
        assert running.stdout.read() == ""
        assert running.stderr is not None
        assert running.stderr.read() == ""
    assert {reply["id"] for reply in replies} == {2, 3, 4, 5, None}
    assert {reply["jsonrpc"] for reply in replies} == {"2.0"}


def test_a_client_that_does_not_read_any_more_is_gone(plain: Path) -> None:
    with process(plain) as running:
        shake_hands(running)
        assert running.stdout is not None
        running.stdout.close()
        say(running, "tools/list", 2)
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait(PATIENCE_S) == 0
        assert running.stderr is not None
        assert running.stderr.read() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(plain: Path, number: signal.Signals) -> None:
    with process(plain) as running:
        shake_hands(running)
        running.send_signal(number)
        assert running.wait(PATIENCE_S) == 0
        assert running.stderr is not None
        assert running.stderr.read() == ""


def test_what_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with process(tmp_path) as running:
        out, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 2
    assert out == ""
    assert err.startswith("pinakes: nothing built in ")
    assert err.count("\n") == 1


REQUEST = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
# Lines that are no message, with the code that answers them and the id in it.
MALFORMED: dict[str, tuple[bytes, int, object]] = {
    "words": (b"nonsense", -32700, None),
    "nothing": (b"", -32700, None),
    "half": (b'{"jsonrpc": "2.0", "id": 1', -32700, None),
    "two at once": (json.dumps(REQUEST).encode() * 2, -32700, None),
    "not UTF-8": (b'{"jsonrpc": "2.0", "id": 1, "method": "\xff\xfe"}', -32700, None),
    "NUL": (b"\0\0\0", -32700, None),
    "deep": (b"[" * 200_000, -32700, None),
    "deep and whole": (
        b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"a": '
        + b"[" * 500
        + b"]" * 500
        + b"}}",
        -32700,
        None,
    ),
    "huge": (b'{"jsonrpc": "2.0", "id": "' + b"x" * (9 << 20) + b'"}', -32600, None),
    "a batch": (json.dumps([REQUEST]).encode(), -32600, None),
    "an empty batch": (b"[]", -32600, None),
    "null": (b"null", -32600, None),
    "a number": (b"7", -32600, None),
    "a text": (b'"ping"', -32600, None),
    "no method": (b'{"jsonrpc": "2.0", "id": 7}', -32600, 7),
    "no version": (b'{"id": "a", "method": "ping"}', -32600, "a"),
    "another version": (b'{"jsonrpc": "1.0", "id": 8, "method": "ping"}', -32600, 8),
    "a method that is none": (b'{"jsonrpc": "2.0", "id": 9, "method": 7}', -32600, 9),
    "parameters that are none": (
        b'{"jsonrpc": "2.0", "id": 10, "method": "ping", "params": [1]}',
        -32600,
        10,
    ),
    "an id that is none": (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600, None),
    "a broken id": (b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}', -32600, None),
    "an id of lists": (b'{"jsonrpc": "2.0", "id": [1], "method": "ping"}', -32600, None),
    "true as id": (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600, None),
}


def test_every_line_is_answered_and_nothing_is_lost_at_the_end(plain: Path) -> None:
    """All at once, and the input closed: malformed lines in their order, calls when done."""
    client = {"name": "test", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    calls = [
        REQUEST | {"id": "hello", "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        *(
            REQUEST
            | {
                "id": f"ask {number}",
                "method": "tools/call",
                "params": {"name": "ask", "arguments": {"question": QUESTION}},
            }
            for number in range(5)
        ),
        REQUEST | {"id": "nothing", "method": "nothing"},
        {"jsonrpc": "2.0", "id": 99, "result": {}},  # an answer to nothing that was asked
        {
            "jsonrpc": "2.0",
            "method": "notifications/cancelled",
            "params": {"requestId": "ask 9"},
        },
    ]
    lines = [line for line, _, _ in MALFORMED.values()]
    lines += [json.dumps(one).encode() for one in calls]
    words, variables = command(plain)
    done = subprocess.run(
        words,
        env=variables,
        input=b"\n".join(lines),  # and no line end at the end
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert b"Traceback" not in done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    faults = [one for one in answers if one.get("error", {}).get("code") in (-32700, -32600)]
    for (name, (_, code, answered)), fault in zip(MALFORMED.items(), faults, strict=True):
        assert (fault["error"]["code"], fault["id"]) == (code, answered), name
    results = {one["id"]: one for one in answers if one not in faults}
    assert set(results) == {"hello", *(f"ask {number}" for number in range(5)), "nothing"}
    assert results["nothing"]["error"]["code"] == -32601
    for number in range(5):
        assert SENTENCE in json.dumps(results[f"ask {number}"])


def test_a_client_that_reads_no_more_is_not_waited_for(plain: Path) -> None:
    with process(plain) as running:
        shake_hands(running)
        arguments = {"question": QUESTION}
        say(running, "tools/call", 2, name="ask", arguments=arguments)
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdout.close()
        running.stdin.close()
        assert running.wait(60) == 0
