"""In which order passages are embedded: a random sample, then leads, much-viewed and -linked first.

Pure arithmetic over three numbers a page: 40 million passages of 7 million pages need 140 MB and no
sorting on disk.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["Importance"]

Ids = NDArray[np.int64]


class Importance:
    """The order of a collection's passages, from (first passage, passages, links) of its pages."""

    def __init__(self, pages: Iterable[tuple[int, int, int]], views: Ids | None = None) -> None:
        """``views``: of each of the pages, where that is known; links decide among equals."""
        table = np.fromiter(pages, np.dtype([("first", "i8"), ("count", "i4"), ("links", "i4")]))
        views = np.zeros(len(table), dtype=np.int64) if views is None else views
        table = table[np.lexsort((table["first"], -table["links"], -views))]
        self._first, self._count = table["first"].copy(), table["count"].copy()
        self.lead_count = len(table)
        self.passage_count = int(self._count.sum())

    def chunks(self, *, leads_only: bool = False) -> Iterator[Ids]:
        """Passage ids: all leads, much-linked pages first, then all second passages, and so on."""
        first, count = self._first, self._count
        place = 0
        while len(first):
            yield first + place
            if leads_only:
                break
            place += 1
            longer = count > place
            first, count = first[longer], count[longer]

    def sample(self, size: int, seed: int, *, leads_only: bool = False) -> Ids:
        """Passages drawn with equal chances, in random order; all of them where there are fewer."""
        random = np.random.default_rng(seed)
        if leads_only:
            return random.choice(self._first, min(size, self.lead_count), replace=False)
        number = random.choice(self.passage_count, min(size, self.passage_count), replace=False)
        # Passages are numbered from 0 without gaps, so that a number is a passage.
        return number.astype(np.int64)
