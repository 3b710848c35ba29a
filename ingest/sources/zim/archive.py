"""A ZIM file: its entries by their place in the order of paths, and what it says of itself.

The only file that imports libzim, which is an extra, and is imported once a file is opened. Knows
no HTML. Format: https://wiki.openzim.org/wiki/ZIM_file_format.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pinakes.ingest.errors import NotADump, ReaderMissing, TruncatedDump

__all__ = ["PICTURES", "UNREADABLE", "StoredPicture", "ZimArchive", "ZimEntry", "is_zim"]

# What libzim raises of an entry or a file that is damaged.
UNREADABLE = (RuntimeError, KeyError, IndexError)
_MAGIC = b"ZIM\x04"
# Where files of before 2021 have their articles, and what stands behind them.
_OLD_ARTICLES, _BEHIND = "A/", "B"
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
# What browsers draw; what runs when it is opened as a document is for whoever hands it out.
PICTURES = frozenset(("image/gif", "image/jpeg", "image/png", "image/svg+xml", "image/webp"))
_MOST_REDIRECTS = 4
_LONGEST_PATH = 1_000
_WANTED = ("Name", "Title", "Date", "Language", "Source", "Scraper", "Creator")


@dataclass(frozen=True, slots=True)
class ZimEntry:
    """An entry: a page with its HTML, or what leads to the page called ``leads_to``."""

    path: str
    title: str
    html: bytes = b""
    leads_to: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture, and what the archive says it is: one of PICTURES."""

    media_type: str
    content: bytes


def is_zim(path: Path) -> bool:
    """Whether a file begins as a ZIM does; what may never end, or never begin, is not read."""
    try:
        if not path.is_file() or path.stat().st_size < len(_MAGIC):
            return False
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


class ZimArchive:
    """One open file.

    Raises NotADump where it is no ZIM, TruncatedDump where it is cut short, ReaderMissing where
    there is no libzim.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            from libzim.reader import Archive
        except ModuleNotFoundError:
            raise ReaderMissing(
                f"{path}: ZIM files are read with libzim: pip install 'pinakes[html]'"
            ) from None
        if not is_zim(path):
            raise NotADump(f"{path}: no ZIM file, by its first bytes; fetch it again")
        try:
            self._archive: Any = Archive(path)
            self.cover = self._archive.main_entry.get_item().path if self._has_cover else ""
            self.first, self.last = self._pages()
        except UNREADABLE as error:
            kind = TruncatedDump if "bad size" in str(error) else NotADump
            raise kind(f"{path}: no whole ZIM file ({error}); fetch it again") from None
        self.page_of = lru_cache(1 << 16)(self._page_of)

    @property
    def _has_cover(self) -> bool:
        return bool(self._archive.has_main_entry)

    def _pages(self) -> tuple[int, int]:
        """The entries that may be pages, by their numbers: from the first to before the last."""
        archive = self._archive
        if archive.has_new_namespace_scheme:
            return 0, int(archive.entry_count)
        return self._place(_OLD_ARTICLES), self._place(_BEHIND)

    def _place(self, path: str) -> int:
        """How many entries stand before ``path``."""
        low, high = 0, int(self._archive.all_entry_count)
        while low < high:
            middle = (low + high) // 2
            if self._archive._get_entry_by_id(middle).path < path:
                low = middle + 1
            else:
                high = middle
        return low

    def metadata(self) -> Mapping[str, str]:
        """What the file says of itself, as far as it is needed."""
        known = set(self._archive.metadata_keys)
        return {
            key: bytes(self._archive.get_metadata(key)).decode("utf-8", "replace").strip()
            for key in _WANTED
            if key in known
        }

    def entry(self, number: int) -> ZimEntry | None:
        """The page or redirect of this number; None for pictures, styles and the like.

        Raises RuntimeError where it is damaged.
        """
        found = self._archive._get_entry_by_id(number)
        if found.is_redirect:
            target = found.get_redirect_entry()
            is_page = target.is_redirect or _is_html(target.get_item().mimetype)
            return ZimEntry(found.path, found.title, leads_to=target.title) if is_page else None
        item = found.get_item()
        if not _is_html(item.mimetype):
            return None
        return ZimEntry(found.path, found.title, bytes(item.content))

    def picture_of(self, address: str, path: str) -> str | None:
        """The path of the picture that ``address`` leads to from the entry at ``path``."""
        target = _target(address, path)
        if not target or len(target) > _LONGEST_PATH:
            return None
        return target if self._picture_item(target) is not None else None

    def picture(self, path: str, most: int) -> StoredPicture | None:
        """The picture at this very path, of at most so many bytes; None: there is none.

        Raises RuntimeError where it is damaged.
        """
        item = self._picture_item(path)
        if item is None or item.size > most:
            return None
        return StoredPicture(_media_type(item), bytes(item.content))

    def _picture_item(self, path: str) -> Any:
        """The item at a path, redirects followed; None unless it is a picture."""
        try:
            found = self._archive.get_entry_by_path(path)
            for _ in range(_MOST_REDIRECTS):
                if not found.is_redirect:
                    item = found.get_item()
                    return item if _media_type(item) in PICTURES else None
                found = found.get_redirect_entry()
        except UNREADABLE:
            pass
        return None

    def _page_of(self, address: str, path: str) -> str | None:
        """The title of the page that ``address`` leads to from the entry at ``path``."""
        target = _target(address, path)
        if not target:
            return None
        try:
            found = self._archive.get_entry_by_path(target)
        except UNREADABLE:
            return None
        if found.is_redirect or _is_html(found.get_item().mimetype):
            return str(found.title)
        return None


def _target(address: str, path: str) -> str:
    """The path that ``address`` leads to from the entry at ``path``; "" out of the file."""
    place = unquote(address.partition("#")[0].partition("?")[0])
    if not place or _SCHEME.match(address):
        return ""
    joined = posixpath.join("/", posixpath.dirname(path), place)
    return posixpath.normpath(joined).lstrip("/")


def _media_type(item: Any) -> str:
    return str(item.mimetype).partition(";")[0].strip().lower()


def _is_html(mimetype: str) -> bool:
    return mimetype.startswith("text/html")
