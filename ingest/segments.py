"""What a build keeps of a work unit: a segment with its entries, and a sorted run of its links.

A segment appears under its name only when it is complete: its presence is the ledger, and a unit
whose segment exists is done. Its first line holds the digest of what was read. What has not changed
since another time is named there, and its links lie in no run.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import xxhash
import zstandard

from pinakes.ingest.files import sync_directory, write_whole
from pinakes.ingest.passages import heading_at, split_passages
from pinakes.ingest.rows import from_json, to_json
from pinakes.ingest.sources.base import Known, Source, Unit
from pinakes.ingest.types import Document, DocumentKey, Entry, Link, Passage

__all__ = [
    "link_run_path",
    "link_source",
    "read_digest",
    "read_segment",
    "segment_path",
    "write_link_run",
    "write_segment",
]

# Links held in memory: a unit has some 50,000, and two megabytes of bz2 can hold gigabytes of them.
_MOST_LINKS = 500_000


def segment_path(directory: Path, number: int) -> Path:
    """Where the segment of the unit with this number lies."""
    return directory / f"{number:06d}.jsonl.zst"


def link_run_path(directory: Path, number: int) -> Path:
    """Where the link run of the unit with this number lies."""
    return directory / f"{number:06d}.links.tsv.zst"


def write_segment(unit: Unit, source: Source, directory: Path, known: Known | None = None) -> None:
    """Write one unit's segment and link run; the segment comes last and vouches for both.

    Documents that are ``known`` are entries without text, and their links are in no run. A unit
    whose segment is there is left alone. Both are written in a directory of their own: of two
    processes at the same unit, which a cluster cannot rule out, each writes the whole of it. Raises
    DumpChanged where its file is not the one that it was planned for, before or after it was read.
    """
    path, run = segment_path(directory, unit.number), link_run_path(directory, unit.number)
    if path.exists():
        return
    with tempfile.TemporaryDirectory(prefix=f"{unit.number:06d}.", dir=directory) as own:
        _write_segment(unit, source, Path(own), known)
        if path.exists():  # somebody may be reading it, from another machine too
            return
        for whole in (run, path):
            (Path(own) / whole.name).replace(whole)
            sync_directory(directory)


def _write_segment(unit: Unit, source: Source, directory: Path, known: Known | None) -> None:
    source.check_unchanged(unit.file)
    language = source.identity.language
    with (
        _write_lines(segment_path(directory, unit.number)) as lines,
        write_link_run(link_run_path(directory, unit.number)) as add_links,
        nullcontext() if known is None else known.open() as is_known,
    ):
        lines.write(json.dumps({"digest": source.digest(unit).hex()}) + "\n")
        entries = source.read_changed(unit, is_known) if is_known else source.read(unit)
        for entry in entries:
            row = to_json(entry)
            if isinstance(entry, Document):
                row["made_from"] = entry.made_from.hex()
                row["inputs"] = entry.inputs.hex()
                row["layout"] = entry.layout.hex()
                row["remarks"] = entry.remarks
                passages = split_passages(entry, language=language)
                row["passages"] = [[p.start, p.end] for p in passages]
                row["links"] = [[link.target, link.anchor] for link in entry.links]
                add_links(entry.key, entry.links)
            lines.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
        source.check_unchanged(unit.file)


@contextmanager
def write_link_run(path: Path) -> Iterator[Callable[[DocumentKey, Iterable[Link]], None]]:
    """Write a link run, which is whole when the block ends; gives what adds a document's links.

    Lines are ``target<TAB>anchor<TAB>link_source``, sorted; titles and anchors hold no tab.
    """
    waiting: list[tuple[str, str, int]] = []
    with _write_lines(path) as run:

        def write() -> None:
            waiting.sort()
            run.writelines(f"{target}\t{anchor}\t{number}\n" for target, anchor, number in waiting)
            waiting.clear()

        def add(key: DocumentKey, links: Iterable[Link]) -> None:
            number = link_source(key)
            waiting.extend((link.target, link.anchor, number) for link in links)
            if len(waiting) >= _MOST_LINKS:
                write()

        yield add
        write()


def link_source(key: DocumentKey) -> int:
    """The number by which link runs know the page of this key: itself, or the XXH3 of its text."""
    return key if isinstance(key, int) else xxhash.xxh3_64_intdigest(key.encode()) >> 1


@contextmanager
def _write_lines(path: Path) -> Iterator[TextIO]:
    compressor = zstandard.ZstdCompressor(level=3)
    with (
        write_whole(path) as raw,
        compressor.stream_writer(raw, closefd=False) as packed,
        TextIOWrapper(packed, encoding="utf-8", errors="replace", newline="\n") as lines,
    ):
        yield lines


def read_segment(path: Path) -> Iterator[tuple[Entry, list[Passage]]]:
    """The entries of a segment in dump order, articles with their passages.

    Passages are numbered from 0 within their page.
    """
    with zstandard.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        lines.readline()
        for line in lines:
            row = json.loads(line)
            entry = from_json(row)
            if isinstance(entry, Document):
                links = tuple(Link(*link) for link in row["links"])
                whole = replace(
                    entry,
                    links=links,
                    made_from=bytes.fromhex(row["made_from"]),
                    inputs=bytes.fromhex(row["inputs"]),
                    layout=bytes.fromhex(row["layout"]),
                    remarks=tuple(row["remarks"]),
                )
                yield whole, list(_passages(entry, row["passages"]))
            else:
                yield entry, []


def read_digest(path: Path) -> bytes:
    """The digest of what was read in the unit of this segment."""
    with zstandard.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return bytes.fromhex(json.loads(lines.readline())["digest"])


def _passages(document: Document, spans: list[tuple[int, int]]) -> Iterator[Passage]:
    for number, (start, end) in enumerate(spans):
        yield Passage(
            passage_id=number,
            page_id=0,
            title=document.title,
            heading_path=heading_at(document.sections, start),
            text=document.text[start:end],
            start=start,
            end=end,
        )
