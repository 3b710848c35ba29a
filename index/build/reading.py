"""The first steps of a build: units of a source become segments, and segments a store.

Both go on at once: the store takes segments in the order of their units, as they are done. Pages
that the present generation knows are not parsed: the store takes them over from there. Where pages
that have vanished are kept, they come after all others, by their keys, those last in whose place
stands a redirect; then redirects.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from pinakes.index.build.present import PresentGeneration
from pinakes.index.build.steps import Build, Extracted
from pinakes.index.build.work_directory import ReadSource
from pinakes.index.store.links import open_link_totals
from pinakes.index.store.unchanged import UnchangedPages
from pinakes.index.store.writer import StoreWriter
from pinakes.ingest.errors import EmptyDump, IngestError
from pinakes.ingest.files import write_whole
from pinakes.ingest.report import IngestReport
from pinakes.ingest.segments import (
    link_run_path,
    read_digest,
    read_segment,
    segment_path,
    write_link_run,
    write_segment,
)
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.file_state import FileDigest
from pinakes.ingest.types import DocumentKey, Link, Unchanged
from pinakes.ingest.workers import map_units

__all__ = ["drop_segments", "extract", "write_store"]

AddLinks = Callable[[DocumentKey, Iterable[Link]], None]

# The link run of the pages that are taken over.
_TAKEN_OVER = "unchanged.links.tsv.zst"


def extract(build: Build) -> None:
    """Have the units of the source read by the executor, as segments are asked for."""
    (build.work / "segments").mkdir(exist_ok=True)
    build.extracted = _extracted(build)


def _extracted(build: Build) -> Extracted:
    """Each unit with its segment; a unit whose segment is there is not read again."""
    segments = build.work / "segments"
    known = build.present.known if build.present else None
    ahead = 2 * build.workers + 1
    with build.executors(build.workers) as executor:
        source = build.source.prepared(segments, executor, ahead, build.progress)
        build.progress.step(f"Reading the {source.files_are}", source.byte_count, "bytes")
        work_on = partial(write_segment, source=source, directory=segments, known=known)
        for unit, _ in map_units(work_on, source.units(), executor, ahead):
            source.release(unit)
            yield unit, segment_path(segments, unit.number)


def write_store(build: Build) -> None:
    """Write store, texts and ``quarantine.jsonl`` from the segments. Raises EmptyDump."""
    work, progress = build.work, build.progress
    with _unchanged_pages(build) as unchanged:
        writer = StoreWriter(work / "pages.db", unchanged)
        read, runs = _read_segments(build, writer, unchanged)
        progress.step("Counting links", 1, "steps")
        with open_link_totals(runs, writer.titles(), work) as totals:
            writer.add_aliases(totals.anchors(), totals.links_in())
            writer.add_backlinks(totals.backlinks())
        writer.close()
        progress.advance(1)
    read.keep(work)
    build.keep("quarantine.jsonl", "texts", "pages.db")
    drop_segments(build)


def drop_segments(build: Build) -> None:
    """Remove the segments, for all they hold is in the store.

    Not where most pages were taken over: they are small then, and who wishes at the end that pages
    that have vanished be kept, or not, needs no second reading.
    """
    counts = ReadSource.kept(build.work).counts
    if build.present is None or counts.unchanged < counts.documents / 2:
        shutil.rmtree(build.work / "segments", ignore_errors=True)
    (build.work / _TAKEN_OVER).unlink(missing_ok=True)


@contextmanager
def _unchanged_pages(build: Build) -> Iterator[UnchangedPages | None]:
    if build.present is None:
        yield None
        return
    with closing(build.present.unchanged()) as pages:
        yield pages


def _read_segments(
    build: Build, writer: StoreWriter, unchanged: UnchangedPages | None
) -> tuple[ReadSource, list[Path]]:
    """Give the writer all entries; what was read, and the link runs."""
    source, segments = build.source, build.work / "segments"
    taken_over = build.work / _TAKEN_OVER
    runs = [taken_over]
    digests = {file: FileDigest() for file in source.files}
    with (
        _told_of_changes(source),
        write_whole(build.work / "quarantine.jsonl") as quarantine,
        write_link_run(taken_over) as add_links,
        closing(build.extracted),
    ):
        report = IngestReport(quarantine, source.listed, strict=build.strict)
        for unit, segment in build.extracted:
            digests[unit.file].add(read_digest(segment))
            for entry, passages in read_segment(segment):
                if isinstance(entry, Unchanged) and unchanged:
                    page = unchanged.page(entry.key)
                    add_links(entry.key, page.links)
                    is_new = writer.add_unchanged(page)
                else:
                    is_new = writer.add(entry, passages)
                report.add(unit.file, entry, is_duplicate=not is_new)
            runs.append(link_run_path(segments, unit.number))
            build.progress.advance(unit.byte_count)
        counts = report.close()
        if report.remarked:
            build.progress.note(
                f"pages with something odd about them: {report.remarked:,}; see quarantine.jsonl"
            )
        writer.index_titles()
        if build.keeps_vanished and build.present and unchanged and counts.documents:
            kept = _keep_vanished(build.present, writer, unchanged, add_links)
            counts = replace(counts, kept=kept)
            redirects = sum(writer.add_kept_redirect(*one) for one in unchanged.redirects())
            if kept or redirects:
                build.progress.note(
                    f"{kept:,} articles and {redirects:,} redirects missing from this dump, and "
                    "kept"
                )
    if not counts.documents:
        raise EmptyDump(f"{source.files[0]}: no article in this dump ({counts.read} pages read)")
    if build.present:
        build.progress.note(
            f"{counts.unchanged:,} of {counts.documents:,} articles are as they were in "
            f"{build.present.directory.name}: taken over"
        )
    return ReadSource(counts, [digest.hexdigest() for digest in digests.values()]), runs


def _keep_vanished(
    present: PresentGeneration, writer: StoreWriter, unchanged: UnchangedPages, add_links: AddLinks
) -> int:
    """Take over the pages that lead nowhere in the source; how many there are.

    A redirect in the place of one may lead to another that is kept: those without one come first.
    """
    kept = 0
    for is_there in (writer.is_there, writer.leads_somewhere):
        for page, kept_as_of in unchanged.missing(is_there):
            add_links(page.row.key, page.links)
            writer.add_kept(page, kept_as_of or present.day)
            kept += 1
    return kept


@contextmanager
def _told_of_changes(source: Source) -> Iterator[None]:
    """Raise DumpChanged where a file is another at the end of the block, however that ends."""
    try:
        yield
    except IngestError:  # perhaps because of that
        source.check_unchanged()
        raise
    source.check_unchanged()
