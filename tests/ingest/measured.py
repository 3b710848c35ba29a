"""Run the command line in a process of its own, and measure what it takes.

As a program it stands between the tests and the command, because a process inherits the peak
memory of the one that starts it, and that of a test run is large.
"""

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 240


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
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": "/nowhere"}
    found = subprocess.run(
        [sys.executable, "-m", "tests.ingest.measured", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=2 * _PATIENCE_S,
        check=True,
    )
    return Measured(**json.loads(found.stdout))


def _measure(words: list[str]) -> Measured:
    command = [sys.executable, "-m", "service.cli", *words]
    done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(
        done.returncode,
        done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"),
        used.ru_utime + used.ru_stime,
        used.ru_maxrss >> 10,
    )


if __name__ == "__main__":
    measured = _measure(sys.argv[1:])
    print(json.dumps({name: getattr(measured, name) for name in Measured.__slots__}))
