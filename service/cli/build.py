"""``pinakes build``, ``plan``, ``extract``, ``status``: from dumps to collections."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    DumpPaths,
    JsonOption,
    one_of,
    print_json,
)
from pinakes.service.errors import BadInput, DamagedDump
from pinakes.service.extras import require_extra
from pinakes.service.settings import load_settings
from pinakes.service.terminal.console import (
    coverage_text,
    damages_text,
    fetch_again_text,
    pages_text,
)

if TYPE_CHECKING:
    from pinakes.index.build.pipeline import BuildOptions
    from pinakes.index.types import Manifest, VectorScope
    from pinakes.ingest.sources.base import Source
    from pinakes.service.settings import Settings
    from pinakes.service.terminal.console import BuildProgress

__all__ = [
    "AcceptVanishedOption",
    "ExecutorOption",
    "ForceOption",
    "KeepVanishedOption",
    "PublishOption",
    "StrictOption",
    "WorkersOption",
    "build",
    "build_and_tell",
    "build_options",
    "calibrate",
    "extract",
    "plan",
    "status",
]

_BUILD_STATES = {
    "at work": "a build is at work here",
    "unfinished": "a build has not finished; the same command goes on where it stopped",
}


def _not_too_many(workers: int | None) -> int | None:
    most = max(16, 4 * (os.cpu_count() or 1))
    if workers is not None and workers > most:
        raise typer.BadParameter(
            f"{workers} are more than this machine's cores can use; at most {most}"
        )
    return workers


WorkersOption = Annotated[
    int | None,
    typer.Option(
        min=1, callback=_not_too_many, help="Processes that read the dump.", show_default="cores"
    ),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        help="What reads the dump and encodes passages: processes, or the workers of a cluster of "
        "dask (dask:tcp://HOST:PORT).",
        show_default="processes",
    ),
]
VectorsOption = Annotated[str, typer.Option(help="Which passages get vectors: all, leads or none.")]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Give up at the first page that cannot be read.")
]
ForceOption = Annotated[
    bool,
    typer.Option(
        "--force", help="Build anew what is built, and publish whatever speaks against it."
    ),
]
AcceptVanishedOption = Annotated[
    bool,
    typer.Option(
        "--accept-vanished", help="Publish though pages are missing that were there before."
    ),
]
KeepVanishedOption = Annotated[
    bool,
    typer.Option(
        "--keep-vanished",
        help="Keep pages that are missing from the dump as they were, marked as of when.",
    ),
]
PublishOption = Annotated[
    str,
    typer.Option(
        help="ready: when as large a share of the passages has a vector as now; early: at once."
    ),
]


def build(
    dump: DumpPaths,
    vectors: VectorsOption = "all",
    workers: WorkersOption = None,
    executor: ExecutorOption = None,
    strict: StrictOption = False,
    force: ForceOption = False,
    accept_vanished: AcceptVanishedOption = False,
    keep_vanished: KeepVanishedOption = False,
    publish: PublishOption = "ready",
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
    build_and_tell(
        directory, found, scope, settings, options,
        accept_vanished=accept_vanished, as_json=as_json,
    )  # fmt: skip


def build_options(
    settings: "Settings",
    workers: int | None,
    publish: str,
    *,
    strict: bool,
    force: bool,
    keep_vanished: bool,
) -> "BuildOptions":
    """What the options of a build come to. Raises BadInput."""
    from pinakes.index.build.pipeline import BuildOptions
    from pinakes.ingest.workers import default_workers

    if workers is not None and settings.build.cluster:
        raise BadInput(
            f"--workers counts processes of this machine, and {settings.build.executor} is to "
            "build; start more workers there, or add --executor processes"
        )
    return BuildOptions(
        workers=workers or default_workers(),
        force=force,
        strict=strict,
        kept_dumps=settings.build.keep,
        publishes_early=one_of("--publish", publish, ("ready", "early")) == "early",
        keeps_vanished=keep_vanished,
    )


def build_and_tell(
    directory: Path,
    source: "Source",
    scope: "VectorScope",
    settings: "Settings",
    options: "BuildOptions",
    *,
    accept_vanished: bool,
    as_json: bool,
) -> None:
    """Build, let the collection choose its threshold, and say what came of it."""
    from pinakes.index.build.guards import Guards
    from pinakes.index.build.pipeline import build_collection
    from pinakes.index.encoders.sentence_model import find_encoder
    from pinakes.ingest.types import TrailingBytes
    from pinakes.service.terminal.console import BuildProgress, err, out

    encoder = None if scope == "none" else find_encoder(settings.search.encoder)
    with spread_over_cluster(options, settings, source) as spread, BuildProgress() as progress:
        guards = Guards(accept_vanished=accept_vanished, force=options.force, ask=progress.ask)
        guarded = replace(spread, guards=guards)
        result = build_collection(directory, source, encoder, scope, progress, guarded)
        calibrate(directory, result.manifest, progress)
    manifest = result.manifest
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
    if manifest.pages.trailing_bytes:
        err.print(str(TrailingBytes(manifest.pages.trailing_bytes)))
    if damages := manifest.pages.damages:
        quarantine = directory / "generations" / manifest.generation / "quarantine.jsonl"
        raise DamagedDump(
            f"{damages_text(damages)}: see {quarantine}; fetch the file again, and the same "
            "command builds anew"
        )


@contextmanager
def spread_over_cluster(
    options: "BuildOptions", settings: "Settings", source: "Source"
) -> Iterator["BuildOptions"]:
    """The options with what a cluster brings, if one is set. Raises what ``open_cluster`` does."""
    if settings.build.cluster is None:
        yield options
        return
    require_extra("dask", f"--executor {settings.build.executor}")
    from pinakes.index.build.executors import open_cluster

    settings.data.mkdir(parents=True, exist_ok=True)
    with open_cluster(settings.build.cluster, settings.data, source) as cluster:
        yield replace(
            options,
            workers=cluster.workers,
            executors=cluster.executors,
            embedding_executors=cluster.executors,
        )


def calibrate(directory: Path, manifest: "Manifest", progress: "BuildProgress") -> None:
    """Let the collection choose how sure its answers must be, where it has not for this generation.

    By questions made of its own pages; what pinakes threshold chose goes before it.
    """
    from pinakes.index.retrieval.search import Index
    from pinakes.service.evaluation.refusals import (
        MADE_QUESTIONS,
        calibrated_threshold,
        write_threshold,
    )
    from pinakes.service.reading.models import linear_models
    from pinakes.service.reading.threshold import own_threshold

    if manifest.pages.documents < MADE_QUESTIONS:
        return
    models = linear_models()
    own = own_threshold(directory, models.answerability, manifest.encoder)
    chosen_by = None if own is None else own.chosen_by
    if chosen_by is not None and chosen_by.generation == manifest.generation:
        return
    progress.step("Asking itself", MADE_QUESTIONS, "questions")
    with Index.open(directory) as index:
        chosen = calibrated_threshold(index, models, lambda: progress.advance(1))
    if chosen is not None:
        write_threshold(directory, chosen)


def plan(
    dump: DumpPaths,
    vectors: VectorsOption = "all",
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what building a dump would take on this machine, from a sample of the dump."""
    require_extra("build", "pinakes plan")
    from pinakes.index.build.plan import plan_build
    from pinakes.index.encoders.sentence_model import find_encoder
    from pinakes.ingest.sources.opening import open_source
    from pinakes.ingest.workers import default_workers
    from pinakes.service.terminal.console import BuildProgress, print_plan

    settings = load_settings()
    scope = one_of("--vectors", vectors, ("all", "leads", "none"))
    found = open_source(dump)
    encoder = None if scope == "none" else find_encoder(settings.search.encoder)
    with BuildProgress() as progress:
        planned = plan_build(found, workers or default_workers(), encoder, progress, scope=scope)
    if as_json:
        print_json(asdict(planned) | {"lasting": planned.lasting, "most_disk": planned.most_disk})
    else:
        print_plan(planned)


