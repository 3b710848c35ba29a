"""A cluster of dask on this machine beside processes of its own: seconds, and what crosses the net.

Builds a dump by keywords with one and two processes of this machine, and with one and two workers
of a cluster: wall seconds while the dump is read, CPU seconds of all processes of the build.
Then 256 of its passages are encoded by one thread here, and by one and two workers. What crosses
the network is what the process that builds has sent and received over TCP (ss -ti), by megabyte of
XML read and by passage encoded; files are read and written beside it. Last: how many empty tasks
one scheduler hands out in a second, and with it how many workers a build can keep busy.
Corpus: a dump of real wikitext (bench.corpora.dumps.WIKITEXT_DUMP).
Command: python -m bench.scale.cluster [--dump DUMP]
"""

import argparse
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from os import getpid
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from bench.corpora.dumps import WIKITEXT_DUMP
from bench.record import record
from pinakes.index.build.cluster import Cluster, open_cluster
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.build.progress import Silence
from pinakes.index.build.spread import encode_passages, spread_encoding
from pinakes.index.encoders.sentence_model import SentenceEncoder, find_encoder
from pinakes.index.generations import current_generation
from pinakes.index.store.store import Store
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.files.archives import read_pieces
from pinakes.ingest.sources.opening import open_source
from tests.index.build.local_cluster import LocalCluster, local_cluster

_ENCODED, _BATCH = 256, 16
_TASKS = 2_000
_WORKERS = (1, 2)


def main() -> None:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--dump", type=Path, default=WIKITEXT_DUMP)
    dump = parser.parse_args().dump
    source = open_source([dump])
    megabytes = sum(len(piece.data) for piece in read_pieces(dump)) / 1e6
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        found = [_read_here(data, source, count) for count in _WORKERS]
        for count in _WORKERS:
            with local_cluster(data, [()] * count) as processes:
                found += _by_cluster(data, source, processes, count)
        found.insert(len(_WORKERS), _encoded_here(data))
    amounts = {"reading": megabytes, "encoding": _ENCODED, "empty tasks": _TASKS}
    for row in found:
        row["network_bytes"] = row["network_bytes"] / amounts[row["what"]]
    figures = {"megabytes": megabytes, "encoded": _ENCODED, "tasks": _TASKS, "rows": found}
    _print(figures)
    print(record("cluster", f"{dump.name}, {megabytes:.1f} MB of XML", figures))


def _read_here(data: Path, source: Source, count: int) -> dict[str, Any]:
    row = {"what": "reading", "by": f"{count} here", "network_bytes": 0}
    return row | _build(data / f"here-{count}", source, BuildOptions(workers=count), [])


def _by_cluster(
    data: Path, source: Source, processes: LocalCluster, count: int
) -> Iterator[dict[str, Any]]:
    watched = [psutil.Process(number) for number in processes.numbers]
    with open_cluster(processes.address, data, source) as cluster:
        options = BuildOptions(workers=cluster.workers, executors=cluster.executors)
        for what, work in (
            ("reading", lambda: _build(data / f"cluster-{count}", source, options, watched)),
            ("encoding", lambda: _encode(data, cluster, watched)),
            ("empty tasks", lambda: _empty(cluster, watched)),
        ):
            before = _crossed()
            figures = work()
            row = {"what": what, "by": f"{count} of a cluster"}
            yield row | figures | {"network_bytes": _crossed() - before}


@cache
def _encoder() -> SentenceEncoder:
    return find_encoder("all-MiniLM-L6-v2")


class _Watch(Silence):
    """Knows how long the dump was read."""

    def __init__(self) -> None:
        self.reading = 0.0

    def step(self, name: str, total: int, unit: str) -> None:
        if name == "Reading the dump":
            self.reading = -time.monotonic()
        elif self.reading < 0:
            self.reading += time.monotonic()


def _build(
    collection: Path, source: Source, options: BuildOptions, others: list[psutil.Process]
) -> dict[str, Any]:
    watch = _Watch()
    with _cpu_of(others) as cpu:
        build_collection(collection, source, None, "none", watch, options)
    return {"wall_seconds": watch.reading, "cpu_seconds": cpu()}


def _encoded_here(data: Path) -> dict[str, Any]:
    """By one thread, as each worker does it."""
    encoder = _encoder().share_passage_encoder(data)
    assert encoder is not None
    encoder.encode_passages(["warm"])
    database = current_generation(data / "here-1") / "pages.db"
    with Store(database) as store, _cpu_of([]) as cpu:
        began = time.monotonic()
        for batch in _batches(store):
            encode_passages(batch, store, encoder)
        wall = time.monotonic() - began
    figures = {"wall_seconds": wall, "cpu_seconds": cpu(), "network_bytes": 0}
    return {"what": "encoding", "by": "1 thread here"} | figures


def _encode(data: Path, cluster: Cluster, others: list[psutil.Process]) -> dict[str, Any]:
    encoder = _encoder()
    database = current_generation(data / "here-1") / "pages.db"
    shared = data / "encoders-of-the-cluster"
    with (
        Store(database) as store,
        spread_encoding(cluster.executors, cluster.workers, encoder, database, shared) as spread,
    ):
        assert spread is not None
        warm = [np.arange(1)] * (2 * cluster.workers)
        list(spread(warm))  # each worker opens the encoder
        with _cpu_of(others) as cpu:
            began = time.monotonic()
            done = sum(len(vectors) for _, vectors in spread(_batches(store)))
            wall = time.monotonic() - began
    assert done == _ENCODED
    return {"wall_seconds": wall, "cpu_seconds": cpu()}


def _batches(store: Store) -> Iterator[np.ndarray[Any, np.dtype[np.int64]]]:
    ids = np.linspace(0, store.passage_count - 1, _ENCODED, dtype=np.int64)
    yield from np.split(ids, _ENCODED // _BATCH)


def _empty(cluster: Cluster, others: list[psutil.Process]) -> dict[str, Any]:
    with cluster.executors(cluster.workers) as executor, _cpu_of(others) as cpu:
        began = time.monotonic()
        futures = [executor.submit(getpid) for _ in range(_TASKS)]
        for future in futures:
            future.result()
        wall = time.monotonic() - began
    return {"wall_seconds": wall, "cpu_seconds": cpu()}


@contextmanager
def _cpu_of(others: list[psutil.Process]) -> Iterator[Callable[[], float]]:
    """CPU seconds of this process, its children that have ended, and the others, in the block."""

    def used() -> float:
        times = [psutil.Process().cpu_times(), *(one.cpu_times() for one in others)]
        return float(sum(sum(taken[:4]) for taken in times))

    before = used()
    after: list[float] = []
    yield lambda: after[0] - before
    after.append(used())


def _crossed() -> int:
    """Bytes that this process has sent and received over the TCP connections that it has."""
    told = subprocess.run(["ss", "-tinpHO"], capture_output=True, text=True, check=True).stdout
    return sum(
        int(number)
        for line in told.splitlines()
        if f"pid={getpid()}," in line
        for number in re.findall(r"bytes_(?:sent|received):(\d+)", line)
    )


def _print(figures: dict[str, Any]) -> None:
    table = Table(title="A cluster beside processes of this machine")
    for name in ("", "by", "wall s", "CPU s", "bytes over the network, by MB, passage or task"):
        table.add_column(name)
    for row in figures["rows"]:
        seconds = (f"{row[name]:.2f}" for name in ("wall_seconds", "cpu_seconds"))
        table.add_row(row["what"], row["by"], *seconds, f"{row['network_bytes']:,.0f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
