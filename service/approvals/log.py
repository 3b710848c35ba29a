"""A log that only grows, whose entries are chained: each holds the SHA-256 of the one before.

Beside it stands how long it is, so that entries missing from its end are noticed, too. What cannot
be noticed is a log rewritten whole by somebody who may write there. Knows nothing of what entries
say.
"""

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pinakes.ingest.files import read_json, sync_directory, write_whole
from pinakes.service.errors import ApprovalsUnusable

__all__ = ["ChainedLog", "Entry", "OpenLog"]

_LOG, _HEAD = "log.jsonl", "head.json"
_FIRST = "0" * 64
_LARGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """``number`` from 1; ``at`` in UTC; ``sha256`` of all of it and of the entry before."""

    number: int
    at: str
    event: str
    about: Mapping[str, Any]
    before: str
    sha256: str


class ChainedLog:
    """The log in a directory that nobody but its owner can enter."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / _LOG

    def entries(self) -> tuple[Entry, ...]:
        """All of it; empty where there is none.

        Raises ApprovalsUnusable naming the first entry that is not what was written.
        """
        try:
            with self._locked(fcntl.LOCK_SH):
                return _read(self.directory)[0]
        except FileNotFoundError:
            return ()

    @contextmanager
    def opened(self) -> Iterator["OpenLog"]:
        """To read it and add to it, one process at a time. Raises ApprovalsUnusable and OSError."""
        with suppress(FileExistsError):
            self.directory.mkdir(mode=0o700)
            sync_directory(self.directory.parent)
        with self._locked(fcntl.LOCK_EX):
            yield OpenLog(self.directory)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        handle = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _check_private(self.directory, os.fstat(handle))
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)


class OpenLog:
    """The log while no other process can change it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.entries, self._size, self._told = _read(directory)

    def append(self, event: str, about: Mapping[str, Any]) -> Entry:
        """Add an entry: when this returns, it is on the disk. Raises OSError, and nothing is added.

        What an interrupted writer has left behind the last whole line was never acknowledged, and
        gives way.
        """
        if self._told < len(self.entries):
            self._tell()
        last = self.entries[-1].sha256 if self.entries else _FIRST
        at = datetime.now(UTC).isoformat()
        body = {
            "number": len(self.entries) + 1,
            "at": at,
            "event": event,
            "about": dict(about),
            "before": last,
        }
        entry = Entry(len(self.entries) + 1, at, event, dict(about), last, _digest(body))
        line = (_text(body | {"sha256": entry.sha256}) + "\n").encode("ascii")
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        handle = os.open(self._directory / _LOG, flags, 0o600)
        try:
            os.ftruncate(handle, self._size)
            try:
                written = os.pwrite(handle, line, self._size)
                while written < len(line):
                    written += os.pwrite(handle, line[written:], self._size + written)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, self._size)
                raise
        finally:
            os.close(handle)
        self.entries = (*self.entries, entry)
        self._size += len(line)
        self._tell()
        return entry

    def _tell(self) -> None:
        """Write down how long the log is, and its last hash."""
        head = {"entries": len(self.entries), "sha256": self.entries[-1].sha256}
        with write_whole(self._directory / _HEAD) as file:
            file.write(_text(head).encode())
        self._told = len(self.entries)


def _check_private(directory: Path, status: os.stat_result) -> None:
    place = f"{directory.name} in the data directory"  # whoever proposes is told no path
    if status.st_uid != os.geteuid():
        raise ApprovalsUnusable(f"{place} is another user's; be the user that the service runs as")
    if status.st_mode & 0o077:
        raise ApprovalsUnusable(f"others may enter {place}; chmod 700 it")


def _read(directory: Path) -> tuple[tuple[Entry, ...], int, int]:
    """The entries, how many bytes they take, and how many there are by what stands beside them."""
    content = _content(directory / _LOG)
    lines = content.split(b"\n")
    rest = lines.pop()  # empty, or what an interrupted writer has left
    entries: list[Entry] = []
    last = _FIRST
    for number, line in enumerate(lines, 1):
        entries.append(_entry(line, number, last))
        last = entries[-1].sha256
    told, hash_told = _head(directory)
    # The head is written after the entry: a writer that was interrupted leaves it one behind.
    if told > len(entries):
        raise _broken(len(entries) + 1, "is missing")
    if told and entries[told - 1].sha256 != hash_told:
        raise _broken(told, "is not the one that was written last")
    if len(entries) > told + 1:
        raise _broken(told + 2, "was added by something else")
    return tuple(entries), len(content) - len(rest), told


def _content(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return b""
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise ApprovalsUnusable(
                f"{_LOG} is no file, or larger than {_LARGEST >> 20} MiB: move {path.parent.name} "
                "of the data directory away"
            )
        return file.read()


def _entry(line: bytes, number: int, before: str) -> Entry:
    try:
        kept = json.loads(line)
        entry = Entry(**kept)
        body = {name: value for name, value in kept.items() if name != "sha256"}
        if (entry.number, entry.before, entry.sha256) != (number, before, _digest(body)):
            raise ValueError
        if line != _text(kept).encode():  # a name twice, or spaces: nobody here wrote that
            raise ValueError
        if not (isinstance(entry.event, str) and isinstance(entry.at, str)):
            raise ValueError
        if not isinstance(entry.about, dict):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise _broken(number, "is not what was written") from None
    return entry


def _head(directory: Path) -> tuple[int, str]:
    try:
        kept = read_json(directory / _HEAD)
        entries, sha256 = kept["entries"], kept["sha256"]
        if not (isinstance(entries, int) and entries > 0 and isinstance(sha256, str)):
            raise ValueError
    except FileNotFoundError:
        return 0, _FIRST
    except (ValueError, TypeError, KeyError):
        raise ApprovalsUnusable(
            f"{_HEAD} beside the log of approvals is damaged; how long the log is, is not known"
        ) from None
    return entries, sha256


def _broken(number: int, how: str) -> ApprovalsUnusable:
    return ApprovalsUnusable(
        f"entry {number} of the log of approvals {how}: nothing is approved by it; look who can "
        "write in the data directory, keep .approvals elsewhere, and begin anew"
    )


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_text(body).encode()).hexdigest()


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
