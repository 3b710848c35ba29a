"""Fast checksums (XXH3) of rows and files: whether they are what was written, not who wrote them.

Whether a file is the one that was published is for SHA-256 to say.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import xxhash

__all__ = [
    "DamagedRow",
    "FileChecksums",
    "edges_checksum",
    "file_checksum",
    "file_checksums",
    "pieces",
    "row_checksum",
    "short_row_checksum",
]

_PIECE = 1 << 20
_EDGE = 1 << 16
_SIGNED = 1 << 63


class DamagedRow(Exception):
    """A row is not as it was written."""


def row_checksum(values: Iterable[object], *contents: bytes) -> int:
    """64 bits over ``values``, as they are printed, and ``contents``: an integer of SQLite's."""
    digest = xxhash.xxh3_64("\0".join(map(str, values)).encode("utf-8", "surrogatepass"))
    for content in contents:
        digest.update(content)
    return digest.intdigest() - _SIGNED


def short_row_checksum(*values: object) -> int:
    """31 bits of it, which SQLite keeps in four bytes: for rows of which there are very many."""
    return row_checksum(values) & 0x7FFFFFFF


def pieces(path: Path) -> Iterator[bytes]:
    """The content of a file, a megabyte at a time."""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            yield piece


class FileChecksums:
    """What ``file_checksums`` gives, of a file that comes in pieces."""

    def __init__(self) -> None:
        self._digests = hashlib.sha256(), xxhash.xxh3_128()

    def update(self, piece: bytes) -> None:
        """Take the next bytes."""
        for digest in self._digests:
            digest.update(piece)

    def hexdigests(self) -> tuple[str, str]:
        """Both, of what was taken."""
        sha256, xxh3 = self._digests
        return sha256.hexdigest(), xxh3.hexdigest()


def file_checksums(path: Path) -> tuple[str, str]:
    """The SHA-256 of a file, and what ``file_checksum`` gives, both in hexadecimal digits."""
    checksums = FileChecksums()
    for piece in pieces(path):
        checksums.update(piece)
    return checksums.hexdigests()


def file_checksum(path: Path) -> str:
    """128 bits over a file, in hexadecimal digits: some 8 GB/s where SHA-256 makes 1."""
    digest = xxhash.xxh3_128()
    for piece in pieces(path):
        digest.update(piece)
    return digest.hexdigest()


def edges_checksum(path: Path) -> str:
    """128 bits over the first and last 64 KiB of a file, where formats say how to read the rest."""
    with path.open("rb", buffering=0) as file:
        digest = xxhash.xxh3_128(file.read(_EDGE))
        file.seek(max(_EDGE, file.seek(0, os.SEEK_END) - _EDGE))
        digest.update(file.read(_EDGE))
    return digest.hexdigest()
