"""Read-only connections to SQLite files that never change: each thread has its own."""

import sqlite3
import threading
from pathlib import Path
from weakref import WeakSet

import zstandard

__all__ = ["ThreadConnections", "has_table", "open_read_only"]

# Of each file and thread, and there may be forty: larger ones were no faster, for the system keeps
# what is read often.
_CACHE_KIB = 256


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection to a published file. Raises sqlite3.Error where there is none."""
    # immutable: a published generation never changes, so no lock file is ever needed.
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA cell_size_check = ON")  # for files that are damaged
    return connection


class _OfThread:
    """Closes its connections with the thread, whose local storage alone keeps it alive.

    A connection itself would linger: its cache of statements makes it refer to itself.
    """

    def __init__(self) -> None:
        self.connections: dict[Path, sqlite3.Connection] = {}
        self.decompressor = zstandard.ZstdDecompressor()  # for one thread at a time

    def close(self) -> None:
        for connection in list(self.connections.values()):
            connection.close()

    def __del__(self) -> None:
        self.close()


class ThreadConnections:
    """The connections of every thread to the files of one store, until ``close``."""

    def __init__(self, of: Path) -> None:
        """``of``: what is told to be closed."""
        self._of = of
        self._local = threading.local()
        self._threads: WeakSet[_OfThread] = WeakSet()
        self._lock = threading.Lock()
        self._is_closed = False

    def to(self, path: Path) -> sqlite3.Connection:
        """This thread's connection to a file. Raises ValueError once all are closed."""
        connections = self._own().connections
        connection = connections.get(path)
        if connection is None:
            connection = connections[path] = open_read_only(path)
        return connection

    @property
    def decompressor(self) -> zstandard.ZstdDecompressor:
        """This thread's."""
        return self._own().decompressor

    def close(self) -> None:
        """Close every thread's connections."""
        with self._lock:
            self._is_closed = True
            for thread in self._threads:
                thread.close()
            self._threads.clear()

    def _own(self) -> _OfThread:
        if self._is_closed:
            raise ValueError(f"{self._of}: the store is closed")
        own: _OfThread | None = getattr(self._local, "own", None)
        if own is None:
            own = self._local.own = _OfThread()
            with self._lock:
                self._threads.add(own)
        return own


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Whether there is a table of this name: some are only there where they have a row."""
    sql = "SELECT name FROM sqlite_master WHERE name = ?"
    return connection.execute(sql, (name,)).fetchone() is not None
