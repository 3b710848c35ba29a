"""The child process that reads files, seen from outside: when it dies, another takes its place."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile

__all__ = ["FileReader", "Limits", "file_reader"]

_MODULE = "pinakes.ingest.sources.folder.child"
# A disk or a network that hangs takes no processor time.
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take.

    ``seconds``: of processor time. ``memory``: bytes of address space, the programs themselves
    included. ``output``: bytes of what is read of it.
    """

    seconds: int = 60
    memory: int = 2 << 30
    output: int = 64 << 20


class FileReader:
    """Has files read; starts a process with the first one, and after each that ends a process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def outline(self, path: Path, kind: str) -> Outline:
        """What the file says. Raises UnreadableFile."""
        return Outline.from_json(self._ask(path, kind, title_only=False))

    def title(self, path: Path, kind: str) -> str:
        """Its own title, "" where it has none. Raises UnreadableFile."""
        return str(self._ask(path, kind, title_only=True)["title"])

    def close(self) -> None:
        """End the process; harmless when repeated."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, path: Path, kind: str, *, title_only: bool) -> dict[str, Any]:
        limits = self._limits
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a process without pipes")
        request = {
            "path": os.fspath(path), "kind": kind, "title_only": title_only,
            "seconds": limits.seconds, "most": limits.output,
        }  # fmt: skip
        timer = threading.Timer(limits.seconds * _PATIENCE, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline(limits.output + 2)
        except BrokenPipeError:
            line = b""
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            raise UnreadableFile(self._death())
        reply: dict[str, Any] = json.loads(line)
        if "unreadable" in reply:
            raise UnreadableFile(reply["unreadable"])
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _MODULE, str(self._limits.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Out of reach of Ctrl-C, which would look like a file that brings its reader down.
                start_new_session=True,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        return self._process

    def _death(self) -> str:
        """Why the process has ended, in words; the next file gets another one."""
        if self._process is None:
            return "the process that reads it has ended"
        self._process.kill()
        self._process.communicate()
        status, self._process = self._process.returncode, None
        if status == -signal.SIGXCPU:
            return f"reading it takes more than {self._limits.seconds} seconds of processor time"
        if status == -signal.SIGKILL:
            return "reading it takes too long, or too much memory"
        return f"the process that reads it has failed (status {status})"


@contextmanager
def file_reader(limits: Limits) -> Iterator[FileReader]:
    """One with a process for as long as the block lasts."""
    reader = FileReader(limits)
    try:
        yield reader
    finally:
        reader.close()
