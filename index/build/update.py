"""What makes a dump an update of a collection, and how much of it is embedded then.

Knows nothing of what the dump says.
"""

from pathlib import Path

from pinakes.index.errors import NotAnUpdate, UnknownFormat
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.store.store import Store
from pinakes.index.types import DumpRecord, Manifest, VectorScope
from pinakes.ingest.sources.base import Source

__all__ = ["check_newer", "check_update", "scope_before"]


def check_update(collection: Path, source: Source, *, without_checksums: bool) -> Manifest:
    """The manifest of the generation that ``source`` is to update.

    Raises NotAnUpdate where that has another format, or where, unless ``without_checksums``, files
    of the source have no checksums beside them, or others that have are not there; NoCollection and
    DamagedGeneration.
    """
    try:
        present = read_manifest(current_generation(collection))
    except UnknownFormat as error:
        raise NotAnUpdate(str(error)) from None
    known = {checksum.part for checksum in source.published_checksums()}
    bare = [file.name for file in source.files if file not in known and source.has_checksums]
    if bare and not without_checksums:
        raise NotAnUpdate(
            f"{bare[0]}: no checksum lies beside it (SHA256SUMS, sha1sums.txt or dumpstatus.json), "
            "so that nobody can tell whether it is whole; put one there, or say --without-checksums"
        )
    missing = source.missing()
    if missing and not without_checksums:
        raise NotAnUpdate(
            f"{missing[0]}: a part of this dump by the checksums beside it, and not among the "
            f"{len(source.files):,} given; fetch it or name it, or say --without-checksums"
        )
    return present


def check_newer(collection: Path, source: Source, present: DumpRecord) -> None:
    """Raise NotAnUpdate where the source is older than the present generation's."""
    date = source.identity.date
    if date is not None and present.date is not None and date < present.date:
        raise NotAnUpdate(
            f"this dump is of {_day(date)}, and {collection.name} answers as of {present.day}; to "
            f"go back to a generation that is still there: pinakes rollback -c {collection.name}; "
            "to build this one all the same: pinakes build --force"
        )


def scope_before(collection: Path, present: Manifest) -> VectorScope:
    """Which passages have vectors in the present generation: all, leads, or none."""
    if not present.vectors or present.vectors == present.passages:
        return "all" if present.vectors else "none"
    with Store(current_generation(collection) / "pages.db") as store:
        return "leads" if present.vectors <= store.lead_count() else "all"


def _day(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}"
