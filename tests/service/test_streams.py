"""Whatever standard output and error are, a command prints what they can take and never breaks."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pinakes.service.cli.main import main
from pinakes.service.http.security.tokens import Tokens
from tests.index.toys import ROOT, SAMPLE
from tests.service.conftest import Outcome
from tests.yardstick import PATIENCE_S

Encoded = Callable[..., Outcome]
# Commands of the sample whose output has letters of many scripts, dashes and quotation marks.
COMMANDS = [
    "search Bayt al-Hikma -k 2",
    "search Bayt al-Hikma -k 2 --explain",
    "search Bayt al-Hikma -k 2 --json",
    "ask Who deciphered Linear B? --mode quote",
    "ask Who deciphered Linear B? --mode quote --json",
    "show House of Wisdom",
    "show House of Wisdom --json",
    "show بيت الحكمة",
    "search ؟",
    "status",
    "verify --json",
    "search --help",
]
ENCODINGS = ["ascii", "latin-1", "cp1252", "utf-8", "utf-16"]


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> Encoded:
    """Run a command in this process, its streams in an encoding; what came out, as text."""

    def run(encoding: str, *words: str, lines: str = "") -> Outcome:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        with pytest.raises(SystemExit) as done:
            main(words)
        shown = []
        for stream in (out, err):
            stream.flush()
            shown.append(stream.buffer.getvalue().decode(encoding))  # type: ignore[attr-defined]
        assert "Traceback" not in shown[1]
        return Outcome(int(done.value.code or 0), *shown)

    return run


def _words(command: str, data: Path) -> list[str]:
    """The words of a command: its name, what it is asked, its options."""
    name, _, rest = command.partition(" ")
    asked, dash, options = f" {rest}".partition(" -")
    words = [name, asked.strip(), *(dash + options).split()]
    words = [word for word in words if word]
    return words if "--help" in words else [*words, "--data", str(data)]


@pytest.mark.parametrize("command", COMMANDS)
def test_letters_that_cannot_be_shown_are_replaced(
    encoded: Encoded, data: Path, command: str
) -> None:
    words = _words(command, data)
    wanted = encoded("utf-8", *words)
    for encoding in ENCODINGS:
        found = encoded(encoding, *words)
        assert found.status == wanted.status, (encoding, found)
        assert len(found.out.splitlines()) == len(wanted.out.splitlines())
        if "--json" in words:
            both = [json.loads(one.out) for one in (found, wanted)]
            for one in both:
                one.pop("timings", None)
            assert both[0] == both[1]
        elif encoding == "ascii" and not wanted.out.isascii():
            assert "?" in found.out


def test_questions_that_are_not_text_are_asked_all_the_same(encoded: Encoded, data: Path) -> None:
    for question in ("papyrus \udcff", "\udcff", "a\0b", "\ud800", "\x1b[31mred"):
        for encoding in ("ascii", "utf-8"):
            for command in ("search", "show"):
                found = encoded(encoding, command, question, "--data", str(data))
                assert found.status in (0, 2), found
                assert "an error in Pinakes itself" not in found.err
    lines = "papyrus \udcff\n\x00\n/open \udcff\n"
    assert encoded("ascii", "chat", "--data", str(data), "--mode", "quote", lines=lines).status == 2


def _process(*words: object, **more: object) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "pinakes", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | dict(more.pop("env", {}))  # type: ignore[call-overload]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, env=environment, timeout=120, check=False, **more
    )


def test_a_locale_without_letters(data: Path) -> None:
    """Python's own way out of the C locale shut off, as on systems that lack C.UTF-8."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = ("search", "Bayt al-Hikma", "--explain", "--data", data)
    found = _process(*words, env=plain, capture_output=True)
    assert found.returncode == 0
    assert b"Traceback" not in found.stderr
    assert b"House of Wisdom" in found.stdout
    assert found.stdout.isascii()


def test_streams_that_are_closed_or_full(data: Path) -> None:
    words = ("search", "papyrus", "--data", data)
    closed = _process(*words, preexec_fn=lambda: [os.close(number) for number in range(3)])
    assert closed.returncode == 0
    with Path("/dev/full").open("wb") as full:
        found = _process(*words, stdout=full, stderr=subprocess.PIPE)
        mcp = _process("mcp", *words[2:], input=b"{}\n", stdout=full, stderr=subprocess.PIPE)
    assert found.returncode == mcp.returncode == 1
    assert found.stderr == mcp.stderr == b"pinakes: No space left on device; make room\n"


@pytest.mark.parametrize("more", [(), ("--json",), ("--explain",)])
def test_who_reads_no_further_is_no_failure(data: Path, more: tuple[str, ...]) -> None:
    """As ``head -1`` does."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        found = _process(
            "search", "papyrus", *more, "--data", data, stdout=writing, stderr=subprocess.PIPE
        )
    finally:
        os.close(writing)
    assert (found.returncode, found.stderr) == (0, b"")


def test_a_token_that_cannot_be_shown_is_none(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pinakes", "tokens", "create", "phone"],
            env=os.environ | {"PINAKES_DATA": str(tmp_path)},
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert not Tokens(tmp_path).all()


def test_extract_prints_json_in_utf_8_whatever_the_locale() -> None:
    """Rows are data: their encoding is JSON's own."""
    found = _process(
        "extract", SAMPLE, "--workers", "1", env={"PYTHONIOENCODING": "ascii"}, capture_output=True
    )
    assert found.returncode == 0
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert any("بيت الحكمة" in row["text"] for row in rows)


@pytest.mark.parametrize("words", [[], ["eval"], ["tokens"]])
def test_where_a_command_is_wanting_all_are_listed(encoded: Encoded, words: list[str]) -> None:
    found = encoded("ascii", *words)
    assert found.status == 2
    assert "Commands:" in found.err.splitlines()
