"""``pinakes collections``: which there are and what they take, their names, and their removal."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from pinakes.service.cli.options import DataOption, JsonOption, print_json
from pinakes.service.errors import BadInput
from pinakes.service.settings import load_settings

__all__ = ["list_collections", "remove", "rename"]

_Name = Annotated[
    str, typer.Argument(metavar="COLLECTION", help="As pinakes collections list names it.")
]


def list_collections(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the collections, and what they take of the disk."""
    from pinakes.index.inventory import take_inventory
    from pinakes.service.terminal.console import out
    from pinakes.service.terminal.inventory_report import collection_json, print_collections

    root = load_settings(data=data).data
    found = [take_inventory(path) for path in _collections(root)]
    free = shutil.disk_usage(root).free if root.is_dir() else 0
    if as_json:
        rows = [collection_json(inventory) for inventory in found]
        print_json({"data": str(root), "bytes_free": free, "collections": rows})
    elif found:
        print_collections(found, free)
    else:
        out.print(f"Nothing built in {root}; begin with: pinakes build DUMP", markup=False)


def rename(
    collection: _Name,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is to be called.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Call a collection otherwise; its address, and the ids of its passages, change with it."""
    from pinakes.index.upkeep import rename_collection
    from pinakes.service.terminal.console import out

    rename_collection(_named(load_settings(data=data).data, collection), name)
    if as_json:
        print_json({"before": collection, "collection": name})
        return
    out.print(f"{collection} is now called {name}.")
    out.print(f"Of the next dump: pinakes build DUMP -c {name}", style="dim")


def remove(
    collection: _Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a collection with all its generations, unless a process uses it."""
    from pinakes.index.inventory import take_inventory
    from pinakes.index.upkeep import remove_collection
    from pinakes.service.terminal.console import out
    from pinakes.service.terminal.inventory_report import size_text

    directory = _named(load_settings(data=data).data, collection)
    found = take_inventory(directory)
    generations = len(found.generations)
    what = f"{collection} ({generations} generations, {size_text(found.size)})"
    if not yes:
        if not sys.stdin.isatty():
            raise BadInput(f"{what} would be gone for good; to remove it say --yes")
        typer.confirm(f"Remove {what} for good?", abort=True, err=True)
    remove_collection(directory)
    if as_json:
        print_json({"removed": collection, "bytes": found.size})
    else:
        out.print(f"Removed {what}.")


def _collections(root: Path) -> list[Path]:
    """The directories with something built, or being built."""
    from pinakes.index.generations import all_generations, can_be_called
    from pinakes.index.locks import build_state

    return [
        path
        for path in (sorted(root.iterdir()) if root.is_dir() else ())
        if can_be_called(path.name) and (all_generations(path) or build_state(path))
    ]


def _named(root: Path, name: str) -> Path:
    from pinakes.index.errors import UnknownCollection

    there = _collections(root)
    found = next((path for path in there if path.name == name), None)
    if found is None:
        names = ", ".join(path.name for path in there) or "none"
        raise UnknownCollection(f"no collection {name[:80]!r} in {root}; there are: {names}")
    return found
