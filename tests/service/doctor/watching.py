"""Commands under strace, with a home of their own and nothing in it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from pinakes.service.doctor.attempts import Attempt, attempts_in
from pinakes.service.doctor.isolation import can_trace, cut_off, cut_tool, traced
from pinakes.service.doctor.proof import clean_environment
from pinakes.service.doctor.system_calls import read_calls
from tests.yardstick import PATIENCE_S

# Set by .ci/run: what is proven there must not go unproven because a package is missing.
REQUIRED = "REQUIRE_STRACE" in os.environ
PINAKES = [sys.executable, "-m", "pinakes"]
COMMAND_LINE = "pinakes.service.cli.main"


def require_tracing(*, cut: bool = False) -> None:
    """Skip where nothing can be traced (or cut off); fail where it must be possible."""
    require(can_trace(), "strace")
    require(not cut or cut_tool() is not None, "bubblewrap")


def require(there: bool, tool: str) -> None:
    """Skip without ``tool``; fail where it must be there."""
    if there:
        return
    if REQUIRED:
        pytest.fail(f"{tool} is not installed, or not allowed here")
    pytest.skip(f"needs {tool}")


class Place:
    """A directory with a home, data and temporary files; what ran in it, and what that tried."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = clean_environment(directory)

    def words(self, name: str, command: Sequence[str]) -> list[str]:
        """``command``, to be run under strace."""
        traces = self.directory / f"traces-{name}"
        traces.mkdir()
        return traced(command, traces)

    def attempts(self, name: str) -> list[Attempt]:
        """What the command of that name tried, and files that lie in the home."""
        traces = self.directory / f"traces-{name}"
        writable = [self.directory / "data", self.directory / "tmp"]
        calls = list(read_calls(traces, Path.cwd()))
        assert calls, "nothing was traced"
        return list(attempts_in(calls, writable))

    def run(self, name: str, command: Sequence[str], lines: str = "") -> str:
        """The standard output of a command that succeeds, traced."""
        done = subprocess.run(
            self.words(name, command),
            input=lines, capture_output=True, text=True, timeout=5 * PATIENCE_S, check=False,
            env=self.environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    @contextmanager
    def forking(
        self, program: str = COMMAND_LINE, *, cut: bool = False
    ) -> Iterator[Callable[..., str]]:
        """A way to run a program as ``run`` does, all in forks of one process that imported it.

        ``attempts`` tells of each by its name, and of the imports by the name of the program.
        """
        words = self.words(program, [sys.executable, "-m", "tests.service.doctor.forked", program])
        traces = self.directory / f"traces-{program}"
        with subprocess.Popen(
            cut_off(words) or () if cut else words,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.environment,
        ) as process:  # fmt: skip
            given, answers = process.stdin, process.stdout
            assert given
            assert answers
            assert answers.readline() == "ready\n"

            def run(name: str, words: Sequence[str], lines: str = "") -> str:
                before = set(traces.iterdir())
                given.write(json.dumps({"words": words, "lines": lines}) + "\n")
                given.flush()
                answer = json.loads(answers.readline())
                own = self.directory / f"traces-{name}"
                own.mkdir()
                for path in set(traces.iterdir()) - before:
                    path.rename(own / path.name)
                assert answer["status"] == 0, answer["err"][-3000:]
                return str(answer["out"])

            yield run
            given.close()
            process.wait(PATIENCE_S)
