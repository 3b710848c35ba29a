"""One generation of a collection, open for comparing: its manifest and its store.

Knows nothing of what differs.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pinakes.index.errors import CollectionError, OtherWiki, UnknownGeneration
from pinakes.index.generations import (
    all_generations,
    check_files,
    current_generation,
    read_manifest,
    unknown_generation,
)
from pinakes.index.health import unreadable
from pinakes.index.locks import GenerationLock
from pinakes.index.store.store import Store
from pinakes.index.types import Manifest

__all__ = ["Version", "check_comparable", "earlier_generation", "generation_since", "open_version"]

_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


@dataclass(frozen=True, slots=True)
class Version:
    """What a generation says of itself, and its pages."""

    manifest: Manifest
    store: Store


@contextmanager
def open_version(generation: Path) -> Iterator[Version]:
    """The generation, held for as long as the block runs.

    Raises UnknownGeneration where there is none, UnknownFormat, DamagedGeneration or
    UnreadableGeneration.
    """
    try:
        lock = GenerationLock(generation)
    except (FileNotFoundError, NotADirectoryError):
        raise unknown_generation(generation.parents[1], generation.name) from None
    except PermissionError as error:
        raise unreadable(generation, error) from None
    try:
        manifest = read_manifest(generation)
        check_files(generation, manifest)
        with Store(generation / "pages.db") as store:
            yield Version(manifest, store)
    finally:
        lock.release()


def earlier_generation(collection: Path) -> Path:
    """The newest generation of the dumps before the current one's.

    Raises NoCollection, and UnknownGeneration where there is no earlier dump.
    """
    current = current_generation(collection)
    dump = read_manifest(current).dump.fingerprint
    earlier = [
        generation
        for generation in all_generations(collection)
        if _place(generation) < _place(current) and _dump_of(generation) not in (None, dump)
    ]
    if not earlier:
        there = all_generations(collection)
        told = _there_are(collection)
        if len(there) > 1 and all(_dump_of(generation) == dump for generation in there):
            told = f"{', '.join(generation.name for generation in there)} are all of the same dump"
        raise UnknownGeneration(
            f"{collection.name} has no generation of a dump before that of {current.name}; {told}"
        )
    return max(earlier, key=_place)


def generation_since(collection: Path, since: str) -> Path:
    """The generation called ``since``, or the newest one of a dump of that date or before.

    Dates are YYYY-MM-DD or YYYYMMDD. Raises UnknownGeneration, which names those there are.
    """
    date = _DATE.fullmatch(since)
    found = [
        generation
        for generation in all_generations(collection)
        if generation.name == since or (date and generation.name[:8] <= "".join(date.groups()))
    ]
    if not found:
        raise unknown_generation(collection, since)
    return max(found, key=_place)


def check_comparable(old: Manifest, new: Manifest) -> None:
    """Raise OtherWiki where pages of the two with one number are not one page."""
    if not old.dump.is_same_wiki(new.dump):
        raise OtherWiki(
            f"{old.collection} is of {old.dump.name} and {new.collection} of {new.dump.name}: only "
            "dumps of one wiki can be compared"
        )


def _place(generation: Path) -> tuple[str, int]:
    date, _, number = generation.name.partition("-")
    return date, int(number)


def _dump_of(generation: Path) -> str | None:
    """The fingerprint of its dump; None where that cannot be read."""
    try:
        return read_manifest(generation).dump.fingerprint
    except CollectionError:
        return None


def _there_are(collection: Path) -> str:
    names = [generation.name for generation in all_generations(collection)]
    return f"there are: {', '.join(names) or 'none'}"
