"""``pinakes update``: a new dump for a collection that is there; only what has changed is made."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.build import build_and_tell, chosen_encoder, spread_over_cluster
from pinakes.service.cli.build_options import (
    AcceptEncoderOption,
    AcceptVanishedOption,
    ExecutorOption,
    ForceOption,
    KeepVanishedOption,
    PublishOption,
    StrictOption,
    WorkersOption,
    build_options,
)
from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    collection_directory,
    one_of,
    print_json,
)
from pinakes.service.errors import BadInput
from pinakes.service.extras import require_extra
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.index.build.pipeline import BuildOptions
    from pinakes.index.types import VectorScope
    from pinakes.ingest.sources.base import Source
    from pinakes.service.settings import Settings

__all__ = ["update"]


def update(
    dump: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DUMP...", help="Dump files, or a directory of them; or a folder of manuals."
        ),
    ] = None,
    if_newer: Annotated[
        Path | None,
        typer.Option(
            "--if-newer",
            help="Take the newest complete dump below this directory, if it is newer.",
            show_default=False,
        ),
    ] = None,
    vectors: Annotated[
        str, typer.Option(help="Which passages get vectors: all, leads, none, or as before.")
    ] = "before",
    workers: WorkersOption = None,
    executor: ExecutorOption = None,
    strict: StrictOption = False,
    without_checksums: Annotated[
        bool,
        typer.Option(
            "--without-checksums", help="Take a dump that has no checksums beside its files."
        ),
    ] = False,
    accept_vanished: AcceptVanishedOption = False,
    accept_encoder: AcceptEncoderOption = False,
    keep_vanished: KeepVanishedOption = False,
    force: ForceOption = False,
    publish: PublishOption = "ready",
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Of a folder of manuals: go on with each change in it, until Ctrl-C."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and what it would take.")
    ] = False,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take up a new dump of a collection; what has not changed is taken over."""
    require_extra("build", "pinakes update")
    from pinakes.index.build.update import check_update, scope_before
    from pinakes.ingest.sources.opening import open_source

    settings = load_settings(data=data, collection=collection, build__executor=executor)
    chosen = one_of("--vectors", vectors, ("before", "all", "leads", "none"))
    paths = _paths(settings, dump, if_newer, as_json=as_json)
    found = open_source(paths)
    directory = settings.data / (settings.collection or found.identity.name)
    if if_newer is not None:
        directory = collection_directory(settings)
    present = check_update(directory, found, without_checksums=without_checksums or force)
    scope = scope_before(directory, present) if chosen == "before" else chosen
    options = build_options(
        settings, workers, publish, strict=strict, force=force, keep_vanished=keep_vanished
    )
    if watch:
        if dry_run or as_json:
            raise BadInput("--watch tells people what it does: leave --dry-run and --json away")
        _watch(
            directory, paths, scope, settings, options,
            accept_vanished=accept_vanished, accept_encoder=accept_encoder,
        )  # fmt: skip
        return
    if dry_run:
        _preview(directory, found, scope, settings, options, as_json=as_json)
        return
    build_and_tell(
        directory, found, scope, settings, options,
        accept_vanished=accept_vanished, accept_encoder=accept_encoder, as_json=as_json,
    )  # fmt: skip


def _watch(
    directory: Path,
    paths: list[Path],
    scope: "VectorScope",
    settings: "Settings",
    options: "BuildOptions",
    *,
    accept_vanished: bool,
    accept_encoder: bool,
) -> None:
    """Update now and whenever something in the folder has changed. Raises BadInput."""
    from pinakes.index.errors import Withheld
    from pinakes.ingest.errors import IngestError
    from pinakes.ingest.sources.opening import open_source
    from pinakes.service.cli.watching import changes_of
    from pinakes.service.terminal.console import err

    if len(paths) != 1 or not paths[0].is_dir() or open_source(paths).has_checksums:
        raise BadInput("--watch takes one folder of manuals; for dumps: --if-newer, by a timer")
    require_extra("folder", "pinakes update --watch")

    def tell(words: str) -> None:
        err.print(words, markup=False)

    for has_changed in changes_of(paths[0].absolute(), tell):
        if not has_changed:
            continue
        try:
            build_and_tell(
                directory, open_source(paths), scope, settings, options,
                accept_vanished=accept_vanished, accept_encoder=accept_encoder, as_json=False,
            )  # fmt: skip
        except (IngestError, Withheld) as error:  # the next change may mend it
            tell(str(error))


def _preview(
    directory: Path,
    source: "Source",
    scope: "VectorScope",
    settings: "Settings",
    options: "BuildOptions",
    *,
    as_json: bool,
) -> None:
    from pinakes.index.build.pipeline import preview_update
    from pinakes.index.build.publish import current_manifest
    from pinakes.service.terminal.console import BuildProgress, out
    from pinakes.service.terminal.inventory_report import print_preview

    encoder = chosen_encoder(settings, source, scope, current_manifest(directory))
    with spread_over_cluster(options, settings, source) as spread, BuildProgress() as progress:
        found = preview_update(directory, source, encoder, scope, progress, spread)
    if as_json:
        print_json({"changes": found is not None} | (asdict(found) if found else {}))
    elif found is None:
        out.print(f"{directory.name} is up to date; nothing would change.", markup=False)
    else:
        print_preview(found)


def _paths(
    settings: "Settings", dump: list[Path] | None, if_newer: Path | None, *, as_json: bool
) -> list[Path]:
    """The files of the dump; exits where no newer one is there. Raises BadInput."""
    if (if_newer is None) == (not dump):
        raise BadInput("name a dump, or a directory with --if-newer")
    if if_newer is None:
        return dump or []
    from pinakes.index.generations import current_generation, read_manifest
    from pinakes.index.inventory import take_inventory
    from pinakes.ingest.sources.opening import newest_dump, no_newer_dump
    from pinakes.service.terminal.console import out

    directory = collection_directory(settings)
    name = read_manifest(current_generation(directory)).dump.name
    # Of all, not of the current one: what was rolled back does not come again by itself.
    manifests = [state.manifest for state in take_inventory(directory).generations]
    days = [manifest.dump.day for manifest in manifests if manifest and manifest.dump.day]
    than = date.fromisoformat(max(days)) if days else None
    newest = newest_dump(if_newer, than, name)
    if newest is not None:
        return list(newest.parts)
    why = no_newer_dump(if_newer, than, name)
    if as_json:
        print_json({"changed": False, "why": why})
    else:
        out.print(f"Nothing new: {why}.", markup=False)
    raise typer.Exit
