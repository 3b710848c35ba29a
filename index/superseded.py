"""Which generations nobody needs any more, and their removal.

Increments of one dump supersede each other. A rebuild from a file that changed does not: the
generation before it stays for rollback. Knows nothing of what is in a generation.
"""

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pinakes.index.encoder_files import remove_unused_encoders
from pinakes.index.errors import CollectionError
from pinakes.index.generations import NO_LOCKS, all_generations, current_generation, read_manifest

__all__ = ["remove_superseded"]

_KEPT_DUMPS = 2


@dataclass(frozen=True, slots=True)
class _Origin:
    """``dump``: of one dump are those of one date and one fingerprint. ``created`` as told."""

    name: str
    dump: tuple[str, str]
    created: str

    @property
    def place(self) -> tuple[str, int]:
        date, number = self.name.split("-")
        return date, int(number)


def remove_superseded(collection: Path) -> list[str]:
    """Remove what no one needs: older increments of a dump, and dumps before the last two.

    The current generation, the newest of the dump built before it, and those that some process
    holds stay. Returns the names removed.
    """
    for doomed in (collection / "generations").glob(".removed-*"):
        shutil.rmtree(doomed)  # a removal that was interrupted
    kept = _kept(all_generations(collection), current_generation(collection).name)
    removed = []
    for generation in all_generations(collection):
        if generation.name in kept:
            continue
        handle = os.open(generation, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            doomed = generation.with_name(f".removed-{generation.name}")
            generation.rename(doomed)
            shutil.rmtree(doomed)
            removed.append(generation.name)
        except BlockingIOError:
            continue  # a service still answers from it; the next build tries again
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
        finally:
            os.close(handle)
    remove_unused_encoders(collection.parent)
    return removed


def _kept(generations: list[Path], current: str) -> set[str]:
    newest: dict[tuple[str, str], _Origin] = {}
    origins = sorted(map(_origin, generations), key=lambda origin: origin.place)
    for origin in origins:
        newest[origin.dump] = origin
    others = dict(newest)
    for origin in origins:
        if origin.name == current:
            # A newer one of its dump was never published: the build was killed just before.
            newest[origin.dump] = origin
            del others[origin.dump]
    last = sorted(newest.values(), key=lambda origin: origin.place)[-_KEPT_DUMPS:]
    kept = {origin.name for origin in last} | {current}
    if others:  # a dump of an older date may have been built later
        kept.add(max(others.values(), key=lambda origin: (origin.created, origin.place)).name)
    return kept


def _origin(generation: Path) -> _Origin:
    """Where a generation comes from; one whose manifest cannot be read is of no other's dump."""
    name = generation.name
    try:
        manifest = read_manifest(generation)
    except (CollectionError, OSError):
        return _Origin(name, (name, ""), "")
    return _Origin(name, (name.split("-")[0], manifest.dump.fingerprint), manifest.created)
