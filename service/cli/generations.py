"""``pinakes generations``, ``rollback``, ``verify``: which generation answers, and is it whole?"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    collection_directory,
    print_json,
)
from pinakes.service.errors import BadInput
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.index.errors import CollectionError
    from pinakes.index.locks import GenerationLock

__all__ = ["list_generations", "remove", "rollback", "use", "verify", "verify_generations"]

_Name = Annotated[
    str, typer.Argument(metavar="GENERATION", help="As pinakes generations list names it.")
]


def list_generations(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """List the generations there are, with their sizes, and unfinished builds."""
    from pinakes.index.inventory import take_inventory
    from pinakes.service.terminal.inventory_report import inventory_json, print_inventory

    found = take_inventory(_directory(data, collection))
    if as_json:
        print_json(inventory_json(found))
    else:
        print_inventory(found)


def use(
    generation: _Name,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let another generation answer, if it opens; a running service follows."""
    from pinakes.index.generations import find_generation

    directory = _directory(data, collection)
    _use(directory, find_generation(directory, generation), as_json=as_json)


def rollback(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """Let the generation before the current one answer again; a running service follows."""
    from pinakes.index.upkeep import generation_before

    directory = _directory(data, collection)
    _use(directory, generation_before(directory), as_json=as_json)


def _use(directory: Path, generation: Path, *, as_json: bool) -> None:
    from pinakes.index.generations import current_generation
    from pinakes.index.upkeep import use_generation
    from pinakes.service.terminal.console import out

    before = current_generation(directory).name
    manifest = use_generation(directory, generation)
    if as_json:
        print_json({"collection": directory.name, "before": before, "current": generation.name})
        return
    as_of = f", as of {manifest.dump.day}" if manifest.dump.day else ""
    said = "already is" if before == generation.name else "is now"
    out.print(f"{generation.name} {said} the current generation of {directory.name}{as_of}.")
    if before != generation.name:
        out.print(f"Back again: pinakes generations use {before} -c {directory.name}", style="dim")


def remove(
    generations: Annotated[
        list[str] | None,
        typer.Argument(metavar="GENERATION...", help="As pinakes generations list names them."),
    ] = None,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Drop what unfinished builds have kept.")
    ] = False,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove generations that are not current and that no process uses, or unfinished builds."""
    from pinakes.index.generations import find_generation
    from pinakes.index.inventory import take_inventory
    from pinakes.index.upkeep import drop_unfinished, remove_generations
    from pinakes.service.terminal.console import out
    from pinakes.service.terminal.inventory_report import size_text

    if not (generations or unfinished):
        raise BadInput("name generations, or say --unfinished; pinakes generations list shows both")
    directory = _directory(data, collection)
    doomed = [find_generation(directory, name) for name in dict.fromkeys(generations or ())]
    before = take_inventory(directory)
    if doomed:
        remove_generations(directory, doomed)
    dropped = [build.name for build in before.unfinished] if unfinished else []
    if unfinished:
        drop_unfinished(directory)
    freed = before.size - take_inventory(directory).size
    names = [generation.name for generation in doomed]
    if as_json:
        print_json(
            {"collection": directory.name, "removed": names, "dropped": dropped, "bytes": freed}
        )
        return
    what = [*names, *(f"the unfinished build {name}" for name in dropped)]
    said = f"Removed {', '.join(what)}" if what else "No build is unfinished"
    out.print(f"{said}: {size_text(freed)} are free again." if what else f"{said}.")


def verify(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """Read all files of a collection again: are they what was built?"""
    from pinakes.index.locks import hold_generation

    checked = _checked(*hold_generation(_directory(data, collection)))
    if as_json:
        print_json(checked.json)
    elif checked.damage:
        raise checked.error
    else:
        _print_whole(checked)
    raise typer.Exit(1 if checked.damage else 0)


def verify_generations(
    generations: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="GENERATION...", help="As pinakes generations list names them; all if none is."
        ),
    ] = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read all files of generations again: are they what was built?"""
    from pinakes.index.generations import all_generations, find_generation
    from pinakes.index.locks import GenerationLock
    from pinakes.service.plain_text import one_line
    from pinakes.service.terminal.console import out

    directory = _directory(data, collection)
    named = [find_generation(directory, name) for name in generations or ()]
    found = []
    for generation in named or all_generations(directory):
        checked = _checked(generation, GenerationLock(generation))
        found.append(checked)
        if as_json:
            continue
        if checked.damage:
            out.print(f"{checked.place}: {one_line(str(checked.error))}", markup=False)
        else:
            _print_whole(checked)
    if as_json:
        print_json({"generations": [checked.json for checked in found]})
    raise typer.Exit(1 if any(checked.damage for checked in found) else 0)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A generation whose files were read again: the sizes of all, the error of each damaged one."""

    generation: Path
    sizes: "list[int]"
    damage: "dict[str, CollectionError]"

    @property
    def place(self) -> str:
        return f"{self.generation.parents[1].name} {self.generation.name}"

    @property
    def error(self) -> "CollectionError":
        from pinakes.index.verify import told_together

        return told_together(list(self.damage.values()))

    @property
    def json(self) -> dict[str, Any]:
        about = {
            "collection": self.generation.parents[1].name,
            "generation": self.generation.name,
        }
        if not self.damage:
            return about | {"files": len(self.sizes), "bytes": sum(self.sizes)}
        rows = [
            {"file": name, "problem": _problem_of(self.generation / name, error)}
            for name, error in self.damage.items()
        ]
        return about | {"damaged": rows}


def _checked(generation: Path, lock: "GenerationLock") -> _Checked:
    """Read the files of a generation, and let go of it."""
    from pinakes.index.errors import DamagedGeneration
    from pinakes.index.generations import read_manifest
    from pinakes.index.verify import find_all_damage
    from pinakes.service.terminal.console import BuildProgress

    try:
        manifest = read_manifest(generation)
        sizes = [record.size for record in manifest.files.values()]
        with BuildProgress() as progress:
            return _Checked(generation, sizes, find_all_damage(generation, manifest, progress))
    except DamagedGeneration as error:
        return _Checked(generation, [], {"manifest.json": error})
    finally:
        lock.release()


def _problem_of(path: Path, error: Exception) -> str:
    """What an error says of ``path``, without naming it once more."""
    return str(error).removeprefix(str(path)).lstrip(": ").rpartition("; ")[0]


def _print_whole(checked: _Checked) -> None:
    from pinakes.service.terminal.console import out

    out.print(
        f"{checked.place}: {len(checked.sizes):,} files, {sum(checked.sizes) / 1e6:,.1f} MB, all "
        "as they were built",
        markup=False,
    )


def _directory(data: Path | None, collection: str | None) -> Path:
    """The collection asked for, or the only one; also one of which nothing is published yet."""
    settings = load_settings(data=data, collection=collection)
    if settings.collection and (settings.data / settings.collection / "building").is_dir():
        return settings.data / settings.collection
    return collection_directory(settings)
