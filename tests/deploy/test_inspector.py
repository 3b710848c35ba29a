"""The inspector of MCP, its own client of reference, finds the tools on both transports.

Needs ``npm install --global @modelcontextprotocol/inspector``, which asks for Node 22.
"""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.yardstick import PATIENCE_S, wait_until

INSPECTOR = shutil.which("mcp-inspector")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(INSPECTOR is None, reason="needs mcp-inspector (npm)"),
]
_PATIENCE_MS = str(round(PATIENCE_S * 1_000))
URI = "pinakes://samplewiki/Rosetta_Stone"


def inspected(target: list[str], *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [str(INSPECTOR), "--cli", *target, *words, "--connect-timeout", _PATIENCE_MS],
        capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def call(target: list[str], tool: str, argument: str) -> dict[str, Any]:
    words = ("--method", "tools/call", "--tool-name", tool, "--tool-arg", argument)
    [content] = inspected(target, *words)["content"]
    found: dict[str, Any] = json.loads(content["text"])
    return found


def inspect(target: list[str]) -> None:
    tools = inspected(target, "--method", "tools/list")["tools"]
    assert [tool["name"] for tool in tools] == ["search", "fetch", "ask"]
    assert call(target, "search", "query=Where was the Rosetta Stone found?")["results"]
    assert call(target, "fetch", "id=Rosetta Stone")["title"] == "Rosetta Stone"
    assert "Rosetta" in call(target, "ask", "question=Where was the Rosetta Stone found?")["text"]
    assert inspected(target, "--method", "resources/list") == {"resources": []}
    assert inspected(target, "--method", "resources/templates/list")["resourceTemplates"]
    [page] = inspected(target, "--method", "resources/read", "--uri", URI)["contents"]
    assert page["uri"] == URI


def test_standard_input_and_output(data: Path) -> None:
    words = ["-m", "pinakes", "mcp", "--generator", "none", "--data", str(data)]
    program = data.parent / "pinakes-mcp"  # the inspector would take -m for a word of its own
    program.write_text(f"#!/bin/sh\nexec {sys.executable} {' '.join(words)}\n")
    program.chmod(0o755)
    inspect([str(program)])


def test_streamable_http(data: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pinakes", "serve", "--port", str(port)]
    with subprocess.Popen([*command, "--generator", "none", "--data", str(data)]) as serving:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: serving.poll() is not None or _answers(address))
            inspect([f"{address}/mcp", "--transport", "http"])
        finally:
            serving.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False
