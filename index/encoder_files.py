"""The files of encoders, kept once for all collections of a data directory that hold the same.

``<data>/encoders/<digest>/`` has them as hard links: each generation still has all its files, so
that it is verified, copied alone and rolled back to as before, and what nobody holds can go. On
file systems without hard links every generation has files of its own.
"""

import hashlib
import json
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from pinakes.index.checksums import file_checksum
from pinakes.index.types import FileRecord, Manifest

__all__ = ["SHARED_ENCODERS", "encoder_digest", "remove_unused_encoders", "share_encoder"]

SHARED_ENCODERS = "encoders"
_ENCODER = "encoder/"
_DIGEST = re.compile("[0-9a-f]{64}")


def encoder_digest(manifest: Manifest) -> str:
    """What tells one encoder of questions from another: the digest of its files' digests."""
    digests = sorted((name, record.sha256) for name, record in _files(manifest).items())
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()


def share_encoder(collection: Path, stage: Path, manifest: Manifest) -> None:
    """Let the encoder of ``stage``, which is to be published, be the one that others hold.

    A shared file that is not as it was built is replaced by this one.
    """
    shared = collection.parent / SHARED_ENCODERS / encoder_digest(manifest)
    # Nothing depends on it: whatever the file system refuses, the stage has files of its own.
    with suppress(OSError):
        for name, record in _files(manifest).items():
            _share(stage / name, shared / name.removeprefix(_ENCODER), record)


def remove_unused_encoders(data: Path) -> None:
    """Remove the shared encoders that no generation holds any more."""
    with suppress(OSError):
        for shared in (data / SHARED_ENCODERS).iterdir():
            if not _DIGEST.fullmatch(shared.name):
                continue  # somebody else's
            files = [path for path in shared.rglob("*") if path.is_file()]
            if all(path.stat().st_nlink == 1 for path in files):
                shutil.rmtree(shared)


def _files(manifest: Manifest) -> dict[str, FileRecord]:
    return {name: record for name, record in manifest.files.items() if name.startswith(_ENCODER)}


def _share(own: Path, shared: Path, record: FileRecord) -> None:
    """Make both names the same file. Raises OSError."""
    if shared.exists():
        if os.path.samefile(own, shared):
            return
        if file_checksum(shared) == record.xxh3:
            _link(shared, own)
            return
    os.makedirs(shared.parent, exist_ok=True)
    _link(own, shared)


def _link(source: Path, target: Path) -> None:
    """Put ``source`` in the place of ``target``; there is one or the other at any moment."""
    partial = target.with_name(f"{target.name}.partial")
    try:
        with suppress(FileNotFoundError):
            os.unlink(partial)
        os.link(source, partial)
        os.replace(partial, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(partial)
