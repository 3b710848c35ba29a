"""What an unfinished build keeps, and whether it may be gone on with.

The plan says which program began, whose source it was, in which state each of its files lay, and
which store unchanged pages are taken over from.
"""

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pinakes.index.build.progress import Progress
from pinakes.index.build.source_identity import changed_files, few, file_states
from pinakes.index.generations import WITHHELD, building_directory
from pinakes.index.types import FORMAT_VERSION
from pinakes.ingest.errors import ChecksumMismatch
from pinakes.ingest.files import read_json, write_whole
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.checksums import verify
from pinakes.ingest.types import PageCounts

__all__ = ["ReadSource", "check_published", "is_withheld", "work_directory"]

_READ, _PLAN = "counts.json", "plan.json"
# What does not depend on what is wished to be made of it.
_READ_FROM_SOURCE = ("segments", "checksums.json")


@dataclass(frozen=True, slots=True)
class ReadSource:
    """What is known once all of a source has been read: what became of its pages, what it was."""

    counts: PageCounts
    digests: list[str]

    @classmethod
    def kept(cls, work: Path) -> "ReadSource":
        """As the work directory keeps it. Raises OSError and ValueError."""
        try:
            values = read_json(work / _READ)
            return cls(PageCounts(**values["counts"]), list(map(str, values["digests"])))
        except (KeyError, TypeError) as error:
            raise ValueError(f"{work / _READ}: {error!r}") from None

    def keep(self, work: Path) -> None:
        """Write it down there."""
        with write_whole(work / _READ) as file:
            file.write(json.dumps(asdict(self)).encode())


def work_directory(
    collection: Path,
    source: Source,
    progress: Progress,
    taken_from: str | None,
    *,
    keeps_vanished: bool = False,
) -> Path:
    """The directory of this very build; what another program or another source left is thrown away.

    So is what was read of files that have changed since: a generation is never made of two sources.
    ``taken_from``: the checksum of the store that segments refer to (None: to none); those that
    refer to another are worth nothing. A store that was made with the other ``keeps_vanished`` is
    written again, from the segments where they are still there.
    """
    work = building_directory(collection, source.identity.date or source.identity.name)
    plan = work / _PLAN
    made_by = {
        "format_version": FORMAT_VERSION,
        "pinakes": version("pinakes"),
        "taken_from": taken_from,
    }
    wish = {"keeps_vanished": keeps_vanished}
    wanted = made_by | wish | {"source": asdict(source.identity), "files": file_states(source)}
    try:
        found = dict(read_json(plan))
        is_ours = made_by.items() <= found.items()
        is_wanted = wish.items() <= found.items()
        changed = _changed_meanwhile(work, found["files"], source, progress) if is_ours else []
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # not there, or not whole
        is_ours, is_wanted, changed = False, False, []
    if changed:
        progress.note(f"{few(changed)} changed since this build began: it begins anew")
    if changed or not is_ours:
        _clear(work)
    elif not is_wanted:
        _clear(work, but=_READ_FROM_SOURCE)
    with write_whole(plan) as file:
        file.write(json.dumps(wanted).encode())
    return work


def _clear(work: Path, but: Collection[str] = ()) -> None:
    """Throw away what a build has made; first the plan, so that none believes in what is left."""
    (work / _PLAN).unlink(missing_ok=True)
    for entry in work.iterdir():
        if entry.is_dir() and entry.name not in but:
            shutil.rmtree(entry)
        elif entry.name not in but:
            entry.unlink()


def is_withheld(collection: Path, source: Source) -> bool:
    """Whether a generation made of such a source is whole and waits to be published."""
    name = source.identity.date or source.identity.name
    return (collection / "building" / name / WITHHELD).exists()


def _changed_meanwhile(
    work: Path, states: Mapping[str, Any], source: Source, progress: Progress
) -> list[str]:
    """Names of files that are others than when this build began.

    Before all has been read a touched file counts as another: what will be read of it cannot be
    compared with anything.
    """
    digests = ReadSource.kept(work).digests if (work / "stage" / "pages.db").exists() else []
    names = list(states) if digests else []
    return changed_files(source, states, dict(zip(names, digests, strict=False)), progress)


def check_published(source: Source, work: Path, progress: Progress) -> bool:
    """Compare the files with the checksums beside them, once a build; whether all have one.

    Raises ChecksumMismatch; a build that has done nothing yet leaves nothing then.
    """
    checksums = source.published_checksums()
    done = work / "checksums.json"
    known = {str(checksum.part): checksum.value for checksum in checksums}
    if checksums and _kept(done) != known:
        progress.step("Checking checksums", sum(checksum.size for checksum in checksums), "bytes")
        try:
            for checksum in checksums:
                verify(checksum, progress.advance)
        except ChecksumMismatch:
            if [entry.name for entry in work.iterdir()] == [_PLAN]:
                shutil.rmtree(work)
            raise
        with write_whole(done) as file:
            file.write(json.dumps(known).encode())
    return len(checksums) == len(source.files)


def _kept(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError):
        return None
