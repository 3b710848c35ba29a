"""CPU seconds of each stage of a keyword build, the stages run one after the other in one process.

Each unit of the dump goes through all stages of a worker before the next unit is read, so that
memory stays that of a build. Time is that of all threads of the process.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pinakes.index.keywords.bm25 import write_keyword_index
from pinakes.index.keywords.writer import keyword_documents
from pinakes.index.store.links import open_link_totals
from pinakes.index.store.store import Store
from pinakes.index.store.writer import StoreWriter
from pinakes.index.swap import publish, record_files
from pinakes.index.types import FORMAT_VERSION, DumpRecord, Manifest
from pinakes.ingest.passages import split_passages
from pinakes.ingest.segments import link_run_path, read_segment, segment_path, write_segment
from pinakes.ingest.sources.mediawiki.files.archives import read_pieces
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.mediawiki.types import Page, Piece
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.page_xml import cut_pages
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import PageCounts

__all__ = ["IN_PARENT", "IN_THREADS", "IN_WORKERS", "stage_seconds"]

IN_WORKERS = (
    "decompressing blocks",
    "cutting pages",
    "mwxml",
    "parse_document",
    "split_passages",
    "writing segments and link runs",
)
IN_PARENT = (
    "reading segments, writing the store",
    "counting links, writing names",
    "hashing and publishing",
)
IN_THREADS = ("BM25",)

_Result = TypeVar("_Result")


class _Clock:
    """Adds up process time by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def time(self, stage: str, work: Callable[[], _Result]) -> _Result:
        began = time.process_time()
        result = work()
        self.seconds[stage] += time.process_time() - began
        return result


def stage_seconds(path: Path, directory: Path) -> dict[str, float]:
    """CPU seconds of every stage in reading order; ``directory`` must not exist yet."""
    source, clock = MediaWikiSource.open([path]), _Clock()
    segments, stage = directory / "segments", directory / "stage"
    segments.mkdir(parents=True)
    stage.mkdir()
    units = [_worker_stages(unit, source, segments, clock) for unit in source.units()]
    writer = StoreWriter(stage / "pages.db")
    clock.time(IN_PARENT[0], lambda: _fill(writer, segments, units))
    runs = [link_run_path(segments, number) for number in units]
    clock.time(IN_PARENT[1], lambda: _count_links(writer, runs, directory))
    with Store(stage / "pages.db") as store:
        documents = keyword_documents(store)
        language = source.identity.language
        clock.time(IN_THREADS[0], lambda: write_keyword_index(stage / "bm25", language, documents))
    clock.time(IN_PARENT[2], lambda: publish(directory, stage, _manifest(stage)))
    return {
        name: clock.seconds[name] for name in (*IN_WORKERS, *IN_PARENT[:2], "BM25", IN_PARENT[2])
    }


def _worker_stages(unit: WorkUnit, source: MediaWikiSource, segments: Path, clock: _Clock) -> int:
    counted: list[Piece] = []

    def counting() -> Iterator[Piece]:
        for piece in read_pieces(unit.file, unit.start):
            counted.append(piece)
            yield piece

    for _ in cut_pages(counting(), unit.end):
        pass
    needed = len(counted)  # reading goes on until the unit's last page is complete
    reading = lambda: list(islice(read_pieces(unit.file, unit.start), needed))  # noqa: E731
    pieces = clock.time("decompressing blocks", reading)
    items = tuple(clock.time("cutting pages", lambda: list(cut_pages(pieces, unit.end))))
    cut = replace(unit, items=items)
    before = dict(clock.seconds)
    pages = clock.time("mwxml", lambda: list(read_pages(cut)))
    articles = [
        page
        for page in pages
        if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None
    ]
    documents = clock.time(
        "parse_document", lambda: [parse_document(page, source.dump.site) for page in articles]
    )
    clock.time("split_passages", lambda: [list(split_passages(document)) for document in documents])
    clock.time(IN_WORKERS[-1], lambda: write_segment(cut, source, segments))
    # Writing a segment does these three itself; what is left is the writing.
    for name in ("mwxml", "parse_document", "split_passages"):
        clock.seconds[IN_WORKERS[-1]] -= clock.seconds[name] - before.get(name, 0.0)
    return unit.number


def _fill(writer: StoreWriter, segments: Path, numbers: list[int]) -> None:
    for number in numbers:
        for entry, passages in read_segment(segment_path(segments, number)):
            writer.add(entry, passages)


def _count_links(writer: StoreWriter, runs: list[Path], scratch: Path) -> None:
    writer.index_titles()
    with open_link_totals(runs, writer.titles(), scratch) as totals:
        writer.add_aliases(totals.anchors(), totals.links_in())
    writer.close()


def _manifest(stage: Path) -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        collection="bench",
        generation="20260101-1",
        created=datetime.now(UTC).isoformat(),
        dump=DumpRecord(
            name="bench", date=None, language="en", base_url="", files=[], fingerprint=""
        ),
        pages=PageCounts(),
        passages=0,
        vectors=0,
        encoder=None,
        versions={},
        files=record_files(stage),
    )
