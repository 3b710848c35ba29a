"""Vectors as rows of int8, each with its scale, mapped from a file.

Rounding to int8 moves an inner product of unit vectors by some 0.0004. Knows nothing of faiss.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.types import Vectors
from pinakes.index.vectors.arrays import map_array
from pinakes.index.vectors.ids import PassageIds, merge_ids

__all__ = ["Rows", "VectorRows", "merge_rows", "quantize", "row_bytes"]

Ids = NDArray[np.int64]
Rows = NDArray[np.void]


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


class VectorRows:
    """The rows of a file, by their positions."""

    def __init__(self, path: Path) -> None:
        self.array: Rows = map_array(path, _are_rows, read_at_random=True)
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


def merge_rows(ids: Sequence[PassageIds], rows: Sequence[VectorRows]) -> Iterator[Rows]:
    """The rows of all sources in the order of their ids, a window at a time."""
    for window, slices in merge_ids(ids):
        parts = [
            source.array[passages.positions(part)]
            for source, passages, part in zip(rows, ids, slices, strict=True)
        ]
        yield np.concatenate(parts)[np.argsort(window)]


def _row_type(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("scale", "<f4"), ("values", "i1", (dimension,))])


def _are_rows(dtype: np.dtype[np.generic]) -> bool:
    return dtype.names == ("scale", "values")
