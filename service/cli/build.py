"""``pinakes build`` and ``plan``: from dumps to collections, and what that would take."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pinakes.service.cli.build_options import (
    AcceptEncoderOption,
    AcceptVanishedOption,
    ExecutorOption,
    ForceOption,
    KeepVanishedOption,
    PageviewsOption,
    PublishOption,
    StrictOption,
    VectorsOption,
    WorkersOption,
    build_options,
    opened_pageviews,
)
from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    DumpPaths,
    JsonOption,
    one_of,
    print_json,
)
from pinakes.service.errors import DamagedDump
from pinakes.service.extras import require_extra
from pinakes.service.settings import load_settings
from pinakes.service.terminal.console import (
    coverage_text,
    damages_text,
    pages_text,
)

if TYPE_CHECKING:
    from pinakes.index.build.pipeline import BuildOptions
    from pinakes.index.encoders.sentence_model import SentenceEncoder
    from pinakes.index.types import Manifest, VectorScope
    from pinakes.ingest.sources.base import Source
    from pinakes.service.settings import Settings
    from pinakes.service.terminal.console import BuildProgress

__all__ = ["build", "build_and_tell", "calibrate", "chosen_encoder", "plan", "spread_over_cluster"]

_ASKING = "Asking itself"
_QUARANTINE = "quarantine.jsonl"
_MOST_NAMED = 5


def build(
    dump: DumpPaths,
    vectors: VectorsOption = "all",
    workers: WorkersOption = None,
    executor: ExecutorOption = None,
    strict: StrictOption = False,
    force: ForceOption = False,
    accept_vanished: AcceptVanishedOption = False,
    accept_encoder: AcceptEncoderOption = False,
    keep_vanished: KeepVanishedOption = False,
    publish: PublishOption = "ready",
    pageviews: PageviewsOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build a collection from a dump, or go on with an interrupted build."""
    require_extra("build", "pinakes build")
    from pinakes.ingest.sources.opening import open_source

    settings = load_settings(data=data, collection=collection, build__executor=executor)
    scope = one_of("--vectors", vectors, ("all", "leads", "none"))
    found = open_source(dump)
    directory = settings.data / (settings.collection or found.identity.name)
    options = build_options(
        settings, workers, publish, strict=strict, force=force, keep_vanished=keep_vanished
    )
    options = replace(options, pageviews=opened_pageviews(pageviews, found.identity.database))
    build_and_tell(
        directory, found, scope, settings, options,
        accept_vanished=accept_vanished, accept_encoder=accept_encoder, as_json=as_json,
    )  # fmt: skip


def build_and_tell(
    directory: Path,
    source: "Source",
    scope: "VectorScope",
    settings: "Settings",
    options: "BuildOptions",
    *,
    accept_vanished: bool,
    accept_encoder: bool,
    as_json: bool,
) -> None:
    """Build, let the collection choose its threshold, and say what came of it."""
    from pinakes.index.build.guards import Guards
    from pinakes.index.build.pipeline import build_collection
    from pinakes.index.build.publish import current_manifest
    from pinakes.ingest.types import TrailingBytes
    from pinakes.service.terminal.console import BuildProgress, err, out

    before = current_manifest(directory)
    is_anew = accept_encoder or options.force
    encoder = chosen_encoder(settings, source, scope, None if is_anew else before)
    with spread_over_cluster(options, settings, source) as spread, BuildProgress() as progress:
        guards = Guards(accept_vanished, accept_encoder, options.force, progress.ask)
        guarded = replace(spread, guards=guards)
        result = build_collection(directory, source, encoder, scope, progress, guarded)
        calibrate(directory, result.manifest, progress, before)
    manifest = result.manifest
    if not result.changed and (told := read_by_another(manifest)):
        err.print(told, markup=False)
    if as_json:
        print_json(
            {"changed": result.changed} | manifest.model_dump(mode="json", exclude={"files"})
        )
    else:
        if not result.changed:
            out.print(f"{manifest.collection} {manifest.generation} is up to date; nothing to do.")
        out.print(
            f"{manifest.collection} {manifest.generation}: {manifest.pages.articles:,} articles, "
            f"{manifest.pages.redirects:,} redirects, {manifest.passages:,} passages, "
            + coverage_text(manifest.coverage)
        )
        out.print(pages_text(manifest.pages))
        if result.changed:
            for line in set_aside(directory / "generations" / manifest.generation):
                err.print(line, markup=False)
    if manifest.pages.trailing_bytes:
        err.print(str(TrailingBytes(manifest.pages.trailing_bytes)))
    if damages := manifest.pages.damages:
        quarantine = directory / "generations" / manifest.generation / _QUARANTINE
        raise DamagedDump(
            f"{damages_text(damages)}: see {quarantine}; fetch the file again, and the same "
            "command builds anew"
        )


