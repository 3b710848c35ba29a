"""What an update does with vectors, beside writing them all, in the same run.

Measures: CPU and wall seconds, and bytes written to disk, of training lists, of writing all vectors
in increments, of carrying them over when two in a hundred passages have changed (three quarters of
those in place; the rest new, deleted or moved far away), and of adding the vectors that are missing
then; the most memory that carrying over takes for itself; recall@10 of these indexes and of one
trained and written afresh on the vectors after the update, against exact search and each with the
number of lists that it has chosen; and of the updated one and the fresh one overlap@10, so searched
and in all lists, where they differ by their codes alone.
Corpus: synthetic vectors of 384 dimensions, some fifty to a cluster.
Command: python -m bench.update.carried_vectors [--vectors N] [--data DIR]
"""

import argparse
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.record import record
from pinakes.index.types import Vectors
from pinakes.index.vectors.carry_over import carry_over
from pinakes.index.vectors.ids import GONE, PassageMap
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.vectors.recall import TrueNeighbours
from pinakes.index.vectors.writer import add_vectors, list_count, sample_size, train_lists

_FULL = 1_000_000
_DIMENSION = 384
_PER_CLUSTER = 50
_NOISE = 0.58  # beside a vector of length one, as in bench.corpora.synthetic_vectors
_INCREMENT = 100_000
_BATCH = 10_000
_CHANGED, _ADDED, _DELETED, _MOVED = 0.015, 0.002, 0.002, 0.001
_QUESTIONS = 400
_DEPTH = 10
_SEED = 20261130

Ids = NDArray[np.int64]


