"""Open the files a dump comes in, plain or compressed, as runs of decompressed bytes.

The format is taken from the first bytes, never from the name. Of XML only the last tag is known,
which shows that a file is whole.
"""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import zstandard

from pinakes.ingest.errors import DumpNotFound, NotADump, TruncatedDump
from pinakes.ingest.sources.mediawiki.files.bz2_blocks import ends_whole, read_blocks
from pinakes.ingest.sources.mediawiki.types import Piece

__all__ = ["archive_format", "check_end", "read_pieces"]

Format = Literal["bz2", "gzip", "zstd", "7z", "plain"]

# Pieces of a plain file begin at multiples of this, wherever reading starts; units do too.
_PIECE_BYTES = 1 << 20

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's way of saying: with gzip's header and checksum
_CHUNK_BYTES = 1 << 16
_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"BZh", "bz2"),
    (_GZIP_MAGIC, "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)
_UNSUPPORTED = ((b"PK\x03\x04", "zip"), (b"\xfd7zXZ\x00", "xz"), (b"ZIM\x04", "ZIM"))
_TAIL_BYTES = 1000
# What the last line of an export ends with.
_END = b"</mediawiki>"


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


def check_end(path: Path, end: bytes = _END) -> None:
    """Look whether the file ends as its format should, where that can be seen without reading it.

    ``end``: of what is packed. Raises TruncatedDump.
    """
    kind = archive_format(path)
    if kind == "bz2":
        whole = ends_whole(path)
    elif kind == "plain":
        with path.open("rb") as file:
            file.seek(-min(_TAIL_BYTES, path.stat().st_size), 2)
            whole = _is_end(file.read(), end)
    else:
        whole = True  # seen when all has been read
    if not whole:
        raise _truncated(path, "the end is missing")


def read_pieces(path: Path, start: int = 0, end: bytes = _END) -> Iterator[Piece]:
    """The decompressed bytes of ``path``: those that begin at or after its byte ``start``.

    Damage in a bz2 file costs a piece, which then carries an error; in any other compressed file
    it raises TruncatedDump, and so does one whose content does not end with ``end``. Only bz2 and
    plain files can be entered at another place than 0.
    """
    kind = archive_format(path)
    if kind == "bz2":
        yield from read_blocks(path, start)
    elif kind == "plain":
        yield from _read_plain(path, start)
    elif start:
        raise ValueError(f"{path}: {kind} cannot be read from the middle")
    else:
        tail = b""
        try:
            for piece in _READERS[kind](path):
                tail = (tail + piece.data)[-_TAIL_BYTES:]
                yield piece
        except (EOFError, OSError, ValueError, zlib.error, zstandard.ZstdError) as error:
            raise _truncated(path, str(error)) from None
        if not _is_end(tail, end):  # zstandard says nothing of a frame that breaks off
            raise _truncated(path, "the end is missing")


def _is_end(tail: bytes, end: bytes) -> bool:
    return tail.rstrip().endswith(end)


def _read_plain(path: Path, start: int) -> Iterator[Piece]:
    with path.open("rb") as file:
        file.seek(start)
        while data := file.read(_PIECE_BYTES - start % _PIECE_BYTES):
            yield Piece(start, data)
            start += len(data)


def _read_zstd(path: Path) -> Iterator[Piece]:
    with path.open("rb") as raw:
        offset = 0
        reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        while data := reader.read(_PIECE_BYTES):
            yield Piece(offset, data)
            offset = raw.tell()


def _read_gzip(path: Path) -> Iterator[Piece]:
    """Member by member, as the standard library does, which takes what follows for damage."""
    size = path.stat().st_size
    with path.open("rb") as raw:
        offset, packed = 0, raw.read(_CHUNK_BYTES)
        while packed:
            member = zlib.decompressobj(_GZIP_WINDOW)
            while not member.eof:
                data = member.decompress(packed, _PIECE_BYTES)
                packed = member.unused_data if member.eof else member.unconsumed_tail
                if data:
                    yield Piece(offset, data)
                    offset = raw.tell()
                if not (packed or member.eof):
                    packed = raw.read(_CHUNK_BYTES)
                    if not (packed or data):
                        raise EOFError("the end of the stream is missing")
            packed += raw.read(_CHUNK_BYTES)
            while packed and not packed.strip(b"\0"):  # padding between members, or after them
                packed = raw.read(_CHUNK_BYTES)
            packed = packed.lstrip(b"\0")
            if len(packed) == 1:
                packed += raw.read(_CHUNK_BYTES)
            if packed and not packed.startswith(_GZIP_MAGIC):
                yield Piece(offset, b"", ignored=size - raw.tell() + len(packed))
                return


def _read_7z(path: Path) -> Iterator[Piece]:
    # It loads ciphers and a compiler, a tenth of a second in every process that reads a dump.
    from pinakes.ingest.sources.mediawiki.files.seven_zip import read_member

    return read_member(path)


_READERS: dict[Format, Callable[[Path], Iterator[Piece]]] = {
    "gzip": _read_gzip,
    "zstd": _read_zstd,
    "7z": _read_7z,
}


def _truncated(path: Path, reason: str) -> TruncatedDump:
    return TruncatedDump(
        f"{path}: the file breaks off or is damaged ({reason}); compare its checksum and fetch it "
        "again"
    )
