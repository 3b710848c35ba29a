"""Run the command line in processes of its own, and measure what each takes.

As a program it stands between the tests and the commands: it has imported once what all of them
import, and forks for each, because starting anew takes most of what a small build takes. A process
inherits the peak memory of the one that starts it, and that of a test run is large.
"""

import atexit
import functools
import gc
import importlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 480


@dataclass(frozen=True, slots=True)
class Measured:
    """How a command ended; CPU time of all its processes, peak memory of the largest."""

    status: int
    out: str
    err: str
    cpu_seconds: float
    peak_mb: int


def pinakes(*words: str | Path) -> Measured:
    """``pinakes`` with these words, without any settings from outside."""
    starter = _starter()
    assert starter.stdin is not None
    assert starter.stdout is not None
    starter.stdin.write(json.dumps([*map(str, words)]) + "\n")
    starter.stdin.flush()
    return Measured(**json.loads(starter.stdout.readline()))


@functools.cache
def _starter() -> "subprocess.Popen[str]":
    starter = subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.measured"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "XDG_CONFIG_HOME": "/nowhere",
            "TMPDIR": tempfile.gettempdir(),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def end() -> None:
        starter.communicate()

    atexit.register(end)
    return starter


def _serve() -> None:
    import pinakes.service.cli.main

    # DuckDB has threads from the start, which a fork lacks: what imports it is left to each.
    for name in (
        "index.build.embed", "index.keywords.writer", "index.store.writer",
        "ingest.report", "ingest.sources.mediawiki.extract", "ingest.segments",
    ):  # fmt: skip
        importlib.import_module(f"pinakes.{name}")
    gc.freeze()  # forks share what is not touched
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                sys.stdin = os.fdopen(0, closefd=False)  # of the old one a line has been read
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                signal.alarm(_PATIENCE_S)
                fork_workers()
                pinakes.service.cli.main.main(json.loads(line))
            _, status, used = os.wait4(child, 0)
            out.seek(0)
            err.seek(0)
            found = Measured(
                os.waitstatus_to_exitcode(status),
                out.read().decode(errors="replace"),
                err.read().decode(errors="replace"),
                used.ru_utime + used.ru_stime,
                used.ru_maxrss >> 10,
            )
        print(json.dumps(asdict(found)), flush=True)


def fork_workers() -> None:
    """Those that read the dump, too: to start one anew takes longer than most of these dumps."""
    find = multiprocessing.get_context
    multiprocessing.get_context = lambda _method=None: find("fork")  # type: ignore[assignment]


if __name__ == "__main__":
    _serve()
