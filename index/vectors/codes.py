"""Codes of vectors as faiss makes and searches them. The only file that imports faiss.

Half-precision vectors are searched exactly; RaBitQ codes (Gao and Long, SIGMOD 2024) in inverted
lists, which one coarse quantizer assigns, are searched approximately. Everything is mapped from
its file, so that it takes no anonymous memory. Knows nothing of shards and generations.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import faiss
import numpy as np
from numpy.typing import NDArray

from pinakes.index.health import damaged, unreadable
from pinakes.index.types import Vectors

__all__ = [
    "CoarseQuantizer",
    "HalfVectors",
    "InvertedLists",
    "MappedLists",
    "Renumber",
    "code_bytes",
    "map_lists",
    "write_half_vectors",
    "write_lists",
]

Ids = NDArray[np.int64]
# Of numbers of vectors: which are kept, and under what numbers.
Renumber = Callable[[Ids], tuple[NDArray[np.bool_], Ids]]

_INNER_PRODUCT = faiss.METRIC_INNER_PRODUCT
_MAGIC = b"PINLISTS"
_HEADER = np.dtype([("magic", "S8"), ("lists", "<u8"), ("code_size", "<u8")])
_BLOCK = 32  # codes of a list are laid out for FastScan in blocks of so many
_ROUNDS = 10
_MOST_PER_LIST = 64


def code_bytes(dimension: int) -> int:
    """Bytes of one entry of an inverted list: a bit for each dimension, two factors, a number."""
    return -(-dimension // 8) + 8 + 8


class HalfVectors:
    """Vectors in half precision, by their positions in the file, searched exactly."""

    def __init__(self, path: Path) -> None:
        self._index = _read_index(path, faiss.IndexScalarQuantizer)
        self.count, self.dimension = int(self._index.ntotal), int(self._index.d)

    def search(self, vector: Vectors, limit: int) -> tuple[Vectors, Ids]:
        """Inner products and positions of the nearest, at most ``limit``, best first."""
        _use_one_core()
        scores, positions = self._index.search(vector.reshape(1, -1), min(limit, self.count))
        return scores[0], positions[0]

    def vectors(self, positions: Ids) -> Vectors:
        """The vectors at these positions, of shape (n, dimension)."""
        found: Vectors = self._index.reconstruct_batch(np.ascontiguousarray(positions))
        return found


def write_half_vectors(path: Path, dimension: int, batches: Iterable[Vectors]) -> None:
    """Write vectors in half precision; they lie in memory, so much, until all are there."""
    index = _half_index(dimension)
    for vectors in batches:
        index.add(np.ascontiguousarray(vectors))
    faiss.write_index(index, str(path))


class CoarseQuantizer:
    """The centroids that vectors are assigned to; each has an inverted list."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._centroids = _read_index(path, faiss.IndexScalarQuantizer)
        self.lists, self.dimension = int(self._centroids.ntotal), int(self._centroids.d)

    @staticmethod
    def train(path: Path, sample: Vectors, lists: int, seed: int) -> "CoarseQuantizer":
        """Find the centroids of ``lists`` clusters of ``sample`` by spherical k-means."""
        _use_all_cores()
        means = faiss.Kmeans(
            sample.shape[1],
            lists,
            niter=_ROUNDS,
            seed=seed,
            spherical=True,
            max_points_per_centroid=_MOST_PER_LIST,
            min_points_per_centroid=1,
        )
        means.train(np.ascontiguousarray(sample))
        centroids = np.asarray(means.centroids, np.float32)
        # Half precision: scanned in a third of the time that single precision takes.
        write_half_vectors(path, sample.shape[1], [centroids])
        return CoarseQuantizer(path)

    def nearest(self, vector: Vectors, probes: int) -> tuple[Vectors, Ids]:
        """Inner products and numbers of the ``probes`` lists nearest to ``vector``: (1, probes)."""
        _use_one_core()
        scores, lists = self._centroids.search(vector.reshape(1, -1), min(probes, self.lists))
        return scores, lists

    def encode(self, batches: Iterable[tuple[Ids, Vectors]]) -> "InvertedLists":
        """The codes of these vectors under these numbers, in memory."""
        _use_all_cores()
        index = self.empty_index()
        for numbers, vectors in batches:
            index.add_with_ids(np.ascontiguousarray(vectors), numbers.astype(np.int64))
        return InvertedLists(index, faiss.downcast_InvertedLists(index.invlists))

    def empty_index(self) -> Any:
        """A faiss index over these lists, without entries."""
        index = faiss.IndexIVFRaBitQFastScan(
            self._centroids, self.dimension, self.lists, _INNER_PRODUCT
        )
        index.is_trained = True  # RaBitQ learns nothing but the centroids
        return index


