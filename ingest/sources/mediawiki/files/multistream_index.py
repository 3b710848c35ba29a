"""The index beside a multistream dump: which pages lie in a file, in their order.

Reading a dump needs no index; it names the pages that were lost where a file is damaged.
Format: lines ``offset:page_id:title``, compressed with bz2 or not.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pinakes.ingest.errors import IngestError
from pinakes.ingest.sources.mediawiki.files.archives import read_pieces

__all__ = ["find_index", "read_index"]

_NUMBERED = re.compile(r"(.+-multistream)(\d+)\.xml(-p\d+p\d+)\.bz2")


def find_index(part: Path) -> Path | None:
    """The index beside ``part``, if there is one."""
    stem = part.name.removesuffix(".bz2").removesuffix(".xml")
    names = [f"{stem}-index.txt.bz2", f"{stem}-index.txt"]
    if match := _NUMBERED.fullmatch(part.name):
        names.append(f"{match[1]}-index{match[2]}.txt{match[3]}.bz2")
    return next((path for name in names if (path := part.with_name(name)).is_file()), None)


def read_index(path: Path) -> Iterator[tuple[int, str]]:
    """Page id and title of every line; what is no such line, or damaged, is passed over."""
    rest = b""
    try:
        for piece in read_pieces(path):
            *lines, rest = (rest + piece.data).split(b"\n")
            yield from map(_entry, filter(_is_entry, lines))
    except IngestError:
        return
    if _is_entry(rest):
        yield _entry(rest)


def _is_entry(line: bytes) -> bool:
    offset, _, tail = line.partition(b":")
    return offset.isdigit() and tail.partition(b":")[0].isdigit()


def _entry(line: bytes) -> tuple[int, str]:
    _, page_id, title = line.split(b":", 2)
    return int(page_id), title.decode("utf-8", "replace")
