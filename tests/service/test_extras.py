"""Searching and serving without the packages of the extras; commands that need them say so."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pinakes.service.extras import EXTRAS
from tests.index.toys import ROOT, SAMPLE
from tests.service.conftest import Run
from tests.yardstick import PATIENCE_S

# What comes with them and is as heavy.
BEHIND_THEM = ("torch", "transformers", "sklearn", "scipy")


def test_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra, packages in EXTRAS.items():
        required = project["optional-dependencies"][extra]
        assert [line.split("<")[0].split(">")[0].split("=")[0] for line in required] == [*packages]
    assert project["optional-dependencies"]["all"] == [f"pinakes[{','.join(EXTRAS)}]"]


WITHOUT = f"""
import sys
for name in {[name.replace("-", "_") for extra in EXTRAS.values() for name in extra]}:
    sys.modules[name] = None  # importing it fails
for name in {BEHIND_THEM}:
    sys.modules[name] = None
"""


def _without(code: str, data: Path) -> subprocess.CompletedProcess[str]:
    """What a new interpreter says that can import none of the packages of the extras."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + code],
        env=os.environ | {"PINAKES_DATA": str(data), "PINAKES_GENERATOR__BACKEND": "none"},
        capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip


def test_a_base_installation_searches_and_answers(sample: Path) -> None:
    done = _without(
        """
import pinakes.service.http.server  # and all that it serves
import pinakes.service.tools.mcp_server
from pinakes.service.cli.main import main

def run(*words):
    try:
        main(words)
    except SystemExit as ended:
        assert not ended.code, words

run("search", "Rosetta Stone", "--json")
print("--")
run("ask", "When was the Rosetta Stone found?", "--json")
print("--")
run("doctor", "--json")
""",
        sample.parent,
    )
    assert done.stderr == ""
    found, answer, examined = (json.loads(part) for part in done.stdout.split("--\n"))
    assert found["hits"][0]["title"] == "Rosetta Stone"
    assert answer["citations"]
    findings: dict[str, Any] = {one["name"]: one for one in examined["findings"]}
    assert findings["installation"]["text"].endswith("extras: none")
    assert findings["encoder"]["way_out"] == "pip install 'pinakes[build]'"


@pytest.mark.parametrize(
    ("words", "package", "extra"),
    [
        (["build", SAMPLE], "duckdb", "build"),
        (["plan", SAMPLE], "sentence_transformers", "build"),
        (["extract", SAMPLE], "mwxml", "build"),
        (["extract", SAMPLE, "--report"], "mwparserfromhell", "measure"),
    ],
)
def test_a_command_names_what_is_missing_and_the_way_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[object], package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    outcome = run(*words)
    assert outcome.status == 1
    named = package.replace("_", "-")
    command = " ".join(str(word) for word in words if word != SAMPLE)
    told = f"pinakes: pinakes {command} needs {named}: pip install 'pinakes[{extra}]'\n"
    assert outcome.err == told
