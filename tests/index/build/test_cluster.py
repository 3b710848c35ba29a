"""Builds by the workers of a local cluster of dask, of which some are killed at their work."""

import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pinakes.index.build import cluster as cluster_module
from pinakes.index.build import embed
from pinakes.index.build.cluster import Cluster, open_cluster
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.encoders.sentence_model import SentenceEncoder
from pinakes.index.errors import ClusterLost, CollectionError, UnusableCluster
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.types import Vectors
from pinakes.index.vectors.index import VectorIndex
from pinakes.ingest.errors import DumpChanged, WorkerDied
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from tests.index.build.hanging import HangingEncoder, HangingSource, hang_once, traced
from tests.index.build.local_cluster import LocalCluster, local_cluster
from tests.index.collections import counts, store_content
from tests.index.toys import UNIT_BYTES, QuietProgress
from tests.yardstick import wait_until

KilledWorker = pytest.importorskip("distributed").KilledWorker


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A scheduler; tests bring workers, and kill them again."""
    with local_cluster(tmp_path_factory.mktemp("dask")) as cluster:
        yield cluster


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where processes tell what they do, and which of them hangs."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def _options(cluster: Cluster) -> BuildOptions:
    return BuildOptions(
        workers=cluster.workers,
        executors=cluster.executors,
        embedding_executors=cluster.executors,
    )


def _kill_who_hangs(
    cluster: LocalCluster, place: Path, then: Callable[[], Any]
) -> threading.Thread:
    """Wait for a worker to hang at its task, kill it, and go on with ``then``."""

    def kill() -> None:
        wait_until((place / "hung").exists, "a worker at the task")
        cluster.kill(int((place / "hung").read_text()))
        then()

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def _keyword_files(collection: Path) -> dict[str, str]:
    """Of each file of an index of one segment, by its kind: segments are named at random."""
    paths = (current_generation(collection) / "bm25").iterdir()
    return {
        path.suffix: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.suffix != ".json"
    }


def _vectors(collection: Path) -> Vectors:
    """Of all passages, in the order of their numbers."""
    index = VectorIndex(current_generation(collection) / "vectors")
    ids = np.sort(index.passage_ids())
    assert ids.tolist() == list(range(len(ids)))
    return index.vectors_of(ids)


def test_a_cluster_of_which_workers_die_builds_the_same(
    cluster: LocalCluster,
    tmp_path: Path,
    place: Path,
    packed_sample: MediaWikiSource,
    sample_collection: Path,
    minilm: SentenceEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One is killed while it reads, one while it encodes; another one comes in between."""
    monkeypatch.setattr(embed, "_LEAST_BATCH", 20)
    data, encoding = tmp_path / "data", tmp_path / "encoding"
    for directory in (data, encoding):
        directory.mkdir()
    source = HangingSource(packed_sample.dump, UNIT_BYTES, place)
    workers = [cluster.start_worker(), cluster.start_worker()]
    killing = _kill_who_hangs(cluster, place, lambda: workers.append(cluster.start_worker()))
    killing_again = _kill_who_hangs(cluster, encoding, lambda: None)
    encoder = HangingEncoder(minilm, encoding)
    with open_cluster(cluster.address, data, source) as opened:
        assert opened.workers == 2
        build_collection(
            data / "samplewiki", source, encoder, "all", QuietProgress(), _options(opened)
        )
    killing.join()
    killing_again.join()

    read = traced(place)
    assert sorted(name for name, _ in read) == ["unit 0", "unit 1", "unit 1", "unit 2", "unit 3"]
    assert {number for _, number in read} == set(workers[:2])
    encoded = traced(encoding)
    assert [name for name, _ in encoded] == ["Papyrus", "Papyrus"]
    assert len({number for _, number in encoded}) == 2
    assert set(workers) >= {number for _, number in encoded}

    collection = data / "samplewiki"
    manifest, other = (
        read_manifest(current_generation(c)) for c in (collection, sample_collection)
    )
    assert counts(manifest) == counts(other)
    assert store_content(collection) == store_content(sample_collection)
    assert _keyword_files(collection) == _keyword_files(sample_collection)
    found, wanted = (
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        for vectors in (_vectors(collection), _vectors(sample_collection))
    )
    assert len(found) == manifest.passages
    assert np.einsum("ij,ij->i", found, wanted).min() > 0.9999
    assert not (collection / "building").exists()
    assert [path.name for path in data.iterdir()] == ["samplewiki", "encoders"]
    cluster.kill(next(number for number in workers if not _was_killed(number, place, encoding)))


def _was_killed(number: int, *places: Path) -> bool:
    return str(number) in [(place / "hung").read_text() for place in places]


def test_without_workers_a_build_ends_and_goes_on_elsewhere(
    cluster: LocalCluster,
    tmp_path: Path,
    place: Path,
    packed_sample: MediaWikiSource,
    toy_sample: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_module, "_LOOK_S", 0.05)
    monkeypatch.setattr(cluster_module, "_PATIENCE_S", 0.1)
    source = HangingSource(packed_sample.dump, UNIT_BYTES, place)
    with pytest.raises(UnusableCluster, match=r"^no worker at tcp://.*dask worker tcp://"):
        _build(cluster, tmp_path, source)
    cluster.start_worker()
    killing = _kill_who_hangs(cluster, place, lambda: None)
    with pytest.raises(ClusterLost, match=r"no worker is left; .*the same command goes on"):
        _build(cluster, tmp_path, source)
    killing.join()
    assert len(list((tmp_path / "samplewiki").rglob("segments/*.jsonl.zst"))) == 1
    build_collection(
        tmp_path / "samplewiki", source, None, "none", QuietProgress(), BuildOptions(workers=1)
    )
    assert [name for name, _ in traced(place)].count("unit 0") == 1
    assert store_content(tmp_path / "samplewiki") == store_content(toy_sample)


