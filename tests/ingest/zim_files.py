"""ZIM files for tests, written by libzim itself."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["ABOUT", "ZimPage", "png", "write_zim"]

ABOUT = {
    "Name": "wikipedia_en_museum",
    "Title": "Museum",
    "Language": "eng",
    "Date": "2026-01-15",
    "Creator": "Wikipedia",
    "Publisher": "tests",
    "Description": "a few pages",
    "Scraper": "mwoffliner 1.17",
    "Source": "en.wikipedia.org",
}


@dataclass(frozen=True, slots=True)
class ZimPage:
    """An entry: HTML, a picture's bytes, or what leads to the path ``to``."""

    path: str
    title: str
    html: str | bytes = ""
    to: str = ""
    mimetype: str = "text/html"


def write_zim(
    path: Path, pages: Iterable[ZimPage], about: Mapping[str, str] = ABOUT, cover: str = ""
) -> Path:
    """A file of these entries; ``cover``: the path of the page it opens with."""
    writer = pytest.importorskip("libzim.writer")

    class Entry(writer.Item):  # type: ignore[name-defined, misc]
        def __init__(self, page: ZimPage) -> None:
            super().__init__()
            self.page = page

        def get_path(self) -> str:
            return self.page.path

        def get_title(self) -> str:
            return self.page.title

        def get_mimetype(self) -> str:
            return self.page.mimetype

        def get_contentprovider(self) -> object:
            return writer.StringProvider(self.page.html)

        def get_hints(self) -> dict[object, bool]:
            return {writer.Hint.FRONT_ARTICLE: self.page.mimetype == "text/html"}

    path.unlink(missing_ok=True)
    with writer.Creator(path).config_indexing(False, "eng") as creator:
        if cover:
            creator.set_mainpath(cover)
        for page in pages:
            if page.to:
                creator.add_redirection(page.path, page.title, page.to, {})
            else:
                creator.add_item(Entry(page))
        for key, value in about.items():
            creator.add_metadata(key, value)
    return path


def png(width: int, height: int, grey: int = 128) -> bytes:
    """A picture of one shade. Format: https://www.w3.org/TR/png/."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([grey]) * width) * height
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
