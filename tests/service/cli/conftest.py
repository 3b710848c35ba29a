"""The sample with keywords only, and the command line over it with a scripted model."""

from collections.abc import Callable

import pytest

from tests.service.scripted_generator import ScriptedGenerator

AnswerBy = Callable[[ScriptedGenerator], ScriptedGenerator]
Script = Callable[..., ScriptedGenerator]


@pytest.fixture
def answer_by(monkeypatch: pytest.MonkeyPatch) -> AnswerBy:
    """Let this generator be the one that the settings mean."""

    def answer_by(generator: ScriptedGenerator) -> ScriptedGenerator:
        monkeypatch.setattr("pinakes.service.generators.choice.open_generator", lambda _: generator)
        return generator

    return answer_by


@pytest.fixture
def script(answer_by: AnswerBy) -> Script:
    """Let the model say this."""
    return lambda *steps: answer_by(ScriptedGenerator(*steps))
