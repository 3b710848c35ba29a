"""The main program of a proof: build the sample, search it, ask it, and read a served page.

Runs as a process of its own, whose children the proof watches, and prints a line of JSON for each
step. Knows nothing of being watched.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

__all__: list[str] = []

_PINAKES = [sys.executable, "-m", "pinakes"]
_QUESTION = "Where was the Rosetta Stone found?"
_LIMIT_S = 600.0
# Enough words to see the model at work.
_SHORT = {"PINAKES_GENERATOR__ANSWER_TOKENS": "32"}


def _main(sample: str) -> None:
    steps: list[tuple[str, Callable[[], str]]] = [
        ("build", lambda: _build(sample)),
        ("search", _search),
        ("answer", _answer),
        ("page", _page),
    ]
    for name, step in steps:
        try:
            worked, detail = True, step()
        except (subprocess.SubprocessError, httpx.HTTPError, ValueError, LookupError) as error:
            worked, detail = False, _last_line(error)
        print(json.dumps({"name": name, "worked": worked, "detail": detail}), flush=True)
        if not worked:
            sys.exit(1)


def _build(sample: str) -> str:
    built = _run(["build", sample, "--vectors", "leads", "--json"])
    return f"{built['pages']['documents']} articles, {built['vectors']} vectors"


def _search() -> str:
    found = _run(["search", _QUESTION, "--json"])
    return f"{len(found['hits'])} passages, the first of {found['hits'][0]['title']}"


def _answer() -> str:
    answer = _run(["ask", _QUESTION, "--no-strict", "--json"], _SHORT)
    if not answer["model"]:
        return f"no model: {len(answer['citations'])} sources quoted"
    return f"{answer['answer_tokens']} tokens by {answer['model']}"


def _page() -> str:
    with subprocess.Popen(
        [*_PINAKES, "serve", "--port", "0", "--generator", "none"],
        stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            said = next((line for line in server.stderr or () if "http://" in line), "")
            if not said:
                raise ValueError("serve ended before it listened")
            address = said[said.index("http://") :].split()[0]
            with httpx.Client(
                base_url=address, timeout=_LIMIT_S, trust_env=False, follow_redirects=True
            ) as client:
                home = client.get("/").raise_for_status()
                found = client.get("/api/search", params={"q": _QUESTION}).raise_for_status()
                page = client.get(found.json()["hits"][0]["url"])
                read = len(home.content) + len(page.raise_for_status().content)
        finally:
            server.send_signal(signal.SIGTERM)
    return f"{read:,} bytes of two pages over loopback"


def _run(words: Sequence[str], more: Mapping[str, str] | None = None) -> Any:
    done = subprocess.run(
        [*_PINAKES, *words],
        env=os.environ | (more or {}),
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=True,
    )
    return json.loads(done.stdout)


def _last_line(error: Exception) -> str:
    told = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
    return (told or str(error)).strip().splitlines()[-1]


if __name__ == "__main__":
    _main(sys.argv[1])
