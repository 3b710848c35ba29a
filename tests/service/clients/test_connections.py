"""What other programs are given: the forms they document, and a command that really starts."""

import asyncio
import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp import Client, StdioServerParameters

from pinakes.service.clients.connections import CLIENTS
from pinakes.service.http.security.tokens import Tokens
from tests.index.toys import ROOT
from tests.service.conftest import Run

TOOLS = ["claude-code", "claude-desktop", "cursor", "vscode", "pi"]


def connection(run: Run, client: str, data: Path, *words: str) -> dict[str, Any]:
    done = run("connect", client, "--data", data, "--json", *words)
    assert done.status == 0, done.err
    return json.loads(done.out)


def server(run: Run, client: str, data: Path, *words: str) -> dict[str, Any]:
    said = connection(run, client, data, *words)
    assert said["form"] == "json"
    configuration = json.loads(said["text"])
    [servers] = configuration.values()
    assert list(configuration) == ["servers" if client == "vscode" else "mcpServers"]
    return servers["pinakes"]


def test_there_are_those_that_people_use(run: Run) -> None:
    listed = run("connect").out.splitlines()
    assert [line.split()[0] for line in listed] == list(CLIENTS)
    assert json.loads(run("connect", "--json").out)[0] == {
        "client": "claude-code",
        "title": "Claude Code",
    }


def test_what_is_started_answers(run: Run, data: Path) -> None:
    """One real process: all clients are given the same command."""
    servers = [server(run, client, data) for client in TOOLS]
    commands = {(one["command"], *one["args"]) for one in servers}
    [(command, *words)] = commands
    assert Path(command).is_absolute()
    assert words[-4:] == ["--data", str(data), "--collection", "samplewiki"]

    async def handshake() -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PINAKES_GENERATOR__BACKEND": "none"}
        started = StdioServerParameters(command=command, args=words, env=environment)
        async with Client(started) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert {"search", "fetch", "ask"} <= tools

    asyncio.run(handshake())


def test_paths_are_whole_from_wherever_it_is_asked(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data.parent)
    for client in TOOLS:
        started = server(run, client, Path(data.name))
        assert Path(started["command"]).is_absolute()
        assert started["args"][-4:] == ["--data", str(data), "--collection", "samplewiki"]


def test_the_command_for_all_projects_starts_the_same(run: Run, data: Path) -> None:
    said = connection(run, "claude-code", data)
    [note] = [one for one in said["notes"] if " -- " in one]
    one = server(run, "claude-code", data)
    assert shlex.split(note.partition(" -- ")[2]) == [one["command"], *one["args"]]


def test_types_where_they_are_required(run: Run, data: Path) -> None:
    assert server(run, "vscode", data)["type"] == "stdio"
    assert server(run, "cursor", data)["type"] == "stdio"
    assert "type" not in server(run, "pi", data)


def test_several_collections(run: Run, tmp_path: Path, data: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(data / "samplewiki")
    assert "--collection" not in server(run, "cursor", tmp_path)["args"]
    assert server(run, "cursor", tmp_path, "-c", "two")["args"][-1] == "two"
    models = yaml.safe_load(connection(run, "llm", tmp_path)["text"])
    assert [model["model_name"] for model in models] == ["one", "two"]
    wrong = run("connect", "cursor", "-c", "three", "--data", tmp_path)
    assert (wrong.status, "there are one, two" in wrong.err) == (2, True)


def test_those_that_chat_are_given_the_address(run: Run, data: Path, tmp_path: Path) -> None:
    [model] = yaml.safe_load(connection(run, "llm", data)["text"])
    assert model == {
        "model_id": "pinakes/samplewiki",
        "model_name": "samplewiki",
        "api_base": "http://127.0.0.1:8707/v1",
    }
    assert connection(run, "open-webui", data)["text"].splitlines() == [
        "OPENAI_API_BASE_URLS=http://127.0.0.1:8707/v1",
        "OPENAI_API_KEYS=any",
    ]
    (tmp_path / "samplewiki").symlink_to(data / "samplewiki")
    Tokens(tmp_path).create("phone", "ask")
    [model] = yaml.safe_load(connection(run, "llm", tmp_path)["text"])
    assert model["api_key_name"] == "pinakes"
    assert "OPENAI_API_KEYS=YOUR_TOKEN" in connection(run, "open-webui", tmp_path)["text"]


def test_by_a_socket_nobody_chats(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINAKES_SERVE__UDS", "/run/pinakes.sock")
    done = run("connect", "open-webui", "--data", data)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "UNIX socket" in done.err
    assert server(run, "cursor", data)


@pytest.mark.parametrize(
    ("said", "told"),
    [("cursr", "did you mean cursor?"), ("VS Code", "mean vscode?"), ("x", "there are claude-")],
)
def test_unknown(run: Run, data: Path, said: str, told: str) -> None:
    done = run("connect", said, "--data", data)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert told in done.err


def test_the_snippet_alone_is_printed(run: Run, data: Path) -> None:
    done = run("connect", "claude-code", "--data", data)
    assert json.loads(done.out)
    assert "claude mcp add --scope user" in done.err
