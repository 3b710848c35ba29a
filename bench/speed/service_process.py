"""``pinakes serve`` in a process of its own, and what CPU it takes."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Served", "cpu_seconds", "served_collection"]

_ROOT = Path(__file__).resolve().parents[2]
_ADDRESS = re.compile(r"on (http://\S+)")


@dataclass(frozen=True, slots=True)
class Served:
    """Where the service listens, and its process."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of the process so far."""
        return cpu_seconds(self.pid)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served_collection(collection: Path, settings: Mapping[str, str]) -> Iterator[Served]:
    """The collection served with ``settings`` (``generator__url``: value) and no others."""
    with tempfile.TemporaryDirectory(prefix="pinakes-bench-") as nothing:
        environment = {key: value for key, value in os.environ.items() if "PINAKES_" not in key}
        environment |= {f"PINAKES_{key.upper()}": value for key, value in settings.items()}
        words = [sys.executable, "-m", "pinakes", "serve", "--port", "0"]
        words += ["--data", str(collection.parent), "--collection", collection.name]
        process = subprocess.Popen(
            words,
            cwd=_ROOT,
            env=environment | {"XDG_CONFIG_HOME": nothing},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            said = ""
            while not (found := _ADDRESS.search(said)):
                line = process.stderr.readline()
                if not line:
                    raise RuntimeError(f"the service did not start: {said}")
                said += line.rstrip("\n") + " "  # a terminal's width may break the line
            yield Served(found[1], process.pid)
        finally:
            process.terminate()
            process.wait(20)
            process.stderr.close()
