"""Whatever is asked by whichever door, nothing that is kept holds a word of it.

One word, which no text has, is asked everywhere, in what fits and what does not, and while things
fail; then everything that was written is searched for it: all files below one directory, which is
all that the processes may write in, files that are open and have no name any more, standard error,
and a log of everything at level DEBUG.
"""

import asyncio
import gc
import json
import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest

from pinakes.service.http.security.tokens import Tokens
from pinakes.service.privacy import keep_nothing_asked
from tests.service.conftest import logs_as_before
from tests.service.generators.faulty_llama import CHAT, healthy
from tests.service.generators.scripted_server import ScriptedServer, response, serving
from tests.service.tools.calls import ACCEPT, rpc
from tests.yardstick import PATIENCE_S, wait_until

WORD = "quorvexil"
ASKED = f"Where was the Rosetta Stone found, {WORD}?"
# What a process is started with: everything is logged, and what holds "explode" fails inside.
RUNNER = """
import logging, pathlib, sys, tempfile
from pinakes.index.retrieval.search import Index
logging.basicConfig(level=logging.DEBUG, filename=sys.argv[1], force=True)
search = Index.search
kept = []
def exploding(self, query, *rest, **more):
    if "explode" in repr(query):
        raise RuntimeError(f"cannot search for {query}")
    LEAK
    return search(self, query, *rest, **more)
Index.search = exploding
from pinakes.service.cli.main import main
main(sys.argv[2:])
"""
LEAKS = {
    "a log": 'logging.getLogger("pinakes.service").debug("asked: %s", query)',
    "standard error": "print(f'GET /api/search?q={query}', file=sys.stderr, flush=True)",
    "a file": "tempfile.NamedTemporaryFile('w', delete=False).write(query)",
    "a file without a name": (
        "kept.append(tempfile.TemporaryFile('w')); kept[-1].write(query); kept[-1].flush()"
    ),
    "a database": (
        "import sqlite3; base = sqlite3.connect(tempfile.mkstemp()[1], check_same_thread=False); "
        "kept.append(base); base.execute('pragma journal_mode = wal'); "
        "base.execute('create table t (q)'); base.execute('insert into t values (?)', (query,)); "
        "base.commit()"
    ),
}


@dataclass
class World:
    """The one directory that processes write in, and how they are started."""

    root: Path
    leak: str = "pass"

    def start(
        self, *words: str, keep: str, settings: dict[str, str] | None = None, **options: Any
    ) -> "subprocess.Popen[str]":
        """A command of ``pinakes``; log and standard error are kept as ``keep``."""
        script = RUNNER.replace("LEAK", self.leak)
        kept = self.root / "kept"
        home = str(self.root / "home")
        own = {
            "HOME": home,
            "TMPDIR": str(self.root / "tmp"),
            **{f"XDG_{kind}_HOME": home for kind in ("CONFIG", "CACHE", "STATE", "DATA")},
            "PYTHONASYNCIODEBUG": "1",
            "PINAKES_DATA": str(self.root / "data"),
        }
        with (kept / f"{keep}.err").open("w") as errors:
            return subprocess.Popen(
                [sys.executable, "-c", script, str(kept / f"{keep}.log"), *words],
                stderr=errors,
                cwd=home,
                env=os.environ | own | (settings or {}),
                text=True,
                **options,
            )

    def found(self) -> list[str]:
        """The files that hold the word."""
        files = (path for path in sorted(self.root.rglob("*")) if path.is_file())
        return [str(path.relative_to(self.root)) for path in files if holds(path.read_bytes())]


def holds(written: bytes) -> bool:
    lower = written.lower()
    return any(WORD.encode(code) in lower for code in ("utf-8", "utf-16-le", "utf-32-le"))


def open_files(process: int) -> Iterator[tuple[str, bytes]]:
    """What stands in the regular files that a process has open, whatever they are called."""
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed in the meantime
            name = os.readlink(descriptor)
            if name.startswith("/") and descriptor.is_file():
                yield name, descriptor.read_bytes()


@pytest.fixture
def world(data: Path, tmp_path: Path) -> World:
    for name in ("home", "tmp", "kept"):
        (tmp_path / name).mkdir()
    shutil.copytree(data / "samplewiki", tmp_path / "data" / "samplewiki", symlinks=True)
    return World(tmp_path)


def client_at(socket: Path, **options: Any) -> httpx.Client:
    # After an error of the code itself the server closes the connection.
    one_each = httpx.Limits(max_keepalive_connections=0)
    transport = httpx.HTTPTransport(uds=str(socket), limits=one_each)
    return httpx.Client(
        transport=transport, base_url="http://localhost", timeout=PATIENCE_S, **options
    )


