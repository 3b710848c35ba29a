"""The processes that read a source: as many as there are cores, and none that outlives its parent.

Units run on any ``concurrent.futures.Executor``, a bounded number at a time.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from pinakes.ingest.errors import WorkerDied

__all__ = ["Executors", "default_workers", "map_units", "worker_processes"]

_Unit = TypeVar("_Unit")
_Result = TypeVar("_Result")
# Gives, for a number of workers, what runs units: for as long as its block lasts.
Executors = Callable[[int], AbstractContextManager[Executor]]


def default_workers() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def worker_processes(count: int) -> Iterator[Executor]:
    """An executor of ``count`` processes. Raises WorkerDied when one of them is killed."""
    others = multiprocessing.active_children()
    executor = ProcessPoolExecutor(
        max_workers=count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_follow_parent,
    )
    try:
        with executor:
            _start(executor, count)
            try:
                yield executor
            except BaseException:
                for process in multiprocessing.active_children():
                    if process not in others:
                        process.kill()  # what it writes appears only when it is whole
                # Waited for: a pool still ending when Python exits may print a traceback.
                executor.shutdown(wait=True, cancel_futures=True)
                raise
    except BrokenProcessPool:
        raise WorkerDied(
            "a process that was reading the dump was killed, perhaps for want of memory; the same "
            "command goes on, with fewer processes if you add: --workers 1"
        ) from None


def map_units(
    work: Callable[[_Unit], _Result], units: Iterable[_Unit], executor: Executor, ahead: int
) -> Iterator[tuple[_Unit, _Result]]:
    """Each unit with the result of ``work``, in the order of ``units``.

    At most ``ahead`` units are waiting or at work, so that memory does not grow with the source.
    The first error ends the run.
    """
    pending: deque[tuple[_Unit, Future[_Result]]] = deque()
    try:
        for unit in units:
            pending.append((unit, executor.submit(work, unit)))
            if len(pending) >= ahead:
                first, future = pending.popleft()
                yield first, future.result()
        while pending:
            first, future = pending.popleft()
            yield first, future.result()
    finally:
        for _, future in pending:
            future.cancel()


def _start(executor: Executor, count: int) -> None:
    """Start all processes, out of reach of Ctrl-C until they can ignore it themselves.

    They inherit that SIGINT is blocked. Here it is put off, for it may reach another thread than
    this one, and half a start would leave a process that fails aloud. Where SIGINT is ignored, as
    in what a shell starts in the background, that stays so.
    """
    put_off: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    may_come = is_main and handler is not signal.SIG_IGN
    if may_come:
        signal.signal(signal.SIGINT, lambda number, _: put_off.append(number))
    try:
        for _ in range(count):  # one process each, as none is idle yet
            executor.submit(os.getpid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if may_come:
            signal.signal(signal.SIGINT, handler)
    if put_off:
        raise KeyboardInterrupt


def _follow_parent() -> None:
    """Leave Ctrl-C to the parent, which ends its workers in order, but do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Without this, workers of a killed build would write beside those of the next one."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
