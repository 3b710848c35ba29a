"""Measure what approximate search misses: the true nearest passages of a few sample questions.

The sample's questions are kept with their nearest among all vectors so far, found exactly and
before any rounding, while each increment's vectors are at hand: so the truth is that of the whole
collection, and costs no disk. More than ten are kept, so that ten are known when passages go.
Knows nothing of how the approximate search works.
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
from pinakes.index.vectors.ids import GONE, PassageMap
from pinakes.ingest.files import write_whole

__all__ = ["RECALL_FILE", "TrueNeighbours", "choose_probes", "read_probes", "write_probes"]

Ids = NDArray[np.int64]


class Search(Protocol):
    """A search of which the number of lists can be chosen."""

    def __call__(self, vector: Vectors, limit: int, probes: int) -> list[ScoredId]: ...


RECALL_FILE = "recall.npz"
_PROBES_FILE = "probes.json"
_DEPTH = 10
_KEPT = 32
_LEAST_KNOWN = 0.9
_PROBES = (16, 32, 64, 128, 256, 512)
_LEAST_GAIN = 0.01
_WANTED_RECALL = 0.98  # a little above the promise of .97: the sample is small


class TrueNeighbours:
    """Questions, and the ids and inner products of their true nearest so far."""

    def __init__(self, questions: Vectors) -> None:
        self.questions = questions
        self.ids = np.full((len(questions), _KEPT), -1, np.int64)
        self.scores = np.full((len(questions), _KEPT), -np.inf, np.float32)
        # No vector that is not among those kept has a larger inner product.
        self._bounds = np.full(len(questions), -np.inf, np.float32)

    @classmethod
    def read(cls, directory: Path) -> "TrueNeighbours":
        """What ``write`` wrote. Raises DamagedGeneration."""
        path = directory / RECALL_FILE
        try:
            with path.open("rb") as file, np.load(file) as arrays:
                found = cls(arrays["questions"])
                found.ids, found.scores = arrays["ids"], arrays["scores"]
                found._bounds = arrays["bounds"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise unreadable(path, error) from None
        return found

    def write(self, directory: Path) -> None:
        """Write everything, in place of what an earlier increment wrote."""
        content = io.BytesIO()
        np.savez(
            content,
            questions=self.questions,
            ids=self.ids,
            scores=self.scores,
            bounds=self._bounds,
        )
        with write_whole(directory / RECALL_FILE) as file:
            file.write(content.getvalue())

    def add(self, batches: Iterable[tuple[Ids, Vectors]]) -> None:
        """Take these vectors into account."""
        for ids, vectors in batches:
            products = self.questions @ vectors.T
            near = np.argpartition(-products, min(_KEPT, len(ids)) - 1, axis=1)[:, :_KEPT]
            scores = np.take_along_axis(products, near, axis=1)
            # Below the bound there may be vectors that are nearer and not known any more.
            is_near = scores >= self._bounds[:, None]
            self._keep(
                np.hstack([self.ids, np.where(is_near, ids[near], -1)]),
                np.hstack([self.scores, np.where(is_near, scores, -np.inf)]),
            )

    def carry_over(self, moved: PassageMap) -> None:
        """Know the passages by the ids that ``moved`` gives them; forget those that are gone."""
        was_known = self.ids >= 0
        ids = np.full_like(self.ids, GONE)
        ids[was_known] = moved[self.ids[was_known]]
        is_gone = ids == GONE
        loses = (was_known & is_gone).any(axis=1)
        self._bounds = np.where(loses, np.maximum(self._bounds, self.scores[:, -1]), self._bounds)
        self._keep(np.where(is_gone, -1, ids), np.where(is_gone, -np.inf, self.scores))

    def _keep(self, ids: Ids, scores: Vectors) -> None:
        """Keep the nearest of these."""
        best = np.argsort(-scores, axis=1, kind="stable")[:, :_KEPT]
        self.ids = np.take_along_axis(ids, best, axis=1)
        self.scores = np.take_along_axis(scores, best, axis=1)

    @property
    def are_known(self) -> bool:
        """Whether most questions' ten nearest are, after passages have gone."""
        is_bounded = self._bounds > -np.inf  # of others all there are, be they few, are known
        known = (self.ids[:, :_DEPTH] >= 0).mean(axis=1)
        return bool(np.where(is_bounded, known, 1.0).mean() >= _LEAST_KNOWN)

    def recall(self, search: Callable[[Vectors, int], list[ScoredId]]) -> float:
        """Share of the true nearest that ``search`` finds among as many: recall@10."""
        found = wanted = 0
        for question, ids in zip(self.questions, self.ids, strict=True):
            true = {int(i) for i in ids[:_DEPTH] if i >= 0}
            if not true:
                continue
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
