"""Run a command and tell what it cost: CPU seconds, wall seconds, memory, files on the way.

CPU seconds are user and system time of the command and of every descendant it waited for.
"""

import os
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Cost", "anonymous_bytes", "children", "run"]

_SAMPLE_SECONDS = 0.02
# A process with less has not even loaded Python yet.
_NOT_BEGUN = 5_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """``memory`` is the peak in bytes of the command itself and then of each child, as they came.

    ``files`` is the largest size in bytes of each kind of file seen while the command ran.
    """

    cpu_seconds: float
    wall_seconds: float
    memory: list[int] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)


def run(
    command: Sequence[str],
    *,
    watched: Path | None = None,
    kind: Callable[[Path], str | None] = str,
) -> Cost:
    """Run ``command`` to its end, its output thrown away.

    With ``watched``, memory and the files under that directory, summed by ``kind`` (those of none
    are left out), are looked at fifty times a second. Raises CalledProcessError.
    """
    began = time.perf_counter()
    # Compiled once, as an installation is: else every process would compile its program anew.
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=kept)
    watch = _Watch(process.pid, watched, kind) if watched else None
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said.decode())
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu, wall, *(watch.end() if watch else ()))


class _Watch(threading.Thread):
    """Looks at a tree of processes and a directory until it is told to end."""

    def __init__(self, root: int, directory: Path, kind: Callable[[Path], str | None]) -> None:
        super().__init__(daemon=True)
        self._root, self._directory, self._kind = root, directory, kind
        self._memory: dict[int, int] = {}
        self._files: dict[str, int] = {}
        self._done = threading.Event()
        self.start()

    def end(self) -> tuple[list[int], dict[str, int]]:
        self._done.set()
        self.join()
        found = [self._memory[pid] for pid in sorted(self._memory)]
        return [size for size in found if size > _NOT_BEGUN], self._files

    def run(self) -> None:
        while not self._done.wait(_SAMPLE_SECONDS):
            for pid in [self._root, *children(self._root)]:
                if peak := _peak(pid):
                    self._memory[pid] = peak
            sizes: dict[str, int] = defaultdict(int)
            for path, size in _sizes(self._directory):
                if name := self._kind(path.relative_to(self._directory)):
                    sizes[name] += size
                    sizes["all at once"] += size
            for name, size in sizes.items():
                self._files[name] = max(size, self._files.get(name, 0))


def _sizes(directory: Path) -> Iterator[tuple[Path, int]]:
    """The files under a directory that changes meanwhile."""
    for parent, _, names in os.walk(directory):
        for name in names:
            path = Path(parent, name)
            with suppress(OSError):
                yield path, path.stat().st_size


def children(pid: int) -> list[int]:
    """Child processes that do work; multiprocessing's tracker of resources does none."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return [child for child in found if not _is_tracker(child)]


def anonymous_bytes(pid: int) -> int:
    """RssAnon of a process that runs, 0 of none: mapped files, which would blur it, left out."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def _is_tracker(pid: int) -> bool:
    with suppress(OSError):
        return b"resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _peak(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
