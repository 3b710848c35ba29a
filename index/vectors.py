"""Vectors of passages: immutable shards on disk, searched exactly by inner product.

The only file that imports faiss. A shard holds the vectors of one increment of the build, in half
precision, under their passage ids.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import DamagedGeneration
from index.types import ScoredId, Vectors

__all__ = ["VectorIndex", "bytes_per_vector", "shard_paths", "write_shard"]


def bytes_per_vector(dimension: int) -> int:
    """Bytes that a vector takes on disk and in memory: half precision, and its passage id."""
    return 2 * dimension + 8


def shard_paths(directory: Path) -> list[Path]:
    """The shards of a vector index, in the order they were written."""
    return sorted(directory.glob("*.faiss"))


def write_shard(path: Path, passage_ids: Sequence[int], vectors: Vectors) -> None:
    """Write one shard: unit vectors of shape (n, dimension) under n passage ids."""
    index = faiss.IndexIDMap2(
        faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
    )
    index.train(vectors)
    index.add_with_ids(vectors, np.asarray(passage_ids, dtype=np.int64))
    faiss.write_index(index, str(path))


class VectorIndex:
    """All shards of one generation."""

    def __init__(self, directory: Path) -> None:
        self._shards: list[Any] = []
        for path in shard_paths(directory):
            try:
                self._shards.append(faiss.read_index(str(path)))
            except RuntimeError as error:
                raise DamagedGeneration(f"{path}: not a readable vector shard ({error})") from None
        self.count = sum(int(shard.ntotal) for shard in self._shards)
        self.dimension = int(self._shards[0].d) if self._shards else 0

    def passage_ids(self) -> NDArray[np.int64]:
        """Ids of all passages that have a vector, in no order."""
        ids = [faiss.vector_to_array(shard.id_map) for shard in self._shards]
        return np.concatenate(ids) if ids else np.empty(0, dtype=np.int64)

    def search(self, vector: Vectors, limit: int) -> list[ScoredId]:
        """The passages whose vectors have the largest inner product with ``vector``."""
        found: list[ScoredId] = []
        for shard in self._shards:
            scores, ids = shard.search(vector.reshape(1, -1), min(limit, int(shard.ntotal)))
            found += [
                ScoredId(int(passage_id), float(score))
                for passage_id, score in zip(ids[0], scores[0], strict=True)
                if passage_id >= 0
            ]
        found.sort(key=lambda hit: (-hit.score, hit.passage_id))
        return found[:limit]

    def scores(self, vector: Vectors, passage_ids: Sequence[int]) -> NDArray[np.float32]:
        """Inner products with the vectors of these passages; NaN where there is none."""
        found = np.full(len(passage_ids), np.nan, dtype=np.float32)
        for number, passage_id in enumerate(passage_ids):
            for shard in self._shards:
                try:
                    found[number] = shard.reconstruct(passage_id) @ vector
                except RuntimeError:
                    continue
        return found
