"""Turn work units into segments: files of documents with their passages, and runs of links.

Units run on any ``concurrent.futures.Executor``. A finished segment's presence is the ledger: a
unit whose segment exists is done.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import zstandard

from ingest.dumps import Dump, WorkUnit
from ingest.files import write_whole
from ingest.pages import read_pages
from ingest.passages import heading_at, split_passages
from ingest.types import Document, Link, PageCounts, Passage, Redirect, Section, SiteInfo
from ingest.wikitext import parse_document

__all__ = [
    "extract_units",
    "link_run_path",
    "read_documents",
    "read_segment",
    "segment_counts",
    "segment_path",
    "to_json",
]


def segment_path(directory: Path, number: int) -> Path:
    """Where the segment of the unit with this number lies."""
    return directory / f"{number:06d}.jsonl.zst"


def link_run_path(directory: Path, number: int) -> Path:
    """Where the link run of the unit with this number lies."""
    return directory / f"{number:06d}.links.tsv.zst"


def read_documents(unit: WorkUnit, site: SiteInfo) -> Iterator[Document | Redirect | None]:
    """Every page of ``unit``: articles and redirects; None for a page of another namespace."""
    for page in read_pages(unit):
        if page.namespace != 0:
            yield None
        elif page.redirect_to is not None:
            yield Redirect(
                page.page_id, page.title, page.redirect_to, page.revision_id, page.timestamp
            )
        else:
            yield parse_document(page, site)


def extract_units(
    dump: Dump,
    units: Iterable[WorkUnit],
    directory: Path,
    executor: Executor,
    on_done: Callable[[WorkUnit], None],
) -> None:
    """Write the segments of ``units`` into ``directory``; those that exist are left alone.

    ``on_done`` is called after each. The first error ends the run; finished segments stay.
    """
    pending = {}
    for unit in units:
        if segment_path(directory, unit.number).exists():
            on_done(unit)
        else:
            pending[executor.submit(extract_unit, unit, dump.site, directory)] = unit
    try:
        for future in as_completed(pending):
            future.result()
            on_done(pending[future])
    except BaseException:
        for future in pending:
            future.cancel()
        raise


def extract_unit(unit: WorkUnit, site: SiteInfo, directory: Path) -> None:
    """Write one unit's segment and link run; the segment comes last and vouches for both."""
    counts = PageCounts()
    links: list[tuple[str, str, int]] = []
    compressor = zstandard.ZstdCompressor(level=3)
    with (
        write_whole(segment_path(directory, unit.number)) as raw,
        compressor.stream_writer(raw, closefd=False) as packed,
        TextIOWrapper(packed, encoding="utf-8", newline="\n") as lines,
    ):
        for entry in read_documents(unit, site):
            counts += _counted(entry)
            if entry is None:
                continue
            row = to_json(entry)
            if isinstance(entry, Document):
                row["passages"] = [[p.start, p.end] for p in split_passages(entry)]
                links += [(link.target, link.anchor, entry.page_id) for link in entry.links]
            lines.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
        lines.write(json.dumps({"counts": asdict(counts)}) + "\n")
        lines.flush()
        _write_links(link_run_path(directory, unit.number), links)


def _counted(entry: Document | Redirect | None) -> PageCounts:
    return PageCounts(
        read=1,
        documents=isinstance(entry, Document),
        redirects=isinstance(entry, Redirect),
        other_namespaces=entry is None,
    )


def _write_links(path: Path, links: list[tuple[str, str, int]]) -> None:
    """Lines ``target<TAB>anchor<TAB>page_id``, sorted; titles and anchors hold no tab."""
    lines = "".join(f"{target}\t{anchor}\t{page_id}\n" for target, anchor, page_id in sorted(links))
    with write_whole(path) as file:
        file.write(zstandard.compress(lines.encode("utf-8", "replace"), 3))


def to_json(entry: Document | Redirect) -> dict[str, Any]:
    """The row that ``pinakes extract`` prints and that segments hold; a redirect's has no text."""
    row: dict[str, Any] = {
        "page_id": entry.page_id,
        "title": entry.title,
        "revision_id": entry.revision_id,
        "timestamp": entry.timestamp,
    }
    if isinstance(entry, Redirect):
        empty = {"is_disambiguation": False, "sections": [], "text": ""}
        return row | {"redirect_to": entry.target} | empty
    return row | {
        "redirect_to": None,
        "is_disambiguation": entry.is_disambiguation,
        "sections": [
            {"heading_path": part.heading_path, "start": part.start, "end": part.end}
            for part in entry.sections
        ],
        "text": entry.text,
    }


def read_segment(path: Path) -> Iterator[tuple[Document, list[Passage]] | Redirect]:
    """The entries of a segment in dump order; passages are numbered from 0 within their page.

    Links are not read back: their run lies beside the segment.
    """
    for row in _rows(path):
        if "counts" in row:
            return
        if row["redirect_to"] is not None:
            yield Redirect(
                row["page_id"],
                row["title"],
                row["redirect_to"],
                row["revision_id"],
                row["timestamp"],
            )
            continue
        sections = tuple(
            Section(tuple(part["heading_path"]), part["start"], part["end"])
            for part in row["sections"]
        )
        no_links: tuple[Link, ...] = ()
        document = Document(
            row["page_id"],
            row["title"],
            row["revision_id"],
            row["timestamp"],
            row["text"],
            sections,
            no_links,
            row["is_disambiguation"],
        )
        yield (
            document,
            [
                Passage(
                    passage_id=number,
                    page_id=document.page_id,
                    title=document.title,
                    heading_path=heading_at(sections, start),
                    text=document.text[start:end],
                    start=start,
                    end=end,
                )
                for number, (start, end) in enumerate(row["passages"])
            ],
        )


def segment_counts(path: Path) -> PageCounts:
    """The page counts in the last row of a segment."""
    counts = PageCounts()
    for row in _rows(path):
        if "counts" in row:
            counts = PageCounts(**row["counts"])
    return counts


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with zstandard.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield json.loads(line)
