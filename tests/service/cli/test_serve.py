"""``pinakes serve`` as a process of its own: where it listens, and how it ends."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pinakes.service.cli.serve import _check_tokens
from pinakes.service.errors import BadInput
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import ServeSettings, Settings
from tests.ingest.measured import ROOT
from tests.service.conftest import Run
from tests.service.generators.faulty_llama import CHAT, FAULTS, healthy
from tests.service.generators.scripted_server import serving as scripted
from tests.yardstick import PATIENCE_S

QUESTION = "Which satirist compared the members of the Mouseion to birds in a cage?"
MCP = {"accept": "application/json, text/event-stream"}


@asynccontextmanager
async def serve(*words: str, **settings: str) -> AsyncIterator[subprocess.Popen[str]]:
    """The command, once it serves; killed at the end if it is still there."""
    environment = {f"PINAKES_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "pinakes", "serve", *words],
        cwd=ROOT,
        env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = await asyncio.to_thread(process.stderr.readline)
        assert said.startswith("Serving"), said + process.stderr.read()
        yield process
    finally:
        process.kill()
        process.communicate()


async def streamed(
    client: httpx.AsyncClient, path: str, body: Any, begun: asyncio.Event, sign: str
) -> str:
    """The whole stream; ``begun`` once ``sign`` has come."""
    text = ""
    async with client.stream("POST", path, json=body, headers={"accept": EVENTS[path]}) as reply:
        async for piece in reply.aiter_text():
            text += piece
            if sign in text:
                begun.set()
    return text


EVENTS = {
    "/api/ask": "text/event-stream",
    "/v1/chat/completions": "*/*",
    "/mcp": MCP["accept"],
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_streams_are_told_that_the_service_ends(
    data: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """By an event each, and without a traceback; its socket goes with it."""
    uds = tmp_path / "pinakes.sock"
    call = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": QUESTION},
                   "_meta": {"progressToken": 1}},
    }  # fmt: skip
    chat = {
        "model": "samplewiki", "stream": True, "messages": [{"role": "user", "content": QUESTION}]
    }  # fmt: skip
    bodies = {"/api/ask": {"question": QUESTION}, "/v1/chat/completions": chat, "/mcp": call}
    signs = {"/api/ask": "event: token", "/v1/chat/completions": "Bird", "/mcp": "progress"}

    async def scenario() -> None:
        script = healthy(slots=4)
        script[CHAT] = [FAULTS["endless"]]
        words = ["--uds", str(uds), "--data", str(data)]
        async with (
            scripted(script) as upstream,
            serve(*words, generator__url=upstream.address, answer__strict="false") as process,
        ):
            assert stat.S_IMODE(uds.stat().st_mode) == 0o600
            transport = httpx.AsyncHTTPTransport(uds=str(uds))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", timeout=PATIENCE_S
            ) as client:
                begun = {path: asyncio.Event() for path in bodies}
                streams = {
                    path: asyncio.create_task(
                        streamed(client, path, body, begun[path], signs[path])
                    )
                    for path, body in bodies.items()
                }
                whole = asyncio.create_task(client.post("/api/ask", json=bodies["/api/ask"]))
                for event in begun.values():
                    await event.wait()
                while sum(one.line == CHAT for one in upstream.requests) < 4:
                    await asyncio.sleep(0.01)
                process.send_signal(number)
                texts = {path: await stream for path, stream in streams.items()}
                told = (await whole).json()
                status = await asyncio.to_thread(process.wait, PATIENCE_S)
        assert process.stderr is not None
        asked = texts["/api/ask"].strip().split("\n\n")[-1]
        assert asked.startswith("event: error\n")
        problem = json.loads(asked.partition("data: ")[2])
        assert (problem["title"], problem["status"]) == ("Shutting down", 503)
        assert "shutting down" in problem["detail"]
        assert told == problem
        chunk = texts["/v1/chat/completions"].strip().rpartition("data: ")[2]
        assert "shutting down" in json.loads(chunk)["error"]["message"]
        result = json.loads(texts["/mcp"].strip().rpartition("data: ")[2])
        assert result["result"]["isError"]
        assert "shutting down" in result["result"]["content"][0]["text"]
        assert status in (0, -number)

    async def timely() -> None:
        async with asyncio.timeout(120):
            await scenario()

    asyncio.run(timely())
    assert not uds.exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "::ffff:192.0.2.7"])
def test_beyond_loopback_there_must_be_a_token(
    run: Run, data: Path, tmp_path: Path, host: str
) -> None:
    done = run("serve", "--host", host, "--data", data)
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert f"others could reach the service at {host}, and there is no token" in done.err
    assert "pinakes tokens create NAME" in done.err
    settings = Settings(data=tmp_path, serve=ServeSettings(host=host))
    with pytest.raises(BadInput):
        _check_tokens(settings)
    Tokens(tmp_path).create("phone", "ask")
    _check_tokens(settings)


@pytest.mark.parametrize(
    ("serve", "exposed"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "127.9.9.9"}, False),
        ({"host": "::1"}, False),
        ({"host": "::ffff:127.0.0.1"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "::"}, True),
        ({"host": "10.0.0.1"}, True),
        ({"host": "fe80::1"}, True),
        ({"host": "0.0.0.0", "uds": "/run/pinakes.sock"}, False),
    ],
)
def test_which_addresses_others_can_reach(serve: dict[str, Any], exposed: bool) -> None:
    assert ServeSettings.model_validate(serve).exposed is exposed


@pytest.mark.parametrize("host", ["wiki.lan", "", "127.1", "2130706433", "localhost.evil.test"])
def test_a_name_to_listen_on_would_have_to_be_looked_up(run: Run, data: Path, host: str) -> None:
    done = run("serve", "--host", host, "--data", data)
    assert done.status == 2
    assert "serve.host" in done.err
    assert "not an IP address" in done.err
