"""A toy source of many small files: a directory of texts, each a document under its path.

The directory counts as one file, and its state is made of theirs; a unit is a run of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash

from pinakes.ingest.errors import DumpChanged
from pinakes.ingest.sources.base import Source, SourceIdentity, Unit, collection_name
from pinakes.ingest.sources.file_state import FileDigest, FileState, state_of
from pinakes.ingest.types import Document, Entry, QuarantinedPage, Section

__all__ = ["TextFolderSource"]

_FILES_IN_A_UNIT = 2


@dataclass(frozen=True, slots=True)
class TextsUnit(Unit):
    """Some files of the directory, by their paths in it."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextFolderSource(Source):
    """Documents with paths for keys and titles, from all files ``*.txt`` below a directory."""

    folder: Path
    state: FileState

    @classmethod
    def takes(cls, paths: Sequence[Path]) -> bool:
        return len(paths) == 1 and paths[0].is_dir() and any(paths[0].rglob("*.txt"))

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "TextFolderSource":
        [folder] = (path.resolve() for path in paths)
        return cls(folder, _state_of_all(folder))

    @property
    def identity(self) -> SourceIdentity:
        return SourceIdentity("texts", collection_name(self.folder.name, "texts"), None, "en")

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.folder,)

    @property
    def states(self) -> tuple[FileState, ...]:
        return (self.state,)

    def units(self) -> Iterator[TextsUnit]:
        texts = _texts(self.folder)
        for number, start in enumerate(range(0, len(texts), _FILES_IN_A_UNIT)):
            files = texts[start : start + _FILES_IN_A_UNIT]
            paths = tuple(file.relative_to(self.folder).as_posix() for file in files)
            yield TextsUnit(number, self.folder, sum(file.stat().st_size for file in files), paths)

    def digest(self, unit: TextsUnit) -> bytes:
        contents = ((path, (self.folder / path).read_bytes()) for path in unit.paths)
        return b"".join(
            xxhash.xxh3_128_digest(path.encode() + b"\0" + text) for path, text in contents
        )

    def digest_of(self, file: Path, on_read: Callable[[int], None]) -> str:
        digest = FileDigest()
        for unit in self.units():
            digest.add(self.digest(unit))
            on_read(unit.byte_count)
        return digest.hexdigest()

    def check_unchanged(self, file: Path | None = None) -> None:
        if _state_of_all(self.folder) != self.state:
            raise DumpChanged(f"{self.folder}: a file has changed while it was being read")

    def read(self, unit: TextsUnit) -> Iterator[Entry]:
        for path in unit.paths:
            title = path.removesuffix(".txt")
            try:
                text = (self.folder / path).read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                yield QuarantinedPage(path, title, f"no UTF-8 ({error.reason})")
                continue
            yield Document(path, title, 1, "", text, (Section((), 0, len(text)),), (), False)


def _texts(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.txt"))


def _state_of_all(folder: Path) -> FileState:
    """The size of all, the latest times, and for an inode the digest of paths and states."""
    states = [(file.relative_to(folder), state_of(file)) for file in _texts(folder)]
    return FileState(
        size=sum(state.size for _, state in states),
        modified_ns=max(state.modified_ns for _, state in states),
        changed_ns=max(state.changed_ns for _, state in states),
        inode=xxhash.xxh3_64_intdigest(repr(states).encode()) >> 1,
    )
