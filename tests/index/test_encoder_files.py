"""One encoder on disk for all collections of a data directory that hold the same."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.build.progress import Silence
from pinakes.index.encoder_files import remove_unused_encoders
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.index.superseded import remove_superseded
from pinakes.index.verify import verify_files
from tests.index.toys import HashingEncoder, republish

RECORD = "encoder/encoder.json"


@pytest.fixture
def data(tmp_path: Path, toy_sample: Path) -> Path:
    """Two copied collections, with files of their own."""
    for name in ("awiki", "bwiki"):
        shutil.copytree(toy_sample, tmp_path / name, symlinks=True)
    return tmp_path


def encoder_of(collection: Path) -> Path:
    return current_generation(collection) / RECORD


def check(collection: Path) -> None:
    """Every file is as it was built, and questions are answered."""
    generation = current_generation(collection)
    verify_files(generation, read_manifest(generation), Silence())
    with Index.open(collection, HashingEncoder.open) as index:
        assert index.search("papyrus reed")[0].passage.title == "Papyrus"


def test_what_is_published_shares_the_encoder_with_the_others(data: Path) -> None:
    assert not os.path.samefile(encoder_of(data / "awiki"), encoder_of(data / "bwiki"))
    for name in ("awiki", "bwiki"):
        republish(data / name)
    [shared] = (data / "encoders").glob("*/encoder.json")
    for name in ("awiki", "bwiki"):
        assert os.path.samefile(encoder_of(data / name), shared)
        check(data / name)
    assert [path.name for path in shared.parent.iterdir()] == ["encoder.json"]


def test_a_copied_collection_is_whole(data: Path, tmp_path: Path) -> None:
    republish(data / "awiki")
    copy = tmp_path / "elsewhere" / "awiki"
    shutil.copytree(data / "awiki", copy, symlinks=True)
    check(copy)


def test_a_shared_file_that_has_changed_is_replaced(data: Path) -> None:
    republish(data / "awiki")
    [shared] = (data / "encoders").glob("*/encoder.json")
    shared.write_bytes(b"rotten")  # and with it that of awiki
    republish(data / "bwiki")
    check(data / "bwiki")
    assert os.path.samefile(encoder_of(data / "bwiki"), shared)
    assert encoder_of(data / "awiki").read_bytes() == b"rotten"


def test_an_encoder_that_nobody_holds_is_removed(data: Path) -> None:
    for name in ("awiki", "bwiki"):
        republish(data / name)
    shutil.rmtree(data / "awiki")
    remove_superseded(data / "bwiki")
    assert list((data / "encoders").iterdir()) != []
    check(data / "bwiki")
    shutil.rmtree(data / "bwiki")
    remove_unused_encoders(data)
    assert list((data / "encoders").iterdir()) == []


@pytest.mark.parametrize("refused", ["link", "replace", "makedirs"])
def test_without_hard_links_everybody_has_files_of_his_own(
    data: Path, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = encoder_of(data / "awiki").read_bytes()

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise OSError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr("pinakes.index.encoder_files.os", _Os(refused, refuse))
        republish(data / "awiki")
    assert encoder_of(data / "awiki").read_bytes() == before
    check(data / "awiki")


class _Os:
    """The module ``os`` but for one function."""

    def __init__(self, name: str, function: Any) -> None:
        self._name, self._function = name, function

    def __getattr__(self, name: str) -> Any:
        return self._function if name == self._name else getattr(os, name)


def test_what_is_no_shared_encoder_is_left_alone(data: Path) -> None:
    mine = data / "encoders" / "notes" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    remove_unused_encoders(data)
    assert mine.read_text() == "mine"
