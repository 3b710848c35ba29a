"""A cluster of dask on this machine alone, by the commands that the documentation names."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.index.toys import ROOT
from tests.yardstick import PATIENCE_S

__all__ = ["LocalCluster", "local_cluster"]

_ADDRESS = r"tcp://127\.0\.0\.1:\d+"


class LocalCluster:
    """A scheduler, and the workers that are started; each knows its files in ``directory``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._processes: list[subprocess.Popen[str]] = []
        self.scheduler, self.address = self._start("scheduler", "--port", "0")

    def start_worker(self, *words: str) -> int:
        """The process of a new worker, which has registered."""
        worker, _ = self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny",
            "--local-directory", str(self._directory), *words,
        )  # fmt: skip
        return worker.pid

    def kill(self, number: int) -> None:
        """End a process as nobody can refuse; gone when this returns."""
        [process] = [process for process in self._processes if process.pid == number]
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)

    @property
    def numbers(self) -> list[int]:
        """The processes that were started."""
        return [process.pid for process in self._processes]

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait(PATIENCE_S)
            if process.stderr:
                process.stderr.close()

    def _start(self, kind: str, *words: str) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--host", "127.0.0.1"]
        process = subprocess.Popen(
            [*command, "--dashboard-address", "127.0.0.1:0", "--no-dashboard", *words],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._processes.append(process)
        assert process.stderr is not None
        told = iter(process.stderr.readline, "")
        says = {"scheduler": "Scheduler at:", "worker": "Registered to:"}[kind]
        lines = []
        for line in told:
            lines.append(line)
            if found := re.search(rf"{says}\s+({_ADDRESS})", line):
                threading.Thread(target=_drain, args=[told], daemon=True).start()
                return process, found[1]
        raise AssertionError(f"the {kind} did not start: {''.join(lines)}")


def _drain(lines: Iterator[str]) -> None:
    try:
        for _ in lines:
            pass
    except ValueError:  # closed
        pass


@contextmanager
def local_cluster(directory: Path, workers: Sequence[Sequence[str]] = ()) -> Iterator[LocalCluster]:
    """A cluster with these workers, by the words of their commands."""
    cluster = LocalCluster(directory)
    try:
        for words in workers:
            cluster.start_worker(*words)
        yield cluster
    finally:
        cluster.close()
