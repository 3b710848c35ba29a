"""What is found wrong with the files of an open generation: told as one kind of error, remembered.

Every library has its own words for a file that is not as it wrote it; Rust's panic, which is no
Exception. Each is handed over where that library is called. Knows no library.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pinakes.index.errors import CollectionError, DamagedGeneration, UnreadableGeneration

__all__ = ["REBUILD", "REMOVE", "Health", "damaged", "stray", "unreadable"]

REMOVE = "remove it"
REBUILD = "build again: pinakes build --force DUMP"
# What extensions written in Rust raise, each its own class of this name, where they give up.
_PANIC = "PanicException"
# The disk, or the server it is on, cannot give what it has taken.
_OF_THE_FILE = (errno.EIO, errno.ESTALE, errno.ENOTDIR, errno.ELOOP, errno.ENXIO)


class Health:
    """What is known of the files of one open generation; shared by all that read them."""

    def __init__(self, find: Callable[[Path], Path | None] = lambda _directory: None) -> None:
        """``find``: which file in a directory is damaged, as far as that can be said soon."""
        self.damage: str | None = None
        self._find = cache(find)

    @contextmanager
    def reading(self, path: Path, *kinds: type[Exception]) -> Iterator[None]:
        """Turn errors of these ``kinds``, and panics, into DamagedGeneration that names ``path``.

        Raises UnreadableGeneration where the file may not be read.
        """
        try:
            yield
        except DamagedGeneration as error:
            self.note(error)
            raise
        except BaseException as error:
            if not isinstance(error, kinds) and type(error).__name__ != _PANIC:
                raise
            told = unreadable(self._find(path) or path if path.is_dir() else path, error)
            if isinstance(told, DamagedGeneration):
                self.note(told)
            raise told from None

    def note(self, damage: DamagedGeneration) -> None:
        """Remember ``damage``, if it is the first."""
        self.damage = self.damage or str(damage)


def damaged(path: Path, what: str) -> DamagedGeneration:
    """The error for a file that is not as it was built: ``what`` it is or does instead."""
    return DamagedGeneration(f"{path} {what}; {REBUILD}")


def stray(path: Path) -> DamagedGeneration:
    """The error for a file that was not built: what was built is whole once it is gone."""
    return DamagedGeneration(f"{path} is no file of this generation; {REMOVE}")


def unreadable(path: Path, error: BaseException) -> CollectionError:
    """What an error in reading ``path``, a file or directory, comes from: rights, or damage.

    Raises OSError where the system has refused for a reason of its own.
    """
    reason = " ".join(str(error).split())[:200]
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        return UnreadableGeneration(
            f"{path}: no permission to read it; run as its owner, or let others read it: "
            "chmod -R a+rX"
        )
    except FileNotFoundError:
        return damaged(path, "is missing")
    except OSError as refused:
        if refused.errno not in _OF_THE_FILE:
            raise
        reason = str(refused.strerror)
    return damaged(path, f"cannot be read as it was written ({reason})")
