"""What is done to whole generations and collections: another one used, removed, renamed.

One rename each; nothing is removed while a process holds it. Knows nothing of what a generation
says, but that it opens.
"""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from pinakes.index.encoder_files import SHARED_ENCODERS, remove_unused_encoders
from pinakes.index.errors import BadName, InUse, UnknownGeneration
from pinakes.index.generations import all_generations, can_be_called, current_generation
from pinakes.index.locks import GenerationLock, hold_collection
from pinakes.index.retrieval.search import Index
from pinakes.index.superseded import held_alone, origin_of, remove_generation
from pinakes.index.swap import make_current
from pinakes.index.types import Manifest
from pinakes.ingest.files import sync_directory

__all__ = [
    "drop_unfinished",
    "generation_before",
    "remove_collection",
    "remove_generations",
    "rename_collection",
    "use_generation",
]

_BUILDING = "building"
_REMOVED = ".removed-"


def generation_before(collection: Path) -> Path:
    """The newest generation that was built before the current one; of another dump, if there is.

    Raises UnknownGeneration where there is none.
    """
    current = current_generation(collection)
    now = origin_of(current)
    earlier = [
        (origin.dump != now.dump, origin.created, origin.place, path)
        for path in all_generations(collection)
        if (origin := origin_of(path)).name != now.name
        and (origin.created, origin.place) < (now.created, now.place)
    ]
    if not earlier:
        raise UnknownGeneration(
            f"{collection.name} has no generation from before {current.name} to go back to"
        )
    return max(earlier)[-1]


def use_generation(collection: Path, generation: Path) -> Manifest:
    """Let a generation be the current one, if it opens; its manifest.

    Services that run change over within two seconds. Raises BuildInProgress, and what
    ``Index.open`` does.
    """
    with hold_collection(collection):
        with Index.open_generation(generation, GenerationLock(generation), None) as index:
            manifest = index.manifest
        make_current(generation)
    return manifest


def remove_generations(collection: Path, generations: Sequence[Path]) -> None:
    """Remove these. Raises InUse where one is current or held by a process, BuildInProgress."""
    with hold_collection(collection):
        current = current_generation(collection)
        if current in generations:
            raise InUse(
                f"{current.name} is the current generation; first take another: "
                f"pinakes generations use NAME -c {collection.name}"
            )
        for generation in generations:
            remove_generation(generation)
        remove_unused_encoders(collection.parent)


def drop_unfinished(collection: Path) -> None:
    """Remove what an unfinished build keeps. Raises BuildInProgress where one is at work."""
    with hold_collection(collection):
        shutil.rmtree(collection / _BUILDING, ignore_errors=True)


def rename_collection(collection: Path, name: str) -> Path:
    """Call a collection otherwise; where it then lies.

    Services that run offer it under the new name within two seconds, and no longer under the old
    one, which citations given out before have. Raises BadName, BuildInProgress.
    """
    if not can_be_called(name) or name == SHARED_ENCODERS:
        raise BadName(
            f"no collection can be called {name[:80]!r}: letters, digits, dots, hyphens and "
            f"underscores, and not {SHARED_ENCODERS}"
        )
    renamed = collection.with_name(name)
    if renamed.exists():
        raise BadName(f"{renamed} is there already; take another name")
    with hold_collection(collection):
        collection.rename(renamed)
        sync_directory(renamed.parent)
    return renamed


def remove_collection(collection: Path) -> None:
    """Remove a collection with all its generations, and what removals before have left.

    Raises InUse where a process holds one of them, BuildInProgress where a build is at work.
    """
    with hold_collection(collection), ExitStack() as held:
        for generation in all_generations(collection):
            held.enter_context(held_alone(generation))
        for leftover in collection.parent.glob(f"{_REMOVED}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        doomed = collection.rename(collection.with_name(f"{_REMOVED}{collection.name}"))
        sync_directory(doomed.parent)
        shutil.rmtree(doomed)
    remove_unused_encoders(collection.parent)
