"""From a source to a published generation, resumable at every step.

segments and link runs → store → keyword index → vectors, carried over and embedded until there are
as many as now → publish → more vectors, in increments that each publish: the table of STEPS. Knows
nothing of how progress is shown.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pinakes.index.build.carry import (
    carry_vectors,
    check_encoder,
    embed_before,
    settle_vectors,
)
from pinakes.index.build.disk import told_of_full_disk
from pinakes.index.build.embed import VectorScope, embed_generation
from pinakes.index.build.guards import Guards
from pinakes.index.build.plan import check_room
from pinakes.index.build.present import hold_present
from pinakes.index.build.preview import UpdatePreview, preview
from pinakes.index.build.progress import Progress, Silence
from pinakes.index.build.progress_file import told_in_file
from pinakes.index.build.publish import FORCED, current_manifest, publish_stage
from pinakes.index.build.reading import drop_segments, extract, write_store
from pinakes.index.build.source_identity import (
    changed_files,
    check_same,
    few,
    files_of,
    remember_files,
)
from pinakes.index.build.steps import Build, Step, steps_to_do
from pinakes.index.build.update import check_newer
from pinakes.index.build.work_directory import (
    check_published,
    is_withheld,
    work_directory,
)
from pinakes.index.errors import NotAnUpdate
from pinakes.index.keywords.writer import write_keywords
from pinakes.index.locks import hold_collection
from pinakes.index.superseded import KEPT_DUMPS, remove_superseded
from pinakes.index.swap import finish_swap
from pinakes.index.types import Encoder, Manifest
from pinakes.index.vectors.pageviews import Pageviews
from pinakes.ingest.sources.base import Source
from pinakes.ingest.workers import Executors, default_workers, worker_processes

__all__ = ["BuildOptions", "BuildResult", "build_collection", "is_built", "preview_update"]

# What is made again by each run, or gone on with.
_NEVER_THERE = ("segments", "enough vectors", "all vectors")


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The generation now current, and whether anything had to be done for it."""

    manifest: Manifest
    changed: bool


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How a build goes about it.

    ``executors`` gives, for a number of workers, what reads the units (processes of this machine);
    ``embedding_executors`` what encodes passages (None: this process, with all cores).
    ``force`` builds anew even if the current generation comes from this very source; ``strict``
    gives up at the first page that cannot be read, instead of setting it aside. ``kept_dumps``: of
    so many a generation stays. ``guards``: what a new generation must pass before it goes live.
    ``publishes_early``: also with fewer vectors than the present one has. ``keeps_vanished``: pages
    of the present one that the source no longer leads to stay as they were; not with ``force``.
    ``pageviews``: by which much-viewed pages are embedded first.
    """

    workers: int = field(default_factory=default_workers)
    force: bool = False
    strict: bool = False
    kept_dumps: int = KEPT_DUMPS
    guards: Guards | None = None
    publishes_early: bool = False
    keeps_vanished: bool = False
    pageviews: Pageviews | None = None
    executors: Executors = field(default_factory=lambda: worker_processes)
    embedding_executors: Executors | None = None


def build_collection(
    collection: Path,
    source: Source,
    encoder: Encoder | None,
    scope: VectorScope,
    progress: Progress,
    options: BuildOptions | None = None,
) -> BuildResult:
    """Build ``source`` into ``collection``, or go on with a build that was interrupted.

    What has not changed is taken over from the generation that there is, unless a build is forced.
    Published is once as large a share of the passages has a vector as before; the rest follows in
    increments. Raises IngestError for what cannot be read, ChecksumMismatch for what is not as it
    was published, OtherWiki for a source that is another than the collection's, NotAnUpdate for one
    that is older, Withheld for what guards do not let pass, DiskFull when there is no room; nothing
    is published then, and the same command goes on.
    """
    options = options or BuildOptions()
    with _at_work(collection, source, encoder, scope, progress, options) as (build, before):
        is_embedded = scope != "none" and encoder is not None
        _make(build, ["generation", "all vectors"] if is_embedded else ["generation"])
        _clear_up(collection, options.kept_dumps)
        remember_files(collection, build.published.dump.fingerprint, source)  # may have moved
    manifest = build.published
    return BuildResult(manifest, before is None or manifest.generation != before.generation)


def preview_update(
    collection: Path,
    source: Source,
    encoder: Encoder | None,
    scope: VectorScope,
    progress: Progress,
    options: BuildOptions | None = None,
) -> UpdatePreview | None:
    """What ``build_collection`` would change, None where it would do nothing.

    The dump is read as far as it takes, and a build that follows goes on from there.
    """
    options = replace(options or BuildOptions(), guards=Guards(accept_encoder=True))
    with _at_work(collection, source, encoder, scope, progress, options) as (build, _):
        if build.manifest is not None:
            return None
        _make(build, ["texts", "pages.db"])
        return preview(build)


@contextmanager
def _at_work(
    collection: Path,
    source: Source,
    encoder: Encoder | None,
    scope: VectorScope,
    progress: Progress,
    options: BuildOptions,
) -> Iterator[tuple[Build, Manifest | None]]:
    """A build with its directory, alone on its collection; and the manifest before."""
    build = Build(
        collection, source, encoder, scope, progress,
        workers=options.workers, executors=options.executors,
        embedding_executors=options.embedding_executors,
        strict=options.strict, force=options.force, kept_dumps=options.kept_dumps,
        guards=options.guards, publishes_early=options.publishes_early,
        keeps_vanished=options.keeps_vanished, pageviews=options.pageviews,
    )  # fmt: skip
    is_new = not collection.exists()
    if is_new:  # and need not be made where there is no room
        _check_room(build)
    with (
        hold_collection(collection),
        told_of_full_disk(collection),
        told_in_file(collection, progress) as progress,
        _released(build),
    ):
        build.progress = progress
        finish_swap(collection)
        check_same(collection, source, progress, force=options.force)
        before = current_manifest(collection)
        if options.force and not _is_published(collection, before):
            before = None
        if before is not None and not _is_changed(collection, before, source, progress):
            build.manifest = before
            remember_files(collection, before.dump.fingerprint, source)
        else:
            if before is not None and not options.force:
                check_newer(collection, source, before.dump)
            if not is_new:
                _check_room(build)
            _hold_present(build)
            check_encoder(build)
            taken_from = build.present.store_checksum if build.present else None
            build.work = work_directory(
                collection, source, progress, taken_from, keeps_vanished=build.keeps_vanished
            )
            build.is_verified = check_published(source, build.work, progress)
            build.stage.mkdir(exist_ok=True)
            settle_vectors(build)
        yield build, before


def _make(build: Build, wanted: list[str]) -> None:
    """Run the steps that what is wanted takes."""
    for step in steps_to_do(STEPS, wanted, partial(_is_there, build)):
        began = time.monotonic()
        step.run(build)
        build.took[step.name] = round(time.monotonic() - began, 3)


def _hold_present(build: Build) -> None:
    """Let nothing be taken over where all is to be made anew, and not get worse either.

    What guards have kept from going live need not be made anew.
    """
    build.present = hold_present(build.collection, build.progress, is_needed=build.keeps_vanished)
    if build.present is not None:
        build.coverage_before = build.present.manifest.coverage
        if build.force and not is_withheld(build.collection, build.source):
            if build.keeps_vanished:
                raise NotAnUpdate(
                    "--keep-vanished takes pages over from the generation that answers now, and "
                    "--force takes nothing over: leave one of them away"
                )
            build.release_present()


@contextmanager
def _released(build: Build) -> Iterator[None]:
    """Let go of the present generation at the end of the block, however that ends."""
    try:
        yield
    finally:
        build.release_present()


def _check_room(build: Build) -> None:
    # The sample lies in the temporary directory of this machine, which others do not see.
    check_room(build.source, build.collection, build.workers, build.progress, worker_processes)


def _is_there(build: Build, name: str) -> bool:
    """Whether what a step makes is there. Units and passages that are done are not done again."""
    if name in ("source", "generation"):
        return name == "source" or build.manifest is not None
    return name not in _NEVER_THERE and (build.stage / name).exists()


def _clear_up(collection: Path, kept_dumps: int) -> None:
    """Remove what a crash left, if anything: there may be nothing to do, and no right to write."""
    if (collection / "building").exists():
        shutil.rmtree(collection / "building", ignore_errors=True)
    if (collection / FORCED).exists():
        (collection / FORCED).unlink()
    remove_superseded(collection, kept_dumps)


def is_built(collection: Path, source: Source, progress: Progress | None = None) -> bool:
    """Whether the current generation comes from this very source."""
    current = current_manifest(collection)
    if current is None:
        return False
    return not changed_files(source, *files_of(collection, current.dump), progress or Silence())


def _is_changed(collection: Path, before: Manifest, source: Source, progress: Progress) -> bool:
    """Whether the current generation comes from another source; files that changed are named."""
    changed = changed_files(source, *files_of(collection, before.dump), progress)
    if changed and before.dump.files == [file.name for file in source.files]:
        progress.note(f"{few(changed)} changed since {before.generation} was built: building anew")
    return bool(changed)


def _is_published(collection: Path, current: Manifest | None) -> bool:
    """Whether the current generation comes from a forced build that was interrupted later on."""
    try:
        wanted = (collection / FORCED).read_text().split("-")
    except FileNotFoundError:
        return False
    found = current.generation.split("-") if current else ["", "0"]
    return found[0] == wanted[0] and int(found[1]) >= int(wanted[1])


def _write_keywords(build: Build) -> None:
    drop_segments(build)  # of a build that was killed
    language = build.source.identity.language
    database = build.stage / "pages.db"
    workers = min(build.workers, default_workers())  # here, wherever units are read
    write_keywords(database, build.work / "bm25", language, workers, build.progress)
    build.keep("bm25")


def _embed(build: Build) -> None:
    """Vectors, in increments that each publish."""
    if build.encoder is not None:
        build.manifest = embed_generation(
            build.collection,
            build.published,
            build.encoder,
            build.scope,
            build.progress,
            build.kept_dumps,
            build.embedding_executors,
            build.workers,
            build.pageviews,
        )


STEPS = (
    Step("extract", ("source",), ("segments",), extract),
    Step("store", ("segments",), ("quarantine.jsonl", "texts", "pages.db"), write_store),
    Step("keywords", ("texts", "pages.db"), ("bm25",), _write_keywords),
    Step("carry", ("pages.db",), ("vectors",), carry_vectors),
    Step("embed", ("texts", "pages.db", "vectors"), ("enough vectors",), embed_before),
    Step(
        "publish",
        ("quarantine.jsonl", "texts", "pages.db", "bm25", "vectors", "enough vectors"),
        ("generation",),
        publish_stage,
    ),
    Step("extend", ("generation",), ("all vectors",), _embed),
)
