"""Search the vectors of a generation: exactly where they are few, else by codes and again by rows.

Opens what ``shards`` wrote. Everything is mapped, so that no memory of its own grows with
the number of passages.
"""

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.health import Health, damaged
from pinakes.index.types import ScoredId, Vectors
from pinakes.index.vectors.recall import read_probes
from pinakes.index.vectors.shards import ExactShard, ListShard, open_quantizer, open_shards

__all__ = ["VectorIndex"]

Ids = NDArray[np.int64]

# So many are scored again by their rows: of the true ten nearest, the best 100 by their codes alone
# hold 98.9 %, the best 200 99.7 % (a million vectors, 64 of 4,096 lists).
_CANDIDATES = 200
_DAMAGE = (RuntimeError, ValueError, IndexError, OverflowError)


class VectorIndex:
    """All shards of one generation. Searching is safe from several threads at once."""

    def __init__(self, directory: Path, health: Health | None = None) -> None:
        self._directory, self._health = directory, health or Health()
        self._quantizer = open_quantizer(directory)
        self._shards = open_shards(directory, self._quantizer)
        self._probes = read_probes(directory) if self._quantizer else 0
        self.count = sum(shard.count for shard in self._shards)
        dimensions = {shard.dimension for shard in self._shards}
        if len(dimensions) > 1:
            raise damaged(directory, f"has shards of different dimensions {dimensions}")
        self.dimension = dimensions.pop() if dimensions else 0

    @property
    def shard_count(self) -> int:
        """Number of shards; each is searched by itself."""
        return len(self._shards)

    def passage_ids(self) -> NDArray[np.uint32]:
        """Ids of all passages that have a vector, in no order; for builds, four bytes each."""
        ids = [shard.ids.array for shard in self._shards]
        return np.concatenate(ids) if ids else np.empty(0, dtype=np.uint32)

    def search(self, vector: Vectors, limit: int, probes: int | None = None) -> list[ScoredId]:
        """The ``limit`` passages with the largest inner products with ``vector``, best first.

        ``probes``: of how many lists, instead of the number that was chosen at the build.
        """
        with self._reading():
            found = [
                hit
                for shard in self._shards
                if isinstance(shard, ExactShard)
                for hit in shard.search(vector, limit)
            ]
            if self._quantizer is not None and self._shards:
                nearest = self._quantizer.nearest(vector, probes or self._probes)
                candidates = self._candidates(vector, nearest, max(_CANDIDATES, 2 * limit))
                found = [
                    hit for shard, positions in candidates for hit in shard.hits(vector, positions)
                ]
        found.sort(key=lambda hit: (-hit.score, hit.passage_id))
        return found[:limit]

    def _reading(self) -> AbstractContextManager[None]:
        return self._health.reading(self._directory, *_DAMAGE)

    def _candidates(
        self, vector: Vectors, nearest: tuple[Vectors, Ids], limit: int
    ) -> list[tuple[ListShard, Ids]]:
        """Positions, by shard, of the best by their codes in the ``nearest`` lists, over all."""
        shards = [shard for shard in self._shards if isinstance(shard, ListShard)]
        found = [shard.candidates(vector, nearest, limit) for shard in shards]
        estimates = np.concatenate([estimates for estimates, _ in found])
        is_best = np.zeros(len(estimates), np.bool_)
        is_best[np.argsort(-estimates, kind="stable")[:limit]] = True
        cuts = np.cumsum([len(positions) for _, positions in found])[:-1]
        return [
            (shard, positions[best])
            for shard, (_, positions), best in zip(
                shards, found, np.split(is_best, cuts), strict=True
            )
        ]

    def scores(self, vector: Vectors, passage_ids: Ids | list[int]) -> Vectors:
        """Inner products of ``vector`` with these passages' vectors, NaN where there is none."""
        wanted = np.asarray(passage_ids, dtype=np.int64)
        scores = np.full(len(wanted), np.nan, dtype=np.float32)
        for shard in self._shards:
            there, positions = shard.ids.find(wanted)
            if len(positions):
                with self._reading():
                    scores[there] = shard.scores(vector, positions)
        return scores

    def vectors_of(self, passage_ids: Ids | list[int]) -> Vectors:
        """The vectors as they are kept, of shape (n, dimension); NaN where there is none."""
        wanted = np.asarray(passage_ids, dtype=np.int64)
        vectors = np.full((len(wanted), self.dimension), np.nan, dtype=np.float32)
        for shard in self._shards:
            there, positions = shard.ids.find(wanted)
            if len(positions):
                vectors[there] = shard.vectors(positions)
        return vectors
