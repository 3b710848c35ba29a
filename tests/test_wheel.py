"""The wheel in environments of its own, outside the checkout: it builds, and it serves.

Installs a gigabyte of packages, so it runs apart: make test-wheel.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.record import record
from tests.yardstick import PATIENCE_S

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "samplewiki-20261101-pages-articles-multistream.xml.bz2"
QUESTION = "When was the Rosetta Stone found?"
INSTALLING_S = 3_600.0


def _run(*words: object, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=_outside() | environment,
        capture_output=True, text=True, check=False, timeout=INSTALLING_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _outside() -> dict[str, str]:
    """The environment without what leads back to the checkout or to the user's settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PINAKES_", "PYTHON", "VIRTUAL_ENV"))
    }


def _environment(directory: Path, *required: str) -> Path:
    """A new virtual environment with these requirements; its directory of programs."""
    _run(sys.executable, "-m", "venv", directory, cwd=directory.parent)
    pip = [directory / "bin" / "python", "-m", "pip", "install", "--quiet"]
    constraints = ["--constraint", ROOT / "constraints.txt"]
    flags = os.environ.get("PIP_FLAGS", "").split()
    for each in required:
        _run(*pip, *constraints, *flags, each, cwd=directory.parent)
    return directory / "bin"


@pytest.fixture(scope="module")
def sizes() -> Iterator[dict[str, int]]:
    """Megabytes of an environment with these extras; kept with the figures of benchmarks."""
    found: dict[str, int] = {}
    yield found
    record("installation", "new environments, PyTorch for CPUs, no chat model", found)


def _megabytes(directory: Path) -> int:
    return sum(path.lstat().st_size for path in directory.rglob("*")) // 1_000_000


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def wheel(outside: Path) -> Path:
    """The wheel, made of the source distribution: what is missing there is missing here."""
    programs = _environment(outside / "making", "build")
    _run(programs / "python", "-m", "build", "--outdir", outside / "dist", ROOT, cwd=outside)
    [wheel] = (outside / "dist").glob("*.whl")
    return wheel


def test_what_is_in_them(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        said = archive.read(metadata).decode()
    assert {name.partition("/")[0] for name in names} == {"pinakes", metadata.partition("/")[0]}
    assert "pinakes/py.typed" in names
    assert f"pinakes/service/doctor/{SAMPLE}" in names
    assert "pinakes/service/clients/SKILL.md" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert "License-Expression: Apache-2.0 AND CC-BY-SA-4.0" in said
    assert "Author: Pinakes developers" in said
    assert "Author-email" not in said
    [source] = wheel.parent.glob("*.tar.gz")
    with tarfile.open(source) as packed:
        kept = {name.partition("/")[2] for name in packed.getnames()}
    tracked = _run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    links = {"pinakes/ingest", "pinakes/index", "pinakes/service"}
    assert {name for name in tracked if name} - kept - links <= {".gitignore"}


@pytest.fixture(scope="module")
def data(outside: Path, wheel: Path, sizes: dict[str, int]) -> Path:
    """The sample that the wheel carries, built by the wheel with its extras."""
    programs = _environment(
        outside / "building", "torch==2.13.0", f"pinakes[build,embedded] @ {wheel.as_uri()}"
    )
    [sample] = (outside / "building").rglob(SAMPLE)
    sizes["build,embedded"] = _megabytes(outside / "building")
    home = outside / "home"
    home.mkdir()
    data = outside / "data"
    built = _run(
        programs / "pinakes", "build", sample, "--data", data, "--json",
        cwd=outside, HOME=str(home),
    )  # fmt: skip
    manifest = json.loads(built)
    assert manifest["vectors"] == manifest["passages"] > 0
    answer = _run(
        programs / "pinakes", "ask", QUESTION, "--data", data, "--json", cwd=outside, HOME=str(home)
    )
    assert "1799" in json.loads(answer)["text"]
    return data


def test_without_extras_it_serves_what_was_built_elsewhere(
    outside: Path, wheel: Path, data: Path, sizes: dict[str, int]
) -> None:
    programs = _environment(outside / "serving", wheel.as_uri())
    sizes["none"] = _megabytes(outside / "serving")
    packages = _run(programs / "python", "-m", "pip", "list", cwd=outside)
    assert not re.search(r"^(torch|duckdb|onnx|mwxml|py7zr|mwparserfromhell) ", packages, re.M)
    answer = _run(programs / "pinakes", "ask", QUESTION, "--data", data, "--json", cwd=outside)
    assert "1799" in json.loads(answer)["text"]
    with subprocess.Popen(
        [programs / "pinakes", "serve", "--port", "0", "--data", data],
        cwd=outside, env=_outside(), stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            [address] = re.findall(
                r"http://\S+:\d+", next(line for line in server.stderr or () if "http://" in line)
            )
            with urllib.request.urlopen(
                f"{address}/api/search?q=Rosetta+Stone", timeout=PATIENCE_S
            ) as response:
                assert json.load(response)["hits"][0]["title"] == "Rosetta Stone"
        finally:
            server.terminate()
    refused = subprocess.run(
        [programs / "pinakes", "build", "any.xml", "--data", data],
        cwd=outside, env=_outside(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "pip install 'pinakes[build]'" in refused.stderr
