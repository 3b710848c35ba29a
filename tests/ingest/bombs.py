"""Files that are small on disk and large when they are read."""

import bz2
import gzip
import lzma
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import py7zr
import zstandard

from tests.ingest.dumps_on_disk import END, HEADER, PAGES

MEGABYTE = 1 << 20
# Weak and fast.
LZMA1 = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "mode": lzma.MODE_FAST,
          "mf": lzma.MF_HC3, "nice_len": 273}]  # fmt: skip
_BLOCK = 45_000_000  # letters of one kind that fit into one block of bz2


def endless_page() -> tuple[bytes, bytes]:
    """What stands before and behind the text of a page that does not end for long."""
    before = HEADER + PAGES[0] + "<page><title>Endless</title><ns>0</ns><id>99</id><revision><id>1"
    before += "</id><timestamp>2026-01-02T03:04:05Z</timestamp><text>"
    return before.encode(), f"</text></revision></page>{PAGES[1]}{END}".encode()


def write_bomb(
    path: Path, kind: str, megabytes: int, head: bytes, fill: bytes, tail: bytes
) -> None:
    """``head``, ``fill`` repeated to so many megabytes, ``tail``; ``fill`` is one letter."""
    if kind == "bz2":  # a whole block at a time: packing is slower than reading
        count = max(megabytes * MEGABYTE // _BLOCK, 1)
        path.write_bytes(bz2.compress(head) + bz2.compress(fill * _BLOCK) * count)
        with path.open("ab") as file:
            file.write(bz2.compress(tail))
    elif kind == "7z":
        compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=LZMA1)
        packed = b"".join(map(compressor.compress, _parts(megabytes, head, fill, tail)))
        size = len(head) + megabytes * len(fill) * MEGABYTE + len(tail)
        path.write_bytes(seven_zip(packed + compressor.flush(), size, 1 << 16, "a.xml"))
    elif kind == "gz":
        path.write_bytes(_one_member(megabytes, head, fill * MEGABYTE, tail))
    else:
        with path.open("wb") as file:
            writer = zstandard.ZstdCompressor(level=1).stream_writer(file, closefd=False)
            with writer:
                for part in _parts(megabytes, head, fill, tail):
                    writer.write(part)


def _one_member(times: int, head: bytes, block: bytes, tail: bytes) -> bytes:
    """A member of gzip in which ``block`` is packed once: after a full flush nothing refers back.

    Format: RFC 1952.
    """
    packed, checksum = [], 0
    for part, count in ((head, 1), (block, times), (tail, 1)):
        packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
        blocks = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
        packed.append(blocks * count)
        for _ in range(count):
            checksum = zlib.crc32(part, checksum)
    length = len(head) + times * len(block) + len(tail)
    end = packer.flush() + struct.pack("<LL", checksum, length & 0xFFFF_FFFF)
    return b"".join((b"\x1f\x8b\x08", bytes(6), b"\xff", *packed, end))


def seconds_to_decompress(path: Path, kind: str) -> float:
    """CPU seconds that the compression's own library takes, with nothing done to the contents."""
    began = time.process_time()
    if kind == "7z":
        with py7zr.SevenZipFile(path) as archive:
            archive.testzip()
    else:
        with path.open("rb") as file:
            reader = (
                zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
                if kind == "zst"
                else gzip.GzipFile(fileobj=file)
                if kind == "gz"
                else bz2.BZ2File(file)
            )
            while reader.read(MEGABYTE):
                pass
    return time.process_time() - began


def _parts(megabytes: int, head: bytes, fill: bytes, tail: bytes) -> Iterator[bytes]:
    yield head
    for _ in range(megabytes):
        yield fill * MEGABYTE
    yield tail


def number(value: int) -> bytes:
    """A number as the headers of 7z write large ones."""
    return b"\xff" + struct.pack("<Q", value)


def folder(packed: int, unpacked: int, dictionary: int) -> bytes:
    """One stream of LZMA: its length as packed and unpacked, and the dictionary it asks for."""
    coder = b"\x23\x03\x01\x01\x05\x5d" + struct.pack("<L", dictionary)
    return (
        b"\x06" + number(0) + b"\x01\x09" + number(packed) + b"\x00"
        + b"\x07\x0b\x01\x00\x01" + coder + b"\x0c" + number(unpacked) + b"\x00"
    )  # fmt: skip


def with_header(packed: bytes, header: bytes, claimed: int | None = None) -> bytes:
    """An archive of 7z with this header, which claims to have ``claimed`` bytes."""
    size = len(header) if claimed is None else claimed
    start = struct.pack("<QQL", len(packed), size, zlib.crc32(header))
    head = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(start)) + start
    return head + packed + header


def seven_zip(packed: bytes, unpacked: int, dictionary: int, name: str) -> bytes:
    """An archive of 7z with one file, of which everything said may be a lie."""
    names = b"\0" + name.encode("utf-16-le") + b"\0\0"
    header = b"\x01\x04" + folder(len(packed), unpacked, dictionary) + b"\x08\x00\x00"
    header += b"\x05\x01\x11" + bytes([len(names)]) + names + b"\x00\x00"
    return with_header(packed, header)