def extract(
    dump: DumpPaths,
    workers: WorkersOption = None,
    report: Annotated[
        bool,
        typer.Option(
            "--report", help="Measure how much of the facts the text keeps, instead of printing it."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a dump's articles and redirects as JSON lines, or a report of their fidelity."""
    require_extra("build", "pinakes extract")
    if report:
        require_extra("measure", "pinakes extract --report")
    from pinakes.index.build.progress import Silence
    from pinakes.ingest.rows import extract_unit
    from pinakes.ingest.sources.checksums import verify
    from pinakes.ingest.sources.opening import open_source
    from pinakes.ingest.types import PageCounts
    from pinakes.ingest.workers import default_workers, map_units, worker_processes
    from pinakes.service.terminal.console import BuildProgress

    found = open_source(dump)
    count = workers or default_workers()
    if report:
        _report_fidelity(found, count, as_json=as_json)
        return
    counts = PageCounts()
    # On a terminal the lines themselves show that something happens.
    shown = nullcontext(Silence()) if sys.stdout.isatty() else BuildProgress()
    with (
        shown as progress,
        tempfile.TemporaryDirectory() as scratch,
        worker_processes(count) as executor,
    ):
        if checksums := found.published_checksums():
            progress.step("Checking checksums", sum(c.size for c in checksums), "bytes")
            for checksum in checksums:
                verify(checksum, progress.advance)
        progress.step("Reading the dump", found.byte_count, "bytes")
        work = partial(extract_unit, source=found, directory=Path(scratch))
        for unit, extracted in map_units(work, found.units(), executor, 2 * count + 1):
            for path, stream in ((extracted.rows, sys.stdout), (extracted.problems, sys.stderr)):
                with path.open("rb") as file:
                    shutil.copyfileobj(file, stream.buffer)
                path.unlink()
            counts += extracted.counts
            progress.advance(unit.byte_count)
    sys.stderr.write(f"{pages_text(counts)}\n")
    if counts.damages:
        raise DamagedDump(f"{damages_text(counts.damages)}; see the lines above")


def _report_fidelity(source: "Source", workers: int, *, as_json: bool) -> None:
    from pinakes.ingest.sources.mediawiki.fidelity.dump_fidelity import measure_dump
    from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
    from pinakes.service.terminal.console import BuildProgress
    from pinakes.service.terminal.fidelity_report import fidelity_json, print_fidelity

    if not isinstance(source, MediaWikiSource):
        raise BadInput(f"--report measures wikitext, and {source.files[0]} holds none")
    with BuildProgress() as progress:
        progress.step("Measuring", source.byte_count, "bytes")
        total, lost = measure_dump(source, workers, progress.advance)
    if as_json:
        print_json(fidelity_json(total, lost))
    else:
        print_fidelity(total, lost)


def status(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """What is built, what is not finished, and which model would answer."""
    from pinakes.index.errors import CollectionError
    from pinakes.index.generations import collection_names, not_served
    from pinakes.index.locks import build_state
    from pinakes.service.terminal.console import out

    settings = load_settings(data=data, collection=collection)
    if settings.collection:
        rows = [_status_of(settings.data / settings.collection)]
    else:
        rows = []
        built, others = collection_names(settings.data), not_served(settings.data)
        for name in _directories(settings.data):
            try:
                if name in built:
                    rows.append(_status_of(settings.data / name))
                elif name in others:
                    rows.append({"collection": name, "error": others[name]})
                elif state := build_state(settings.data / name):
                    rows.append({"collection": name, "build": state})
            except (CollectionError, BadInput) as error:
                rows.append({"collection": name, "error": str(error)})
    model, problem = _model_of(settings)
    if as_json:
        about = {"data": str(settings.data), "generator": settings.generator.backend}
        print_json(about | {"model": model, "model_problem": problem, "collections": rows})
        return
    if not rows:
        out.print(f"Nothing built in {settings.data}; begin with: pinakes build DUMP", markup=False)
    for row in rows:
        _print_status(row)
    said = problem or model or "none: answers quote the sources"
    out.print(f"data {settings.data}\nmodel {said}", style="dim", markup=False)


def _directories(data: Path) -> list[str]:
    return sorted(path.name for path in data.iterdir() if path.is_dir()) if data.is_dir() else []


def _status_of(path: Path) -> dict[str, Any]:
    """What is known of a collection. Raises CollectionError and BadInput."""
    from pinakes.index.generations import current_generation, read_manifest
    from pinakes.index.locks import build_state
    from pinakes.service.reading.models import linear_models
    from pinakes.service.reading.threshold import threshold_of

    manifest = read_manifest(current_generation(path))
    chosen = threshold_of(path, linear_models().answerability, manifest.encoder)
    return manifest.model_dump(mode="json", exclude={"files"}) | {
        "articles": manifest.pages.articles,
        "coverage": manifest.coverage,
        "bytes": sum(record.size for record in manifest.files.values()),
        "threshold": chosen.model_dump(),
        "build": build_state(path),
    }


def _model_of(settings: "Settings") -> tuple[str | None, str | None]:
    """The model that would answer, or why none can."""
    from pinakes.service.errors import GeneratorError
    from pinakes.service.generators.choice import model_chosen

    try:
        return model_chosen(settings.generator), None
    except (GeneratorError, BadInput) as error:
        return None, str(error)


def _print_status(row: dict[str, Any]) -> None:
    from pinakes.service.terminal.answer_figures_report import threshold_text
    from pinakes.service.terminal.console import out

    lines = []
    if "error" in row:
        lines.append(f"{row['collection']}: {row['error']}")
    elif "generation" in row:
        lines.append(
            f"{row['collection']} {row['generation']}: {row['articles']:,} articles, "
            f"{row['passages']:,} passages, {row['bytes'] / 1e6:,.1f} MB, built {row['created']}"
        )
        if damages := row["pages"]["damages"]:
            again = fetch_again_text(row["dump"]["files"])
            lines.append(f"  {damages_text(damages)}; {again}")
        if kept := row["pages"]["kept"]:
            lines.append(f"  {kept:,} of them kept from earlier dumps")
        lines += [f"  published although {text}" for text in row["accepted"]]
        lines += [f"  {_vectors_text(row)}", f"  {threshold_text(row['threshold'])}"]
    else:
        lines.append(f"{row['collection']}: nothing published yet")
    if state := row.get("build"):
        lines.append(f"  {_BUILD_STATES[state]}")
    for line in lines:
        out.print(line, markup=False)


def _vectors_text(row: dict[str, Any]) -> str:
    """How many passages have a vector, and how vectors are searched."""
    text = coverage_text(row["coverage"])
    if 0 < row["coverage"] < 1:
        text += f" ({row['vectors']:,})"
    index = row["vector_index"]
    if not index or not row["vectors"]:
        return text
    if index["kind"] == "exact":
        return f"{text}, exact search"
    recall = index["recall_at_10"]
    found = "" if recall is None else f", recall@10 {recall:.3f}"
    return f"{text}, {index['probes']:,} of {index['lists']:,} inverted lists{found}"
