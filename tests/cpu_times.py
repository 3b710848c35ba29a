"""A plugin of pytest that tells where the CPU time goes: seconds by file, with all processes.

``make test-times`` loads it. Waiting costs nothing here, and a busy machine changes little.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

_TICKS = os.sysconf("SC_CLK_TCK")
_MOST_LINES = 40


class CpuTimes:
    """Adds up what was used from the end of one test to that of the next."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()
        self._before = _used_so_far()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        yield
        now = _used_so_far()
        # What ends without being waited for, as processes of a browser do, takes its time with it.
        used = max(0.0, now - self._before)
        self._used[item.nodeid.partition("::")[0]] += used  # type: ignore[assignment]
        self._before = now

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("CPU seconds")
        for file, seconds in self._used.most_common(_MOST_LINES):
            terminalreporter.line(f"{seconds:7.1f}  {file}")
        total = sum(self._used.values())
        terminalreporter.line(f"{total:7.1f}  in all, {total / 60:.1f} minutes")


def pytest_configure(config: pytest.Config) -> None:
    """Called by pytest."""
    config.pluginmanager.register(CpuTimes())


def _used_so_far() -> float:
    """CPU seconds of this process, of those that have ended, and of those that run."""
    return sum(os.times()[:4]) + sum(map(_seconds_of, _children(os.getpid())))


def _seconds_of(process: int) -> float:
    """Of a process that runs, and of all below it."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended since
        return 0.0
    return sum(map(int, words[11:15])) / _TICKS + sum(map(_seconds_of, _children(process)))


def _children(process: int) -> list[int]:
    try:
        lists = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for children in lists for child in children.split()]
