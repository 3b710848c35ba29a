"""Which kind of source some files are, and that source, open to be read; the newest one there is.

The one place that knows of a kind by name: what looks for newer dumps knows MediaWiki's alone.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from pinakes.ingest.errors import DumpNotFound, IngestError, NotADump
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.cirrus.source import CirrusSource
from pinakes.ingest.sources.folder.source import FolderSource, is_manual
from pinakes.ingest.sources.html.dump_source import HtmlDumpSource
from pinakes.ingest.sources.mediawiki.files.newest import newest_dump, no_newer_dump
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.zim.source import ZimSource

__all__ = ["KINDS", "newest_dump", "no_newer_dump", "open_source"]

# Asked in this order; the last one takes what no other does, and tells what is wrong with it.
KINDS: list[type[Source]] = [
    ZimSource,
    CirrusSource,
    HtmlDumpSource,
    FolderSource,
    MediaWikiSource,
]


def open_source(paths: Sequence[Path]) -> Source:
    """The source made of these files, or of the files in these directories or patterns.

    Raises DumpNotFound, NotADump, TruncatedDump, or IngestError where they are not one source.
    """
    kind = _kind_of(paths)
    if kind is MediaWikiSource and len(paths) > 1:
        _check_no_folders(paths)
    try:
        return kind.open(paths)
    except NotADump:
        if len(paths) != 1 or not is_manual(paths[0]):
            raise
        raise NotADump(
            f"{paths[0]}: one file is no collection; manuals are built as a folder: name "
            f"{paths[0].absolute().parent}"
        ) from None


def _kind_of(paths: Sequence[Path]) -> type[Source]:
    return next(kind for kind in KINDS if kind.takes(paths))


def _check_no_folders(paths: Sequence[Path]) -> None:
    """Raise IngestError where one of several is a folder of manuals, which is a source alone."""
    folders = [path for path in paths if _kind_of([path]) is FolderSource]
    if not folders:
        return
    for path in paths:
        if not path.exists() and not re.search(r"[*?[]", path.name):
            raise DumpNotFound(f"{path}: no such file or directory")
    raise IngestError(
        f"{folders[0]}: a folder of manuals is a collection of its own: name it alone, each under "
        "a name (-c)"
    )
