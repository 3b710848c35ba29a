"""The sample dump, built once with the real encoder for every test that searches or asks."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.encoders.sentence_model import SentenceEncoder, find_encoder
from pinakes.index.retrieval.search import Index
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.service.cli.main import main
from tests.index.toys import SAMPLE, QuietProgress

ROOT = Path(__file__).parents[1]

# Examples have no deadline, and drawing them may be slow: the machine may have other work.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> Iterator[None]:
    """Ctrl-C works here and in what is started from here.

    What a shell starts in the background ignores SIGINT, and its children inherit that.
    """
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, inherited)


@pytest.fixture(scope="session")
def sample_dump() -> Path:
    """The packed sample: a multistream dump with its index beside it."""
    return next(ROOT.glob("data/sample/*-multistream.xml.bz2"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real dumps and questions, which are no part of the project."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("needs ../shared/data")
    return path


@pytest.fixture(scope="session")
def minilm() -> SentenceEncoder:
    """The real encoder; loaded at its first use."""
    return find_encoder("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def multilingual() -> SentenceEncoder:
    """The encoder of all other languages; exported once, at its first use."""
    return find_encoder("multilingual-e5-small")


@pytest.fixture(scope="session")
def packed_sample() -> MediaWikiSource:
    """The sample as the dump it is packed into."""
    return MediaWikiSource.open([SAMPLE])


@pytest.fixture(scope="session")
def sample_collection(
    tmp_path_factory: pytest.TempPathFactory,
    minilm: SentenceEncoder,
    packed_sample: MediaWikiSource,
) -> Path:
    """The sample with vectors of all passages, by the real encoder and process pool: read only."""
    collection = tmp_path_factory.mktemp("data") / "samplewiki"
    options = BuildOptions(workers=1)
    build_collection(collection, packed_sample, minilm, "all", QuietProgress(), options)
    return collection


@pytest.fixture(scope="session")
def sample_index(sample_collection: Path) -> Iterator[Index]:
    """The built sample, open."""
    with Index.open(sample_collection) as index:
        yield index


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the sample, keyword side only."""
    directory = tmp_path_factory.mktemp("data")
    with pytest.raises(SystemExit) as done:
        main(["build", str(SAMPLE), "--vectors", "none", "--data", str(directory)])
    assert done.value.code == 0
    return directory
