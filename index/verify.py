"""Read every file of a generation again and compare it with what was built."""

import hashlib
from pathlib import Path

from index.errors import DamagedGeneration
from index.generations import check_files
from index.progress import Progress
from index.types import Manifest

__all__ = ["verify_files"]

_PIECE = 1 << 22


def verify_files(generation: Path, manifest: Manifest, progress: Progress) -> int:
    """Compare every file by its SHA-256; the bytes read. Raises DamagedGeneration.

    Opening a generation checks the sizes alone: to read all of a large wiki takes minutes.
    """
    check_files(generation, manifest)
    size = sum(record.size for record in manifest.files.values())
    progress.step("Verifying", size, "bytes")
    for name, record in manifest.files.items():
        digest = hashlib.sha256()
        with (generation / name).open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                progress.advance(len(piece))
        if digest.hexdigest() != record.sha256:
            raise DamagedGeneration(
                f"{generation / name} has changed since it was built; build again: "
                "pinakes build --force DUMP"
            )
    return size
