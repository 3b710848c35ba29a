"""A folder of manuals as a source: each file a page, known by its path in the folder.

Files are read by child processes, within limits (``child_process``): one that harms its reader is
set aside with the reason, and the others are read. Titles are read of all files before anything
else, so that no two pages have one, and links between files lead somewhere.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import xxhash

from pinakes.ingest.errors import DumpChanged, IngestError, ReaderMissing
from pinakes.ingest.files import write_whole
from pinakes.ingest.sources.base import (
    IsKnown,
    Source,
    SourceIdentity,
    Stepping,
    Unit,
    collection_name,
    program_digest,
)
from pinakes.ingest.sources.checksums import PublishedChecksum
from pinakes.ingest.sources.file_state import FileDigest, FileState
from pinakes.ingest.sources.folder.child_process import FileReader, Limits, file_reader
from pinakes.ingest.sources.folder.document import distinct_titles, made_document
from pinakes.ingest.sources.folder.files import (
    FoundFile,
    files_of_folder,
    is_small_file,
    state_of_files,
)
from pinakes.ingest.sources.folder.outline import UnreadableFile
from pinakes.ingest.sources.folder.reading import (
    format_by_name,
    not_read,
    seems_to_be,
    title_at_top,
)
from pinakes.ingest.sources.mediawiki.files.dumps import holds_dump
from pinakes.ingest.text.language import listed_languages
from pinakes.ingest.types import Document, Entry, QuarantinedPage, Unchanged
from pinakes.ingest.workers import map_units

__all__ = ["FilesUnit", "FolderSource", "is_manual"]

_UNIT_FILES, _UNIT_BYTES = 50, 4 << 20
# Of small files: before and after each unit all of the folder is looked at.
_MOST_UNITS = 64
_TITLES = "titles.json"
# What a folder may say of itself: the code of the language its files are in.
_LANGUAGE, _LARGEST_LANGUAGE = ".pinakes-language", 64
_NEEDED = ("markdown_it", "docutils", "pypdfium2", "mammoth", "selectolax", "pathspec")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FilesUnit(Unit):
    """A run of files."""

    files: tuple[FoundFile, ...]


@dataclass(frozen=True, slots=True)
class FolderSource(Source):
    """The files of one folder and those below it. ``titles``: the file that has them all."""

    folder: Path
    state: FileState
    language: str
    titles: Path | None = None
    limits: Limits = field(default_factory=Limits)

    files_are: ClassVar[str] = "files"
    has_checksums: ClassVar[bool] = False
    most_vanished: ClassVar[float] = 0.5

    @classmethod
    def takes(cls, paths: Sequence[Path]) -> bool:
        """Whether it is one directory with a file that can be read, and no dump."""
        if len(paths) != 1 or not paths[0].is_dir() or holds_dump(paths[0]):
            return False
        return any(not file.reason for file in files_of_folder(paths[0]))

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "FolderSource":
        """The source of one directory. Raises IngestError."""
        folder = paths[0].resolve()
        if missing := [name for name in _NEEDED if find_spec(name) is None]:
            raise ReaderMissing(
                f"{folder}: folders of files are read with {', '.join(missing)}: "
                "pip install 'pinakes[folder]'"
            )
        return cls(folder, state_of_files(files_of_folder(folder)), _language(folder))

    @property
    def identity(self) -> SourceIdentity:
        """The folder by its name."""
        name = collection_name(self.folder.name, "folder")
        return SourceIdentity("folder", name, None, self.language)

    @property
    def files(self) -> tuple[Path, ...]:
        """The folder, which counts as one file."""
        return (self.folder,)

    @property
    def states(self) -> tuple[FileState, ...]:
        """Its state, made of those of its files."""
        return (self.state,)

    def check_unchanged(self, file: Path | None = None) -> None:
        """Raise DumpChanged where any file is no longer as it was."""
        if state_of_files(files_of_folder(self.folder)) != self.state:
            raise DumpChanged(
                f"{self.folder}: a file has changed while the folder was being read; the same "
                "command reads what has changed"
            )

    def published_checksums(self) -> list[PublishedChecksum]:
        """None: these are somebody's own files."""
        return []

    def units(self) -> Iterator[FilesUnit]:
        """Runs of files in the order of their paths."""
        files = files_of_folder(self.folder)
        most = max(_UNIT_FILES, len(files) // _MOST_UNITS)
        run: list[FoundFile] = []
        number = size = 0
        for file in files:
            if file.reason or seems_to_be(self.folder / file.path, file.kind):
                run.append(file)
                size += file.state.size
            if len(run) == most or size > _UNIT_BYTES:
                yield FilesUnit(number, self.folder, size, tuple(run))
                number, run, size = number + 1, [], 0
        if run:
            yield FilesUnit(number, self.folder, size, tuple(run))

    def digest(self, unit: FilesUnit) -> bytes:
        """A digest for each file, of its path and what is in it."""
        return b"".join(self._digest(file) for file in unit.files)

    def _digest(self, file: FoundFile) -> bytes:
        digest = xxhash.xxh3_128(file.path.encode(errors="surrogateescape") + b"\0")
        if file.reason:
            digest.update(f"{file.reason}\0{file.state.size}".encode())
            return digest.digest()
        try:
            with (self.folder / file.path).open("rb") as content:
                while chunk := content.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            digest.update(str(error.errno).encode())
        return digest.digest()

    def digest_of(self, file: Path, on_read: Callable[[int], None]) -> str:
        """The digest of the folder: of all its files."""
        digest = FileDigest()
        for unit in self.units():
            digest.add(self.digest(unit))
            on_read(unit.byte_count)
        return digest.hexdigest()

    def prepared(
        self,
        directory: Path,
        executor: Executor,
        ahead: int,
        progress: Stepping,
        units: Sequence[Any] | None = None,
    ) -> "FolderSource":
        """With the titles of all files, which lie in ``directory``."""
        path = directory / _TITLES
        if not path.exists():
            progress.step("Reading the titles", self.byte_count, "bytes")
            own: dict[str, str] = {}
            failed: dict[str, str] = {}
            waiting = self.units() if units is None else iter(units)
            titles_of = partial(_titles_of, source=self)
            for unit, (titles, reasons) in map_units(titles_of, waiting, executor, ahead):
                own |= titles
                failed |= reasons
                progress.advance(unit.byte_count)
            with write_whole(path) as file:
                file.write(json.dumps({"titles": distinct_titles(own), "failed": failed}).encode())
        return replace(self, titles=path)

    def read(self, unit: FilesUnit) -> Iterator[Entry]:
        """What became of every file of ``unit``, in the order of their paths."""
        return self.read_changed(unit, lambda _key, _made_from: False)

    def read_changed(self, unit: FilesUnit, is_known: IsKnown) -> Iterator[Entry]:
        """The same, but files that are known are not read."""
        titles, failed = _all_titles(self.titles, self.state) if self.titles else ({}, {})
        with file_reader(self.limits) as reader:
            for file in unit.files:
                reason = file.reason or failed.get(file.path)
                title = titles.get(file.path) or distinct_titles({file.path: ""})[file.path]
                if reason:
                    yield _set_aside(file.path, title, reason)
                    continue
                try:
                    yield self._entry(file, title, titles, reader, is_known)
                except UnreadableFile as error:
                    yield _set_aside(file.path, title, str(error))

    def _entry(
        self,
        file: FoundFile,
        title: str,
        titles: Mapping[str, str],
        reader: FileReader,
        is_known: IsKnown,
    ) -> Document | Unchanged:
        content = self._digest(file)

        def made_from(inputs: bytes) -> bytes:
            """Of this program, the file, its title, and the titles of those that it leads to."""
            digest = xxhash.xxh3_128(program_digest() + content + title.encode())
            for path in inputs.decode().split("\n"):
                digest.update(f"\0{path}\0{titles.get(path, '')}".encode())
            return digest.digest()

        if is_known(file.path, made_from):
            return Unchanged(file.path, title)
        outline = reader.outline(self.folder / file.path, file.kind)
        document = made_document(outline, file.path, title, content, titles)
        return replace(document, made_from=made_from(document.inputs))


def is_manual(file: Path) -> bool:
    """Whether a file is of a kind that folders take, or would name as one to be converted."""
    kind = format_by_name(file.name)
    return seems_to_be(file, kind) if kind else not_read(file.name) is not None


def _titles_of(unit: FilesUnit, source: FolderSource) -> tuple[dict[str, str], dict[str, str]]:
    """The files' own titles by their paths, and why others could not be read."""
    titles: dict[str, str] = {}
    failed: dict[str, str] = {}
    with file_reader(source.limits) as reader:
        for file in unit.files:
            if file.reason:
                continue
            path = source.folder / file.path
            try:
                title = title_at_top(path, file.kind)
                titles[file.path] = reader.title(path, file.kind) if title is None else title
            except UnreadableFile as error:
                failed[file.path] = str(error)
            except OSError as error:
                failed[file.path] = f"it cannot be read ({error.strerror})"
    return titles, failed


@lru_cache(4)
def _all_titles(path: Path, state: FileState) -> tuple[dict[str, str], dict[str, str]]:
    """Of the folder in this state."""
    del state
    kept = json.loads(path.read_bytes())
    return kept["titles"], kept["failed"]


def _set_aside(path: str, title: str, reason: str) -> QuarantinedPage:
    name = path.encode(errors="replace").decode()
    return QuarantinedPage(name, title.encode(errors="replace").decode(), reason)


def _language(folder: Path) -> str:
    """What the folder says of itself; English if nothing. Raises IngestError."""
    path = folder / _LANGUAGE
    try:
        is_small = is_small_file(path, _LARGEST_LANGUAGE)
        said = path.read_bytes().decode("utf-8", "replace").strip().lower() if is_small else ""
    except FileNotFoundError:
        return "en"
    except OSError as error:
        raise IngestError(f"{path}: cannot be read ({error.strerror}); remove it") from None
    if said not in listed_languages():
        why = "no language that is known here by this code" if is_small else "no small file"
        raise IngestError(
            f"{path}: {why}; write a code such as en, de or zh into it, or remove the file"
        )
    return said
