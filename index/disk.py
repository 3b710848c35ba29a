"""What a full disk looks like to each of the libraries that write to it."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import DiskFull

__all__ = ["require_room", "told_of_full_disk"]

# tantivy raises ValueError and DuckDB its own errors, both with the system's words; SQLite has
# words of its own.
_WORDS = ("no space left on device", "disk is full", "os error 28", "disk quota exceeded")


@contextmanager
def told_of_full_disk(directory: Path) -> Iterator[None]:
    """Raise DiskFull for every error inside the block that means a full disk."""
    try:
        yield
    except Exception as error:
        if not _means_full(error):
            raise
        free = shutil.disk_usage(directory).free
        raise DiskFull(
            f"the disk of {directory} is full ({free / 1e6:,.0f} MB left); nothing was published. "
            "Make room, or name another disk with --data; the same command goes on"
        ) from error


def require_room(directory: Path, free: int, needed: int) -> None:
    """Raise DiskFull where ``needed`` bytes are more than the ``free`` ones."""
    if needed > free:
        raise DiskFull(
            f"the build needs about {needed / 1e9:,.1f} GB, and the disk of {directory} has "
            f"{free / 1e9:,.1f} GB left; make room, or name another disk with --data"
        )


def _means_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, sqlite3.Error) and error.sqlite_errorname == "SQLITE_FULL":
        return True
    return any(words in str(error).lower() for words in _WORDS)
