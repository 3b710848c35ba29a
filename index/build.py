"""From a dump to a published generation, resumable at every step.

segments and link runs (ingest) → store → keyword index → publish → vectors, in increments that
each publish. Knows nothing of how progress is shown.
"""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from index.bm25 import KeywordDocument, write_keyword_index
from index.embed import VectorScope, embed_generation
from index.errors import DamagedGeneration, NoCollection, UnknownFormat
from index.generations import (
    building_directory,
    current_generation,
    hold_collection,
    next_name,
    publish,
    read_manifest,
    record_files,
    remove_superseded,
    timestamp,
)
from index.links import open_link_totals
from index.progress import Progress
from index.store import Store
from index.store_writer import StoreWriter
from index.types import FORMAT_VERSION, DumpRecord, Encoder, Manifest
from ingest.dumps import Dump, WorkUnit, plan_units
from ingest.errors import EmptyDump
from ingest.extract import (
    extract_units,
    link_run_path,
    read_segment,
    segment_counts,
    segment_path,
)
from ingest.files import write_whole
from ingest.types import PageCounts

__all__ = ["BuildResult", "build_collection"]

_MAX_REDIRECT_NAMES, _MAX_ANCHOR_NAMES = 20, 8


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The generation now current, and whether anything had to be done for it."""

    manifest: Manifest
    changed: bool


def build_collection(
    collection: Path,
    dump: Dump,
    encoder: Encoder | None,
    scope: VectorScope,
    progress: Progress,
    *,
    workers: int | None = None,
    force: bool = False,
) -> BuildResult:
    """Build ``dump`` into ``collection``, or go on with a build that was interrupted.

    The keyword side is published first; vectors follow in increments. ``force`` builds anew even
    if the current generation comes from this very dump.
    """
    record = _dump_record(dump)
    with hold_collection(collection):
        before = None if force else _current_manifest(collection)
        changed = before is None or before.dump.fingerprint != record.fingerprint
        if changed:
            with _executor(workers) as executor:
                manifest = _build_keyword_side(collection, dump, record, executor, progress)
            progress.note(f"published {manifest.generation}: keyword search is complete")
        elif before is not None:
            manifest = before
        if scope != "none" and encoder is not None:
            extended = embed_generation(collection, manifest, encoder, scope, progress)
            changed = changed or extended.vectors != manifest.vectors
            manifest = extended
        shutil.rmtree(collection / "building", ignore_errors=True)  # what a crash left there
        remove_superseded(collection)
    return BuildResult(manifest, changed)


def _dump_record(dump: Dump) -> DumpRecord:
    """The dump's identity: names, sizes, and the first and last 64 KiB of every part."""
    digest = hashlib.sha256(dump.site.language.encode())
    for part in dump.parts:
        size = part.stat().st_size
        digest.update(f"\0{part.name}\0{size}\0".encode())
        with part.open("rb") as file:
            digest.update(file.read(65536))
            file.seek(max(0, size - 65536))
            digest.update(file.read(65536))
    return DumpRecord(
        name=dump.name,
        date=dump.date,
        language=dump.site.language,
        base_url=dump.site.base_url,
        files=[part.name for part in dump.parts],
        fingerprint=digest.hexdigest(),
    )


def _current_manifest(collection: Path) -> Manifest | None:
    try:
        return read_manifest(current_generation(collection))
    except (NoCollection, UnknownFormat, DamagedGeneration):
        return None


def _executor(workers: int | None) -> Executor:
    return ProcessPoolExecutor(
        max_workers=workers or os.cpu_count(),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_follow_parent,
    )


