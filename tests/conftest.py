"""Where the sample and the shared data lie."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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