class InvertedLists:
    """Numbers of vectors and their codes, list by list, in memory or mapped."""

    def __init__(self, index: Any, lists: Any) -> None:
        self._index = index
        self._lists = lists
        self._packer = index.get_CodePacker()
        self.code_size = int(self._packer.code_size)
        self.sizes = np.array([lists.list_size(number) for number in range(index.nlist)], np.uint64)

    def entries(self, number: int) -> tuple[Ids, NDArray[np.uint8]]:
        """Numbers, and codes of shape (n, code_size), of one list."""
        count = int(self.sizes[number])
        if not count:
            return np.empty(0, np.int64), np.empty((0, self.code_size), np.uint8)
        blocks = -(-count // _BLOCK)
        numbers = faiss.rev_swig_ptr(self._lists.get_ids(number), count).copy()
        packed = faiss.rev_swig_ptr(
            self._lists.get_codes(number), blocks * self._packer.block_size
        ).reshape(blocks, -1)
        codes = np.empty((blocks * _BLOCK, self.code_size), np.uint8)
        for block in range(blocks):
            self._packer.unpack_all(
                faiss.swig_ptr(packed[block]), faiss.swig_ptr(codes[block * _BLOCK :])
            )
        return numbers, codes[:count]

    def packed(self, codes: NDArray[np.uint8]) -> bytes:
        """Codes of shape (n, code_size) in blocks, the last filled up with zeros."""
        blocks = -(-len(codes) // _BLOCK)
        filled = np.zeros((blocks * _BLOCK, self.code_size), np.uint8)
        filled[: len(codes)] = codes
        packed = np.zeros((blocks, self._packer.block_size), np.uint8)
        for block in range(blocks):
            self._packer.pack_all(
                faiss.swig_ptr(filled[block * _BLOCK :]), faiss.swig_ptr(packed[block])
            )
        return packed.tobytes()


class MappedLists(InvertedLists):
    """The inverted lists of a file, to search in."""

    def search(
        self, vector: Vectors, nearest: tuple[Vectors, Ids], limit: int
    ) -> tuple[Vectors, Ids]:
        """Estimated inner products and numbers of the best ``limit`` in the ``nearest`` lists."""
        _use_one_core()
        scores, lists = nearest
        self._index.nprobe = lists.shape[1]  # the same for all threads: only a build tries others
        found, numbers = self._index.search_preassigned(vector.reshape(1, -1), limit, lists, scores)
        is_there = numbers[0] >= 0
        return found[0][is_there], numbers[0][is_there]


def write_lists(file: BinaryIO, sources: Sequence[tuple[InvertedLists, Renumber]]) -> None:
    """Write what is kept of ``sources``, which share a quantizer; each list by its new numbers.

    Header (magic, number of lists, code size), the lists' sizes, then for each list its blocks of
    codes and as many numbers as these have room for: what OnDiskInvertedLists of faiss can map.
    """
    first, _ = sources[0]
    header = np.array([(_MAGIC, len(first.sizes), first.code_size)], dtype=_HEADER)
    file.write(header.tobytes())
    sizes = np.zeros(len(first.sizes), "<u8")
    file.write(sizes.tobytes())
    for number in range(len(sizes)):
        numbers, codes = _entries(number, sources)
        sizes[number] = len(numbers)
        order = np.argsort(numbers)
        file.write(first.packed(codes[order]))
        filled = np.full(-(-len(numbers) // _BLOCK) * _BLOCK, -1, np.int64)
        filled[: len(numbers)] = numbers[order]
        file.write(filled.tobytes())
    file.seek(header.nbytes)
    file.write(sizes.tobytes())


def _entries(
    number: int, sources: Sequence[tuple[InvertedLists, Renumber]]
) -> tuple[Ids, NDArray[np.uint8]]:
    """The entries of one list that are kept, of all sources, under their new numbers."""
    all_numbers, all_codes = [], []
    for lists, renumber in sources:
        numbers, codes = lists.entries(number)
        kept, renumbered = renumber(numbers)
        all_numbers.append(renumbered)
        all_codes.append(codes[kept])
    return np.concatenate(all_numbers), np.concatenate(all_codes)


def map_lists(path: Path, quantizer: CoarseQuantizer) -> MappedLists:
    """Map what ``write_lists`` wrote. Raises DamagedGeneration."""
    index = quantizer.empty_index()
    try:
        with path.open("rb") as file:
            length = os.fstat(file.fileno()).st_size
            header = np.frombuffer(file.read(_HEADER.itemsize), _HEADER)[0]
            if header["magic"] != _MAGIC or header["lists"] != quantizer.lists:
                raise ValueError("not the lists of this quantizer")
            sizes = np.frombuffer(file.read(8 * quantizer.lists), "<u8")
            start = file.tell()
        if header["code_size"] != index.code_size or len(sizes) != quantizer.lists:
            raise ValueError("its codes are of another size")
        room = -(-sizes.astype(np.int64) // _BLOCK) * _BLOCK
        ends = start + np.cumsum(room * (index.code_size + 8))
        if ends[-1] != length:
            raise ValueError(f"{length} bytes instead of {ends[-1]}")
    except (OSError, ValueError, IndexError) as error:
        raise unreadable(path, error) from None
    starts = np.concatenate([[start], ends[:-1]])
    table = np.ascontiguousarray(np.stack([sizes, room, starts], axis=1).astype(np.uint64))
    lists: Any = faiss.OnDiskInvertedLists()
    lists.filename, lists.read_only = str(path), True
    lists.nlist, lists.code_size, lists.totsize = quantizer.lists, index.code_size, length
    lists.prefetch_nthread = 0  # it would start 32 threads for every question
    lists.lists.resize(quantizer.lists)
    faiss.memcpy(lists.lists.data(), faiss.swig_ptr(table), table.nbytes)
    lists.do_mmap()
    index.replace_invlists(lists)
    index.ntotal = int(sizes.sum())
    return MappedLists(index, lists)


def _half_index(dimension: int) -> Any:
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, _INNER_PRODUCT)
    index.is_trained = True  # nothing to learn
    return index


def _read_index(path: Path, kind: type) -> Any:
    """Map an index from its file; only a search that needs a page reads it."""
    _use_one_core()
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except (RuntimeError, MemoryError) as error:  # a size that is wrong asks for all memory
        raise unreadable(path, error) from None
    if not isinstance(index, kind) or index.metric_type != _INNER_PRODUCT:
        raise damaged(path, "holds another kind of index")
    return index


def _use_one_core() -> None:
    # For the calling thread alone. Of several cores those that are done wait spinning for the
    # others, longer than a question takes.
    faiss.omp_set_num_threads(1)


def _use_all_cores() -> None:
    faiss.omp_set_num_threads(os.cpu_count() or 1)
