"""Write small dumps in every form they come in."""

import bz2
from collections.abc import Sequence
from pathlib import Path

from pinakes.ingest.sources.mediawiki.files.bz2_blocks import read_blocks

HEADER = (
    '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">'
    "<siteinfo><sitename>Toy</sitename><dbname>toywiki</dbname>"
    "<base>https://toy.invalid/wiki/Main</base><namespaces>"
    '<namespace key="0"/><namespace key="6">File</namespace>'
    '<namespace key="14">Category</namespace></namespaces></siteinfo>\n'
)
END = "</mediawiki>\n"


def page(page_id: int, title: str, text: str = "Words.", namespace: int = 0) -> str:
    return (
        f"<page><title>{title}</title><ns>{namespace}</ns><id>{page_id}</id>"
        f"<revision><id>{page_id + 100}</id><timestamp>2026-01-02T03:04:05Z</timestamp>"
        f"<text>{text}</text></revision></page>\n"
    )


PAGES = [page(number, f"Page {number}", f"Text of page {number}.") for number in range(1, 31)]


def export(pages: Sequence[str] = PAGES) -> bytes:
    """A whole export as XML."""
    return (HEADER + "".join(pages) + END).encode()


def write_multistream(
    path: Path, pages: Sequence[str] = PAGES, per_stream: int = 4, header: str = HEADER
) -> Path:
    """A multistream dump and its index; ``path`` ends in .xml.bz2."""
    content = bz2.compress(header.encode())
    lines = []
    for first in range(0, len(pages), per_stream):
        stream = pages[first : first + per_stream]
        lines += [
            f"{len(content)}:{first + n + 1}:Page {first + n + 1}" for n in range(len(stream))
        ]
        content += bz2.compress("".join(stream).encode())
    path.write_bytes(content + bz2.compress(END.encode()))
    index = path.with_name(path.name.replace(".xml.bz2", "-index.txt.bz2"))
    index.write_bytes(bz2.compress("\n".join(lines).encode() + b"\n"))
    return path


def write_damaged(path: Path, block: int = 2) -> int:
    """A multistream dump with one damaged block; the byte at which that block begins."""
    write_multistream(path)
    data = bytearray(path.read_bytes())
    offset = [piece.offset for piece in read_blocks(path, 0)][block]
    data[offset + 25] ^= 0xFF
    path.write_bytes(data)
    return offset
