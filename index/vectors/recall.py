"""Measure what approximate search misses: the true nearest passages of a few sample questions.

The sample's questions are kept with their ten nearest among all vectors so far, found exactly and
before any rounding, while each increment's vectors are at hand: so the truth is that of the whole
collection, and costs no disk. Knows nothing of how the approximate search works.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pinakes.index.health import unreadable
from pinakes.index.types import ScoredId, Vectors
from pinakes.ingest.files import write_whole

__all__ = ["RECALL_FILE", "TrueNeighbours", "choose_probes", "read_probes", "write_probes"]

Ids = NDArray[np.int64]


class Search(Protocol):
    """A search of which the number of lists can be chosen."""

    def __call__(self, vector: Vectors, limit: int, probes: int) -> list[ScoredId]: ...


RECALL_FILE = "recall.npz"
_PROBES_FILE = "probes.json"
_DEPTH = 10
_PROBES = (16, 32, 64, 128, 256, 512)
_LEAST_GAIN = 0.01
_WANTED_RECALL = 0.98  # a little above the promise of .97: the sample is small


class TrueNeighbours:
    """Questions, and the ids and inner products of their ten true nearest so far."""

    def __init__(self, questions: Vectors) -> None:
        self.questions = questions
        self.ids = np.full((len(questions), _DEPTH), -1, np.int64)
        self.scores = np.full((len(questions), _DEPTH), -np.inf, np.float32)

    @classmethod
    def read(cls, directory: Path) -> "TrueNeighbours":
        """What ``write`` wrote. Raises DamagedGeneration."""
        path = directory / RECALL_FILE
        try:
            with path.open("rb") as file, np.load(file) as arrays:
                found = cls(arrays["questions"])
                found.ids, found.scores = arrays["ids"], arrays["scores"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise unreadable(path, error) from None
        return found

    def write(self, directory: Path) -> None:
        """Write everything, in place of what an earlier increment wrote."""
        content = io.BytesIO()
        np.savez(content, questions=self.questions, ids=self.ids, scores=self.scores)
        with write_whole(directory / RECALL_FILE) as file:
            file.write(content.getvalue())

    def add(self, batches: Iterable[tuple[Ids, Vectors]]) -> None:
        """Take these vectors into account."""
        for ids, vectors in batches:
            products = self.questions @ vectors.T
            near = np.argpartition(-products, min(_DEPTH, len(ids)) - 1, axis=1)[:, :_DEPTH]
            scores = np.hstack([self.scores, np.take_along_axis(products, near, axis=1)])
            best = np.argsort(-scores, axis=1, kind="stable")[:, :_DEPTH]
            self.scores = np.take_along_axis(scores, best, axis=1)
            self.ids = np.take_along_axis(np.hstack([self.ids, ids[near]]), best, axis=1)

    def recall(self, search: Callable[[Vectors, int], list[ScoredId]]) -> float:
        """Share of the true nearest that ``search`` finds among as many: recall@10."""
        found = wanted = 0
        for question, ids in zip(self.questions, self.ids, strict=True):
            true = {int(i) for i in ids if i >= 0}
            found += len(true & {hit.passage_id for hit in search(question, len(true))})
            wanted += len(true)
        return found / wanted if wanted else 1.0


def choose_probes(neighbours: TrueNeighbours, search: Search, lists: int) -> tuple[int, float]:
    """How many lists to search for a recall@10 of .98, and the recall.

    Fewer, where twice as many would find less than one in a hundred more: what is missed then is
    missed by the codes, as it is where nothing lies near the questions.
    """
    probes, recall = 0, 0.0
    for most in _PROBES:
        found = neighbours.recall(partial(search, probes=min(most, lists)))
        if probes and found - recall < _LEAST_GAIN:
            break
        probes, recall = min(most, lists), found
        if recall >= _WANTED_RECALL or probes == lists:
            break
    return probes, recall


def write_probes(directory: Path, probes: int) -> None:
    """Write how many lists to search."""
    with write_whole(directory / _PROBES_FILE) as file:
        file.write(json.dumps({"probes": probes}).encode())


def read_probes(directory: Path) -> int:
    """How many lists to search. Raises DamagedGeneration."""
    path = directory / _PROBES_FILE
    try:
        return int(json.loads(path.read_bytes())["probes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(path, error) from None
