"""The pages of a work unit set aside, unpacked and cut, for a second reading.

bz2 takes a third of the time of reading a dump, zstd a fiftieth. What is set aside may be lost: the
dump has it still. Knows nothing of what pages say.

Format: a frame of zstd with, for each item, its kind (a letter), its length (32 bits, lowest byte
first) and its bytes: XML, or JSON of what is no page.
"""

import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import zstandard

from pinakes.ingest.files import write_whole
from pinakes.ingest.sources.mediawiki.xml.page_xml import CutPage
from pinakes.ingest.types import Damage, QuarantinedPage, TrailingBytes

__all__ = ["read_unpacked", "write_unpacked"]

_HEAD = struct.Struct("<cI")
_PAGE = b"p"
_OTHERS: dict[bytes, type[QuarantinedPage | Damage | TrailingBytes]] = {
    b"q": QuarantinedPage,
    b"d": Damage,
    b"t": TrailingBytes,
}
_KINDS = {kind: letter for letter, kind in _OTHERS.items()}
_LEVEL = 1  # the next one takes half as much time again for a tenth less


@contextmanager
def write_unpacked(path: Path) -> Iterator[Callable[[CutPage], None]]:
    """Write a file of items, whole when the block ends; gives what adds one."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    with write_whole(path) as file, compressor.stream_writer(file, closefd=False) as packed:

        def add(item: CutPage) -> None:
            letter = _PAGE if isinstance(item, bytes) else _KINDS[type(item)]
            data = item if isinstance(item, bytes) else json.dumps(astuple(item)).encode()
            packed.write(_HEAD.pack(letter, len(data)))
            packed.write(data)

        yield add


def read_unpacked(path: Path) -> Iterator[CutPage]:
    """The items of a file, in order."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as packed:
        while head := packed.read(_HEAD.size):
            letter, length = _HEAD.unpack(head)
            data = packed.read(length)
            yield data if letter == _PAGE else _OTHERS[letter](*json.loads(data))
