"""The generation that answers while the next is built: what a build takes over from it.

It is held as long as a build refers to it, so that nobody removes it.
"""

from dataclasses import dataclass
from pathlib import Path

from pinakes.index.build.progress import Progress
from pinakes.index.errors import CollectionError, NoCollection, NotAnUpdate, UnknownFormat
from pinakes.index.generations import check_files, read_manifest
from pinakes.index.locks import GenerationLock, hold_generation
from pinakes.index.store.unchanged import KnownPages, UnchangedPages
from pinakes.index.types import Manifest
from pinakes.index.verify import check_on_open

__all__ = ["PresentGeneration", "hold_present"]


@dataclass(frozen=True, slots=True)
class PresentGeneration:
    """A published generation that a build refers to, held until ``release``."""

    directory: Path
    manifest: Manifest
    lock: GenerationLock

    @property
    def store_checksum(self) -> str:
        """The SHA-256 of its store: by it is known what refers to it, whatever vectors it has."""
        return self.manifest.files["pages.db"].sha256

    @property
    def day(self) -> str:
        """The date of its dump, YYYY-MM-DD; where that is not known, of its build."""
        date = self.manifest.generation
        return self.manifest.dump.day or f"{date[:4]}-{date[4:6]}-{date[6:8]}"

    @property
    def known(self) -> KnownPages:
        """What its pages were made from, for the processes that read the source."""
        return KnownPages(self.directory / "pages.db")

    def unchanged(self) -> UnchangedPages:
        """Its pages, to be taken over."""
        return UnchangedPages(self.directory / "pages.db")

    def release(self) -> None:
        """Let it be removed; harmless when repeated."""
        self.lock.release()


def hold_present(
    collection: Path, progress: Progress, *, is_needed: bool = False
) -> PresentGeneration | None:
    """The current generation, held; None where there is none that can be read.

    Where ``is_needed``, None only where there is none; else what is wrong with it is raised, a
    CollectionError.
    """
    try:
        directory, lock = hold_generation(collection)
    except NoCollection:
        return None
    except CollectionError:
        if is_needed:
            raise
        return None
    try:
        manifest = read_manifest(directory)
        check_files(directory, manifest)
        check_on_open(directory, manifest, with_encoder=False)
    except UnknownFormat as error:
        lock.release()
        if is_needed:
            raise NotAnUpdate(str(error)) from None
        return None
    except CollectionError as error:
        lock.release()
        if is_needed:
            raise
        damage, _, _ = str(error).rpartition("; ")
        progress.note(f"{damage}: every page is read anew")
        return None
    except BaseException:
        lock.release()
        raise
    return PresentGeneration(directory, manifest, lock)
