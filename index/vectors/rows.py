"""Vectors as rows of int8, each with its scale, under sorted passage ids; mapped from two files.

Rounding to int8 moves an inner product of unit vectors by some 0.0004. Knows nothing of faiss.
"""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.index.health import unreadable
from pinakes.index.types import Vectors
from pinakes.ingest.files import write_whole

__all__ = [
    "PassageIds",
    "Rows",
    "VectorRows",
    "merge_ids",
    "merge_rows",
    "quantize",
    "row_bytes",
    "write_array",
]

Ids = NDArray[np.int64]
Rows = NDArray[np.void]
_WINDOW = 1 << 16


def row_bytes(dimension: int) -> int:
    """Bytes of one row and its scale."""
    return dimension + 4


def quantize(vectors: Vectors) -> Rows:
    """Vectors of shape (n, dimension) as n rows: each scaled so that its largest value is 127."""
    scales = np.maximum(np.abs(vectors).max(axis=1), np.finfo(np.float32).tiny) / 127
    rows = np.empty(len(vectors), _row_type(vectors.shape[1]))
    rows["scale"] = scales
    rows["values"] = np.rint(vectors / scales[:, None])
    return rows


class PassageIds:
    """Sorted passage ids in a file."""

    def __init__(self, path: Path) -> None:
        self.array: NDArray[np.uint32] = _map(path, np.dtype("<u4"))

    def find(self, passage_ids: Ids) -> tuple[NDArray[np.bool_], Ids]:
        """Which of these passages are there, and the positions of those that are."""
        if not len(self.array):
            return np.zeros(len(passage_ids), np.bool_), np.empty(0, np.int64)
        # Of the array's own type, for otherwise all of it would be converted.
        wanted = passage_ids.astype(np.uint32)
        positions = np.minimum(np.searchsorted(self.array, wanted), len(self.array) - 1)
        there = self.array[positions] == passage_ids
        return there, positions[there]


class VectorRows:
    """The rows of a file, by their positions."""

    def __init__(self, path: Path) -> None:
        self.array: Rows = _map(path, None)
        self.dimension = int(self.array.dtype["values"].shape[0])

    def scores(self, vector: Vectors, positions: Ids) -> Vectors:
        """Inner products of ``vector`` with the rows at these positions."""
        rows = self.array[positions]
        products: Vectors = (rows["values"].astype(np.float32) @ vector) * rows["scale"]
        return products

    def vectors(self, positions: Ids) -> Vectors:
        """The rows at these positions as vectors, of shape (n, dimension)."""
        rows = self.array[positions]
        found: Vectors = rows["values"] * rows["scale"][:, None]
        return found


def write_array(path: Path, dtype: np.dtype[Any], count: int, parts: Iterable[Any]) -> None:
    """Write an .npy file of ``count`` items that come in parts.

    Not through a mapping: on a full disk that would kill the process.
    """
    with write_whole(path) as file:
        header = np.lib.format.header_data_from_array_1_0(np.empty(0, dtype))
        np.lib.format.write_array_header_1_0(file, header | {"shape": (count,)})
        for part in parts:
            file.write(np.ascontiguousarray(part, dtype).tobytes())


def merge_ids(sources: Sequence[PassageIds]) -> Iterator[tuple[NDArray[np.uint32], list[slice]]]:
    """All ids in ascending order, a window at a time, and where each source has them."""
    begins = [0] * len(sources)
    while any(begin < len(source.array) for begin, source in zip(begins, sources, strict=True)):
        ahead = [
            source.array[min(begin + _WINDOW, len(source.array)) - 1]
            for begin, source in zip(begins, sources, strict=True)
            if begin < len(source.array)
        ]
        last = min(ahead)  # up to here no source has more than a window of ids
        ends = [int(np.searchsorted(source.array, last, side="right")) for source in sources]
        slices = [slice(*pair) for pair in zip(begins, ends, strict=True)]
        window = np.concatenate(
            [source.array[s] for source, s in zip(sources, slices, strict=True)]
        )
        yield window, slices
        begins = ends


def merge_rows(ids: Sequence[PassageIds], rows: Sequence[VectorRows]) -> Iterator[Rows]:
    """The rows of all sources in the order of their ids, a window at a time."""
    for window, slices in merge_ids(ids):
        parts = [source.array[s] for source, s in zip(rows, slices, strict=True)]
        yield np.concatenate(parts)[np.argsort(window)]


def _row_type(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("scale", "<f4"), ("values", "i1", (dimension,))])


def _map(path: Path, dtype: np.dtype[Any] | None) -> Any:
    try:
        array = np.load(path, mmap_mode="r")
        if dtype is None and array.dtype.names == ("scale", "values"):
            # A row is looked up alone: reading ahead would fill the memory with its neighbours.
            array.base.madvise(mmap.MADV_RANDOM)
        elif array.dtype != dtype or array.ndim != 1:
            raise ValueError(f"holds {array.dtype}")
    except Exception as error:  # whatever NumPy's reading of the header trips over
        raise unreadable(path, error) from None
    return array.view(np.ndarray)