def _build(cluster: LocalCluster, data: Path, source: MediaWikiSource) -> None:
    with open_cluster(cluster.address, data, source) as opened:
        build_collection(
            data / "samplewiki", source, None, "none", QuietProgress(), _options(opened)
        )


def test_workers_that_run_something_else_are_named(
    cluster: LocalCluster, tmp_path: Path, packed_sample: MediaWikiSource
) -> None:
    for code, problem in (
        ("import sys; sys.modules['pinakes'] = None", "cannot run .*pinakes.*: install there"),
        (
            "from pinakes.index.build import cluster; cluster._program = lambda: 'Pinakes 0.1'",
            r"runs Pinakes 0\.1, this machine Pinakes .*: install the same on both",
        ),
    ):
        preload = tmp_path / "preload.py"
        preload.write_text(code)
        worker = cluster.start_worker("--preload", str(preload))
        with (
            pytest.raises(UnusableCluster, match=rf"^the worker tcp://\S+ .*{problem}"),
            open_cluster(cluster.address, tmp_path, packed_sample),
        ):
            pass
        cluster.kill(worker)


def test_a_scheduler_that_is_gone_is_told_and_nothing_listens_here(
    cluster: LocalCluster, tmp_path: Path, place: Path, packed_sample: MediaWikiSource
) -> None:
    """The last test: afterwards there is no cluster."""
    psutil = pytest.importorskip("psutil")
    worker = cluster.start_worker()

    def use(executor: Executor) -> None:
        connections = psutil.Process().net_connections("inet")
        assert [c for c in connections if c.status == psutil.CONN_LISTEN] == []
        assert {c.raddr.ip for c in connections if c.raddr} == {"127.0.0.1"}
        future = executor.submit(hang_once, place, "a task")
        wait_until((place / "hung").exists)
        cluster.kill(cluster.scheduler.pid)
        future.result()

    with (
        open_cluster(cluster.address, tmp_path, packed_sample) as opened,
        pytest.raises(ClusterLost, match=r"scheduler is gone; .*the same command goes on"),
        opened.executors(1) as executor,
    ):
        use(executor)
    cluster.kill(worker)


class _Toy(Executor):
    """Stands for the executor of a cluster, of which its client says this."""

    is_deserted = False

    def __init__(self, status: str) -> None:
        self.client = SimpleNamespace(status=status)


@pytest.mark.parametrize(
    ("error", "status", "told", "says"),
    [
        (KilledWorker("unit", None, 3), "running", WorkerDied, "for want of memory"),
        (ImportError("no mwxml"), "running", UnusableCluster, r"lacks something \(no mwxml\)"),
        (PermissionError(13, "Permission denied", "/d"), "running", PermissionError, "/d"),
        (OSError("cannot send"), "closed", ClusterLost, "the scheduler is gone"),
        (DumpChanged("enwiki.xml"), "running", DumpChanged, "enwiki"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_ends_a_task_is_told_as_what_it_is(
    error: Exception, status: str, told: type[Exception], says: str
) -> None:
    executor: Any = _Toy(status)
    with (
        pytest.raises(told, match=says),
        cluster_module._told_of_loss("tcp://10.0.0.7:8786", executor),
    ):
        raise error


@pytest.mark.parametrize("answers", [False, True], ids=["nobody", "somebody else"])
def test_where_no_scheduler_is_one_line_says_so(
    tmp_path: Path,
    packed_sample: MediaWikiSource,
    monkeypatch: pytest.MonkeyPatch,
    answers: bool,
) -> None:
    monkeypatch.setattr(cluster_module, "_CONNECT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        if not answers:
            server.close()
        with (
            pytest.raises(UnusableCluster, match=rf"^no scheduler of dask at {address} [^\n]+$"),
            open_cluster(address, tmp_path, packed_sample),
        ):
            pass


class _Client:
    """Stands for a client whose only worker answers so."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def run(self, *_: object, **__: object) -> dict[str, object]:
        return {"tcp://10.0.0.7:4711": self._answer}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            FileNotFoundError(2, "No such file or directory", "/d/w"),
            "which all machines must share",
        ),
        (PermissionError(13, "Permission denied", "/d/w"), "Permission denied: '/d/w'"),
        (DumpChanged("enwiki.xml: the file has changed"), "sees another file .*enwiki"),
        (ModuleNotFoundError("No module named 'mwxml'"), r"No module named 'mwxml'\): install"),
        (ValueError("two\nlines"), r"cannot run this Pinakes \(two lines\)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_a_worker_lacks_is_one_line(
    tmp_path: Path, packed_sample: MediaWikiSource, answer: Exception, problem: str
) -> None:
    with pytest.raises(CollectionError, match=problem) as raised:
        cluster_module._examine(_Client(answer), tmp_path, packed_sample)
    assert str(raised.value).startswith("the worker tcp://10.0.0.7:4711 ")
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_sees_another_directory_says_so(
    tmp_path: Path, packed_sample: MediaWikiSource
) -> None:
    (tmp_path / "word").write_text("another")
    with pytest.raises(OSError, match=f"another directory on {socket.gethostname()}"):
        cluster_module._seen(tmp_path, "word", packed_sample)


def test_a_worker_that_came_later_with_another_program_does_nothing() -> None:
    with pytest.raises(UnusableCluster, match=r"runs Pinakes .*, this machine Pinakes 0\.1"):
        cluster_module._done("Pinakes 0.1", os.abort, (), {})
