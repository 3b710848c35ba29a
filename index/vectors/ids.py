"""Which passages the vectors of a shard are of: the one thing about it that updates change.

A shard's vectors lie at positions from 0 on. The file of ids gives the passages in ascending order;
where some vectors are of no passage any more, a second file gives the positions of the others, also
ascending. Knows nothing of vectors.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.health import damaged
from pinakes.index.vectors.arrays import map_array, write_array

__all__ = ["GONE", "IDS", "PassageIds", "PassageMap", "merge_ids", "write_ids", "write_positions"]

Ids = NDArray[np.int64]
# For each passage of one generation its id in another, or GONE: four bytes a passage.
PassageMap = NDArray[np.uint32]

GONE = 0xFFFFFFFF
IDS = ".ids.npy"
_POSITIONS = ".positions.npy"
_TYPE = np.dtype("<u4")
_WINDOW = 1 << 16


class PassageIds:
    """The passages that the vectors of one shard are of."""

    def __init__(self, stem: Path, vectors: Path, stored: int) -> None:
        """``vectors``: the file that holds ``stored`` of them. Raises DamagedGeneration."""
        self.array: NDArray[np.uint32] = map_array(_file(stem, IDS), _is_number)
        self.stored = stored
        self._positions: NDArray[np.uint32] | None = None
        path = _file(stem, _POSITIONS)
        if path.exists():
            self._positions = map_array(path, _is_number)
            if len(self._positions) != len(self.array):
                many = f"has {len(self._positions)} positions for {len(self.array)} passage ids"
                raise damaged(path, many)
            if len(self.array) and self._positions[-1] >= stored:
                raise damaged(path, f"leads beyond the {stored} vectors there are")
        elif len(self.array) != stored:
            raise damaged(vectors, f"has {stored} vectors for {len(self.array)} passage ids")

    def find(self, passage_ids: Ids) -> tuple[NDArray[np.bool_], Ids]:
        """Which of these passages are there, and the positions of those that are."""
        there, places = _find(self.array, passage_ids)
        return there, places if self._positions is None else self._positions[places].astype(
            np.int64
        )

    def at(self, positions: Ids) -> tuple[NDArray[np.bool_], Ids]:
        """Which of these positions are of a passage still, and the ids of those.

        Raises IndexError for positions beyond the vectors that there are.
        """
        if len(positions) and not 0 <= positions.min() <= positions.max() < self.stored:
            raise IndexError(f"positions beyond the {self.stored} vectors there are")
        if self._positions is None:
            return np.ones(len(positions), np.bool_), self.array[positions].astype(np.int64)
        living, places = _find(self._positions, positions)
        return living, self.array[places].astype(np.int64)

    def windows(self) -> Iterator[tuple[Ids, Ids]]:
        """All positions and their passages, ascending, a window at a time."""
        for start in range(0, len(self.array), _WINDOW):
            part = slice(start, min(start + _WINDOW, len(self.array)))
            yield self.positions(part), self.array[part].astype(np.int64)

    def positions(self, part: slice) -> Ids:
        """The positions of a part of the passages."""
        if self._positions is None:
            return np.arange(part.start, part.stop)
        return self._positions[part].astype(np.int64)


def write_ids(stem: Path, count: int, parts: Iterable[NDArray[np.integer]]) -> None:
    """Write the ids of a shard's ``count`` passages, ascending."""
    write_array(_file(stem, IDS), _TYPE, count, parts)


def write_positions(stem: Path, count: int, parts: Iterable[NDArray[np.integer]]) -> None:
    """Write where the vectors of these passages lie, for a shard with others beside them."""
    write_array(_file(stem, _POSITIONS), _TYPE, count, parts)


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


def _find(ascending: NDArray[np.uint32], numbers: Ids) -> tuple[NDArray[np.bool_], Ids]:
    """Which of these numbers are there, and the places of those that are."""
    if not len(ascending):
        return np.zeros(len(numbers), np.bool_), np.empty(0, np.int64)
    # Of the array's own type, for otherwise all of it would be converted.
    places = np.searchsorted(ascending, numbers.astype(np.uint32))
    places = np.minimum(places, len(ascending) - 1)
    there = ascending[places] == numbers
    return there, places[there]


def _is_number(dtype: np.dtype[np.generic]) -> bool:
    return dtype == _TYPE


def _file(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)
