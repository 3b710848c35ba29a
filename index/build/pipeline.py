"""From a source to a published generation, resumable at every step.

segments and link runs (ingest) → store → keyword index → publish → vectors, in increments that
each publish. Knows nothing of how progress is shown.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from pinakes.index.build.disk import told_of_full_disk
from pinakes.index.build.embed import VectorScope, embed_generation
from pinakes.index.build.plan import check_room
from pinakes.index.build.progress import Progress, Silence
from pinakes.index.build.source_identity import (
    changed_files,
    check_same,
    few,
    files_of,
    remember_files,
    source_record,
)
from pinakes.index.build.work_directory import ReadSource, check_published, work_directory
from pinakes.index.errors import (
    DamagedGeneration,
    NoCollection,
    UnknownFormat,
)
from pinakes.index.generations import (
    current_generation,
    hold_collection,
    next_name,
    publish,
    read_manifest,
    record_files,
    timestamp,
)
from pinakes.index.keywords.keyword_writer import write_keywords
from pinakes.index.store.links import open_link_totals
from pinakes.index.store.store import Store
from pinakes.index.store.store_writer import StoreWriter
from pinakes.index.superseded import remove_superseded
from pinakes.index.types import FORMAT_VERSION, Encoder, Manifest
from pinakes.ingest.errors import EmptyDump, IngestError
from pinakes.ingest.files import write_whole
from pinakes.ingest.report import IngestReport
from pinakes.ingest.segments import (
    link_run_path,
    read_digest,
    read_segment,
    segment_path,
    write_segment,
)
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.file_state import FileDigest
from pinakes.ingest.workers import default_workers, map_units, worker_processes

__all__ = ["BuildOptions", "BuildResult", "build_collection", "is_built"]

# Names the generation of a forced build that has published and may still lack vectors.
_FORCED = "forced"


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The generation now current, and whether anything had to be done for it."""

    manifest: Manifest
    changed: bool


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How a build goes about it.

    ``force`` builds anew even if the current generation comes from this very source; ``strict``
    gives up at the first page that cannot be read, instead of setting it aside.
    """

    workers: int = field(default_factory=default_workers)
    force: bool = False
    strict: bool = False


def build_collection(
    collection: Path,
    source: Source,
    encoder: Encoder | None,
    scope: VectorScope,
    progress: Progress,
    options: BuildOptions | None = None,
) -> BuildResult:
    """Build ``source`` into ``collection``, or go on with a build that was interrupted.

    The keyword side is published first; vectors follow in increments. Raises IngestError for
    what cannot be read, ChecksumMismatch for one that is not as it was published, OtherWiki
    for one of another wiki than the collection's, DiskFull when there is no room; nothing is
    published then, and the same command goes on.
    """
    options = options or BuildOptions()
    is_new = not collection.exists()
    if is_new:  # and need not be made where there is no room
        check_room(source, collection, options.workers, progress)
    with hold_collection(collection), told_of_full_disk(collection):
        check_same(collection, source, progress, force=options.force)
        before = _current_manifest(collection)
        if options.force and not _is_published(collection, before):
            before = None
        changed = before is None or _is_changed(collection, before, source, progress)
        if changed:
            if not is_new:
                check_room(source, collection, options.workers, progress)
            manifest = _build_keyword_side(collection, source, options, progress)
            progress.note(f"published {manifest.generation}: keyword search is complete")
        elif before is not None:
            manifest = before
        remember_files(collection, manifest.dump.fingerprint, source)
        if scope != "none" and encoder is not None:
            extended = embed_generation(collection, manifest, encoder, scope, progress)
            changed = changed or extended.vectors != manifest.vectors
            manifest = extended
        _clear_up(collection)
    return BuildResult(manifest, changed)


def _clear_up(collection: Path) -> None:
    """Remove what a crash left, if anything: there may be nothing to do, and no right to write."""
    if (collection / "building").exists():
        shutil.rmtree(collection / "building", ignore_errors=True)
    if (collection / _FORCED).exists():
        (collection / _FORCED).unlink()
    remove_superseded(collection)


def is_built(collection: Path, source: Source, progress: Progress | None = None) -> bool:
    """Whether the current generation comes from this very source."""
    current = _current_manifest(collection)
    if current is None:
        return False
    return not changed_files(source, *files_of(collection, current.dump), progress or Silence())


def _is_changed(collection: Path, before: Manifest, source: Source, progress: Progress) -> bool:
    """Whether the current generation comes from another source; files that changed are named."""
    changed = changed_files(source, *files_of(collection, before.dump), progress)
    if changed and before.dump.files == [file.name for file in source.files]:
        progress.note(f"{few(changed)} changed since {before.generation} was built: building anew")
    return bool(changed)


def _current_manifest(collection: Path) -> Manifest | None:
    try:
        return read_manifest(current_generation(collection))
    except (NoCollection, UnknownFormat, DamagedGeneration):
        return None


def _is_published(collection: Path, current: Manifest | None) -> bool:
    """Whether the current generation comes from a forced build that was interrupted later on."""
    try:
        wanted = (collection / _FORCED).read_text().split("-")
    except FileNotFoundError:
        return False
    found = current.generation.split("-") if current else ["", "0"]
    return found[0] == wanted[0] and int(found[1]) >= int(wanted[1])


def _build_keyword_side(
    collection: Path, source: Source, options: BuildOptions, progress: Progress
) -> Manifest:
    work = work_directory(collection, source, progress)
    verified = check_published(source, work, progress)
    stage = work / "stage"
    stage.mkdir(exist_ok=True)
    if not (stage / "pages.db").exists():
        read = _write_store(work, source, options, progress)
        read.keep(work)
        (work / "quarantine.jsonl").rename(stage / "quarantine.jsonl")
        (work / "pages.db").rename(stage / "pages.db")
    else:
        read = ReadSource.kept(work)
    shutil.rmtree(work / "segments", ignore_errors=True)  # all they hold is in the store
    if not (stage / "bm25").exists():
        language, workers = source.identity.language, options.workers
        write_keywords(stage / "pages.db", work / "bm25", language, workers, progress)
        (work / "bm25").rename(stage / "bm25")
    (stage / "vectors").mkdir(exist_ok=True)
    with Store(stage / "pages.db") as store:
        passages = store.passage_count
    day = source.identity.date or datetime.now(UTC).strftime("%Y%m%d")
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        collection=collection.name,
        generation=next_name(collection, day),
        created=timestamp(),
        dump=source_record(source, read.digests, verified=verified),
        pages=read.counts,
        passages=passages,
        vectors=0,
        encoder=None,
        versions=_versions(),
        files=record_files(stage),
    )
    if options.force:
        with write_whole(collection / _FORCED) as file:
            file.write(manifest.generation.encode())
    publish(collection, stage, manifest)
    shutil.rmtree(collection / "building")
    return manifest


def _write_store(
    work: Path, source: Source, options: BuildOptions, progress: Progress
) -> ReadSource:
    """Write ``pages.db`` and ``quarantine.jsonl`` into the work directory.

    Workers make segments of the source's units; the store takes them in order, as they are done.
    """
    segments = work / "segments"
    segments.mkdir(exist_ok=True)
    progress.step("Reading the dump", source.byte_count, "bytes")
    writer = StoreWriter(work / "pages.db")
    runs: list[Path] = []
    digests = {file: FileDigest() for file in source.files}
    with (
        _told_of_changes(source),
        write_whole(work / "quarantine.jsonl") as file,
        worker_processes(options.workers) as executor,
    ):
        report = IngestReport(file, source.listed, strict=options.strict)
        work_on = partial(write_segment, source=source, directory=segments)
        ahead = 2 * options.workers + 1
        for unit, _ in map_units(work_on, source.units(), executor, ahead):
            segment = segment_path(segments, unit.number)
            digests[unit.file].add(read_digest(segment))
            for entry, passages in read_segment(segment):
                is_new = writer.add(entry, passages)
                report.add(unit.file, entry, is_duplicate=not is_new)
            runs.append(link_run_path(segments, unit.number))
            progress.advance(unit.byte_count)
        counts = report.close()
    if not counts.documents:
        raise EmptyDump(f"{source.files[0]}: no article in this dump ({counts.read} pages read)")
    progress.step("Counting links", 1, "steps")
    writer.index_titles()
    with open_link_totals(runs, writer.titles(), work) as totals:
        writer.add_names(totals.anchors(), totals.links_in())
    writer.close()
    progress.advance(1)
    return ReadSource(counts, [digest.hexdigest() for digest in digests.values()])


@contextmanager
def _told_of_changes(source: Source) -> Iterator[None]:
    """Raise DumpChanged where a file is another at the end of the block, however that ends."""
    try:
        yield
    except IngestError:  # perhaps because of that
        source.check_unchanged()
        raise
    source.check_unchanged()


def _versions() -> dict[str, str]:
    names = ("pinakes", "mwxml", "tantivy", "faiss-cpu", "sentence-transformers", "onnxruntime")
    return {name: version(name) for name in names}
