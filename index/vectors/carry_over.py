"""Carry the vectors of unchanged passages over into the generation that an update makes.

What is large is linked: only the ids of a shard's passages are written again. Passages that have
changed places among themselves are written to shards of their own, from the vectors as they are
kept, for ids and positions ascend together. Knows nothing of how passages are recognized.
"""

import os
import shutil
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.types import VectorIndexRecord, Vectors
from pinakes.index.vectors.ids import GONE, PassageIds, PassageMap, write_ids, write_positions
from pinakes.index.vectors.merging import merge_shards
from pinakes.index.vectors.recall import TrueNeighbours
from pinakes.index.vectors.shards import (
    QUANTIZER,
    Shard,
    open_quantizer,
    open_shards,
    shard_batches,
    vector_files,
    write_shard,
)
from pinakes.index.vectors.writer import measured

__all__ = ["carry_over"]

Ids = NDArray[np.int64]

_MOST_AT_ONCE = 1 << 17  # passages out of order that lie in memory while a shard of them is written
_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64))


def carry_over(old: Path, new: Path, moved: PassageMap) -> VectorIndexRecord | None:
    """Make the directory ``new`` with the vectors of ``old`` that a passage still has.

    ``moved``: for each passage of ``old`` the id it has now, or GONE; no two have the same. None,
    and an empty directory, where no vector is left. Raises DamagedGeneration.
    """
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    quantizer = open_quantizer(old)
    shards = open_shards(old, quantizer)
    if all((moved[ids] == GONE).all() for shard in shards for _, ids in shard.ids.windows()):
        return None
    if quantizer is not None:
        _link(old / QUANTIZER, new / QUANTIZER)
    for shard in shards:
        _carry(shard, new / shard.stem.name, moved)
    for batches in _gathered(shards, moved):
        write_shard(new, batches, quantizer)
    merge_shards(new)
    if quantizer is None:
        return VectorIndexRecord(kind="exact")
    neighbours = TrueNeighbours.read(old)
    neighbours.carry_over(moved)
    if not neighbours.are_known:
        neighbours = TrueNeighbours(neighbours.questions)
        neighbours.add(shard_batches(open_shards(new, quantizer)))
    return measured(new, neighbours, quantizer.lists)


def _carry(shard: Shard, stem: Path, moved: PassageMap) -> None:
    """Link a shard, and write the ids of the passages that are in order."""
    count = sum(int(kept.sum()) for _, _, kept in _windows(shard.ids, moved))
    if not count:
        return
    for path in vector_files(shard):
        _link(path, stem.with_name(path.name))
    if count < shard.ids.stored:
        positions = (positions[kept] for positions, _, kept in _windows(shard.ids, moved))
        write_positions(stem, count, positions)
    write_ids(stem, count, (ids[kept] for _, ids, kept in _windows(shard.ids, moved)))


def _gathered(shards: list[Shard], moved: PassageMap) -> Iterator[list[tuple[Ids, Vectors]]]:
    """The passages that are out of order with their vectors, as many at once as memory allows."""
    gathered: list[tuple[Ids, Vectors]] = []
    for shard in shards:
        for positions, ids, kept in _windows(shard.ids, moved):
            if not kept.all():
                gathered.append((ids[~kept], shard.vectors(positions[~kept])))
            if sum(len(ids) for ids, _ in gathered) >= _MOST_AT_ONCE:
                yield gathered
                gathered = []
    if gathered:
        yield gathered


def _windows(
    passages: PassageIds, moved: PassageMap
) -> Iterator[tuple[Ids, Ids, NDArray[np.bool_]]]:
    """Positions and new ids of what a passage still has, and which of them are in order.

    A window at a time: what breaks the order is told by what comes in this one and the next.
    """
    last = -1
    for (positions, ids), (_, following) in pairwise(chain(_living(passages, moved), [_NOTHING])):
        in_order = longest_ascending(np.concatenate([ids, following]), last)[: len(ids)]
        if in_order.any():
            last = int(ids[in_order][-1])
        yield positions, ids, in_order


def _living(passages: PassageIds, moved: PassageMap) -> Iterator[tuple[Ids, Ids]]:
    for positions, old in passages.windows():
        ids = moved[old]
        is_there = ids != GONE
        yield positions[is_there], ids[is_there].astype(np.int64)


def longest_ascending(numbers: Ids, above: int) -> NDArray[np.bool_]:
    """Which of these distinct numbers make up the longest ascending sequence above a number.

    By the lengths of the sequences that end in each (Schensted, 1961): O(n log n), and O(n) where
    they ascend already.
    """
    chosen = numbers > above
    if (np.diff(numbers[chosen]) > 0).all():
        return chosen
    ends: list[int] = []  # the least number in which a sequence of each length ends
    lengths = []
    for number in numbers[chosen].tolist():
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        lengths.append(length)
    wanted, bound = len(ends) - 1, GONE
    places = np.flatnonzero(chosen)
    for place, length in zip(reversed(places), reversed(lengths), strict=True):
        if length == wanted and numbers[place] < bound:
            wanted, bound = wanted - 1, int(numbers[place])
        else:
            chosen[place] = False
    return chosen


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no hard links."""
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copyfile(source, target)
