"""Open the files a dump comes in, plain or compressed, from a byte offset on.

The format is taken from the first bytes, never from the name. Knows nothing of XML.
"""

import bz2
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, cast

import zstandard

from ingest.errors import DumpNotFound, NotADump, TruncatedDump

__all__ = ["ByteReader", "archive_format", "open_archive"]

Format = Literal["bz2", "gzip", "zstd", "plain"]

_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"BZh", "bz2"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_UNSUPPORTED = ((b"7z\xbc\xaf\x27\x1c", "7z"), (b"PK\x03\x04", "zip"), (b"\xfd7zXZ\x00", "xz"))


class ByteReader(Protocol):
    """The one method that readers of decompressed bytes need."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; empty at the end."""
        ...


class _Bounded:
    """The bytes of ``raw`` up to the offset ``end``."""

    def __init__(self, raw: BinaryIO, end: int) -> None:
        self._raw = raw
        self._end = end

    def read(self, size: int = -1, /) -> bytes:
        left = self._end - self._raw.tell()
        return self._raw.read(left if size < 0 else min(size, left)) if left > 0 else b""


class _Checked:
    """A decompressor's errors, said in the project's own words."""

    def __init__(self, path: Path, inner: ByteReader) -> None:
        self._path = path
        self._inner = inner

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._inner.read(size)
        except (EOFError, OSError, ValueError, zlib.error, zstandard.ZstdError) as error:
            raise TruncatedDump(
                f"{self._path}: the compressed data breaks off or is damaged ({error}); "
                "compare its checksum and fetch the file again"
            ) from None


def archive_format(path: Path) -> Format:
    """The compression of ``path`` by its first bytes.

    Raises DumpNotFound when it cannot be read and NotADump for archives that are not supported.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise DumpNotFound(f"{path}: no such file") from None
    except OSError as error:
        raise DumpNotFound(f"{path}: cannot be read ({error.strerror})") from None
    for magic, name in _UNSUPPORTED:
        if head.startswith(magic):
            raise NotADump(f"{path}: {name} archives are not read; unpack it, or take the .bz2")
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "plain")


@contextmanager
def open_archive(path: Path, start: int = 0, end: int | None = None) -> Iterator[ByteReader]:
    """Decompressed bytes of ``path``, from the compressed offset ``start`` to ``end``.

    Offsets must fall on stream boundaries, as those of a multistream index do. Reading raises
    TruncatedDump when the data is damaged.
    """
    kind = archive_format(path)
    with path.open("rb") as raw:
        raw.seek(start)
        source = cast(BinaryIO, _Bounded(raw, path.stat().st_size if end is None else end))
        inner: ByteReader
        if kind == "bz2":
            inner = cast(ByteReader, _Bz2Streams(source))
        elif kind == "gzip":
            inner = gzip.GzipFile(fileobj=source, mode="rb")
        elif kind == "zstd":
            inner = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)
        else:
            inner = source
        yield _Checked(path, inner)


class _Bz2Streams:
    """Concatenated bz2 streams as one run of bytes; bz2.BZ2File would need a seekable source."""

    _CHUNK = 256 * 1024

    def __init__(self, source: ByteReader) -> None:
        self._source = source
        self._stream = bz2.BZ2Decompressor()

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(self._CHUNK), b""))
        while True:
            if self._stream.eof:
                rest = self._stream.unused_data or self._source.read(self._CHUNK)
                if not rest:
                    return b""
                self._stream = bz2.BZ2Decompressor()
            elif self._stream.needs_input:
                rest = self._source.read(self._CHUNK)
                if not rest:
                    raise EOFError("end of file inside a bz2 stream")
            else:
                rest = b""
            data = self._stream.decompress(rest, size)
            if data:
                return data
