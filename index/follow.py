"""Keep the current generation open for a service, and change over when ``current`` moves.

Requests lease the open index; an old generation is closed when its last lease ends.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pinakes.index.errors import CollectionError
from pinakes.index.generations import current_generation
from pinakes.index.retrieval.search import Index
from pinakes.index.scrub import Scrub

__all__ = ["CurrentIndex"]

_CHECK_SECONDS = 1.0
_log = logging.getLogger(__name__)


class _Leased:
    """An open index and the number of requests that read it; the owner counts as one."""

    def __init__(self, index: Index, *, scrubbed: bool) -> None:
        self.index = index
        self.users = 1
        self._scrub = Scrub(index) if scrubbed else None

    def close(self) -> None:
        if self._scrub:
            self._scrub.stop()
        self.index.close()


class CurrentIndex:
    """The collection's current index, opened at the first lease and followed from then on.

    ``scrubbed``: each one that is opened is also read once as a whole, in the background.
    """

    def __init__(
        self, open_index: Callable[[], Index], collection: Path, *, scrubbed: bool = False
    ) -> None:
        self._scrubbed = scrubbed
        self._open_index = open_index
        self._collection = collection
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._leased: _Leased | None = None
        self._checked = 0.0

    @contextmanager
    def lease(self) -> Iterator[Index]:
        """The current index, open for as long as the block runs.

        Raises the errors of ``Index.open`` only while there is no usable generation at all: a new
        one that cannot be opened is logged, and the old one goes on serving.
        """
        leased = self._acquire()
        try:
            yield leased.index
        finally:
            self._release(leased)

    def close(self) -> None:
        """Let go of the open generation; leases that are out end by themselves."""
        with self._lock:
            leased, self._leased = self._leased, None
        if leased is not None:
            self._release(leased)

    def _acquire(self) -> _Leased:
        now = time.monotonic()
        if self._leased is None or now - self._checked > _CHECK_SECONDS:
            self._follow(now)
        with self._lock:
            if self._leased is None:  # closed meanwhile
                self._leased = self._opened()
            self._leased.users += 1
            return self._leased

    def _follow(self, now: float) -> None:
        """Open the generation ``current`` names, unless another request is doing so already."""
        first = self._leased is None
        if not self._opening.acquire(blocking=first):
            return
        try:
            before = self._leased
            self._checked = now
            try:
                if before and before.index.lock.holds(current_generation(self._collection)):
                    return
                opened = self._opened()
            except (CollectionError, OSError) as error:
                if before is None:
                    raise
                _log.warning("stays with %s: %s", before.index.generation.name, error)
                return
            with self._lock:  # another than ``before`` if ``close`` came in between
                replaced, self._leased = self._leased, opened
        finally:
            self._opening.release()
        if replaced is not None:
            self._release(replaced)

    def _opened(self) -> _Leased:
        return _Leased(self._open_index(), scrubbed=self._scrubbed)

    def _release(self, leased: _Leased) -> None:
        with self._lock:
            leased.users -= 1
            last = leased.users == 0
        if last:
            leased.close()
