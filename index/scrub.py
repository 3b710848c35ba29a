"""Read all of a generation once, slowly, beside a service that answers from it.

What opening cannot afford to compare with what was built is compared here; what is damaged becomes
known to the open index's ``health``. Knows nothing of HTTP.
"""

import logging
import os
import threading
from contextlib import suppress

from pinakes.index.errors import DamagedGeneration
from pinakes.index.locks import GenerationLock
from pinakes.index.retrieval.search import Index
from pinakes.index.verify import find_damage

__all__ = ["Scrub"]

# So much takes a fiftieth of a core; a large wiki's 20 GB are read in seven minutes.
_BYTES_PER_SECOND = 50_000_000
_LEAST_PRIORITY = 19
_log = logging.getLogger(__name__)


class Scrub:
    """A thread of the lowest priority that reads the files of an open index, until stopped."""

    def __init__(self, index: Index, bytes_per_second: int = _BYTES_PER_SECOND) -> None:
        self._index = index
        self._rate = bytes_per_second
        self._stopped = threading.Event()
        # Its own: the index may be closed before the thread has noticed that it should stop.
        self._lock = GenerationLock(index.generation)
        self._thread = threading.Thread(target=self._run, name="scrub", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End soon, without having read everything."""
        self._stopped.set()

    def join(self) -> None:
        """Wait until everything has been read, or it has stopped."""
        self._thread.join()

    def _run(self) -> None:
        # Of this thread alone, on Linux; the disk's scheduler goes by it, too.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_PRIORITY)
        try:
            for error in find_damage(self._index.generation, self._index.manifest, self._wait):
                if self._stopped.is_set():
                    break
                _log.error("%s", error)
                if isinstance(error, DamagedGeneration):
                    self._index.health.note(error)
        except _Stopped:
            pass
        finally:
            self._lock.release()

    def _wait(self, size: int) -> None:
        if self._stopped.wait(size / self._rate):
            raise _Stopped


class _Stopped(Exception):
    """The thread is to end."""
