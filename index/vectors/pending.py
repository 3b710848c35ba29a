"""Vectors made and not published yet, set aside so that an interrupted build keeps them."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.types import Vectors
from pinakes.ingest.files import write_whole

__all__ = ["PendingVectors"]

Ids = NDArray[np.int64]


class PendingVectors:
    """One file a batch; iterating reads them one by one, as often as wanted."""

    def __init__(self, directory: Path, origin: dict[str, str], done: NDArray[np.bool_]) -> None:
        """Take up what is there, unless its ``origin`` (encoder, store) is another one.

        Batches of which something is ``done`` are done, for they are published whole.
        """
        self._directory = directory
        self._origin = origin
        self.count = 0
        note = directory / "origin.json"
        if not note.exists() or json.loads(note.read_text()) != origin:
            shutil.rmtree(directory, ignore_errors=True)
        for path in self._files():
            ids = _ids(path)
            if ids is None or done[ids].any():
                path.unlink()
            else:
                done[ids] = True
                self.count += len(ids)

    def __iter__(self) -> Iterator[tuple[Ids, Vectors]]:
        for path in self._files():
            with np.load(path) as arrays:
                yield arrays["ids"], arrays["vectors"]

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Set a batch aside; it is on disk when this returns."""
        if not self._directory.exists():
            self._directory.mkdir(parents=True)
            with write_whole(self._directory / "origin.json") as file:
                file.write(json.dumps(self._origin).encode())
        number = len(self._files()) + 1
        with write_whole(self._directory / f"{number:06d}.npz") as file:
            np.savez(file, ids=ids, vectors=vectors)
        self.count += len(ids)

    def clear(self) -> None:
        """Forget everything: it is published."""
        shutil.rmtree(self._directory, ignore_errors=True)
        self.count = 0

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob("*.npz"))


def _ids(path: Path) -> Ids | None:
    """The ids of a batch, or None where the disk has lost it: it is then made again."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            ids: Ids = arrays["ids"]
            return ids if len(arrays["vectors"]) == len(ids) else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
