"""Shards of vectors: immutable files that increments add and later generations link.

A shard has either its vectors in half precision, searched exactly, or int8 rows and inverted lists
of codes; which passage each is of stands apart, in ``ids``. Vectors of no passage are never found.
Knows nothing of what faiss does with them.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.health import damaged
from pinakes.index.types import ScoredId, Vectors
from pinakes.index.vectors.arrays import write_array
from pinakes.index.vectors.codes import (
    CoarseQuantizer,
    HalfVectors,
    Renumber,
    code_bytes,
    map_lists,
    write_half_vectors,
    write_lists,
)
from pinakes.index.vectors.ids import IDS, PassageIds, write_ids
from pinakes.index.vectors.rows import Rows, VectorRows, quantize, row_bytes
from pinakes.ingest.files import write_whole

__all__ = [
    "HALF",
    "LISTS",
    "QUANTIZER",
    "ROWS",
    "Batches",
    "ExactShard",
    "ListShard",
    "Shard",
    "bytes_per_vector",
    "next_stem",
    "open_quantizer",
    "open_shards",
    "shard_batches",
    "shard_file",
    "vector_files",
    "write_shard",
]

Ids = NDArray[np.int64]
Batches = Iterable[tuple[Ids, Vectors]]

QUANTIZER = "quantizer.faiss"
HALF = ".half.faiss"
ROWS = ".rows.npy"
LISTS = ".lists"
_BATCH = 1 << 16
_LARGEST_COSINE = 1.02  # roundings leave a little more than 1


def bytes_per_vector(dimension: int, *, exact: bool) -> int:
    """Bytes that a vector takes on disk; nearly nothing of it is anonymous memory."""
    ids = 4
    if exact:
        return ids + 2 * dimension
    return ids + row_bytes(dimension) + code_bytes(dimension)


class ExactShard:
    """A shard that is searched exactly."""

    def __init__(self, stem: Path) -> None:
        self.stem = stem
        self.half = HalfVectors(shard_file(stem, HALF))
        self.ids = PassageIds(stem, shard_file(stem, HALF), self.half.count)
        self.count = len(self.ids.array)
        self.dimension = self.half.dimension

    def search(self, vector: Vectors, limit: int) -> list[ScoredId]:
        """The passages with the largest inner products, best first."""
        scores, _, ids = _living(partial(self._nearest, vector), self.ids, limit)
        return [ScoredId(int(i), float(s)) for i, s in zip(ids, scores, strict=True)]

    def _nearest(self, vector: Vectors, limit: int) -> tuple[Vectors, Ids]:
        scores, positions = self.half.search(vector, limit)
        _check_cosines(shard_file(self.stem, HALF), scores)
        return scores, positions

    def scores(self, vector: Vectors, positions: Ids) -> Vectors:
        """Inner products with the vectors at these positions."""
        products: Vectors = self.half.vectors(positions) @ vector
        _check_cosines(shard_file(self.stem, HALF), products)
        return products

    def vectors(self, positions: Ids) -> Vectors:
        """The vectors at these positions."""
        return self.half.vectors(positions)


class ListShard:
    """A shard of codes, and rows to score again what the codes find."""

    def __init__(self, stem: Path, quantizer: CoarseQuantizer) -> None:
        self.stem = stem
        self.rows = VectorRows(shard_file(stem, ROWS))
        self.ids = PassageIds(stem, shard_file(stem, ROWS), len(self.rows.array))
        self.count = len(self.ids.array)
        self.lists = map_lists(shard_file(stem, LISTS), quantizer)
        listed = int(self.lists.sizes.sum())
        if listed != self.ids.stored:
            raise damaged(
                shard_file(stem, LISTS), f"has {listed} codes for {self.ids.stored} vectors"
            )
        self.dimension = self.rows.dimension

    def candidates(
        self, vector: Vectors, nearest: tuple[Vectors, Ids], limit: int
    ) -> tuple[Vectors, Ids]:
        """Estimated inner products and positions of the best ``limit`` in the ``nearest`` lists."""
        search = partial(self.lists.search, vector, nearest)
        estimates, positions, _ = _living(search, self.ids, limit)
        return estimates, positions

    def hits(self, vector: Vectors, candidates: Ids) -> list[ScoredId]:
        """The passages at these positions with their inner products, in the order given."""
        scores = self.scores(vector, candidates)
        _, ids = self.ids.at(candidates)
        return [ScoredId(int(i), float(s)) for i, s in zip(ids, scores, strict=True)]

    def scores(self, vector: Vectors, positions: Ids) -> Vectors:
        """Inner products with the rows at these positions."""
        scores = self.rows.scores(vector, positions)
        _check_cosines(shard_file(self.stem, ROWS), scores)
        return scores

    def vectors(self, positions: Ids) -> Vectors:
        """The rows at these positions, as vectors."""
        return self.rows.vectors(positions)


Shard = ExactShard | ListShard


def open_quantizer(directory: Path) -> CoarseQuantizer | None:
    """The coarse quantizer of these shards; None where they are searched exactly."""
    path = directory / QUANTIZER
    return CoarseQuantizer(path) if path.exists() else None


def open_shards(directory: Path, quantizer: CoarseQuantizer | None) -> list[Shard]:
    """All shards, in the order they were written. Raises DamagedGeneration."""
    stems = [path.with_name(path.name.removesuffix(IDS)) for path in directory.glob(f"*{IDS}")]
    return [
        ExactShard(stem) if quantizer is None else ListShard(stem, quantizer)
        for stem in sorted(stems)
    ]


def write_shard(directory: Path, batches: Batches, quantizer: CoarseQuantizer | None) -> None:
    """Write one more shard of these passages. Its rows and codes lie in memory meanwhile."""
    stem = next_stem(directory)
    if quantizer is None:
        _write_exact(stem, batches)
    else:
        _write_lists(stem, batches, quantizer)


def shard_batches(shards: Iterable[Shard]) -> Iterator[tuple[Ids, Vectors]]:
    """Passage ids of these shards and their vectors, as they are kept."""
    for shard in shards:
        for positions, ids in shard.ids.windows():
            yield ids, shard.vectors(positions)


def vector_files(shard: Shard) -> list[Path]:
    """The files of a shard that say nothing of passages, and so never change."""
    kinds = (HALF,) if isinstance(shard, ExactShard) else (ROWS, LISTS)
    return [shard_file(shard.stem, kind) for kind in kinds]


def _living(
    search: Callable[[int], tuple[Vectors, Ids]], ids: PassageIds, limit: int
) -> tuple[Vectors, Ids, Ids]:
    """Scores, positions and passages of the best ``limit`` that are of a passage.

    ``search`` gives scores and positions of as many as it is asked for, while there are more.
    """
    asked = limit + min(ids.stored - len(ids.array), limit)
    while True:
        scores, positions = search(asked)
        living, passages = ids.at(positions)
        if len(passages) >= limit or len(positions) < asked:
            return scores[living][:limit], positions[living][:limit], passages[:limit]
        asked *= 2


def _write_exact(stem: Path, batches: Batches) -> None:
    kept = [(ids, vectors.astype(np.float16)) for ids, vectors in batches]
    ids = np.concatenate([ids for ids, _ in kept])
    half = np.concatenate([vectors for _, vectors in kept])
    order = np.argsort(ids)
    write_ids(stem, len(ids), [ids[order]])
    parts = (half[part].astype(np.float32) for part in _parts(order))
    write_half_vectors(shard_file(stem, HALF), half.shape[1], parts)


def _write_lists(stem: Path, batches: Batches, quantizer: CoarseQuantizer) -> None:
    kept: list[tuple[Ids, Rows]] = []

    def keeping() -> Iterator[tuple[Ids, Vectors]]:
        for ids, vectors in batches:
            kept.append((ids, quantize(vectors)))
            yield ids, vectors

    lists = quantizer.encode(keeping())
    ids = np.concatenate([ids for ids, _ in kept])
    rows = np.concatenate([rows for _, rows in kept])
    order = np.argsort(ids)
    write_ids(stem, len(ids), [ids[order]])
    write_array(shard_file(stem, ROWS), rows.dtype, len(rows), (rows[p] for p in _parts(order)))
    with write_whole(shard_file(stem, LISTS)) as file:
        write_lists(file, [(lists, _ranked(ids[order]))])


def _ranked(ascending: Ids) -> Renumber:
    """From the id of a passage to its place among all, which is its position in their shard."""
    return lambda ids: (np.ones(len(ids), np.bool_), np.searchsorted(ascending, ids))


def _check_cosines(path: Path, scores: Vectors) -> None:
    """Raise DamagedGeneration for what inner products of unit vectors cannot be."""
    if not (np.abs(scores) <= _LARGEST_COSINE).all():  # also for what is not a number
        raise damaged(path, "holds vectors that are not of length 1")


def _parts(positions: Ids) -> Iterator[Ids]:
    for start in range(0, len(positions), _BATCH):
        yield positions[start : start + _BATCH]


def next_stem(directory: Path) -> Path:
    """What the files of one more shard are called, but for their kind."""
    numbers = [int(path.name.partition(".")[0]) for path in directory.glob(f"*{IDS}")]
    return directory / f"{max(numbers, default=0) + 1:06d}"


def shard_file(stem: Path, kind: str) -> Path:
    """The file of this kind of a shard."""
    return stem.with_name(stem.name + kind)