class SyntheticPassages:
    """Vectors of passages that are told apart by a number."""

    def __init__(self, count: int) -> None:
        random = np.random.default_rng(_SEED)
        self._centres = random.standard_normal((count // _PER_CLUSTER, _DIMENSION), np.float32)
        self._centres /= np.linalg.norm(self._centres, axis=1, keepdims=True)

    def vectors(self, numbers: Ids) -> Vectors:
        """Unit vectors of shape (n, dimension); in batches of numbers that follow each other."""
        random = np.random.default_rng((_SEED, int(numbers[0])))
        vectors: Vectors = self._centres[random.integers(len(self._centres), size=len(numbers))]
        noise = random.standard_normal(vectors.shape, np.float32)
        vectors = vectors + np.float32(_NOISE / np.sqrt(_DIMENSION)) * noise
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main() -> None:
    """Write, carry over, add, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--vectors", type=int, default=_FULL)
    parser.add_argument("--data", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.data) as directory:
        figures = _measured(options.vectors, Path(directory))
    _print(figures)
    if options.vectors >= _FULL:
        print(record("carried_vectors", f"{options.vectors:,} synthetic vectors", figures))


def _measured(count: int, directory: Path) -> dict[str, Any]:
    old, new = directory / "old", directory / "new"
    passages = SyntheticPassages(count)
    moved, missing = _edited(count)
    asked = passages.vectors(np.arange(10 * count, 10 * count + _QUESTIONS))
    before, after = (TrueNeighbours(asked[_QUESTIONS // 2 :]) for _ in range(2))
    stays = int((moved != GONE).sum())
    shape = (stays + len(missing), _DIMENSION)
    now = np.lib.format.open_memmap(directory / "now.npy", "w+", np.float32, shape)
    steps: dict[str, dict[str, float]] = {}

    def step(name: str, work: Callable[[], object]) -> None:
        taken = steps.setdefault(name, {"cpu_seconds": 0.0, "seconds": 0.0})
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        taken["cpu_seconds"] += time.process_time() - cpu
        taken["seconds"] += time.perf_counter() - wall

    for start in range(0, count, _INCREMENT):
        ids = np.arange(start, min(start + _INCREMENT, count))
        batches = list(_batches(passages, ids, ids))
        before.add(batches)
        for numbers, vectors in batches:
            kept = moved[numbers] != GONE
            ids_now = moved[numbers[kept]].astype(np.int64)
            after.add([(ids_now, vectors[kept])])
            now[ids_now] = vectors[kept]
        last = start + _INCREMENT >= count
        step("writing all", lambda: add_vectors(old, batches, last=last))  # noqa: B023
        if not start:  # they are as good as drawn at random
            sample = ids[: sample_size(count)]
            questions = asked[: _QUESTIONS // 2]
            step("training", lambda: train_lists(old, list_count(count), sample, questions))  # noqa: B023
    step("carrying over", lambda: carry_over(old, new, moved))
    carried = VectorIndex(new).count
    steps["carrying over"]["bytes"] = _bytes_beside(new, old)
    numbers = np.arange(count, count + len(missing))
    batches = list(_batches(passages, numbers, missing))
    after.add(batches)
    for ids, vectors in batches:
        now[ids] = vectors
    step("adding what is missing", lambda: add_vectors(new, batches, last=False))
    steps["writing all"]["bytes"] = _bytes_beside(old, directory / "nothing")
    steps["adding what is missing"]["bytes"] = (
        _bytes_beside(new, old) - steps["carrying over"]["bytes"]
    )
    fresh = directory / "fresh"
    _write_afresh(fresh, now, asked[: _QUESTIONS // 2])
    return {
        "vectors": count,
        "carried over": carried,
        "added": len(missing),
        "shards": VectorIndex(new).shard_count,
        "steps": steps,
        "memory_bytes_per_vector": _memory(old, directory / "again", moved) / count,
        "recall_at_10": {
            name: truth.recall(VectorIndex(path).search)
            for name, path, truth in (
                ("before", old, before), ("after", new, after), ("fresh", fresh, after)
            )
        },
        "overlap_at_10": _overlaps(new, fresh, after.questions),
    }  # fmt: skip


def _write_afresh(directory: Path, vectors: Vectors, questions: Vectors) -> None:
    """Train and write what holds all these vectors, as the first build of a collection does."""
    count = len(vectors)
    for start in range(0, count, _INCREMENT):
        end = min(start + _INCREMENT, count)
        cuts = [*range(start, end, _BATCH), end]
        batches = [(np.arange(a, b), np.array(vectors[a:b])) for a, b in pairwise(cuts)]
        add_vectors(directory, batches, last=end == count)
        if not start:
            train_lists(directory, list_count(count), np.arange(sample_size(count)), questions)


def _overlaps(one: Path, other: Path, questions: Vectors) -> dict[str, float]:
    """Shares of the ten nearest that both find: as they are searched, and in all lists."""
    left, right = VectorIndex(one), VectorIndex(other)
    return {
        name: float(
            np.mean([_common(left, right, question, probes) / _DEPTH for question in questions])
        )
        for name, probes in (("as searched", None), ("all lists", list_count(left.count)))
    }


def _common(left: VectorIndex, right: VectorIndex, question: Vectors, probes: int | None) -> int:
    hits = (index.search(question, _DEPTH, probes) for index in (left, right))
    found, also = ({hit.passage_id for hit in some} for some in hits)
    return len(found & also)


def _edited(count: int) -> tuple[PassageMap, Ids]:
    """The new id of each passage, or GONE, and the ids of the passages that are new."""
    random = np.random.default_rng(_SEED)
    changed, deleted, far, _ = np.split(
        random.permutation(count),
        (np.cumsum([_CHANGED, _DELETED, _MOVED]) * count).astype(int),
    )
    places = np.arange(count, dtype=np.float64)
    places[far] = random.uniform(0, count, len(far))
    stays = np.ones(count, np.bool_)
    stays[changed] = stays[deleted] = False
    new_places = np.concatenate([changed, random.uniform(0, count, int(_ADDED * count))])
    order = np.argsort(np.concatenate([places[stays], new_places]))
    ids = np.empty(len(order), np.int64)
    ids[order] = np.arange(len(order))
    moved = np.full(count, GONE, np.uint32)
    moved[stays] = ids[: stays.sum()]
    return moved, ids[stays.sum() :]


def _batches(passages: SyntheticPassages, numbers: Ids, ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
    for start in range(0, len(ids), _BATCH):
        part = slice(start, start + _BATCH)
        yield ids[part], passages.vectors(numbers[part])


def _bytes_beside(directory: Path, other: Path) -> int:
    """Bytes of the files that are not links to files of the other directory."""
    shared = {path.stat().st_ino for path in other.glob("*")}
    files = (path.stat() for path in directory.iterdir())
    return sum(about.st_size for about in files if about.st_ino not in shared)


def _memory(old: Path, new: Path, moved: PassageMap) -> int:
    """The most that carrying over takes at once, but for ``moved``; its searches included."""
    tracemalloc.start()
    carry_over(old, new, moved)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def _print(figures: dict[str, Any]) -> None:
    title = f"{figures['vectors']:,} vectors; {figures['added']:,} are missing after the update"
    table = Table(title=title)
    for column in ("", "CPU s", "wall s", "MB written"):
        table.add_column(column, justify="right" if column else "left")
    for name, taken in figures["steps"].items():
        times = (f"{taken[key]:.1f}" for key in ("cpu_seconds", "seconds"))
        size = f"{taken['bytes'] / 1e6:,.1f}" if "bytes" in taken else ""
        table.add_row(name, *times, size)
    console = Console(width=100)
    console.print(table)
    recall, overlap = figures["recall_at_10"], figures["overlap_at_10"]
    console.print(
        f"recall@10 before {recall['before']:.4f}, after {recall['after']:.4f}, of a fresh one "
        f"{recall['fresh']:.4f}; overlap@10 with it {overlap['as searched']:.4f}, in all lists "
        f"{overlap['all lists']:.4f}; "
        f"{figures['carried over']:,} carried over, {figures['shards']} shards; at most "
        f"{figures['memory_bytes_per_vector']:.1f} bytes of memory a vector beside the map"
    )


if __name__ == "__main__":
    main()
