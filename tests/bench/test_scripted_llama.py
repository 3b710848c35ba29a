"""The model server that only pretends: what it is told to say, and what it cites."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

_ROOT = Path(__file__).parents[2]
_SOURCES = "[1] Plays: Many.\n[2] Who?: A play by Edward Albee.\n[3] Who? – Plot: A night."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("sayings") / "sayings.json"
    path.write_text(json.dumps({"Who wrote it?": ["It was Albee.", ["Who?"]]}), encoding="utf-8")
    command = [sys.executable, "-m", "bench.speed.scripted_llama", "--rate", "10000"]
    with subprocess.Popen(
        [*command, "--say", str(path)], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


def _said(address: str, question: str) -> str:
    content = f"Sources:\n{_SOURCES}\n\nQuestion: {question}"
    body = {"messages": [{"role": "user", "content": content}], "max_tokens": 100}
    reply = httpx.post(f"{address}/v1/chat/completions", json=body, trust_env=False).text
    events = (line.removeprefix("data: ") for line in reply.splitlines() if "delta" in line)
    deltas = (json.loads(event)["choices"][0]["delta"] for event in events)
    return "".join(delta.get("content", "") for delta in deltas)


def test_it_says_what_it_is_told_and_cites_the_sources_of_the_page(address: str) -> None:
    assert _said(address, "Who wrote it?") == "It was Albee [2][3]."


def test_of_what_it_was_not_told_it_says_the_sources_words(address: str) -> None:
    assert _said(address, "Why?").endswith("Many. A play by Edward Albee. A night.")
