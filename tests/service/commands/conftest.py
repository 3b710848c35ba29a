"""The sample with keywords only, and the command line over it with a scripted model."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli import main
from tests.service.scripted_generator import ScriptedGenerator


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


Run = Callable[..., Outcome]
AnswerBy = Callable[[ScriptedGenerator], ScriptedGenerator]
Script = Callable[..., ScriptedGenerator]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data: Path) -> Run:
    """Run a command over the sample in this process, with these lines as its standard input."""

    def run(*arguments: str, lines: str = "") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main([*arguments, "--data", str(data)])
        captured = capsys.readouterr()
        return Outcome(int(done.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def answer_by(monkeypatch: pytest.MonkeyPatch) -> AnswerBy:
    """Let this generator be the one that the settings mean."""

    def answer_by(generator: ScriptedGenerator) -> ScriptedGenerator:
        monkeypatch.setattr("service.generators.choice.open_generator", lambda _: generator)
        return generator

    return answer_by


@pytest.fixture
def script(answer_by: AnswerBy) -> Script:
    """Let the model say this."""
    return lambda *steps: answer_by(ScriptedGenerator(*steps))
