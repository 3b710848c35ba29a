"""Compare a source's files with the checksums published beside them, where there are any.

Knows the lists that Wikimedia publishes: SHA256SUMS beside content exports, sha1sums.txt (with wiki
and date before it) and dumpstatus.json beside the older dumps.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinakes.ingest.errors import ChecksumMismatch

__all__ = ["PublishedChecksum", "listed_checksums", "published_checksums", "verify"]

_CHUNK = 1 << 20
# The strongest first; names of lists as they end.
_LISTS = (("sha256", "SHA256SUMS"), ("sha1", "sha1sums.txt"))
_STATUS = "dumpstatus.json"
_LINE = re.compile(r"^\\?([0-9a-fA-F]{40}|[0-9a-fA-F]{64}) [ *](.+)$")
_LARGEST_LIST = 64 << 20


@dataclass(frozen=True, slots=True)
class PublishedChecksum:
    """The checksum that the list ``source`` gives for ``part``, in hexadecimal."""

    part: Path
    algorithm: str
    value: str
    source: Path

    @property
    def size(self) -> int:
        """Bytes to read before it can be compared."""
        return self.part.stat().st_size


def published_checksums(parts: Sequence[Path]) -> list[PublishedChecksum]:
    """A checksum for each part that a list beside it names; none for the others."""
    found: dict[Path, PublishedChecksum] = {}
    for directory in dict.fromkeys(part.parent for part in parts):
        names = {part.name: part for part in parts if part.parent == directory}
        for algorithm, name, value, source in listed_checksums(directory):
            part = names.get(name)
            if part is not None and part not in found:
                found[part] = PublishedChecksum(part, algorithm, value.lower(), source)
    return list(found.values())


def verify(checksum: PublishedChecksum, on_read: Callable[[int], None]) -> None:
    """Read the part and compare. ``on_read`` is told of every piece, in bytes.

    Raises ChecksumMismatch.
    """
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
    with checksum.part.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            on_read(len(chunk))
    if digest.hexdigest() != checksum.value:
        raise ChecksumMismatch(
            f"{checksum.part}: its {checksum.algorithm.upper()} is not the one in "
            f"{checksum.source.name}; fetch the file again"
        )


def listed_checksums(directory: Path) -> Iterator[tuple[str, str, str, Path]]:
    """Algorithm, file name and checksum of every entry of every list in the directory."""
    entries = sorted(entry for entry in directory.iterdir() if entry.is_file())
    for algorithm, ending in _LISTS:
        for path in entries:
            if path.name.endswith(ending):
                for line in _text(path).splitlines():
                    if match := _LINE.match(line):
                        yield algorithm, match[2].rpartition("/")[2], match[1], path
    status = directory / _STATUS
    if status in entries:
        for name, value in _status_entries(status):
            yield "sha1", name, value, status


def _status_entries(path: Path) -> Iterator[tuple[str, str]]:
    """``{"jobs": {job: {"files": {name: {"sha1": …}}}}}``; anything else is passed over."""
    try:
        jobs = json.loads(_text(path))["jobs"].values()
        files: list[dict[str, Any]] = [job.get("files", {}) for job in jobs]
        for entries in files:
            for name, entry in entries.items():
                if isinstance(entry.get("sha1"), str):
                    yield name, entry["sha1"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LARGEST_LIST).decode("utf-8", "replace")
