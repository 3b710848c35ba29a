"""A cluster of dask as an executor: its workers read units and encode passages for a build.

They share the directory of the collection and the files of the source with this machine, and run
the same Pinakes. The only file that imports distributed. What it sends is pickled: whoever reaches
the scheduler can have any code run, by all workers and by this process.
"""

import asyncio
import os
import secrets
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

from pinakes.index.errors import ClusterLost, UnusableCluster
from pinakes.ingest.errors import DumpChanged, WorkerDied
from pinakes.ingest.sources.base import Source, program_digest
from pinakes.ingest.workers import Executors

__all__ = ["Cluster", "open_cluster"]

_Result = TypeVar("_Result")

_CONNECT_S = 10
_LOOK_S = 5.0
_PATIENCE_S = 60.0  # without any worker: so long those that a batch system starts anew may take


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers that have been seen to be able to build; ``workers``: tasks they run at a time."""

    executors: Executors
    workers: int


@contextmanager
def open_cluster(address: str, data: Path, source: Source) -> Iterator[Cluster]:
    """The workers of the scheduler at ``address`` (tcp://HOST:PORT), for building below ``data``.

    Raises UnusableCluster where nobody answers, where there is no worker, and where one runs
    another Pinakes, does not see ``data`` or the files of ``source`` as this machine does, or may
    not write there. Afterwards, where ``executors`` are at work: ClusterLost once the scheduler or
    the last worker is gone, WorkerDied for a task that several workers have died of.
    """
    with _connected(address) as client:
        workers = sum(client.nthreads().values())
        if not workers:
            raise UnusableCluster(
                f"no worker at {address}: start some with dask worker {address} --nthreads 1"
            )
        _examine(client, data, source)

        @contextmanager
        def executors(_count: int) -> Iterator[Executor]:
            with _told_of_loss(address, executor := _Watched(client)):
                yield executor

        yield Cluster(executors, workers)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    import dask

    # It would log every loss to standard error, beside what is said of it here.
    quiet = dict.fromkeys(("distributed", "distributed.client", "tornado.application"), "critical")
    dask.config.set({"logging": quiet})
    from distributed import Client

    try:
        asyncio.run(_answered(address))
        with warnings.catch_warnings():
            # Of versions that differ, which are compared here.
            warnings.simplefilter("ignore")
            client: Any = Client(  # type: ignore[no-untyped-call]
                address, timeout=_CONNECT_S, set_as_default=False
            )
    except Exception as error:  # of several kinds, by what answers there and how
        raise UnusableCluster(
            f"no scheduler of dask at {address} ({_in_a_line(error)}): start one with "
            "dask scheduler, or name another with --executor"
        ) from None
    try:
        yield client
    finally:
        client.close(timeout=_CONNECT_S)


async def _answered(address: str) -> None:
    """Wait for what listens there to speak as dask does: a client would wait for ever."""
    import distributed

    dask: Any = distributed
    security = dask.Security().get_connection_args("client")
    opening = dask.comm.connect(address, timeout=_CONNECT_S, **security)
    await (await asyncio.wait_for(opening, _CONNECT_S)).close()


def _examine(client: Any, data: Path, source: Source) -> None:
    """Raise UnusableCluster for the first worker that cannot build what this machine can."""
    with tempfile.TemporaryDirectory(prefix=".cluster-", dir=data) as name:
        probe = Path(name)
        word = secrets.token_hex(8)
        (probe / "word").write_text(word)
        found = client.run(_seen, probe, word, source, on_error="return")
    for worker, seen in found.items():
        match seen:
            case str() if seen == _program():
                continue
            case str():
                problem = f"runs {seen}, this machine {_program()}: install the same on both"
            case DumpChanged():
                problem = f"sees another file than this machine: {_in_a_line(seen)}"
            case OSError():
                problem = f"cannot use {data} ({_in_a_line(seen)}), which all machines must share"
            case _:  # what it cannot import reaches us as text alone
                problem = (
                    f"cannot run this Pinakes ({_in_a_line(seen)}): install there what is "
                    "installed here"
                )
        raise UnusableCluster(f"the worker {worker} {problem}")


def _seen(probe: Path, word: str, source: Source) -> str:
    """Which program this worker runs. Raises OSError or DumpChanged for what it sees otherwise."""
    if (probe / "word").read_text() != word:
        raise OSError(f"{probe.parent} is another directory on {socket.gethostname()}")
    (probe / f"{socket.gethostname()}-{os.getpid()}").touch()
    source.check_unchanged()
    return _program()


@cache
def _program() -> str:
    """What tells this Pinakes from others, and the Python that runs it."""
    index = Path(__file__).parents[1]
    digest = (program_digest() + program_digest(index)).hex()
    python = ".".join(map(str, sys.version_info[:2]))
    return f"Pinakes {version('pinakes')} ({digest[:8]}) on Python {python}"


class _Watched(Executor):
    """Runs tasks on the cluster, those of a worker that died once more; sees when none is left."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.is_deserted = False
        # Impure: else dask would compare and keep results by what the tasks are given.
        self._executor = client.get_executor(pure=False)
        self._running: WeakSet[Future[Any]] = WeakSet()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, name="cluster", daemon=True)
        self._watch.start()

    def submit(self, work: Callable[..., _Result], /, *args: Any, **named: Any) -> Future[_Result]:
        """Have ``work`` done by any worker; twice or more, where workers die or are cut off."""
        future: Future[_Result] = self._executor.submit(_done, _program(), work, args, named)
        self._running.add(future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Look no longer; what runs is left to end."""
        del wait, cancel_futures
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        """Call off what waits once there has been no worker for a while."""
        deserted = 0.0
        while not self._ended.wait(_LOOK_S):
            try:
                deserted = 0.0 if self.client.nthreads() else deserted + _LOOK_S
            except (OSError, ValueError):  # the futures will say so
                continue
            if deserted >= _PATIENCE_S:
                self.is_deserted = True
                for future in list(self._running):
                    future.cancel()
                return


def _done(program: str, work: Callable[..., _Result], args: Sequence[Any], named: Any) -> _Result:
    """Do ``work``, on a worker, which may have come after the others were examined."""
    if program != _program():
        raise UnusableCluster(
            f"the worker on {socket.gethostname()} runs {_program()}, this machine {program}: "
            "install the same on both"
        )
    return work(*args, **named)


@contextmanager
def _told_of_loss(address: str, executor: _Watched) -> Iterator[None]:
    """Say what became of a cluster of which tasks were not done."""
    from distributed import KilledWorker

    again = "the same command goes on where it stopped"
    try:
        with executor:
            yield
    except KilledWorker:
        raise WorkerDied(
            f"every worker at {address} that was given the same part died of it, perhaps for want "
            f"of memory; {again}"
        ) from None
    except ImportError as error:
        raise UnusableCluster(
            f"a worker at {address} lacks something ({_in_a_line(error)}): install there what is "
            f"installed here; {again}"
        ) from None
    except CancelledError:
        lost = "no worker is left" if executor.is_deserted else "the scheduler is gone"
        raise ClusterLost(f"{address}: {lost}; once it is there again {again}") from None
    except OSError as error:
        if executor.client.status == "running":
            raise
        raise ClusterLost(
            f"{address}: the scheduler is gone ({_in_a_line(error)}); {again}"
        ) from None


def _in_a_line(error: BaseException) -> str:
    return " ".join(f"{error or type(error).__name__}".split())[:200]
