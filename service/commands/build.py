"""``pinakes build``, ``extract`` and ``status``: from dumps to collections."""

import json
import sys
from typing import Annotated, Any

import typer

from service.commands.options import (
    CollectionOption,
    DataOption,
    DumpPaths,
    JsonOption,
    one_of,
    print_json,
)
from service.settings import load_settings

__all__ = ["build", "extract", "status"]


def build(
    dump: DumpPaths,
    vectors: Annotated[
        str, typer.Option(help="Which passages get vectors: all, leads or none.")
    ] = "all",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read the dump.", show_default="cores")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Build anew what is built.")] = False,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build a collection from a dump, or go on with an interrupted build."""
    from index.build import build_collection
    from index.encoder import find_encoder
    from ingest.dumps import find_dump
    from service.console import BuildProgress, out

    settings = load_settings(data=data, collection=collection)
    scope = one_of("--vectors", vectors, ("all", "leads", "none"))
    found = find_dump(dump)
    directory = settings.data / (settings.collection or found.name)
    encoder = None if scope == "none" else find_encoder(settings.search.encoder)
    with BuildProgress() as progress:
        result = build_collection(
            directory, found, encoder, scope, progress, workers=workers, force=force
        )
    manifest = result.manifest
    if as_json:
        print_json(
            {"changed": result.changed} | manifest.model_dump(mode="json", exclude={"files"})
        )
        return
    if not result.changed:
        out.print(f"{manifest.collection} {manifest.generation} is up to date; nothing to do.")
    out.print(
        f"{manifest.collection} {manifest.generation}: {manifest.documents:,} articles, "
        f"{manifest.redirects:,} redirects, {manifest.passages:,} passages, "
        f"vectors for {manifest.coverage:.0%}\n"
        f"{manifest.pages_read:,} pages read = {manifest.documents:,} articles + "
        f"{manifest.redirects:,} redirects + {manifest.other_namespaces:,} of other namespaces"
        + (f" + {manifest.duplicates:,} that came twice" if manifest.duplicates else "")
    )


def extract(
    dump: DumpPaths,
    report: Annotated[
        bool, typer.Option("--report", help="Measure what the text loses, instead of printing it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a dump's articles and redirects as JSON lines, or a report of what they lose."""
    from ingest.dumps import find_dump, plan_units
    from ingest.extract import read_documents, to_json

    found = find_dump(dump)
    if report:
        from service.loss_report import loss_json, measure_dump, print_loss

        total, lost = measure_dump(found)
        if as_json:
            print_json(loss_json(total, lost))
        else:
            print_loss(total, lost)
        return
    for unit in plan_units(found):
        for entry in read_documents(unit, found.site):
            if entry is not None:
                sys.stdout.write(json.dumps(to_json(entry), ensure_ascii=False) + "\n")


def status(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """What is built, and which model would answer."""
    from index.errors import CollectionError
    from index.generations import collection_names, current_generation, read_manifest
    from service.console import out

    settings = load_settings(data=data, collection=collection)
    names = [settings.collection] if settings.collection else collection_names(settings.data)
    rows: list[dict[str, Any]] = []
    for name in names:
        try:
            manifest = read_manifest(current_generation(settings.data / name))
        except CollectionError as error:
            if settings.collection:
                raise
            rows.append({"collection": name, "error": str(error)})
            continue
        summary = manifest.model_dump(mode="json", exclude={"files"})
        size = sum(record.size for record in manifest.files.values())
        rows.append(summary | {"coverage": manifest.coverage, "bytes": size})
    if as_json:
        print_json({"data": str(settings.data), "collections": rows})
        return
    if not rows:
        out.print(f"Nothing built in {settings.data}; begin with: pinakes build DUMP")
    for row in rows:
        if "error" in row:
            out.print(f"{row['collection']}: {row['error']}")
            continue
        out.print(
            f"[bold]{row['collection']}[/bold] {row['generation']}: {row['documents']:,} articles, "
            f"{row['passages']:,} passages, vectors for {row['coverage']:.0%}, "
            f"{row['bytes'] / 1e6:,.1f} MB, built {row['created']}"
        )
    out.print(f"data {settings.data}\ngenerator {settings.generator.backend}", style="dim")
