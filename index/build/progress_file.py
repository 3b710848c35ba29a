"""The progress of a build in a small file, so that a service beside it can tell of it.

What is written is lost without harm: nothing reads it but those who look on.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pinakes.index.build.progress import Progress
from pinakes.index.generations import timestamp
from pinakes.index.locks import build_state
from pinakes.ingest.files import read_json

__all__ = ["BuildReport", "builds", "told_in_file"]

_FILE = "progress.json"
_BUILDING = "building"
# At most so often: looking on costs the build nothing.
_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """A build that is at work, or has not finished, and how far it had come when it last said so.

    ``step``: what it does, ``done`` of ``total`` counted in ``unit``; None where it has not said.
    ``step_began`` and ``told``: when, as manifests give times. ``note``: the last line it wrote.
    """

    collection: str
    state: Literal["at work", "unfinished"]
    process: int | None = None
    step: str | None = None
    done: int | None = None
    total: int | None = None
    unit: str | None = None
    step_began: str | None = None
    told: str | None = None
    note: str | None = None


class _ProgressFile:
    """Passes everything on, and writes down where it stands."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._path = path
        self._progress = progress
        self._said: dict[str, object] = {"process": os.getpid()}
        self._done = 0
        self._written = 0.0

    def step(self, name: str, total: int, unit: str) -> None:
        self._done = 0
        self._said |= {"step": name, "total": total, "unit": unit, "step_began": timestamp()}
        self._write()
        self._progress.step(name, total, unit)

    def advance(self, amount: int) -> None:
        self._done += amount
        if time.monotonic() - self._written >= _SECONDS:
            self._write()
        self._progress.advance(amount)

    def note(self, text: str) -> None:
        self._said["note"] = text
        self._write()
        self._progress.note(text)

    def _write(self) -> None:
        self._written = time.monotonic()
        partial = self._path.with_name(f"{_FILE}.partial")
        with suppress(OSError):  # a full disk, or one that cannot be written, is told elsewhere
            partial.write_text(json.dumps(self._said | {"done": self._done, "told": timestamp()}))
            partial.replace(self._path)


@contextmanager
def told_in_file(collection: Path, progress: Progress) -> Iterator[Progress]:
    """What passes everything on to ``progress``, and keeps it in a file while the block runs.

    For whoever holds the collection; the file is gone afterwards, but after a kill.
    """
    path = collection / _FILE
    try:
        yield _ProgressFile(path, progress)
    finally:
        for leftover in (path, path.with_name(f"{_FILE}.partial")):
            with suppress(OSError):
                leftover.unlink()


def builds(data: Path) -> list[BuildReport]:
    """The builds in a data directory that are at work or have not finished, by collection."""
    return [
        report
        for collection in (sorted(data.iterdir()) if data.is_dir() else ())
        if (report := _report(collection)) is not None
    ]


def _report(collection: Path) -> BuildReport | None:
    # Looking whether a build is at work takes its lock for a moment: only where there is a trace.
    if not any((collection / name).exists() for name in (_FILE, _BUILDING)):
        return None
    state = build_state(collection)
    if state is None:
        return None
    with suppress(OSError, ValueError, TypeError):  # none yet, or not ours
        return BuildReport(collection.name, state, **read_json(collection / _FILE))
    return BuildReport(collection.name, state)
