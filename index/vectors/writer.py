"""Change the vectors of a generation in the making: add an increment, or train inverted lists.

Works in a directory of its own, whose files may be links to those of published generations; they
are removed and replaced, never written to.
"""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.types import VectorIndexRecord, Vectors
from pinakes.index.vectors.codes import CoarseQuantizer
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.vectors.merging import convert_shards, merge_shards
from pinakes.index.vectors.recall import TrueNeighbours, choose_probes, write_probes
from pinakes.index.vectors.shards import (
    QUANTIZER,
    Batches,
    open_quantizer,
    open_shards,
    shard_batches,
    write_shard,
)

__all__ = [
    "EXACT_LIMIT",
    "add_vectors",
    "list_count",
    "measured",
    "sample_size",
    "train_lists",
]

Ids = NDArray[np.int64]

# Up to here all vectors are looked at: 1.2 ms for 50,000, 6 ms for 100,000 (384 dimensions).
EXACT_LIMIT = 100_000
_SAMPLE_PER_LIST = 32
_MOST_LISTS = 16_384
_SEED = 20261101


def list_count(vectors: int) -> int:
    """Inverted lists for so many vectors: the power of two nearest to 2.5 √n, at most 16,384."""
    return int(min(2 ** round(math.log2(2.5 * math.sqrt(vectors))), _MOST_LISTS))


def sample_size(vectors: int) -> int:
    """How many of them the lists are trained on."""
    return min(_SAMPLE_PER_LIST * list_count(vectors), vectors)


def train_lists(directory: Path, lists: int, sample: Ids, questions: Vectors) -> VectorIndexRecord:
    """Train inverted lists on the ``sample`` and turn into them what was searched exactly.

    ``questions`` are what recall is measured with, from here on.
    """
    vectors = VectorIndex(directory).vectors_of(sample)
    neighbours = TrueNeighbours(questions)
    neighbours.add(shard_batches(open_shards(directory, None)))
    quantizer = CoarseQuantizer.train(directory / QUANTIZER, vectors, lists, _SEED)
    convert_shards(directory, quantizer)
    return measured(directory, neighbours, lists)


def add_vectors(directory: Path, batches: Batches, *, last: bool) -> VectorIndexRecord:
    """Add these vectors as a shard, and merge; after the ``last`` ones everything is one shard."""
    directory.mkdir(exist_ok=True)
    quantizer = open_quantizer(directory)
    write_shard(directory, batches, quantizer)
    merge_shards(directory, whole=last)
    if quantizer is None:
        return VectorIndexRecord(kind="exact")
    neighbours = TrueNeighbours.read(directory)
    neighbours.add(batches)
    return measured(directory, neighbours, quantizer.lists)


def measured(directory: Path, neighbours: TrueNeighbours, lists: int) -> VectorIndexRecord:
    """Choose how many lists to search, and write it down with the truth it was chosen by."""
    neighbours.write(directory)
    write_probes(directory, lists)
    probes, recall = choose_probes(neighbours, VectorIndex(directory).search, lists)
    write_probes(directory, probes)
    return VectorIndexRecord(
        kind="inverted lists", lists=lists, probes=probes, recall_at_10=round(recall, 4)
    )
