"""Which generations nobody needs any more, and their removal.

Increments of one dump supersede each other. A rebuild from a file that changed does not: the
generation before it stays for rollback. Knows nothing of what is in a generation.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pinakes.index.encoder_files import remove_unused_encoders
from pinakes.index.errors import CollectionError, InUse
from pinakes.index.generations import all_generations, current_generation, read_manifest
from pinakes.index.holders import holders, named
from pinakes.index.locks import NO_LOCKS

__all__ = [
    "KEPT_DUMPS",
    "Origin",
    "held_alone",
    "origin_of",
    "remove_generation",
    "remove_superseded",
]

# Of so many dumps the last generation stays: the present one, and one to go back to.
KEPT_DUMPS = 2


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a generation comes from.

    ``dump``: of one dump are those of one date and one fingerprint. ``created`` as its
    manifest tells.
    """

    name: str
    dump: tuple[str, str]
    created: str

    @property
    def place(self) -> tuple[str, int]:
        """Its place among others, by name: the date, then the number."""
        date, number = self.name.split("-")
        return date, int(number)


def remove_superseded(collection: Path, kept_dumps: int = KEPT_DUMPS) -> list[str]:
    """Remove what no one needs: older increments of a dump, and dumps before the last few.

    The current generation, the newest of the dump built before it if two are kept, and those that
    some process holds stay. Returns the names removed.
    """
    for doomed in (collection / "generations").glob(".removed-*"):
        shutil.rmtree(doomed)  # a removal that was interrupted
    kept = _kept(all_generations(collection), current_generation(collection).name, kept_dumps)
    removed = []
    for generation in all_generations(collection):
        if generation.name not in kept:
            with suppress(InUse):  # a service still answers from it; the next build tries again
                remove_generation(generation)
                removed.append(generation.name)
    remove_unused_encoders(collection.parent)
    return removed


def remove_generation(generation: Path) -> None:
    """Remove a generation: for all others in one rename, before its files go. Raises InUse."""
    with held_alone(generation):
        doomed = generation.with_name(f".removed-{generation.name}")
        generation.rename(doomed)
        shutil.rmtree(doomed)


@contextmanager
def held_alone(generation: Path) -> Iterator[None]:
    """Nobody else holds the generation in this block.

    Raises InUse where a process does, or where nobody can tell: file systems without locks.
    """
    handle = os.open(generation, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = f"{named(holders(generation))} still uses {generation.name}; stop it first"
            raise InUse(held) from None
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            raise InUse(
                f"{generation}: this file system has no locks, so that nobody can tell whether it "
                "is still used; remove the directory by hand"
            ) from None
        yield
    finally:
        os.close(handle)


def _kept(generations: list[Path], current: str, kept_dumps: int) -> set[str]:
    newest: dict[tuple[str, str], Origin] = {}
    origins = sorted(map(origin_of, generations), key=lambda origin: origin.place)
    for origin in origins:
        newest[origin.dump] = origin
    others = dict(newest)
    for origin in origins:
        if origin.name == current:
            # A newer one of its dump was never published: the build was killed just before.
            newest[origin.dump] = origin
            del others[origin.dump]
    last = sorted(newest.values(), key=lambda origin: origin.place)[-kept_dumps:]
    kept = {origin.name for origin in last} | {current}
    if others and kept_dumps > 1:  # a dump of an older date may have been built later
        kept.add(max(others.values(), key=lambda origin: (origin.created, origin.place)).name)
    return kept


def origin_of(generation: Path) -> Origin:
    """Where a generation comes from; one whose manifest cannot be read is of no other's dump."""
    name = generation.name
    try:
        manifest = read_manifest(generation)
    except (CollectionError, OSError):
        return Origin(name, (name, ""), "")
    return Origin(name, (name.split("-")[0], manifest.dump.fingerprint), manifest.created)
