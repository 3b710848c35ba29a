"""Find the newest dump below a directory that is all there: published, listed, and every part.

Knows how Wikimedia lays dumps out and how mirrors keep them: ``<wiki>/<YYYYMMDD>/`` with
dumpstatus.json and sha1sums.txt, and the exports of 2026, ``<wiki>/<YYYY-MM-DD>/xml/bzip2/`` with
SHA256SUMS and _SUCCESS. Reads no page.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pinakes.ingest.errors import DumpNotFound, IngestError
from pinakes.ingest.files import read_json
from pinakes.ingest.sources.checksums import listed_checksums
from pinakes.ingest.sources.mediawiki.files.archives import check_end
from pinakes.ingest.sources.mediawiki.files.dumps import PartName, part_name, part_order

__all__ = ["FoundDump", "dumps_below", "missing_parts", "newest_dump", "no_newer_dump"]

# The dumps that hold the articles, the best first; exports give a range of pages and no more.
_KINDS = ("-pages-articles-multistream", "-pages-articles", "", "-pages-meta-current")
_EXPORT = ""
# Every revision of every page; and names without a date that lead to files with one.
_PASSED_OVER = ("mediawiki_content_history", "latest")
_DEEPEST = 8
_SUMS, _SUCCESS, _STATUS = "SHA256SUMS", "_SUCCESS", "dumpstatus.json"


@dataclass(frozen=True, slots=True)
class FoundDump:
    """A dump in a directory, by the names of its files. ``date`` is YYYYMMDD.

    ``parts``: in reading order. ``lacks`` says what it lacks to be complete, or is None.
    """

    wiki: str
    date: str
    parts: tuple[Path, ...]
    lacks: str | None

    @property
    def day(self) -> str:
        """Its date as YYYY-MM-DD."""
        return f"{self.date[:4]}-{self.date[4:6]}-{self.date[6:]}"


def newest_dump(directory: Path, than: date | None, wiki: str | None = None) -> FoundDump | None:
    """The newest complete dump of a wiki below ``directory``, if it is newer than a day.

    Raises DumpNotFound, and IngestError where there are several wikis and none is named.
    """
    found = [dump for dump in _newer(directory, than, wiki) if dump.lacks is None]
    return found[-1] if found else None


def no_newer_dump(directory: Path, than: date | None, wiki: str | None = None) -> str:
    """Why ``newest_dump`` finds none, in one line; what is newer and not complete is named."""
    newer = _newer(directory, than, wiki)
    what = "no complete dump" if than is None else f"no complete dump newer than {than}"
    lacking = "".join(f"; that of {dump.day} lacks {dump.lacks}" for dump in newer[-1:])
    return f"{what} in {directory}{lacking}"


def dumps_below(directory: Path, wiki: str | None = None) -> list[FoundDump]:
    """All dumps of articles below ``directory``, or those of one wiki, the oldest first.

    Of several of one wiki and date the one to be read: a complete one, else the best kind. Raises
    DumpNotFound where the directory cannot be read.
    """
    try:
        next(directory.iterdir(), None)
    except OSError as error:
        raise DumpNotFound(f"{directory}: cannot be read ({error.strerror})") from None
    best: dict[tuple[str, str], tuple[bool, int, FoundDump]] = {}
    for kind, dump in _all_below(directory):
        place = (dump.lacks is not None, _KINDS.index(kind), dump)
        known = best.get((dump.date, dump.wiki))
        if wiki in (None, dump.wiki) and (known is None or place[:2] < known[:2]):
            best[dump.date, dump.wiki] = place
    return [dump for _, (*_, dump) in sorted(best.items())]


def _newer(directory: Path, than: date | None, wiki: str | None) -> list[FoundDump]:
    dumps = dumps_below(directory, wiki)
    if len(wikis := sorted({dump.wiki for dump in dumps})) > 1:
        raise IngestError(f"{directory}: dumps of several wikis, {', '.join(wikis)}; name one")
    since = f"{than:%Y%m%d}" if than else ""
    return [dump for dump in dumps if dump.date > since]


def _all_below(directory: Path) -> Iterator[tuple[str, FoundDump]]:
    """Every dump, with its kind, in every directory; links are not followed."""
    for place, directories, files in os.walk(directory):
        depth = len(Path(place).relative_to(directory).parts)
        directories[:] = [
            name for name in sorted(directories) if name not in _PASSED_OVER and depth < _DEEPEST
        ]
        parts = defaultdict(list)
        for name in files:
            said = part_name(Path(name))
            if said and said.date and said.kind in _KINDS:
                parts[said, said.date].append(Path(place, name))
        for (said, day), there in parts.items():
            there.sort(key=part_order)
            yield said.kind, FoundDump(said.wiki, day, tuple(there), _lacking(there, said))


def missing_parts(parts: Sequence[Path]) -> list[Path]:
    """The parts of the same dump that lists beside these name, and that are not among them."""
    there = {part.name for part in parts}
    said = {(part.parent, part_name(part)) for part in parts}
    return [
        path
        for directory, name in said
        if name is not None
        for path in _listed(directory, name, set())
        if path.name not in there
    ]


def _listed(directory: Path, said: PartName, more: Iterable[str]) -> list[Path]:
    """The parts of a dump that its lists of checksums, or ``more`` names, have, in order."""
    names = {name for _, name, _, _ in listed_checksums(directory)}.union(more)
    paths = (directory / name for name in names)
    return sorted((path for path in paths if part_name(path) == said), key=part_order)


def _lacking(parts: Sequence[Path], said: PartName) -> str | None:
    """What a dump of these parts lacks, in words."""
    directory = parts[0].parent
    if said.kind == _EXPORT:
        if not (directory / _SUMS).is_file():
            return _SUMS
        if not any((place / _SUCCESS).is_file() for place in (directory, *directory.parents[:2])):
            return _SUCCESS
    status = _status(directory)
    wanted = _listed(directory, said, status)
    if not wanted:
        return "a list of its checksums (SHA256SUMS, sha1sums.txt or dumpstatus.json)"
    for path in wanted:
        state, size = status.get(path.name, ("done", None))
        if state != "done":
            return f"{path.name}, which is {state} ({_STATUS})"
        if not path.is_file():
            return path.name
        if size is not None and path.stat().st_size != size:
            return f"the rest of {path.name}"
    if strays := [path for path in parts if path not in wanted]:
        return f"a checksum of {strays[0].name}"
    try:
        for path in parts:
            check_end(path)
    except IngestError:
        return f"the rest of {path.name}"
    return None


def _status(directory: Path) -> dict[str, tuple[str, int | None]]:
    """Of each file that dumpstatus.json lists, the state of its job, and its size if it says one.

    Source: ``{"jobs": {job: {"status": …, "files": {name: {"size": …}}}}}``.
    """
    found: dict[str, tuple[str, int | None]] = {}
    try:
        jobs: dict[str, Any] = read_json(directory / _STATUS)["jobs"]
        for job in jobs.values():
            for name, about in job.get("files", {}).items():
                size = about.get("size")
                found[name] = (str(job.get("status")), size if isinstance(size, int) else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return found
