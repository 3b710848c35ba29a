"""From a dump to a published generation, resumable at every step.

segments and link runs (ingest) → store → keyword index → publish → vectors, in increments that
each publish. Knows nothing of how progress is shown.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from index.disk import told_of_full_disk
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
from index.keywords.keyword_writer import write_keywords
from index.progress import Progress
from index.store.links import open_link_totals
from index.store.store import Store
from index.store.store_writer import StoreWriter
from index.types import FORMAT_VERSION, DumpRecord, Encoder, Manifest
from ingest.accounts import Accounts
from ingest.errors import EmptyDump
from ingest.extract import map_units
from ingest.files import write_whole
from ingest.reading.checksums import published_checksums, verify
from ingest.reading.dumps import Dump, plan_units
from ingest.segments import link_run_path, read_segment, segment_path, write_segment
from ingest.types import PageCounts
from ingest.workers import default_workers, worker_processes

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

    ``force`` builds anew even if the current generation comes from this very dump; ``strict``
    gives up at the first page that cannot be read, instead of setting it aside.
    """

    workers: int = field(default_factory=default_workers)
    force: bool = False
    strict: bool = False


def build_collection(
    collection: Path,
    dump: Dump,
    encoder: Encoder | None,
    scope: VectorScope,
    progress: Progress,
    options: BuildOptions | None = None,
) -> BuildResult:
    """Build ``dump`` into ``collection``, or go on with a build that was interrupted.

    The keyword side is published first; vectors follow in increments. Raises IngestError for a
    dump that cannot be read, ChecksumMismatch for one that is not as it was published, DiskFull
    when there is no room; nothing is published then, and the same command goes on.
    """
    options = options or BuildOptions()
    record = _dump_record(dump)
    with hold_collection(collection), told_of_full_disk(collection):
        before = _current_manifest(collection)
        if options.force and not _is_published(collection, before):
            before = None
        changed = before is None or before.dump.fingerprint != record.fingerprint
        if changed:
            manifest = _build_keyword_side(collection, dump, record, options, progress)
            progress.note(f"published {manifest.generation}: keyword search is complete")
        elif before is not None:
            manifest = before
        if scope != "none" and encoder is not None:
            extended = embed_generation(collection, manifest, encoder, scope, progress)
            changed = changed or extended.vectors != manifest.vectors
            manifest = extended
        shutil.rmtree(collection / "building", ignore_errors=True)  # what a crash left there
        (collection / _FORCED).unlink(missing_ok=True)
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


def is_built(collection: Path, dump: Dump) -> bool:
    """Whether the current generation comes from this very dump."""
    current = _current_manifest(collection)
    return current is not None and current.dump.fingerprint == _dump_record(dump).fingerprint


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
    collection: Path, dump: Dump, record: DumpRecord, options: BuildOptions, progress: Progress
) -> Manifest:
    work = _work_directory(collection, record)
    verified = _check_published(dump, work, progress)
    record = record.model_copy(update={"verified": verified})
    stage = work / "stage"
    stage.mkdir(exist_ok=True)
    if not (stage / "pages.db").exists():
        counts = _write_store(work, dump, options, progress)
        with write_whole(work / "counts.json") as file:
            file.write(json.dumps(asdict(counts)).encode())
        (work / "quarantine.jsonl").rename(stage / "quarantine.jsonl")
        (work / "pages.db").rename(stage / "pages.db")
    shutil.rmtree(work / "segments", ignore_errors=True)  # all they hold is in the store
    counts = PageCounts(**json.loads((work / "counts.json").read_text()))
    if not (stage / "bm25").exists():
        language, workers = dump.site.language, options.workers
        write_keywords(stage / "pages.db", work / "bm25", language, workers, progress)
        (work / "bm25").rename(stage / "bm25")
    (stage / "vectors").mkdir(exist_ok=True)
    with Store(stage / "pages.db") as store:
        passages = store.passage_count
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        collection=collection.name,
        generation=next_name(collection, dump.date or datetime.now(UTC).strftime("%Y%m%d")),
        created=timestamp(),
        dump=record,
        pages=counts,
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


def _work_directory(collection: Path, record: DumpRecord) -> Path:
    """The directory of this very build; what an older plan left there is thrown away."""
    work = building_directory(collection, record.date or record.name)
    plan = work / "plan.json"
    wanted = {
        "format_version": FORMAT_VERSION,
        "pinakes": version("pinakes"),
        "fingerprint": record.fingerprint,
    }
    found = json.loads(plan.read_text()) if plan.exists() else None
    if found != wanted:
        shutil.rmtree(work)
        work.mkdir()
        with write_whole(plan) as file:
            file.write(json.dumps(wanted).encode())
    return work


def _check_published(dump: Dump, work: Path, progress: Progress) -> bool:
    """Compare the parts with the checksums beside them, once a build; whether all have one."""
    checksums = published_checksums(dump.parts)
    done = work / "checksums.json"
    known = {str(checksum.part): checksum.value for checksum in checksums}
    if checksums and not (done.exists() and json.loads(done.read_text()) == known):
        progress.step("Checking checksums", sum(one.size for one in checksums), "bytes")
        for checksum in checksums:
            verify(checksum, progress.advance)
        with write_whole(done) as file:
            file.write(json.dumps(known).encode())
    return len(checksums) == len(dump.parts)


def _write_store(work: Path, dump: Dump, options: BuildOptions, progress: Progress) -> PageCounts:
    """Write ``pages.db`` and ``quarantine.jsonl`` into the work directory.

    Workers make segments of the dump's units; the store takes them in order, as they are done.
    """
    segments = work / "segments"
    segments.mkdir(exist_ok=True)
    size = sum(part.stat().st_size for part in dump.parts)
    progress.step("Reading the dump", size, "bytes")
    writer = StoreWriter(work / "pages.db")
    runs: list[Path] = []
    with (
        write_whole(work / "quarantine.jsonl") as file,
        worker_processes(options.workers) as executor,
    ):
        accounts = Accounts(file, strict=options.strict)
        work_on = partial(write_segment, site=dump.site, directory=segments)
        ahead = 2 * options.workers + 1
        for unit, _ in map_units(work_on, plan_units(dump), executor, ahead):
            for entry, passages in read_segment(segment_path(segments, unit.number)):
                is_new = writer.add(entry, passages)
                accounts.add(unit.part, entry, is_duplicate=not is_new)
            runs.append(link_run_path(segments, unit.number))
            progress.advance(unit.byte_count)
        counts = accounts.close()
    if not counts.documents:
        raise EmptyDump(f"{dump.parts[0]}: no article in this dump ({counts.read} pages read)")
    progress.step("Counting links", 1, "steps")
    writer.index_titles()
    with open_link_totals(runs, writer.titles(), work) as totals:
        writer.add_names(totals.anchors(), totals.links_in())
    writer.close()
    progress.advance(1)
    return counts


def _versions() -> dict[str, str]:
    names = ("pinakes", "mwxml", "tantivy", "faiss-cpu", "sentence-transformers", "onnxruntime")
    return {name: version(name) for name in names}
