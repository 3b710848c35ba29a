"""Commands under strace, with a home of their own and nothing in it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pinakes.service.doctor.attempts import Attempt, attempts_in
from pinakes.service.doctor.isolation import can_trace, cut_tool, traced
from pinakes.service.doctor.proof import clean_environment
from pinakes.service.doctor.system_calls import read_calls
from tests.yardstick import PATIENCE_S

# Set by .ci/run: what is proven there must not go unproven because a package is missing.
REQUIRED = "REQUIRE_STRACE" in os.environ
PINAKES = [sys.executable, "-m", "pinakes"]


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
        assert any(call.name == "execve" and not call.error for call in calls), "nothing was traced"
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
