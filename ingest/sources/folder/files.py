"""The files of a folder that are read: not hidden, not ignored by Git, no links, nothing special.

The only file that imports pathspec. Knows names and sizes, and nothing that is in files.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xxhash

from pinakes.ingest.errors import DumpNotFound
from pinakes.ingest.sources.file_state import FileState
from pinakes.ingest.sources.folder.reading import format_by_name, largest, not_read

__all__ = ["FoundFile", "files_of_folder", "is_small_file", "state_of_files"]

_IGNORED = ".gitignore"
_LARGEST_LIST = 1 << 20
_MOST_FILES, _DEEPEST = 1_000_000, 200


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file by its path in the folder, with slashes. ``reason``: why it is not read, or ""."""

    path: str
    kind: str
    state: FileState
    reason: str = ""


# Patterns of a directory, and the path of that directory with its slash.
_Patterns = tuple[str, Any]


def files_of_folder(folder: Path) -> list[FoundFile]:
    """All of them, in the order of their paths. Raises DumpNotFound."""
    found = sorted(_files_below(folder), key=lambda file: file.path)
    if len(found) > _MOST_FILES:
        raise DumpNotFound(f"{folder}: more than {_MOST_FILES:,} files; name a folder inside of it")
    return found


def state_of_files(files: list[FoundFile]) -> FileState:
    """The size of all, the latest times, and for an inode a digest of all paths and states."""
    digest = xxhash.xxh3_64()
    for file in files:
        digest.update(f"{file.path}\0{file.state}\0".encode(errors="surrogateescape"))
    return FileState(
        size=sum(file.state.size for file in files),
        modified_ns=max((file.state.modified_ns for file in files), default=0),
        changed_ns=max((file.state.changed_ns for file in files), default=0),
        inode=digest.intdigest() >> 1,
    )


def is_small_file(path: Path, most: int) -> bool:
    """Whether it is a file, no link or pipe, of at most so many bytes. Raises OSError."""
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_size <= most


def _files_below(folder: Path) -> Iterator[FoundFile]:
    waiting: list[tuple[str, tuple[_Patterns, ...]]] = [("", ())]
    while waiting:
        place, patterns = waiting.pop()
        try:
            entries = list(os.scandir(folder / place))
        except OSError as error:
            if not place:
                raise DumpNotFound(f"{folder}: cannot be read ({error.strerror})") from None
            state = FileState(0, 0, 0, 0)
            yield FoundFile(place.rstrip("/"), "", state, f"cannot be read ({error.strerror})")
            continue
        if any(entry.name == _IGNORED for entry in entries):
            patterns = (*patterns, (place, _patterns_of(folder / place / _IGNORED)))
        for entry in entries:
            path = place + entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                is_deep = path.count("/") >= _DEEPEST
                if not is_deep and not _is_ignored(f"{path}/", patterns):
                    waiting.append((f"{path}/", patterns))
            elif (found := _found(entry, path)) and not _is_ignored(path, patterns):
                yield found


def _found(entry: "os.DirEntry[str]", path: str) -> FoundFile | None:
    kind = format_by_name(entry.name)
    reason = "" if kind else not_read(entry.name)
    if reason is None:
        return None
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None  # gone since
    if not stat.S_ISREG(status.st_mode):  # nor a link to one
        return None
    state = FileState(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    if kind and status.st_size > largest(kind):
        reason = (
            f"{status.st_size >> 20:,} MiB, and at most {largest(kind) >> 20} MiB of such a file "
            "are read: take it apart"
        )
    if not _is_encodable(path):
        reason = "its name is not UTF-8: rename it"
    return FoundFile(path, kind or "", state, reason)


def _is_encodable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _patterns_of(path: Path) -> Any:
    """The patterns of a list as Git reads it; none where it cannot be read, or is no list."""
    from pathspec import GitIgnoreSpec

    try:
        if not is_small_file(path, _LARGEST_LIST):
            return GitIgnoreSpec.from_lines([])
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        return GitIgnoreSpec.from_lines(lines)
    except (OSError, ValueError):
        return GitIgnoreSpec.from_lines([])


def _is_ignored(path: str, patterns: tuple[_Patterns, ...]) -> bool:
    """By the innermost list that says anything about it."""
    for place, spec in reversed(patterns):
        said = spec.check_file(path[len(place) :]).include
        if said is not None:
            return bool(said)
    return False
