"""Read a bz2 file from any byte on, block by block, without an index.

A block begins with a 48-bit mark at any bit, carries its own checksum and depends on no other
block: so all cores can share one file, and damage costs one block. A mark occurs by chance about
once in 35 TB; then a sound block reads as two damaged ones. Knows nothing of XML.

Format: bzip2 has no specification; Joe Tsai, "BZIP2: Format Specification" (2016), describes it.
"""

import bz2
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pinakes.ingest.sources.mediawiki.types import Piece

__all__ = ["ends_whole", "read_blocks"]

_BLOCK_MARK, _END_MARK = 0x314159265359, 0x177245385090
_MARK_BITS, _CRC_BITS, _MARK_BYTES = 48, 32, 7
_WINDOW = 1 << 20
# 900,000 bytes that do not compress, and what the coding adds to them.
_LONGEST_BLOCK = 1_200_000


def read_blocks(path: Path, start: int) -> Iterator[Piece]:
    """The contents of the blocks that begin at or after the byte ``start``, in order."""
    with path.open("rb") as file:
        end: _ArchiveEnd | None = None
        for found in _spans(file, start):
            end = found if isinstance(found, _ArchiveEnd) else None
            if not isinstance(found, _ArchiveEnd):
                yield _decompress(found)
        size = file.seek(0, 2)
        if end is not None and end.after < size:
            file.seek(end.after)
            if not _begins_a_stream(file.read(3)):
                yield Piece(end.mark, b"", ignored=size - end.after)


@dataclass(frozen=True, slots=True)
class _ArchiveEnd:
    """The byte in which the last stream's end is marked, and the first byte after that stream."""

    mark: int
    after: int


def ends_whole(path: Path) -> bool:
    """Whether the file ends as a bz2 stream does; what follows the last one does not matter."""
    return _last_end(path) is not None


def _last_end(path: Path) -> _ArchiveEnd | None:
    """Where the last stream ends, by mark, checksum and padding; None where the file breaks off.

    What follows is no bz2, and bzip2 takes it for none ("trailing garbage after EOF ignored").
    """
    with path.open("rb") as file:
        size = high = file.seek(0, 2)
        while high > 0:
            low = max(high - _WINDOW, 0)
            file.seek(low)
            buffer = file.read(high - low + _MARK_BYTES + 1)  # marks across the windows' border too
            last: tuple[int, bool] | None = None
            for inner in _MARKS.finditer(buffer):
                last = max(_marks_at(buffer, inner.start()), default=last)
            if last is not None:
                bit, is_block = last
                end = _archive_end(low, bit)
                file.seek(min(end.after, size))
                breaks_off = is_block or end.after > size or _begins_a_stream(file.read(3))
                return None if breaks_off else end
            high = low
    return None


def _archive_end(base: int, bit: int) -> _ArchiveEnd:
    """The end of a stream whose mark begins so many bits after the byte ``base``."""
    return _ArchiveEnd(base + bit // 8, base + (bit + _MARK_BITS + _CRC_BITS + 7) // 8)


def _begins_a_stream(following: bytes) -> bool:
    return bool(following) and b"BZh".startswith(following)


@dataclass(frozen=True, slots=True)
class _Span:
    """A block as ``length`` bits, its mark included, and the byte of the file it begins in."""

    offset: int
    bits: int
    length: int


def _spans(file: BinaryIO, start: int) -> Iterator[_Span | _ArchiveEnd]:
    """Runs of bits that begin with a block's mark and end before the next mark of either kind.

    Marks of the second kind, ends of streams, come as themselves.
    """
    file.seek(start)
    base, buffer, searched = start, b"", 0  # ``buffer`` holds the file from the byte ``base`` on
    begun: int | None = None  # first bit of the block under way
    while True:
        more = file.read(_WINDOW)
        buffer += more
        # A mark that lies across the end of the buffer is found the next time.
        limit = len(buffer) - _MARK_BYTES if more else len(buffer)
        for inner in _MARKS.finditer(buffer, searched):
            if inner.start() >= limit:
                break
            for bit, is_block in _marks_at(buffer, inner.start()):
                if begun is not None:
                    yield _span(buffer, base, begun, bit)
                begun = bit if is_block else None
                if not is_block:
                    yield _archive_end(base, bit)
        if begun is not None and (not more or limit - begun // 8 > _LONGEST_BLOCK):
            yield _span(buffer, base, begun, 8 * max(limit, begun // 8 + _MARK_BYTES))
            begun = None
        if not more:
            return
        searched = max(limit, 0)
        keep = max(searched - 1, 0) if begun is None else begun // 8
        base, buffer, searched = base + keep, buffer[keep:], searched - keep
        begun = None if begun is None else begun - 8 * keep


def _span(buffer: bytes, base: int, first: int, end: int) -> _Span:
    bits = int.from_bytes(buffer[first // 8 : (end + 7) // 8]) >> (-end % 8)
    length = end - first
    return _Span(base + first // 8, bits & ((1 << length) - 1), length)


def _inner_bytes() -> dict[bytes, list[tuple[int, int]]]:
    """The whole bytes inside each mark at each of the eight bits it may begin at.

    They lead to the mark and to the place of its first bit before them.
    """
    table: dict[bytes, list[tuple[int, int]]] = {}
    for mark in (_BLOCK_MARK, _END_MARK):
        table[mark.to_bytes(6)] = [(mark, 0)]
        for bit in range(1, 8):
            inner = (mark << (8 - bit)).to_bytes(_MARK_BYTES)[1:-1]
            table.setdefault(inner, []).append((mark, 8 - bit))
    return table


_INNER = _inner_bytes()
_MARKS = re.compile(b"|".join(map(re.escape, _INNER)), re.DOTALL)


def _marks_at(buffer: bytes, place: int) -> Iterator[tuple[int, bool]]:
    """First bit of the mark whose inner bytes stand at ``place``, and whether it is a block's."""
    for length in (6, 5):
        for mark, before in _INNER.get(buffer[place : place + length], ()):
            first = 8 * place - before
            end = first + _MARK_BITS
            found = int.from_bytes(buffer[max(first, 0) // 8 : (end + 7) // 8]) >> (-end % 8)
            if first >= 0 and found & ((1 << _MARK_BITS) - 1) == mark:
                yield first, mark == _BLOCK_MARK


def _decompress(span: _Span) -> Piece:
    """The block's contents, checked against its checksum.

    It becomes the only block of a stream of its own, whose checksum is then the block's, the 32
    bits after the mark.
    """
    crc = span.bits >> max(span.length - _MARK_BITS - _CRC_BITS, 0) & ((1 << _CRC_BITS) - 1)
    bits = (span.bits << _MARK_BITS | _END_MARK) << _CRC_BITS | crc
    length = span.length + _MARK_BITS + _CRC_BITS
    padding = -length % 8
    stream = b"BZh9" + (bits << padding).to_bytes((length + padding) // 8)
    decompressor = bz2.BZ2Decompressor()
    try:
        data = decompressor.decompress(stream)
    except (OSError, ValueError) as error:
        return Piece(span.offset, b"", str(error))
    if not decompressor.eof:
        return Piece(span.offset, b"", "the block breaks off")
    return Piece(span.offset, data)
