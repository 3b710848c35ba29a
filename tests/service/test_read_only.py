"""A collection on a read-only mount, and one of another user, serve as any other."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
QUESTION = "Where was the Rosetta Stone found?"
NOBODY = "65534"
# Where the collections lie inside: "words" without vectors, "sample" with them.
DATA = "/tmp/data"

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")

# One process for all commands that end by themselves: to start takes longer than to search.
SCRIPT = """
import json, sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pinakes.service.cli.main import main

for arguments in json.loads(sys.argv[1]):
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as done:
            status = done.code
    print(json.dumps([status, out.getvalue(), err.getvalue()]))
"""
# A client inside, for what is served there.
CLIENT = """
import subprocess, sys, urllib.error, urllib.request, json
command = [sys.executable, "-m", "pinakes", "serve", "--port", "0",
           "--generator", "none", "--data", sys.argv[1], "--collection", "sample"]
with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
    address = server.stderr.readline().split("http://")[1].split()[0]
    for path in ("/status", "/api/search?q=memex", "/page/1"):
        try:
            answer = urllib.request.urlopen(f"http://{address}{path}")
        except urllib.error.HTTPError as error:
            answer = error
        print(json.dumps([answer.status, answer.read().decode()]))
    server.terminate()
"""
CALLS = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"query": "memex"}},
    },
]


def sandbox(words: Path, sample: Path, *, as_nobody: bool) -> list[str]:
    """Where only a temporary directory can be written, as root or as a user who owns nothing."""
    mounted = "--bind" if as_nobody else "--ro-bind"  # rights alone are to keep nobody out
    command = [
        "bwrap", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev",
        "--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp", "--perms", "0755", "--dir", DATA,
        mounted, str(words), f"{DATA}/words", mounted, str(sample), f"{DATA}/sample",
        "--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/tmp", "--setenv", "XDG_CONFIG_HOME",
        "/tmp", "--chdir", str(ROOT),
    ]  # fmt: skip
    if not as_nobody:
        return [*command, "--ro-bind", str(ROOT), str(ROOT)]  # which may lie below /tmp
    for directory in closed_to_others([Path(sys.base_prefix), ROOT]):
        command += ["--perms", "0755", "--tmpfs", str(directory)]
    for needed in (Path(sys.base_prefix), ROOT):
        for above in reversed(needed.parents[:-1]):  # bubblewrap's own would be closed
            command += ["--perms", "0755", "--dir", str(above)]
        command += ["--ro-bind", str(needed), str(needed)]
    change = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [*command, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", *change]


def closed_to_others(paths: Sequence[Path]) -> list[Path]:
    """The outermost directories on the way to ``paths`` that others may not enter."""
    found = []
    for path in paths:
        above = [one for one in reversed(path.parents) if not one.stat().st_mode & 0o001]
        found += above[:1]
    return list(dict.fromkeys(found))


@pytest.fixture(params=["read-only mount", "another user"])
def inside(request: pytest.FixtureRequest, data: Path, sample: Path) -> list[str]:
    as_nobody = request.param == "another user"
    if as_nobody and os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    return sandbox(data / "samplewiki", sample, as_nobody=as_nobody)


def run(inside: list[str], *command: str) -> list[Any]:
    done = subprocess.run(
        [*inside, sys.executable, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_command_that_reads(inside: list[str]) -> None:
    questions = str(next(ROOT.glob("data/sample/questions*.jsonl")))
    chosen = ["--data", DATA, "--collection"]
    commands = [
        ["search", "memex", "--json", *chosen, "sample"],
        ["ask", QUESTION, "--mode", "quote", "--json", *chosen, "words"],
        ["show", "Memex", *chosen, "words"],
        ["verify", *chosen, "words"],
        ["status", "--data", DATA],
        ["eval", "retrieval", questions, *chosen, "words"],
        ["search", "memex", "--json", *chosen, "words"],  # nothing was left in the way
    ]
    outcomes = run(inside, "-c", SCRIPT, json.dumps(commands))
    assert [status for status, *_ in outcomes] == [0] * len(commands), outcomes
    found = json.loads(outcomes[0][1])
    assert found["hits"][0]["title"] == "Memex"
    assert found["mode"] == "hybrid"


def test_serve(inside: list[str]) -> None:
    ready, found, _page = run(inside, "-c", CLIENT, DATA)
    assert ready[0] == 200
    assert json.loads(ready[1])["collections"][0]["coverage"] == 1.0
    assert json.loads(found[1])["hits"][0]["title"] == "Memex"


def test_mcp(inside: list[str]) -> None:
    command = ["-m", "pinakes", "mcp", "--data", DATA, "--collection", "words"]
    with subprocess.Popen(
        [*inside, sys.executable, *command, "--generator", "none"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdin
        assert serving.stdout
        for call in CALLS:
            serving.stdin.write(json.dumps(call) + "\n")
        serving.stdin.flush()
        answers = (json.loads(line) for line in serving.stdout)
        found = next(answer for answer in answers if answer.get("id") == 2)
        serving.stdin.close()
    assert "Memex" in json.dumps(found["result"])
