"""The sample with vectors of a toy encoder, for what changes a collection."""

import shutil
from pathlib import Path

import pytest

from pinakes.index.build import pipeline
from pinakes.index.build.pipeline import build_collection
from pinakes.ingest.sources.base import Source
from tests.index.toys import HashingEncoder, QuietProgress, in_threads


@pytest.fixture(scope="session")
def toy_sample(tmp_path_factory: pytest.TempPathFactory, packed_sample: Source) -> Path:
    """The sample with vectors of all passages by the hashing encoder: read only."""
    collection = tmp_path_factory.mktemp("toy") / "sample"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "worker_processes", in_threads)
        build_collection(collection, packed_sample, HashingEncoder(), "all", QuietProgress())
    return collection


@pytest.fixture
def toy_collection(toy_sample: Path, tmp_path: Path) -> Path:
    """A copy of ``toy_sample`` to change at will."""
    collection = tmp_path / "data" / "sample"
    shutil.copytree(toy_sample, collection, symlinks=True)
    return collection


@pytest.fixture
def thread_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds extract in a thread: the process pool needs a second to start."""
    monkeypatch.setattr(pipeline, "worker_processes", in_threads)
