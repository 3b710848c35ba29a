"""What a source of documents is: files, read in units, each of which gives entries.

The index, segments, the ingest report and the commands know no more of a source than this.
"""

import functools
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import xxhash

from pinakes.ingest.sources.checksums import PublishedChecksum, published_checksums
from pinakes.ingest.sources.file_state import FileState, check_unchanged, digest_file
from pinakes.ingest.types import Document, DocumentKey, Entry, Unchanged

__all__ = [
    "IsKnown",
    "Known",
    "MadeFrom",
    "Source",
    "SourceIdentity",
    "Stepping",
    "Unit",
    "collection_name",
    "program_digest",
]

# What a document is made from now, as a digest, if it takes from elsewhere in the source what it
# took when these inputs were written down (``Document.inputs``).
MadeFrom = Callable[[bytes], bytes]
# Whether a document of this key is known already, that was made from the same.
IsKnown = Callable[[DocumentKey, MadeFrom], bool]


class Stepping(Protocol):
    """Who is told how a source is prepared."""

    def step(self, name: str, total: int, unit: str) -> None:
        """A step begins; ``total`` counts in ``unit``."""
        ...

    def advance(self, amount: int) -> None:
        """So much more of the step is done."""
        ...


class Known(Protocol):
    """The documents that are known from another time. Pickled with every unit: it is small."""

    def open(self) -> AbstractContextManager[IsKnown]:
        """What answers, as long as the block lasts."""
        ...


@dataclass(frozen=True, slots=True)
class SourceIdentity:
    """What tells a source from others, as a manifest keeps it.

    ``kind``: of source. ``name``: what its collection is called where nothing else is said, as
    ``collection_name`` makes one. ``date``: YYYYMMDD, or None. ``language``: its code. The others
    are known of wikis.
    """

    kind: str
    name: str
    date: str | None
    language: str
    base_url: str = ""
    site_name: str = ""
    database: str = ""

    def __post_init__(self) -> None:
        if collection_name(self.name, "") != self.name or not self.name:
            raise ValueError(f"{self.name!r} is no name of a collection; collection_name makes one")


def collection_name(text: str, usual: str) -> str:
    """``text``, a file's name for example, as --collection takes it; ``usual``: if nothing is left.

    Small letters, digits, - and _, of which a letter or digit comes first.
    """
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_") or usual


@dataclass(frozen=True, slots=True)
class Unit:
    """A share of a source that can be read on its own, by another process too; it is pickled.

    ``number``: its place in the source, from 0. ``file``: the one it belongs to. ``byte_count``:
    its share of the files' bytes. What else it holds is for its source alone.
    """

    number: int
    file: Path
    byte_count: int


class Source(ABC):
    """Files that give documents. Pickled with every unit: it holds no open file, and is small.

    ``states``: of each of ``files``, taken before anything in it was read. No two documents have
    one key, or one title: the later is set aside. Of many small files, several to a unit, the
    directory counts as the one file, in a state that is made of theirs.
    """

    __slots__ = ()

    # What its files are called in messages and in the name of the step that reads them.
    files_are: ClassVar[str] = "dump"
    # Whether checksums are published beside such files, so that an update wants to see them.
    has_checksums: ClassVar[bool] = True
    # The share of its pages that may be missing from the next one before somebody is asked.
    most_vanished: ClassVar[float] = 0.005

    @classmethod
    def takes(cls, paths: Sequence[Path]) -> bool:
        """Whether these files, directories or patterns look like a source of this kind."""
        del paths
        return True

    @classmethod
    @abstractmethod
    def open(cls, paths: Sequence[Path]) -> "Source":
        """The source made of them. Raises IngestError."""

    @property
    @abstractmethod
    def identity(self) -> SourceIdentity:
        """What tells this source from others."""

    @property
    @abstractmethod
    def files(self) -> tuple[Path, ...]:
        """The files in reading order; no two have one name."""

    @property
    @abstractmethod
    def states(self) -> tuple[FileState, ...]:
        """Of each file: what changes when somebody writes to it."""

    def without_layout(self) -> "Source":
        """This source, to be read for its texts alone, which may take less time."""
        return self

    @abstractmethod
    def units(self) -> Iterator[Unit]:
        """All units in reading order, the same ones whenever the files are the same."""

    def prepared(
        self,
        directory: Path,
        executor: Executor,
        ahead: int,
        progress: Stepping,
        units: Sequence[Any] | None = None,
    ) -> "Source":
        """This source with what must be known of all units before any is read: itself, mostly.

        Units go to the executor, at most ``ahead`` at a time. What is made lies in ``directory``
        until nothing is read any more; what lies there from an earlier time is of this very source.
        ``units``: those of a sample; what is known is known of these then.
        """
        del directory, executor, ahead, progress, units
        return self

    @abstractmethod
    def read(self, unit: Any) -> Iterator[Entry]:
        """What became of every page of one of the ``units``, in order. Raises IngestError."""

    def read_changed(self, unit: Any, is_known: IsKnown) -> Iterator[Entry]:
        """As ``read``, with ``Unchanged`` in the place of each document that is known."""
        for entry in self.read(unit):
            match entry:
                case Document(key, title) if entry.made_from and is_known(key, _same(entry)):
                    yield Unchanged(key, title)
                case _:
                    yield entry

    def release(self, unit: Any) -> None:
        """Let go of what was prepared for a unit that is read, and will not be read again."""
        del unit

    @abstractmethod
    def digest(self, unit: Any) -> bytes:
        """What was read in one of the ``units``: its share of the digest of its file.

        Those of a file's units, joined in order, are what ``FileDigest`` takes, however it is cut.
        """

    def sample(self, count: int) -> Sequence[Unit]:
        """About ``count`` units, evenly spread."""
        units = list(self.units())
        step = -(-len(units) // count)
        return units[(step - 1) // 2 :: step]

    @property
    def byte_count(self) -> int:
        """Bytes of all files, as they lie on disk."""
        return sum(state.size for state in self.states)

    def check_unchanged(self, file: Path | None = None) -> None:
        """Raise DumpChanged where a file, or this one, is no longer as it was."""
        for path, state in zip(self.files, self.states, strict=True):
            if file is None or path == file:
                check_unchanged(path, state)

    def digest_of(self, file: Path, on_read: Callable[[int], None]) -> str:
        """The digest of a whole file. ``on_read`` is told of every piece, in bytes."""
        return digest_file(file, on_read)

    def published_checksums(self) -> list[PublishedChecksum]:
        """The checksums published beside the files; none for a file that has none."""
        return published_checksums(self.files)

    def missing(self) -> list[Path]:
        """Files that this source should have by what lies beside those it has, and has not."""
        return []

    def listed(self, file: Path) -> Iterator[tuple[DocumentKey, str]]:
        """Key and title of all pages in a file, in order, where a list of them lies beside it."""
        del file
        return iter(())

    def difference(self, built: Mapping[str, Any]) -> str | None:
        """What shows that the source with this record is another than this one; None: nothing."""
        name = str(built.get("name", ""))
        return f"{self.identity.name}, not {name}" if name not in ("", self.identity.name) else None


def _same(document: Document) -> MadeFrom:
    """What a document is made from that takes nothing from elsewhere."""
    return lambda _inputs: document.made_from


@functools.cache
def program_digest(package: Path = Path(__file__).parents[1]) -> bytes:
    """The digest of all files of a package: of this one, which decides what is read of a source."""
    package = package.resolve()
    digest = xxhash.xxh3_128()
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.digest()
