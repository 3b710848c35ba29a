"""A toy source beside MediaWiki: JSON lines, each a document under a path, as a website has them.

A line: ``{"path", "title", "text"}``, or ``{"path", "title", "redirect_to"}``. What is none is set
aside. Lines are read in units of about ``unit_bytes``; a unit's are those that begin in it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pinakes.ingest.sources.base import Source, SourceIdentity, Unit
from pinakes.ingest.sources.file_state import FileState, digest_pieces, state_of
from pinakes.ingest.types import Document, Entry, Link, QuarantinedPage, Redirect, Section

__all__ = ["JsonLinesSource", "LinesUnit", "write_json_lines"]


@dataclass(frozen=True, slots=True)
class LinesUnit(Unit):
    """Bytes of a file; the lines that begin there are the unit's."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonLinesSource(Source):
    """Documents with text for keys, from one file."""

    path: Path
    state: FileState
    unit_bytes: int = 400

    @classmethod
    def takes(cls, paths: Sequence[Path]) -> bool:
        return all(path.suffix == ".jsonl" for path in paths)

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "JsonLinesSource":
        [path] = paths
        return cls(path, state_of(path))

    @property
    def identity(self) -> SourceIdentity:
        return SourceIdentity("json lines", self.path.stem, None, "en")

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.path,)

    @property
    def states(self) -> tuple[FileState, ...]:
        return (self.state,)

    def units(self) -> Iterator[LinesUnit]:
        for number, start in enumerate(range(0, self.state.size, self.unit_bytes)):
            end = min(start + self.unit_bytes, self.state.size)
            yield LinesUnit(number, self.path, end - start, start, end)

    def digest(self, unit: LinesUnit) -> bytes:
        return digest_pieces(unit.file, unit.start, unit.end)

    def read(self, unit: LinesUnit) -> Iterator[Entry]:
        with unit.file.open("rb") as file:
            if unit.start:
                file.seek(unit.start - 1)
                file.readline()  # the end of a line that another unit has begun
            while file.tell() < unit.end:
                yield _entry(file.readline())


def _entry(line: bytes) -> Entry:
    try:
        row = json.loads(line)
        path, title = str(row["path"]), str(row["title"])
    except (ValueError, KeyError) as error:
        return QuarantinedPage(None, None, f"no document ({error})")
    if "redirect_to" in row:
        return Redirect(path, title, row["redirect_to"], 0, "")
    text = row["text"]
    links = tuple(Link(title, words) for title, words in row.get("links", ()))
    return Document(path, title, 1, "", text, (Section((), 0, len(text)),), links, False)


def write_json_lines(path: Path, rows: Sequence[object]) -> Path:
    """A file of these rows; text is written as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
