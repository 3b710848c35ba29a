"""What lies in the directory of a collection: generations, unfinished builds, and what they weigh.

Sizes are bytes on the disk. Files that several generations share, by hard links, count once in a
sum; of each generation it is said how much of it nothing else holds, and would be free without it.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pinakes.index.errors import CollectionError
from pinakes.index.generations import WITHHELD, all_generations, current_generation, read_manifest
from pinakes.index.holders import holders
from pinakes.index.locks import build_state
from pinakes.index.types import Manifest
from pinakes.ingest.files import read_json, read_text

__all__ = ["GenerationState", "Inventory", "UnfinishedBuild", "take_inventory"]

_BLOCK = 512  # the unit of st_blocks, whatever the file system's own


@dataclass(frozen=True, slots=True)
class GenerationState:
    """A generation as it lies there; ``manifest`` is None where none can be read: ``problem``.

    ``alone``: the bytes that nothing but this generation holds. ``held_by``: ids of processes.
    """

    name: str
    is_current: bool
    manifest: Manifest | None
    problem: str | None
    size: int
    alone: int
    held_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnfinishedBuild:
    """What a build has kept that has not finished: of which files, where that is known.

    ``withheld``: why it was not published, of one that is whole.
    """

    name: str
    files: tuple[str, ...]
    size: int
    withheld: str | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that lies in the directory of a collection; ``size``: every file once."""

    collection: str
    size: int
    generations: tuple[GenerationState, ...]
    unfinished: tuple[UnfinishedBuild, ...]
    build: Literal["at work", "unfinished"] | None

    @property
    def current(self) -> GenerationState | None:
        """The generation that answers, if there is one."""
        return next((one for one in self.generations if one.is_current), None)


def take_inventory(collection: Path) -> Inventory:
    """Look at all that lies in a collection's directory, the newest generation first."""
    try:
        current = current_generation(collection).name
    except CollectionError:
        current = ""
    building = collection / "building"
    begun = sorted(building.iterdir()) if building.is_dir() else []
    return Inventory(
        collection.name,
        _weight(collection)[0],
        tuple(_state(path, current) for path in reversed(all_generations(collection))),
        tuple(map(_unfinished, begun)),
        build_state(collection),
    )


def _state(generation: Path, current: str) -> GenerationState:
    manifest = problem = None
    try:
        manifest = read_manifest(generation)
    except CollectionError as error:
        problem = str(error)
    size, alone = _weight(generation)
    return GenerationState(
        generation.name,
        generation.name == current,
        manifest,
        problem,
        size,
        alone,
        tuple(holders(generation)),
    )


def _unfinished(build: Path) -> UnfinishedBuild:
    files: tuple[str, ...] = ()
    withheld = None
    with suppress(OSError, ValueError, KeyError, TypeError):
        files = tuple(map(str, read_json(build / "plan.json")["files"]))
    with suppress(OSError):
        withheld = read_text(build / WITHHELD)
    return UnfinishedBuild(build.name, files, _weight(build)[0], withheld)


def _weight(directory: Path) -> tuple[int, int]:
    """Bytes on the disk of the files below, each once; and of those that have no name elsewhere."""
    found: dict[tuple[int, int], tuple[os.stat_result, int]] = {}  # file: state, names found
    for path, _, names in os.walk(directory):
        for name in names:
            with suppress(FileNotFoundError):  # gone meanwhile
                state = os.lstat(os.path.join(path, name))
                _, count = found.get((state.st_dev, state.st_ino), (state, 0))
                found[state.st_dev, state.st_ino] = (state, count + 1)
    size = sum(state.st_blocks for state, _ in found.values())
    alone = sum(state.st_blocks for state, names in found.values() if names == state.st_nlink)
    return size * _BLOCK, alone * _BLOCK
