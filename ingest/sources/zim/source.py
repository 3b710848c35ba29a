"""A ZIM file as a source: runs of its entries, each page read as its reader saw it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import xxhash

from pinakes.ingest.errors import IngestError, NotADump
from pinakes.ingest.sources.base import (
    IsKnown,
    Source,
    SourceIdentity,
    Unit,
    collection_name,
    program_digest,
)
from pinakes.ingest.sources.file_state import FileState, digest_pieces, state_of
from pinakes.ingest.sources.html.document import read_page
from pinakes.ingest.sources.html.elements import require_parser
from pinakes.ingest.sources.named_files import checked_file
from pinakes.ingest.sources.zim.archive import UNREADABLE, ZimArchive, ZimEntry, is_zim
from pinakes.ingest.sources.zim.languages import wiki_language
from pinakes.ingest.types import (
    Document,
    Entry,
    OtherPage,
    QuarantinedPage,
    Redirect,
    Unchanged,
    made_revision,
)

__all__ = ["EntriesUnit", "ZimSource"]

_UNIT_BYTES, _LEAST_UNITS, _LEAST_ENTRIES = 4 << 20, 16, 16
# The page that a ZIM opens with belongs to the file, not to the wiki; MediaWiki's own number for
# pages that it makes itself.
_SPECIAL = -1
# What is put below each article for its readers, "This article is issued from …", and a mark that
# older versions of mwoffliner have left in their pages.
_NOT_THE_WIKI = re.compile(
    r"<!--htdig_noindex-->.*?<!--/htdig_noindex-->|__SUB_LEVEL_SECTION_\d+__", re.DOTALL
)
_REVISION = re.compile(
    r"<a\b(?P<head>[^<>]*)\bhref=\"(?P<address>https?://[^\"<>]+[?&](?:amp;)?oldid=(?P<id>\d{1,15}))\""
    r"(?P<tail>[^<>]*)>"
)
_DAY = re.compile(r"title=\"[^\"]*?(\d{4}-\d\d-\d\d)\"")
_FOOT = 16_000
# Pages that are looked at for the address of their wiki.
_FIRST_PAGES = 50
_PART = re.compile(r"\.zim[a-z]{2}$", re.IGNORECASE)
_ZIM = re.compile(r"\.zim(?:[a-z]{2})?$", re.IGNORECASE)
# Where dumps of other kinds lie beside them, these are meant.
_OTHER_DUMP = re.compile(r"\.(?:xml|json|ndjson|jsonl)(?:[.-]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EntriesUnit(Unit):
    """Entries of a file from ``first`` to before ``last``; ``start`` to ``end``: its bytes.

    Entries lie anywhere in the file: the bytes are its share in what is counted and compared.
    """

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ZimSource(Source):
    """The articles of one ZIM file."""

    path: Path
    state: FileState
    about: SourceIdentity
    first: int
    last: int

    @classmethod
    def takes(cls, paths: Sequence[Path]) -> bool:
        """Whether these look like ZIM files or their parts, or a directory of them and no dump."""
        files = _files_of(paths)
        return bool(files) and all(_ZIM.search(path.name) or is_zim(path) for path in files)

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "ZimSource":
        """The source of one file. Raises IngestError."""
        files = _files_of(paths)
        path = checked_file(files[0])
        if len(files) > 1 and not _PART.search(path.name):
            raise IngestError(f"{files[1]}: a collection is made of one ZIM file; name one of them")
        if _PART.search(path.name):
            whole = path.with_suffix(".zim").name
            raise NotADump(
                f"{path}: a part of a ZIM file; join them first: cat {whole}?? > {whole}"
            )
        require_parser(path)
        state = state_of(path)
        archive = ZimArchive(path)
        return cls(path, state, _identity(archive), archive.first, archive.last)

    @property
    def identity(self) -> SourceIdentity:
        """What the file says of itself."""
        return self.about

    @property
    def files(self) -> tuple[Path, ...]:
        """The one file."""
        return (self.path,)

    @property
    def states(self) -> tuple[FileState, ...]:
        """Its state."""
        return (self.state,)

    def units(self) -> Iterator[EntriesUnit]:
        """Runs of entries in the order of their paths."""
        size, entries = self.state.size, self.last - self.first
        count = max(size // _UNIT_BYTES, min(_LEAST_UNITS, entries // _LEAST_ENTRIES), 1)
        for number in range(count):
            start, end = (size * n // count for n in (number, number + 1))
            first, last = (self.first + entries * n // count for n in (number, number + 1))
            yield EntriesUnit(number, self.path, end - start, first, last, start, end)

    def digest(self, unit: EntriesUnit) -> bytes:
        """The digests of the pieces that begin in the unit's bytes."""
        return digest_pieces(unit.file, unit.start, unit.end)

    def read(self, unit: EntriesUnit) -> Iterator[Entry]:
        """What became of every page of ``unit``, in the order of their paths."""
        return self.read_changed(unit, lambda _key, _digest: False)

    def read_changed(self, unit: EntriesUnit, is_known: IsKnown) -> Iterator[Entry]:
        """The same, but articles that are known are not parsed."""
        archive = _opened(unit.file, self.state)
        for number in range(unit.first, unit.last):
            try:
                entry = archive.entry(number)
            except UNREADABLE as error:
                yield QuarantinedPage(None, None, f"entry {number} cannot be read ({error})")
                continue
            if entry is None:
                continue
            if entry.leads_to is not None:
                yield Redirect(entry.path, entry.title, entry.leads_to, 0, "")
            elif entry.path == archive.cover:
                yield OtherPage(entry.path, entry.title, _SPECIAL)
            else:
                yield _page(archive, entry, is_known)


