"""Tell whether a file is the one that was read: cheaply by its state, surely by a digest.

The digest does not depend on how a file is split into work units: XXH3 (128 bits) over the XXH3 of
every MiB, so that each unit digests the pieces that begin in it. It tells files apart; it is no
proof against somebody who forges one.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import xxhash

from pinakes.ingest.errors import DumpChanged

__all__ = ["FileDigest", "FileState", "check_unchanged", "digest_file", "digest_pieces", "state_of"]

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes as soon as somebody writes to a file or puts another in its place.

    ``changed_ns`` (ctime) is there for tools that set ``modified_ns`` (mtime) back.
    """

    size: int
    modified_ns: int
    changed_ns: int
    inode: int


def state_of(path: Path) -> FileState:
    """The state of ``path`` now."""
    found = path.stat()
    return FileState(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def check_unchanged(path: Path, state: FileState) -> None:
    """Raise DumpChanged where ``path`` is no longer in ``state``."""
    try:
        found = state_of(path)
    except OSError:
        found = None
    if found != state:
        raise DumpChanged(
            f"{path}: the file has changed while it was being read; the same command reads it anew"
        )


class FileDigest:
    """The digest of one file, from the digests of its pieces in their order."""

    def __init__(self) -> None:
        self._hash = xxhash.xxh3_128()

    def add(self, pieces: bytes) -> None:
        """The digests of the pieces that follow, as ``digest_pieces`` gives them."""
        self._hash.update(pieces)

    def hexdigest(self) -> str:
        """The digest of all that was added."""
        return self._hash.hexdigest()


def digest_pieces(path: Path, start: int, end: int) -> bytes:
    """The digests, 16 bytes each, of the pieces that begin at bytes ``start`` to ``end``."""
    first = -(-start // _PIECE_BYTES) * _PIECE_BYTES
    digests = bytearray()
    with path.open("rb") as file:
        file.seek(first)
        for _ in range(first, end, _PIECE_BYTES):
            digests += xxhash.xxh3_128_digest(file.read(_PIECE_BYTES))
    return bytes(digests)


def digest_file(path: Path, on_read: Callable[[int], None]) -> str:
    """The digest of a whole file. ``on_read`` is told of every piece, in bytes."""
    digest = FileDigest()
    size = os.stat(path).st_size
    for start in range(0, size, _PIECE_BYTES):
        end = min(start + _PIECE_BYTES, size)
        digest.add(digest_pieces(path, start, end))
        on_read(end - start)
    return digest.hexdigest()
