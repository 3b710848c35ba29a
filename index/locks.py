"""Locks on the directories of collections and generations: who builds, and who reads.

A build holds its collection alone, whoever reads holds a generation with others; what is held is
not removed. Knows nothing of what a generation holds.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pinakes.index.errors import BuildInProgress
from pinakes.index.generations import current_generation
from pinakes.index.health import unreadable
from pinakes.index.holders import holders, named

__all__ = ["NO_LOCKS", "GenerationLock", "build_state", "hold_collection", "hold_generation"]

# What locks answer on file systems that have none: some NFS, FUSE and 9p mounts.
NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF)


def build_state(collection: Path) -> Literal["at work", "unfinished"] | None:
    """Whether a build is at work there, or was and has not finished; None: neither."""
    try:
        handle = os.open(collection, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return "at work"
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    finally:
        os.close(handle)
    with suppress(OSError):
        if any((collection / "building").iterdir()):
            return "unfinished"
    return None


class GenerationLock:
    """A shared lock on a generation; while it is held the generation is not removed."""

    def __init__(self, generation: Path) -> None:
        self._handle = os.open(generation, os.O_RDONLY)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_SH)
        except OSError as error:
            if error.errno not in NO_LOCKS:  # without any, nothing is removed either
                self.release()
                raise

    def holds(self, generation: Path) -> bool:
        """Whether it is this directory, and not another of its name in the place of one removed."""
        return os.path.samestat(os.fstat(self._handle), generation.stat())

    def release(self) -> None:
        """Let the generation go; harmless when repeated."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def hold_generation(collection: Path) -> tuple[Path, GenerationLock]:
    """The current generation, locked; follows ``current`` if it moves in between."""
    while True:
        generation = current_generation(collection)
        try:
            lock = GenerationLock(generation)
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise unreadable(generation, error) from None
        if generation.is_dir() and current_generation(collection) == generation:
            return generation, lock
        lock.release()


@contextmanager
def hold_collection(collection: Path) -> Iterator[None]:
    """The one build that may write here. Raises BuildInProgress when there is another."""
    collection.mkdir(parents=True, exist_ok=True)
    handle = os.open(collection, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildInProgress(
                f"another build is at work on {collection}: {named(holders(collection))}; wait "
                "until it is done, or stop it: what it has done is kept"
            ) from None
        yield
    finally:
        os.close(handle)