def _follow_parent() -> None:
    """Leave Ctrl-C to the parent, which ends its workers in order, but do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Without this, workers of a killed build would write beside those of the next one."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _build_keyword_side(
    collection: Path, dump: Dump, record: DumpRecord, executor: Executor, progress: Progress
) -> Manifest:
    units = list(plan_units(dump))
    work = _work_directory(collection, record, units)
    stage = work / "stage"
    stage.mkdir(exist_ok=True)
    _extract(dump, units, work / "segments", executor, progress)
    counts = sum((segment_counts(path) for path in _segments(work, units)), PageCounts())
    if not counts.documents:
        raise EmptyDump(f"{dump.parts[0]}: no article in this dump ({counts.read} pages read)")
    if not (stage / "pages.db").exists():
        _write_store(work, units, counts, progress)
        (work / "pages.db").rename(stage / "pages.db")
    if not (stage / "bm25").exists():
        _write_keywords(stage / "pages.db", work / "bm25", dump.site.language, progress)
        (work / "bm25").rename(stage / "bm25")
    (stage / "vectors").mkdir(exist_ok=True)
    with Store(stage / "pages.db") as store:
        documents, passages = store.page_count, store.passage_count
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        collection=collection.name,
        generation=next_name(collection, dump.date or datetime.now(UTC).strftime("%Y%m%d")),
        created=timestamp(),
        dump=record,
        pages_read=counts.read,
        documents=documents,
        redirects=counts.redirects,
        duplicates=counts.documents - documents,
        other_namespaces=counts.other_namespaces,
        passages=passages,
        vectors=0,
        encoder=None,
        versions=_versions(),
        files=record_files(stage),
    )
    publish(collection, stage, manifest)
    shutil.rmtree(collection / "building")
    return manifest


def _work_directory(collection: Path, record: DumpRecord, units: list[WorkUnit]) -> Path:
    """The directory of this very build; what an older plan left there is thrown away."""
    work = building_directory(collection, record.date or record.name)
    plan = work / "plan.json"
    wanted = {
        "format_version": FORMAT_VERSION,
        "pinakes": version("pinakes"),
        "fingerprint": record.fingerprint,
        # A multistream index that came or went since then cuts the dump differently.
        "units": [[unit.part.name, unit.start, unit.end] for unit in units],
    }
    found = json.loads(plan.read_text()) if plan.exists() else None
    if found != wanted:
        shutil.rmtree(work)
        work.mkdir()
        with write_whole(plan) as file:
            file.write(json.dumps(wanted).encode())
    return work


def _extract(
    dump: Dump, units: list[WorkUnit], directory: Path, executor: Executor, progress: Progress
) -> None:
    directory.mkdir(exist_ok=True)
    progress.step("Reading the dump", sum(unit.byte_count for unit in units), "bytes")
    extract_units(
        dump, units, directory, executor, on_done=lambda unit: progress.advance(unit.byte_count)
    )


def _segments(work: Path, units: list[WorkUnit]) -> Iterator[Path]:
    return (segment_path(work / "segments", unit.number) for unit in units)


def _write_store(work: Path, units: list[WorkUnit], counts: PageCounts, progress: Progress) -> None:
    """Write ``pages.db`` into the work directory: pages, passages, then names and links."""
    progress.step("Writing the store", counts.documents + counts.redirects, "pages")
    writer = StoreWriter(work / "pages.db")
    for segment in _segments(work, units):
        for entry in read_segment(segment):
            if isinstance(entry, tuple):
                writer.add_document(*entry)
            else:
                writer.add_redirect(entry)
            progress.advance(1)
    runs = [link_run_path(work / "segments", unit.number) for unit in units]
    progress.step("Counting links", 1, "steps")
    writer.index_titles()
    with open_link_totals(runs, writer.titles(), work) as totals:
        writer.add_names(totals.anchors(), totals.links_in())
    writer.close()
    progress.advance(1)


def _write_keywords(database: Path, path: Path, language: str, progress: Progress) -> None:
    with Store(database) as store:
        progress.step("Writing the keyword index", store.passage_count, "passages")
        write_keyword_index(path, language, _keyword_documents(store, progress))


def _keyword_documents(store: Store, progress: Progress) -> Iterator[KeywordDocument]:
    for passage, place in store.all_passages():
        names: list[str] = []
        if place == 0:
            names += store.names(passage.page_id, "redirect", _MAX_REDIRECT_NAMES)
            names += store.names(passage.page_id, "anchor", _MAX_ANCHOR_NAMES)
        yield KeywordDocument(
            passage_id=passage.passage_id,
            title=passage.title,
            headings="\n".join(passage.heading_path),
            names="\n".join(names),
            body=passage.text,
        )
        progress.advance(1)


def _versions() -> dict[str, str]:
    names = ("pinakes", "mwxml", "tantivy", "faiss-cpu", "sentence-transformers")
    return {name: version(name) for name in names}
