"""The sample dump, built once with the real encoder and read by every test that searches."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import build
from index.build import BuildOptions, build_collection
from index.encoders.encoder import SentenceEncoder, find_encoder
from index.search import Index
from ingest.reading.dumps import Dump, find_dump
from tests.index.toys import SAMPLE, HashingEncoder, QuietProgress, in_threads


@pytest.fixture(scope="session")
def minilm() -> SentenceEncoder:
    """The real encoder; loaded at its first use."""
    return find_encoder("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def packed_sample() -> Dump:
    """The sample as the dump it is packed into."""
    return find_dump([SAMPLE])


@pytest.fixture(scope="session")
def sample_collection(
    tmp_path_factory: pytest.TempPathFactory, minilm: SentenceEncoder, packed_sample: Dump
) -> Path:
    """The sample with vectors of all passages, by the real encoder and process pool: read only."""
    collection = tmp_path_factory.mktemp("data") / "sample"
    options = BuildOptions(workers=1)
    build_collection(collection, packed_sample, minilm, "all", QuietProgress(), options)
    return collection


@pytest.fixture(scope="session")
def sample_index(sample_collection: Path) -> Iterator[Index]:
    """The built sample, open."""
    with Index.open(sample_collection) as index:
        yield index


@pytest.fixture(scope="session")
def toy_sample(tmp_path_factory: pytest.TempPathFactory, packed_sample: Dump) -> Path:
    """The sample with vectors of all passages by the hashing encoder: read only."""
    collection = tmp_path_factory.mktemp("toy") / "sample"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "worker_processes", in_threads)
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
    monkeypatch.setattr(build, "worker_processes", in_threads)
