"""Build, search, ask and serve in an empty network namespace: there is nothing to dial out to."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = next(ROOT.glob("data/sample/*-multistream.xml.bz2"))
QUESTION = "Where was the Rosetta Stone found?"
PINAKES = [sys.executable, "-m", "service.cli"]

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")


def _sandbox(scratch: Path) -> list[str]:
    """No network but an own loopback; everything read-only but ``scratch``."""
    return [
        "bwrap", "--unshare-net", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev",
        "--proc", "/proc", "--setenv", "TMPDIR", str(scratch), "--bind", str(scratch), str(scratch),
        "--setenv", "HOME", str(scratch), "--setenv", "PINAKES_DATA", str(scratch / "data"),
        "--setenv", "XDG_CONFIG_HOME", str(scratch), "--chdir", str(ROOT),
    ]  # fmt: skip


def _run(scratch: Path, command: Sequence[str]) -> str:
    done = subprocess.run(
        [*_sandbox(scratch), *command], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample built in the sandbox, lead vectors included."""
    directory = tmp_path_factory.mktemp("offline")
    _run(directory, [*PINAKES, "build", str(SAMPLE), "--vectors", "leads"])
    return directory


def test_the_sandbox_has_no_network(scratch: Path) -> None:
    script = "import socket; print(*(name for _, name in socket.if_nameindex()))"
    assert _run(scratch, [sys.executable, "-c", script]).split() == ["lo"]


def test_ask_answers_from_the_embedded_model(scratch: Path) -> None:
    pytest.importorskip("xllamacpp")
    answer = json.loads(_run(scratch, [*PINAKES, "ask", QUESTION, "--no-strict", "--json"]))
    assert "SmolLM2" in answer["model"]
    assert answer["kind"] == "answer"
    assert answer["answer_tokens"] > 0


def test_serve_searches_with_both_indexes(scratch: Path) -> None:
    """The service runs inside; its socket is reached by a client inside the same namespace."""
    script = (
        "import subprocess, sys, time, httpx, json\n"
        "server = subprocess.Popen([sys.executable, '-m', 'service.cli', 'serve', '--port', '8701',"
        " '--generator', 'none'])\n"
        "client = httpx.Client(base_url='http://127.0.0.1:8701', timeout=60, trust_env=False)\n"
        "for _ in range(300):\n"
        "    try:\n"
        "        client.get('/healthz'); break\n"
        "    except httpx.TransportError:\n"
        "        time.sleep(0.2)\n"
        f"found = client.get('/api/search', params={{'q': {QUESTION!r}, 'k': 3}}).json()\n"
        f"answer = client.post('/api/ask', json={{'question': {QUESTION!r}}}).json()\n"
        "page = client.get(answer['citations'][0]['url']).text\n"
        "server.terminate(); server.wait(20)\n"
        "print(json.dumps([found, answer, '<mark' in page]))\n"
    )
    found, answer, highlighted = json.loads(_run(scratch, [sys.executable, "-c", script]))
    assert found["hits"][0]["title"] == "Rosetta Stone"
    assert set(found["hits"][0]["placings"]) == {"keyword", "vector"}
    assert answer["kind"] == "quotation"
    assert highlighted
