"""What a full disk, or a limit on files, looks like to each of the libraries that write to it."""

import errno
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pinakes.index.errors import CollectionError, DiskFull

__all__ = ["require_room", "told_of_full_disk"]

# tantivy raises ValueError, faiss RuntimeError and DuckDB its own errors, all with the system's
# words; SQLite has words of its own, and so has DuckDB where it has nowhere to put what exceeds its
# memory: its limit for that is the free room it finds at the start.
_WORDS = (
    "no space left on device",
    "disk is full",
    "os error 28",
    "disk quota exceeded",
    "max_temp_directory_size",
)
# When a thread of tantivy's fails, the next call says only this, whatever it failed at.
_KILLED_WRITER = "a worker thread encountered an error"
_NO_ROOM = 4 << 20
# A limit on the size of files (ulimit -f): SQLite tells it from no other trouble of the disk.
_LIMIT_WORDS = ("file too large", "os error 27", "disk i/o error", _KILLED_WRITER)
_FAILURE_WORDS = (
    "input/output error",
    "disk i/o error",
    "fsync failed",
    "unable to open database file",
    _KILLED_WRITER,
)


@contextmanager
def told_of_full_disk(directory: Path) -> Iterator[None]:
    """Raise DiskFull for every error inside the block that means a full disk or a limit on files.

    A disk that fails raises CollectionError.
    """
    try:
        yield
    except Exception as error:
        free = shutil.disk_usage(directory).free
        limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
        if limit != resource.RLIM_INFINITY and _means_limit(error):
            raise DiskFull(
                f"a file in {directory} would exceed the limit on the size of files (ulimit -f, "
                f"{limit / 1e6:,.1f} MB); nothing unfinished was published. Lift it: ulimit -f "
                "unlimited; the same command goes on"
            ) from error
        if _means_full(error, free):
            raise DiskFull(
                f"the disk of {directory} is full ({free / 1e6:,.0f} MB left); nothing unfinished "
                "was published. Make room, or name another disk with --data; the same command "
                "goes on"
            ) from error
        if _means_failure(error):
            raise CollectionError(
                f"the disk of {directory} does not take what is written ({error}); see dmesg, or "
                "name another with --data; the same command goes on"
            ) from error
        raise


def require_room(directory: Path, free: int, needed: int, what: str = "the build") -> None:
    """Raise DiskFull where the bytes that ``what`` ``needed`` are more than the ``free`` ones."""
    if needed > free:
        raise DiskFull(
            f"{what} needs about {needed / 1e6:,.1f} MB, and the disk of {directory} has "
            f"{free / 1e6:,.1f} MB left; make room, or name another disk with --data"
        )


def _means_limit(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.EFBIG
    return any(words in str(error).lower() for words in _LIMIT_WORDS)


def _means_failure(error: BaseException) -> bool:
    """Whether a disk fails; an error of the system that names its file says so itself."""
    if isinstance(error, CollectionError) or getattr(error, "filename", None) is not None:
        return False
    return any(words in str(error).lower() for words in _FAILURE_WORDS)


def _means_full(error: BaseException, free: int) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if getattr(error, "sqlite_errorname", None) == "SQLITE_FULL":
        return True
    text = str(error).lower()
    return any(words in text for words in _WORDS) or (_KILLED_WRITER in text and free < _NO_ROOM)