@contextmanager
def served(world: World, upstream: str = "") -> Iterator[httpx.Client]:
    """The service on two sockets; in the end its metrics and its open files are kept, too."""
    reading, door = world.root / "reading.sock", world.root / "door" / "door.sock"
    secret = Tokens(world.root / "data").create("friend")
    settings = {"PINAKES_SERVE__ACCESS_LOG": "true"}
    settings |= {"PINAKES_GENERATOR__URL": upstream} if upstream else {}
    sockets = ("--uds", str(reading), "--human-door", str(door))
    generator = () if upstream else ("--generator", "none")
    process = world.start("serve", *sockets, *generator, keep="serve", settings=settings)
    kept = world.root / "kept"
    try:
        wait_until(lambda: (door.exists() and reading.exists()) or process.poll() is not None)
        with client_at(reading, headers={"authorization": f"Bearer {secret}"}) as client:
            wait_until(lambda: client.get("/healthz").is_success)
            yield client
        with client_at(door) as human:
            (kept / "metrics").write_text(human.get("/metrics").raise_for_status().text)
        for number, (name, written) in enumerate(open_files(process.pid)):
            (kept / f"open-{number}{name.replace('/', '-')}"[:100]).write_bytes(written)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def tool(client: httpx.Client, name: str, **arguments: Any) -> httpx.Response:
    body = rpc("tools/call", name=name, arguments=arguments)
    return client.post("/mcp", json=body, headers=ACCEPT)


def ask_everywhere(client: httpx.Client) -> list[int]:
    """What fits, what does not, and what fails; the status of each."""
    word = quote(ASKED)
    failing = f"explode {WORD}"
    turn = [{"role": "user", "content": ASKED}]
    done = [
        client.get(f"/{path}{word}")
        for path in (
            "api/search?q=", "api/suggest?q=", "search?q=", "c/samplewiki/search?q=", "?q=",
            "c/samplewiki/api/search?mode=", "c/samplewiki/api/search?k=", "c/", "page/", "v1/",
            "c/samplewiki/page/", "v1/models/", "static/", "api/changes?after=", "enter?to=/",
            "api/ask?mode=quote&q=", "api/ask?format=text&q=", "api/search?format=markdown&q=",
            "api/search?q=stone&budget=", "api/search?q=stone&format=", "c/samplewiki/api/pages/",
            "api/pages/Rosetta%20Stone?format=text&find=", "api/ask?mode=quote&q=explode+",
            "c/samplewiki/api/search?q=explode+", "c/samplewiki/search?q=explode+",
        )
    ]  # fmt: skip
    events = {"accept": "text/event-stream"}
    for body in (
        {"question": ASKED},
        {"question": ASKED, "mode": "quote"},
        {"question": "Where was it found?", "history": turn},
        {"question": failing},
        {"question": failing, "mode": "quote"},
        {"question": [ASKED]},
        {"question": "a", "history": [{"role": ASKED, "content": 1}]},
        {"question": ASKED, "mode": WORD, WORD: WORD},
    ):
        done += [client.post("/api/ask", json=body, headers=kind) for kind in ({}, events)]
    done.append(client.post("/api/ask", content=f'{{"question": "{ASKED}'))
    done.append(client.post("/enter", data={"token": WORD, "to": f"/?q={WORD}"}))
    for chat in (
        {"model": "samplewiki", "messages": turn},
        {"model": "samplewiki", "messages": turn, "stream": True},
        {"model": "samplewiki:quote", "messages": [{"role": "user", "content": failing}]},
        {"model": "samplewiki", "messages": [{"role": "user", "content": failing}], "stream": True},
        {"model": WORD, "messages": turn},
        {"model": "samplewiki", "messages": [{"role": WORD, "content": {"a": ASKED}}]},
        {"model": "samplewiki", "messages": turn, "temperature": WORD, "user": WORD},
    ):
        done.append(client.post("/v1/chat/completions", json=chat))
    for body in (
        {"model": "samplewiki", "input": ASKED},
        {"model": "samplewiki", "input": ASKED, "stream": True},
        {"model": "samplewiki:quote", "input": failing, "user": WORD},
        {"model": "samplewiki", "input": {WORD: ASKED}, "metadata": {WORD: WORD}},
        {"model": WORD, "input": [WORD]},
    ):
        done += [client.post(f"/v1/{path}", json=body) for path in ("responses", "embeddings")]
    done += [
        tool(client, "search", query=ASKED),
        tool(client, "search", query=failing),
        tool(client, "search", query=[ASKED], **{WORD: 1}),
        tool(client, "ask", question=ASKED),
        tool(client, "ask", question=failing),
        tool(client, "fetch", id=ASKED, find=WORD),
        tool(client, WORD, query=WORD),
        client.post("/mcp", json=rpc(WORD, a=ASKED), headers=ACCEPT),
        client.post("/mcp", json=rpc("tools/call", name=[WORD], arguments=WORD), headers=ACCEPT),
        client.post("/mcp", json=rpc("initialize", protocolVersion=WORD), headers=ACCEPT),
        client.post("/mcp", json={"jsonrpc": "2.0", "id": {"a": WORD}, WORD: 1}, headers=ACCEPT),
        client.post("/mcp", content=f'{{"{ASKED}', headers=ACCEPT),
        client.get("/api/search?q=a", headers={"host": f"{WORD}.test"}),
        client.get("/api/search?q=a", headers={"authorization": f"Bearer {WORD}"}),
    ]
    return [answer.status_code for answer in done]


