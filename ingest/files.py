"""Write files so that a reader never sees half of one; read what users name, whatever it is.

What is named may be a FIFO, a device or something endless; JSON may be nested to any depth.
"""

import errno
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

__all__ = [
    "kind_of_file",
    "read_json",
    "read_text",
    "sync_directory",
    "sync_tree",
    "write_whole",
]

_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFIFO: "FIFO",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
_LARGEST_TEXT = 1 << 30


def kind_of_file(path: Path) -> str:
    """What ``path`` is, links followed: "file", "directory", "FIFO", "socket", "device".

    Raises OSError where there is nothing, or nothing that may be looked at.
    """
    try:
        return _KINDS.get(stat.S_IFMT(path.stat().st_mode), "thing")
    except ValueError as error:  # a name that no file can have
        raise OSError(errno.EINVAL, str(error), str(path)) from None


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file. Raises OSError, also where it is none or has more than a gigabyte.

    Raises UnicodeDecodeError where it is not in ``encoding``.
    """
    kind = kind_of_file(path)
    if kind != "file":
        raise OSError(errno.EINVAL, f"a {kind}, not a file", str(path))
    if not path.stat().st_size:  # /proc and its like, where reading may wait for ever
        return ""
    with path.open("rb") as file:
        content = file.read(_LARGEST_TEXT + 1)
    if len(content) > _LARGEST_TEXT:
        raise OSError(errno.EFBIG, "more than a gigabyte", str(path))
    return content.decode(encoding)


def read_json(path: Path) -> Any:
    """The JSON of a file. Raises OSError, and ValueError also where it is nested too deeply."""
    try:
        return json.loads(read_text(path))
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that appears under ``path`` only once it is complete and on disk."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            yield file
            with _named(path):
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in ``directory`` durable."""
    _sync(directory)


def sync_tree(top: Path) -> None:
    """Make a file durable, or all files and names below a directory."""
    for path in (top, *top.rglob("*")):
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        with _named(path):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let errors of the system name the file: those of an open one name none."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise
