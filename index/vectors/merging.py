"""Join shards of vectors, so that they stay few and hold little that is of no passage any more.

A window at a time: what is joined never lies in memory. Files are removed and replaced, never
written to.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.vectors.arrays import write_array
from pinakes.index.vectors.codes import CoarseQuantizer, Renumber, write_half_vectors, write_lists
from pinakes.index.vectors.ids import PassageIds, merge_ids, write_ids
from pinakes.index.vectors.rows import merge_rows
from pinakes.index.vectors.shards import (
    HALF,
    LISTS,
    ROWS,
    ExactShard,
    ListShard,
    Shard,
    next_stem,
    open_quantizer,
    open_shards,
    shard_batches,
    shard_file,
    write_shard,
)
from pinakes.ingest.files import write_whole

__all__ = ["convert_shards", "merge_shards"]

Ids = NDArray[np.int64]

# A shard is merged with the one before it unless that one is so many times larger: 40 million
# vectors in increments of 100,000 then make at most six shards, and each is written ten times.
_RATIO = 4
_LEAST_LIVING = 0.7  # of a shard's vectors; with fewer it is written anew


def merge_shards(directory: Path, *, whole: bool = False) -> None:
    """Join the newest shards until each is several times larger than the next; or all of them.

    A shard with many vectors of no passage is written anew, together with those after it.
    """
    shards = open_shards(directory, open_quantizer(directory))
    if not shards:
        return
    first, newer = len(shards) - 1, shards[-1].count
    sparse = next((number for number, shard in enumerate(shards) if _is_sparse(shard)), len(shards))
    while first > 0 and (whole or first > sparse or shards[first - 1].count < _RATIO * newer):
        first -= 1
        newer += shards[first].count
    if first < len(shards) - 1 or first == sparse:
        _join(next_stem(directory), shards[first:])


def _is_sparse(shard: Shard) -> bool:
    return shard.count < _LEAST_LIVING * shard.ids.stored


def convert_shards(directory: Path, quantizer: CoarseQuantizer) -> None:
    """Make one shard of inverted lists out of all those that were searched exactly."""
    exact = open_shards(directory, None)
    write_shard(directory, shard_batches(exact), quantizer)
    _remove(exact)


def _join(stem: Path, shards: list[Shard]) -> None:
    """Write one shard with all that these have, a window at a time, and remove them."""
    count = sum(shard.count for shard in shards)
    ids = [shard.ids for shard in shards]
    write_ids(stem, count, (np.sort(window) for window, _ in merge_ids(ids)))
    exact = [shard.half for shard in shards if isinstance(shard, ExactShard)]
    listed = [shard for shard in shards if isinstance(shard, ListShard)]
    if exact:
        vectors = (
            np.concatenate(
                [
                    half.vectors(passages.positions(part))
                    for half, passages, part in zip(exact, ids, parts, strict=True)
                ]
            )[np.argsort(window)]
            for window, parts in merge_ids(ids)
        )
        write_half_vectors(shard_file(stem, HALF), exact[0].dimension, vectors)
    else:
        rows = merge_rows(ids, [shard.rows for shard in listed])
        write_array(shard_file(stem, ROWS), listed[0].rows.array.dtype, count, rows)
        joined = PassageIds(stem, shard_file(stem, ROWS), count)
        with write_whole(shard_file(stem, LISTS)) as file:
            write_lists(file, [(s.lists, _moved(s.ids, joined)) for s in listed])
    _remove(shards)


def _moved(source: PassageIds, joined: PassageIds) -> Renumber:
    """From positions in one shard to positions in the one that it is joined into."""

    def renumber(positions: Ids) -> tuple[NDArray[np.bool_], Ids]:
        living, ids = source.at(positions)
        return living, joined.find(ids)[1]

    return renumber


def _remove(shards: list[Shard]) -> None:
    """Remove the files under their names here; other generations may hold them by theirs."""
    for shard in shards:
        for path in shard.stem.parent.glob(f"{shard.stem.name}.*"):
            path.unlink()
