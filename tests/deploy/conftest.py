"""A confined service over the sample, beside everything that an agent is kept from."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture(scope="session")
def own_data(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, to be written to."""
    own = tmp_path_factory.mktemp("confined") / "data"
    shutil.copytree(data, own, symlinks=True)
    return own


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A short path: that of a socket has 108 bytes."""
    with TemporaryDirectory() as directory:
        yield Path(directory)
