"""The archive of a pack, written to and read from its parts: frames of zstd in numbered files.

Knows nothing of what is in the archive.
"""

import hashlib
import os
from bisect import bisect_right
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import BinaryIO

import zstandard

from pinakes.index.errors import BadPack
from pinakes.index.packs.layout import PartRecord

__all__ = ["LEAST_PART", "ArchiveReader", "PartsWriter"]

# Each frame is read without the others; larger ones would be hardly smaller together.
_FRAME = 4 << 20
LEAST_PART = 5 << 20
_LEVEL = 3
# What our frames need to be read. More would be memory that a stranger asks for.
_LARGEST_WINDOW = 8 << 20
_PIECE = 1 << 20


class PartsWriter:
    """Takes the bytes of an archive and leaves parts of ``part_size`` bytes at most.

    ``parts``: those that are finished.
    """

    def __init__(self, directory: Path, name: str, part_size: int) -> None:
        self.parts: list[PartRecord] = []
        self._directory = directory
        self._name = name
        self._part_size = part_size
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self._buffer = bytearray()
        self._framed = self._start = 0
        self._part: BinaryIO | None = None
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._buffer += data
        while len(self._buffer) >= _FRAME:
            self._add_frame(_FRAME)

    def finish(self) -> None:
        """Write what is left, and finish the last part."""
        if self._buffer or self._part is None:
            self._add_frame(len(self._buffer))
        self._finish_part()

    def close(self) -> None:
        """Close the file that is open, whatever is in it."""
        if self._part is not None:
            self._part.close()

    def _add_frame(self, length: int) -> None:
        frame = self._compressor.compress(bytes(self._buffer[:length]))
        del self._buffer[:length]
        if self._part is None or self._part.tell() + len(frame) > self._part_size:
            self._finish_part()
            name = f"{self._name}.{len(self.parts) + 1:03d}"
            self._part = (self._directory / name).open("wb")
            self._digest, self._start = hashlib.sha256(), self._framed
        self._part.write(frame)
        self._digest.update(frame)
        self._framed += length

    def _finish_part(self) -> None:
        if self._part is None:
            return
        path, size = Path(self._part.name), self._part.tell()
        self._part.flush()
        os.fsync(self._part.fileno())
        self._part.close()
        self.parts.append(PartRecord(
            name=path.name, size=size, sha256=self._digest.hexdigest(), start=self._start
        ))  # fmt: skip


class ArchiveReader:
    """Reads the archive from its byte ``at`` on; only the parts that it comes to are opened.

    ``length``: bytes of the whole archive. No part gives more than pack.json says, however much is
    in it, and none is held in memory.
    """

    def __init__(self, directory: Path, parts: Sequence[PartRecord], length: int, at: int) -> None:
        first = bisect_right([part.start for part in parts], at) - 1
        ends = [*(part.start for part in parts[1:]), length]
        self._pieces = _pieces(directory, parts[first:], ends[first:])
        self._buffer = bytearray()
        left = at - parts[first].start
        while left:
            left -= len(self.read(min(left, _PIECE)))

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes. Raises BadPack where there are no more, and OSError."""
        while len(self._buffer) < size:
            piece = next(self._pieces, None)
            if piece is None:
                raise BadPack("the archive ends before all is read; pack.json is not of this pack")
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def close(self) -> None:
        """Close the part that is open."""
        self._pieces.close()


def _pieces(
    directory: Path, parts: Sequence[PartRecord], ends: Sequence[int]
) -> Generator[bytes, None, None]:
    for part, end in zip(parts, ends, strict=True):
        path = directory / part.name
        left = end - part.start
        try:
            decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
            with (
                path.open("rb") as file,
                decompressor.stream_reader(file, read_across_frames=True) as stream,
            ):
                while piece := stream.read(min(_PIECE, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        break
                    yield piece
        except zstandard.ZstdError as error:
            raise BadPack(f"{path} cannot be decompressed ({error}); fetch it again") from None
        if left:
            much = "more" if left < 0 else "less"
            raise BadPack(f"{path} holds {much} than pack.json says; it is refused")
