"""Every command, watched: nothing beyond loopback, no look-up, no file outside its directories.

One build with the export of the encoder is shared; whatever looks at a browser's page is outside
the watched processes. What such a trace sees is tested in ``doctor/test_planted.py``.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mcp import StdioServerParameters
from playwright.sync_api import expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.service.doctor.proof import Proof, prove_offline
from tests.index.toys import ROOT, SAMPLE, QuietProgress, article, write_dump
from tests.service.doctor.watching import COMMAND_LINE, PINAKES, Place, require, require_tracing
from tests.service.http.browser import CHROMIUM, Lend
from tests.service.tools.calls import ask_once, text_of
from tests.yardstick import PATIENCE_S

QUESTION = "Where was the Rosetta Stone found?"
DUMP = str(next(SAMPLE.glob("*-multistream.xml.bz2")))
_PATIENCE_MS = 1_000 * PATIENCE_S
QUESTIONS = ROOT / "data" / "sample" / "questions.jsonl"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_tracing()
    return tmp_path_factory.mktemp("offline")


@pytest.fixture(scope="module")
def proof(directory: Path) -> Proof:
    """The sample built, searched, asked and served, as ``pinakes doctor --prove-offline`` does."""
    return prove_offline(directory, lambda step: None)


@pytest.fixture(scope="module")
def place(proof: Proof, directory: Path) -> Place:
    """Where the proof has built its collection."""
    return Place(directory)


@pytest.fixture(scope="module")
def fork(place: Place) -> Iterator[Callable[..., str]]:
    """Run a command whose imports others share: they are watched, too."""
    with place.forking() as fork:
        yield fork
    assert place.attempts(COMMAND_LINE) == []


def test_building_searching_asking_and_serving_stays_here(proof: Proof) -> None:
    assert [(step.name, step.worked) for step in proof.steps] == [
        ("build", True), ("search", True), ("answer", True), ("page", True),
    ]  # fmt: skip
    assert proof.attempts == {}
    assert proof.tool == "strace"
    assert proof.calls > 1_000
    assert proof.holds


def test_the_answer_was_worded_by_the_embedded_model(proof: Proof) -> None:
    pytest.importorskip("xllamacpp")
    assert "SmolLM2" in proof.steps[2].detail


def _first_questions(count: int, path: Path) -> str:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines(keepends=True)[:count]
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("command", "lines", "words"),
    [
        (["plan", DUMP, "--vectors", "none"], "", "articles"),
        # Its encoder is exported as that of the build is: once more is for the long campaigns.
        pytest.param(["plan", DUMP], "", "articles", marks=pytest.mark.slow),
        (["extract", DUMP, "--workers", "1"], "", "Rosetta Stone"),
        (["status"], "", "samplewiki"),
        (["doctor"], "", "All is well."),
        (["show", "Rosetta Stone"], "", "Rosetta Stone"),
        (["verify"], "", "all as they were built"),
        (["chat", "--generator", "none"], f"{QUESTION}\nAnd when?\n", "Rosetta"),
        (["eval", "retrieval", "QUESTIONS:3"], "", "MRR@10"),
        (["eval", "answers", "QUESTIONS:2", "--mode", "quote"], "", "quote"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else "",
)
def test_the_command_stays_here(
    place: Place,
    fork: Callable[..., str],
    tmp_path: Path,
    command: list[str],
    lines: str,
    words: str,
) -> None:
    name = "-".join(word for word in command if word.isalpha())
    given = [
        _first_questions(int(word.partition(":")[2]), tmp_path / "questions.jsonl")
        if word.startswith("QUESTIONS:") else word
        for word in command
    ]  # fmt: skip
    assert words in fork(name, given, lines)
    assert place.attempts(name) == []


def test_comparing_runs_stays_here(place: Place, fork: Callable[..., str], tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    questions = _first_questions(3, tmp_path / "questions.jsonl")
    command = ["eval", "retrieval", questions, "--mode", "keyword", "--json"]
    kept.write_text(fork("kept-run", command))
    compare = ["eval", "compare", str(kept), str(kept)]
    assert "keyword" in fork("compare", compare)
    assert place.attempts("kept-run") == place.attempts("compare") == []


def test_making_and_revoking_tokens_stays_here(place: Place, fork: Callable[..., str]) -> None:
    for name, words in (("create", ["phone"]), ("list", []), ("revoke", ["phone"])):
        fork(f"tokens-{name}", ["tokens", name, *words])
        assert place.attempts(f"tokens-{name}") == []


def test_choosing_a_threshold_stays_here(place: Place, tmp_path: Path) -> None:
    """Over one article: what is asked of it costs a tenth of what the sample's would."""
    dump = write_dump(tmp_path / "dump", [article(1, "Papyrus", "Papyrus is made of reed.")])
    options = BuildOptions(workers=1)
    collection = place.directory / "data" / "toywiki"
    build_collection(collection, dump, None, "none", QuietProgress(), options)
    asked = {"question": "What is papyrus made of?", "gold_pages": [{"id": 1, "title": "Papyrus"}]}
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps({"qid": str(n)} | asked) + "\n" for n in range(30)))
    command = [*PINAKES, "threshold", str(questions), "--collection", "toywiki"]
    assert "refused" in place.run("threshold", command)
    shutil.rmtree(collection)
    assert place.attempts("threshold") == []


def test_tools_over_standard_input_stay_here(place: Place) -> None:
    words = place.words("mcp", [*PINAKES, "mcp", "--generator", "none"])
    server = StdioServerParameters(command=words[0], args=words[1:], env=place.environment)
    assert "Rosetta Stone" in text_of(ask_once(server, "search", query="Rosetta Stone"))
    assert place.attempts("mcp") == []


def test_a_page_open_in_a_browser_and_tools_over_http_stay_here(
    place: Place, request: pytest.FixtureRequest
) -> None:
    require(CHROMIUM is not None, "Chromium")
    chromium: Lend = request.getfixturevalue("chromium")
    boot = "import os, sys; print(os.getpid(), flush=True); os.execv(sys.argv[1], sys.argv[1:])"
    serve = [*PINAKES, "serve", "--port", "0", "--generator", "none"]
    with subprocess.Popen(
        place.words("serve", [sys.executable, "-c", boot, *serve]),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=place.environment,
    ) as watched:  # fmt: skip
        assert watched.stdout
        assert watched.stderr
        number = int(watched.stdout.readline())
        try:
            said = next(line for line in watched.stderr if "http://" in line)
            address = said[said.index("http://") :].split()[0]
            with chromium() as browser, browser.new_context() as context:
                page = context.new_page()
                page.set_default_timeout(_PATIENCE_MS)
                page.goto(address)
                page.locator("#question").fill(QUESTION)
                page.keyboard.press("Enter")
                expect(page.locator("#answer")).to_contain_text("Rosetta", timeout=_PATIENCE_MS)
                page.locator("#sources ol a").first.click()
                expect(page.locator("mark").first).to_be_visible(timeout=_PATIENCE_MS)
            found = ask_once(f"{address}/mcp", "search", query="Rosetta Stone")
            assert "Rosetta Stone" in text_of(found)
        finally:
            os.kill(number, signal.SIGTERM)
        watched.wait(PATIENCE_S)
    assert place.attempts("serve") == []


def test_the_proof_leaves_nothing_in_the_home(place: Place) -> None:
    assert list(Path(place.environment["HOME"]).rglob("*")) == []
