"""Read the one file inside a 7z archive as a stream; nothing is ever unpacked to disk.

The only file that imports py7zr, which hands data to a writer: here a thread that is kept waiting
until its last piece has been taken.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import BinaryIO

import py7zr
import py7zr.py7zr
from py7zr import archiveinfo
from py7zr.exceptions import PasswordRequired
from py7zr.helpers import check_archive_path
from py7zr.io import Py7zIO, WriterFactory

from pinakes.ingest.errors import NotADump
from pinakes.ingest.sources.mediawiki.types import Piece

__all__ = ["read_member"]

_PIECE_BYTES = 1 << 20
# The header of an archive with one file takes some hundred bytes. py7zr takes one of 256 MiB with
# eight million files, for which it needs gigabytes, and decompresses 128 MB at a time, of which it
# holds several copies. It looks these limits up at every call.
_LONGEST_HEADER = 1 << 20
archiveinfo.MAX_HEADER_SIZE, archiveinfo.MAX_NUMFILES = _LONGEST_HEADER, 1 << 12
py7zr.py7zr.get_memory_limit = lambda: 8 * _PIECE_BYTES  # type: ignore[attr-defined]
# Memory that the archive may ask of its reader; "ultra" archives ask for 64 MiB.
_LARGEST_DICTIONARY = 256 << 20
_ENCRYPTED = "{}: the archive is encrypted; take a dump as it is published"
_LZMA, _LZMA2, _PPMD = b"\x03\x01\x01", b"\x21", b"\x03\x04\x01"


def read_member(path: Path) -> Iterator[Piece]:
    """The decompressed bytes of the only file in the archive ``path``.

    Raises NotADump where it holds several files or wants a password, ValueError where it is
    damaged.
    """
    with path.open("rb") as file:
        _check_header(file)
        try:
            archive = py7zr.SevenZipFile(file)
            needs_password = archive.needs_password()
            members = [entry.filename for entry in archive.list() if not entry.is_directory]
            dictionary = _dictionary_bytes(archive)
        except PasswordRequired:  # even the names in it are encrypted
            raise NotADump(_ENCRYPTED.format(path)) from None
        # Of a damaged header py7zr raises what it stumbles over, AssertionError and TypeError too.
        except Exception as error:
            raise ValueError(str(error) or "not a readable 7z archive") from None
        if dictionary > _LARGEST_DICTIONARY:
            raise NotADump(
                f"{path}: the archive asks for a dictionary of {dictionary >> 20:,} MiB; pack it "
                f"with at most {_LARGEST_DICTIONARY >> 20}"
            )
        if needs_password:
            raise NotADump(_ENCRYPTED.format(path))
        if not all(map(check_archive_path, members)):
            raise NotADump(f"{path}: the archive holds a path that leads out of it: {members[0]!r}")
        if len(members) != 1:
            raise NotADump(
                f"{path}: the archive holds {len(members)} files; unpack it and name the dump's"
            )
        pipe = _Pipe()
        thread = threading.Thread(target=pipe.fill, args=(archive, members[0]), daemon=True)
        thread.start()
        try:
            offset = 0
            for data in pipe:
                for start in range(0, len(data), _PIECE_BYTES):
                    yield Piece(offset, bytes(data[start : start + _PIECE_BYTES]))
                offset = file.tell()
        finally:
            pipe.closed = True
            pipe.taken.release()
            thread.join()


def _check_header(file: BinaryIO) -> None:
    """Look how long the header is before it is read. Format: 7zFormat.txt of the LZMA SDK."""
    start = file.read(32)
    file.seek(0)
    size = int.from_bytes(start[20:28], "little")
    if size > _LONGEST_HEADER:
        raise ValueError(f"its header claims {size:,} bytes")


def _dictionary_bytes(archive: py7zr.SevenZipFile) -> int:
    """The largest dictionary that any of the archive's coders asks for."""
    streams = archive.header.main_streams
    folders = streams.unpackinfo.folders if streams else []
    largest = 0
    for coder in (coder for folder in folders for coder in folder.coders):
        properties = coder["properties"] or b""
        if coder["method"] == _LZMA2:
            bits = properties[0]
            largest = max(largest, (2 | bits & 1) << (bits // 2 + 11))
        elif coder["method"] in (_LZMA, _PPMD):
            largest = max(largest, int.from_bytes(properties[1:5], "little"))
    return largest


class _Stopped(Exception):
    """Nobody reads the archive any more."""


class _Pipe(WriterFactory, Py7zIO):
    """Takes what py7zr decompresses, one piece at a time, and gives it on to a reader."""

    def __init__(self) -> None:
        self.closed = False
        self.taken = threading.Semaphore(1)
        self._pieces: Queue[bytes | bytearray | Exception | None] = Queue()
        self._size = 0

    def fill(self, archive: py7zr.SevenZipFile, member: str) -> None:
        """Decompress to the end, in a thread of its own."""
        try:
            archive.extract(targets=[member], factory=self)
            self._pieces.put(None)
        except _Stopped:
            pass
        except Exception as error:  # handed on to the reader
            self._pieces.put(error)

    def __iter__(self) -> Iterator[bytes | bytearray]:
        while (piece := self._pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise ValueError(str(piece) or type(piece).__name__)
            yield piece
            self.taken.release()

    def create(self, filename: str) -> Py7zIO:
        """The writer for the member: this object itself."""
        return self

    def write(self, s: bytes | bytearray) -> int:
        """Hand on a piece, once the one before has been taken."""
        self.taken.acquire()
        if self.closed:
            raise _Stopped
        self._pieces.put(s)
        self._size += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        """Nothing can be read back."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """No other place can be gone to."""
        return self._size

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        """Bytes written so far."""
        return self._size
