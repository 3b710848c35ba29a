"""``pinakes update``: a new dump for a collection that is there; only what has changed is made."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.build import (
    AcceptVanishedOption,
    ForceOption,
    PublishOption,
    StrictOption,
    WorkersOption,
    build_and_tell,
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
    from pinakes.service.settings import Settings

__all__ = ["update"]


def update(
    dump: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DUMP...", help="Dump files, or a directory of them."),
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
    strict: StrictOption = False,
    without_checksums: Annotated[
        bool,
        typer.Option(
            "--without-checksums", help="Take a dump that has no checksums beside its files."
        ),
    ] = False,
    accept_vanished: AcceptVanishedOption = False,
    force: ForceOption = False,
    publish: PublishOption = "ready",
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take up a new dump of a collection; what has not changed is taken over."""
    require_extra("build", "pinakes update")
    from pinakes.index.build.update import check_update, scope_before
    from pinakes.ingest.sources.opening import open_source

    settings = load_settings(data=data, collection=collection)
    chosen = one_of("--vectors", vectors, ("before", "all", "leads", "none"))
    paths = _paths(settings, dump, if_newer, as_json=as_json)
    found = open_source(paths)
    directory = settings.data / (settings.collection or found.identity.name)
    if if_newer is not None:
        directory = collection_directory(settings)
    present = check_update(directory, found, without_checksums=without_checksums or force)
    build_and_tell(
        directory,
        found,
        scope_before(directory, present) if chosen == "before" else chosen,
        settings,
        build_options(settings, workers, publish, strict=strict, force=force),
        accept_vanished=accept_vanished,
        as_json=as_json,
    )


def _paths(
    settings: "Settings", dump: list[Path] | None, if_newer: Path | None, *, as_json: bool
) -> list[Path]:
    """The files of the dump; exits where no newer one is there. Raises BadInput."""
    if (if_newer is None) == (not dump):
        raise BadInput("name a dump, or a directory with --if-newer")
    if if_newer is None:
        return dump or []
    from pinakes.index.generations import current_generation, read_manifest
    from pinakes.ingest.sources.mediawiki.files.newest import newest_dump, no_newer_dump
    from pinakes.service.terminal.console import out

    built = read_manifest(current_generation(collection_directory(settings))).dump
    than = date.fromisoformat(built.day) if built.day else None
    newest = newest_dump(if_newer, than, built.name)
    if newest is not None:
        return list(newest.parts)
    why = no_newer_dump(if_newer, than, built.name)
    if as_json:
        print_json({"changed": False, "why": why})
    else:
        out.print(f"Nothing new: {why}.", markup=False)
    raise typer.Exit