@lru_cache(2)
def _opened(path: Path, state: FileState) -> ZimArchive:
    """The file, with the clusters that it has unpacked last; opened once by each process."""
    del state
    return ZimArchive(path)


def _page(
    archive: ZimArchive, entry: ZimEntry, is_known: IsKnown
) -> Document | Unchanged | QuarantinedPage:
    """The article; whatever fails in reading it costs this page and no other."""
    digest = xxhash.xxh3_128(program_digest() + f"{entry.path}\0{entry.title}\0".encode())
    digest.update(entry.html)
    made_from = digest.digest()
    if is_known(entry.path, lambda _inputs: made_from):
        return Unchanged(entry.path, entry.title)
    html = entry.html.decode("utf-8", "replace")
    revision = _REVISION.search(html, max(0, len(html) - _FOOT))
    day = _DAY.search(revision["head"] + revision["tail"]) if revision else None
    try:
        document = read_page(
            _NOT_THE_WIKI.sub("", html),
            entry.path,
            entry.title,
            int(revision["id"]) if revision else made_revision(xxhash.xxh3_128_digest(entry.html)),
            f"{day[1]}T00:00:00Z" if day else "",
            lambda address: archive.page_of(address, entry.path),
            lambda address: archive.picture_of(address, entry.path),
        )
    except Exception as error:
        reason = f"its HTML could not be read ({type(error).__name__}: {error})"
        return QuarantinedPage(entry.path, entry.title, reason)
    return replace(document, made_from=made_from)


def _files_of(paths: Sequence[Path]) -> list[Path]:
    """The files, or the ZIM files in the directories; none where a directory holds other dumps."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        try:
            inside = sorted(path.iterdir())
        except OSError:
            return []
        if any(_OTHER_DUMP.search(entry.name) for entry in inside):
            return []
        files += (entry for entry in inside if _ZIM.search(entry.name))
    return files


def _identity(archive: ZimArchive) -> SourceIdentity:
    said = archive.metadata()
    day = None
    with suppress(ValueError):
        day = date.fromisoformat(said.get("Date", "")).strftime("%Y%m%d")
    stem = re.sub(r"_\d{4}-\d\d$", "", archive.path.stem)
    return SourceIdentity(
        kind="zim",
        name=collection_name(said.get("Name", "") or stem, "zim"),
        date=day,
        language=wiki_language(said.get("Language", "")) or "en",
        base_url=_wiki_address(archive, said),
        site_name=said.get("Title", ""),
    )


def _wiki_address(archive: ZimArchive, said: Mapping[str, str]) -> str:
    """The address of the wiki's pages, by what the file says, else by the foot of its first pages.

    Of what is no wiki, the address that the file gives; "" where nothing tells.
    """
    source = said.get("Source", "")
    host = urlsplit(source if "//" in source else f"//{source}").netloc
    if host and not said.get("Scraper", "").lower().startswith("mwoffliner"):
        return source
    feet = (_foot(archive, number) for number in range(archive.first, archive.last))
    pages = islice((foot for foot in feet if foot), _FIRST_PAGES if not host else 0)
    found = next((revision for revision in map(_REVISION.search, pages) if revision), None)
    host = host or (urlsplit(found["address"]).netloc if found else "")
    return f"https://{host}/wiki/" if host else ""


def _foot(archive: ZimArchive, number: int) -> str:
    """The end of a page's HTML; "" of what is none, or cannot be read."""
    try:
        entry = archive.entry(number)
    except UNREADABLE:
        return ""
    return entry.html[-_FOOT:].decode("utf-8", "replace") if entry else ""
