"""``--executor``: what it may be, what it comes to, and what is told where nobody is there."""

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.build import cluster
from pinakes.index.build.cluster import Cluster
from pinakes.ingest.sources.base import Source
from tests.index.toys import SAMPLE, in_threads
from tests.service.conftest import Run

CLUSTER = "dask:tcp://10.0.0.7:8786"


@pytest.mark.parametrize(
    "value", ["threads", "dask", "dask:", "dask:10.0.0.7", "dask:tcp://10.0.0.7", "dask:http://a:1"]
)
def test_what_is_no_executor_is_refused(run: Run, tmp_path: Path, value: str) -> None:
    outcome = run("build", SAMPLE, "--executor", value, "--data", tmp_path)
    assert outcome.status == 2
    assert outcome.err.startswith(f"pinakes: setting build.executor = '{value}': neither processes")
    assert outcome.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_brings_its_own_workers(run: Run, tmp_path: Path) -> None:
    outcome = run("build", SAMPLE, "--executor", CLUSTER, "--workers", "2", "--data", tmp_path)
    assert outcome.status == 2
    assert "--workers counts processes of this machine" in outcome.err


@pytest.mark.parametrize("command", ["build", "update"])
def test_without_a_scheduler_one_line_says_so(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    words = ["--force"] if command == "update" else []
    monkeypatch.setenv("PINAKES_BUILD__EXECUTOR", f"dask:{address}")
    outcome = run(command, SAMPLE, *words, "--data", sample.parent, "-c", sample.name)
    assert outcome.status == 2
    assert outcome.err.startswith(f"pinakes: no scheduler of dask at {address} (")
    assert outcome.err.count("\n") == 1


def test_without_the_extra_the_way_out_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = run("build", SAMPLE, "--executor", CLUSTER, "--data", tmp_path)
    assert (outcome.status, outcome.err) == (
        1,
        f"pinakes: --executor {CLUSTER} needs distributed: pip install 'pinakes[dask]'\n",
    )


def test_the_workers_of_the_cluster_build(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    @contextmanager
    def opened(workers: int) -> Iterator[Executor]:
        asked.append(workers)
        with in_threads(workers) as executor:
            yield executor

    @contextmanager
    def open_cluster(address: str, data: Path, source: Source) -> Iterator[Cluster]:
        assert data.is_dir()
        asked.extend([address, source.files[0].name])
        yield Cluster(opened, 3)

    monkeypatch.setattr(cluster, "open_cluster", open_cluster)
    data = tmp_path / "new"
    outcome = run("build", SAMPLE, "--executor", CLUSTER, "--vectors", "none", "--data", data)
    assert outcome.status == 0, outcome.err
    assert "40 articles" in outcome.out
    assert asked == ["tcp://10.0.0.7:8786", next(SAMPLE.glob("*.bz2")).name, 3]