def read_by_another(manifest: "Manifest") -> str:
    """That its texts are as another version of Pinakes read them, and the way out; "" if not."""
    from pinakes.ingest.sources.base import program_digest

    theirs = manifest.versions
    if theirs.get("ingest") == program_digest().hex():
        return ""
    if "ingest" not in theirs and theirs.get("pinakes") == version("pinakes"):
        return ""  # of before that was kept; of this version all the same
    return (
        f"{manifest.collection}: read by Pinakes {theirs.get('pinakes', 'of before')}, which reads "
        "otherwise than the one that is here now; to read its pages anew: "
        f"pinakes build --force DUMP -c {manifest.collection}"
    )


def set_aside(generation: Path) -> list[str]:
    """The first pages that could not be read, each with the reason, and how many more there are."""
    with (generation / _QUARANTINE).open(encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    found = [row for row in rows if "reason" in row and "page_id" in row]  # others tell of damage
    named = [
        f"set aside: {row['page_id'] or row['title'] or 'a page'}: {row['reason']}"
        for row in found[:_MOST_NAMED]
    ]
    more = len(found) - _MOST_NAMED
    return [*named, f"… and {more:,} more: {generation / _QUARANTINE}"] if more > 0 else named


@contextmanager
def spread_over_cluster(
    options: "BuildOptions", settings: "Settings", source: "Source"
) -> Iterator["BuildOptions"]:
    """The options with what a cluster brings, if one is set. Raises what ``open_cluster`` does."""
    if settings.build.cluster is None:
        yield options
        return
    require_extra("dask", f"--executor {settings.build.executor}")
    from pinakes.index.build.cluster import open_cluster

    settings.data.mkdir(parents=True, exist_ok=True)
    with open_cluster(settings.build.cluster, settings.data, source) as cluster:
        yield replace(
            options,
            workers=cluster.workers,
            executors=cluster.executors,
            embedding_executors=cluster.executors,
        )


def calibrate(
    directory: Path,
    manifest: "Manifest",
    progress: "BuildProgress",
    before: "Manifest | None" = None,
) -> None:
    """Let the collection choose how sure its answers must be, where it has not for this generation.

    By questions made of its own pages; what pinakes threshold chose goes before it. Not where the
    generation is hardly another than ``before``.
    """
    from pinakes.index.retrieval.search import Index
    from pinakes.service.evaluation.refusals import (
        MADE_QUESTIONS,
        calibrated_threshold,
        carried_threshold,
        write_threshold,
    )
    from pinakes.service.reading.models import linear_models
    from pinakes.service.reading.threshold import own_threshold

    if manifest.pages.documents < MADE_QUESTIONS:
        return
    models = linear_models()
    own = own_threshold(directory, models.answerability, manifest.encoder)
    if own is not None and own.chosen_by is not None:
        if own.chosen_by.holds_for == manifest.generation:
            return
        if before is not None and (carried := carried_threshold(own, before, manifest)):
            write_threshold(directory, carried)
            return
    progress.step(_ASKING, MADE_QUESTIONS, "questions")
    with Index.open(directory) as index:
        chosen = calibrated_threshold(index, models, lambda: progress.advance(1))
    if chosen is not None:
        write_threshold(directory, chosen)


def chosen_encoder(
    settings: "Settings", source: "Source", scope: "VectorScope", present: "Manifest | None" = None
) -> "SentenceEncoder | None":
    """The encoder for ``source``, None where it is to have no vectors; what is amiss is told.

    ``present``: of the generation whose vectors are to be kept. Raises EncoderNotFound.
    """
    from pinakes.index.encoders.choice import choose_encoder
    from pinakes.service.terminal.console import err

    if scope == "none":
        return None
    kept = None if present is None else present.encoder
    chosen = choose_encoder(settings.search.encoder, source.identity.language, kept)
    if chosen.notice:
        err.print(chosen.notice, markup=False, highlight=False)
    return chosen.encoder


def plan(
    dump: DumpPaths,
    vectors: VectorsOption = "all",
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what building a dump would take on this machine, from a sample of the dump."""
    require_extra("build", "pinakes plan")
    from pinakes.index.build.plan import PlannedStep, plan_build
    from pinakes.ingest.sources.opening import open_source
    from pinakes.ingest.workers import default_workers
    from pinakes.service.evaluation.refusals import (
        ASKING_MEMORY,
        MADE_QUESTIONS,
        SECONDS_A_QUESTION,
    )
    from pinakes.service.terminal.console import BuildProgress, print_plan

    settings = load_settings()
    scope = one_of("--vectors", vectors, ("all", "leads", "none"))
    found = open_source(dump)
    encoder = chosen_encoder(settings, found, scope)
    with BuildProgress() as progress:
        planned = plan_build(found, workers or default_workers(), encoder, progress, scope=scope)
    if planned.pages.documents >= MADE_QUESTIONS:
        asking = PlannedStep(_ASKING, MADE_QUESTIONS * SECONDS_A_QUESTION, ASKING_MEMORY, 0, 0)
        planned = replace(planned, steps=(*planned.steps, asking))
    if as_json:
        print_json(asdict(planned) | {"lasting": planned.lasting, "most_disk": planned.most_disk})
    else:
        print_plan(planned)