def answers(upstream: ScriptedServer) -> None:
    """A model that answers, breaks off, and quotes what it was asked where it fails."""
    [well, *_] = healthy()[CHAT]
    told = json.dumps({"error": {"message": f"cannot say more of {ASKED}"}}).encode()
    broken = f"data: {json.dumps({'error': {'message': ASKED}})}\n\n".encode()
    upstream.script[CHAT] = [
        well, response(500, told, "application/json"), response(200, broken, "text/event-stream"),
        response(200, ASKED.encode(), ASKED), well,
    ]  # fmt: skip


def test_by_http_nothing_is_kept(world: World) -> None:
    async def scenario() -> tuple[list[int], str]:
        async with serving(healthy()) as upstream:
            answers(upstream)

            def asking() -> list[int]:
                with served(world, upstream.address) as client:
                    return ask_everywhere(client)

            statuses = await asyncio.to_thread(asking)
            return statuses, json.dumps([request.body for request in upstream.requests])

    statuses, asked = asyncio.run(scenario())
    assert {200, 303, 400, 401, 404, 421, 500} <= set(statuses)
    assert WORD in asked  # the model was
    kept = world.root / "kept"
    # What is kept is there, and says what it may.
    assert "friend /api/search 200 " in (kept / "serve.err").read_text()
    assert "RuntimeError (words left out)" in (kept / "serve.err").read_text()
    assert "pinakes_answers_total" in (kept / "metrics").read_text()
    assert (world.root / "data" / ".usage/usage.db").exists()
    assert world.found() == []


def test_by_pipes_and_at_the_terminal_nothing_is_kept(world: World) -> None:
    calls = [
        rpc("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={
            "name": WORD, "version": "1"}),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        rpc("tools/call", name="search", arguments={"query": ASKED}),
        rpc("tools/call", name="search", arguments={"query": f"explode {WORD}"}),
        rpc("tools/call", name="ask", arguments={"question": ASKED}),
        rpc("tools/call", name=WORD, arguments={WORD: ASKED}),
        rpc("tools/call", name={"a": WORD}),
        rpc("resources/read", uri=f"page://{WORD}"),
        rpc(WORD),
        WORD,
    ]  # fmt: skip
    for number, one in enumerate(calls):
        if isinstance(one, dict) and "id" in one:
            one["id"] = number
    lines = "".join(f"{json.dumps(one)}\n" for one in calls) + f'{{"{WORD}\n'
    outs = []
    for keep, words, given in (
        ("mcp", ("mcp",), lines),
        ("chat", ("chat", "--mode", "quote"), f"{ASKED}\nexplode {WORD}\n/open 9\n"),
        ("ask", ("ask", "--mode", "quote", ASKED), ""),
    ):
        process = world.start(
            *words, "--generator", "none", keep=keep,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        outs.append(process.communicate(given, PATIENCE_S)[0])
    assert outs[0].count('"isError":false') == 2
    assert "its log has the details" in outs[0]
    assert "Rosetta" in outs[1]
    # Standard error of chat and ask is the terminal of who asks: it is told what was wrong.
    for keep in ("chat", "ask"):
        (world.root / "kept" / f"{keep}.err").unlink()
    assert "RuntimeError (words left out)" in (world.root / "kept" / "mcp.log").read_text()
    assert world.found() == []


def test_what_leaks_is_found(world: World) -> None:
    """By the same search, each of the ways in which words could be kept."""
    world.leak = "\n    ".join(LEAKS.values())
    with served(world) as client:
        assert client.get(f"/api/search?q={WORD}").status_code == 200
    found = world.found()
    assert "kept/serve.log" in found
    assert "kept/serve.err" in found
    assert sum(name.startswith("tmp/") for name in found) >= 1
    assert sum("-wal" in name for name in found) >= 1
    assert sum("deleted" in name for name in found) == 1


def test_hooks_and_libraries_say_where_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    error = ExceptionGroup(WORD, [ValueError(WORD)])
    error.__cause__ = KeyError(WORD)
    error.add_note(WORD)
    with logs_as_before():
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        keep_nothing_asked()
        for name in ("mcp.server", "uvicorn.error", "pinakesque"):
            logging.getLogger(name).debug("%s\n", WORD)
        logging.getLogger("pinakes.some").error("a failure", exc_info=error)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(WORD, UserWarning, stacklevel=1)

        def fail() -> None:
            raise error

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        failed = SimpleNamespace(
            exc_type=KeyError, exc_value=error, exc_traceback=None, err_msg=WORD, object=WORD
        )
        sys.unraisablehook(cast("Any", failed))
        asyncio.run(_forgotten(error))
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] in (0, 1)
    assert WORD not in caplog.text
    said = [record.getMessage() for record in caplog.records]
    assert "py.warnings" in {record.name for record in caplog.records}
    assert "a failure" in said
    assert "a thread failed" in said
    for kind in ("ExceptionGroup", "ValueError", "KeyError"):
        assert f"builtins.{kind} (words left out)" in caplog.text
    assert "in fail" in caplog.text
    assert sum("its words are left out" in one for one in said) >= 4


async def _forgotten(error: Exception) -> None:
    async def fail() -> None:
        raise error

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
