"""Make what a build has finished a generation, sealed, guarded, and the current one."""

import shutil
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pinakes.index.build.carry import StagedRecord
from pinakes.index.build.embed import PASSAGE
from pinakes.index.build.guards import accepted
from pinakes.index.build.source_identity import remember_files, source_record
from pinakes.index.build.steps import Build
from pinakes.index.build.work_directory import ReadSource
from pinakes.index.errors import DamagedGeneration, NoCollection, UnknownFormat, Withheld
from pinakes.index.generations import (
    WITHHELD,
    current_generation,
    next_name,
    read_manifest,
    timestamp,
)
from pinakes.index.store.store import Store
from pinakes.index.swap import go_live, linked_files, record_files, seal
from pinakes.index.types import FORMAT_VERSION, Manifest
from pinakes.index.vectors.index import VectorIndex
from pinakes.ingest.files import write_whole
from pinakes.ingest.sources.base import program_digest

__all__ = ["FORCED", "current_manifest", "publish_stage"]

# Names the generation of a forced build that has published and may still lack vectors.
FORCED = "forced"


def current_manifest(collection: Path) -> Manifest | None:
    """What the current generation says of itself; None where there is none that can be read."""
    try:
        return read_manifest(current_generation(collection))
    except (NoCollection, UnknownFormat, DamagedGeneration):
        return None


def publish_stage(build: Build) -> None:
    """Make the stage a generation, and the current one."""
    collection, source, stage = build.collection, build.source, build.stage
    with Store(stage / "pages.db") as store:
        passages = store.passage_count
    read, staged = ReadSource.kept(build.work), StagedRecord.kept(build.work)
    present = build.present
    known = linked_files(present.manifest, present.directory, stage) if present else None
    day = source.identity.date or datetime.now(UTC).strftime("%Y%m%d")
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        collection=collection.name,
        generation=next_name(collection, day),
        created=timestamp(),
        dump=source_record(source, read.digests, verified=build.is_verified),
        pages=read.counts,
        passages=passages,
        vectors=VectorIndex(stage / "vectors").count,
        carried_over=staged.carried_over,
        vector_index=staged.index,
        encoder=staged.encoder,
        encoder_check=staged.check,
        versions=_versions(),
        files=record_files(stage, known),
        took=_passage_before(build, staged) | build.took,
    )
    if build.force:
        with write_whole(collection / FORCED) as file:
            file.write(manifest.generation.encode())
    seal(collection, stage, manifest)
    if let_pass := _accepted(build, manifest):
        manifest = manifest.model_copy(update={"accepted": let_pass})
        seal(collection, stage, manifest)
    go_live(collection, stage, manifest.generation)
    build.release_present()
    shutil.rmtree(collection / "building")
    build.manifest = manifest
    build.progress.note(
        f"published {manifest.generation}: keyword search is complete, {manifest.coverage:.1%} of "
        "the passages have a vector"
        if manifest.vectors
        else f"published {manifest.generation}: keyword search is complete"
    )
    remember_files(collection, manifest.dump.fingerprint, source)


def _accepted(build: Build, manifest: Manifest) -> list[str]:
    """What speaks against the sealed stage and was accepted. Raises Withheld; the stage waits."""
    if build.guards is None:
        return []
    before = current_manifest(build.collection)
    current = None if before is None else current_generation(build.collection)
    try:
        return accepted(
            build.collection, current, build.stage, manifest, build.guards,
            most_vanished=build.source.most_vanished,
        )  # fmt: skip
    except Withheld as error:
        with write_whole(build.work / WITHHELD) as file:
            file.write(str(error).encode())
        raise


def _passage_before(build: Build, staged: StagedRecord) -> dict[str, float]:
    """What a passage took to embed before, which holds until enough are embedded again."""
    before = build.present.manifest if build.present else None
    if before is None or before.encoder != staged.encoder or PASSAGE not in before.took:
        return {}
    return {PASSAGE: before.took[PASSAGE]}


def _versions() -> dict[str, str]:
    names = ("pinakes", "mwxml", "tantivy", "faiss-cpu", "sentence-transformers", "onnxruntime")
    return {name: version(name) for name in names} | {"ingest": program_digest().hex()}
