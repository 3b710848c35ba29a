"""Which generation is meant, and what stands in the way of comparing two."""

import shutil
from pathlib import Path

import pytest

from pinakes.index.changes.version import (
    check_comparable,
    earlier_generation,
    generation_since,
    open_version,
)
from pinakes.index.errors import DamagedGeneration, OtherWiki, UnknownGeneration
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.superseded import remove_superseded
from tests.index.published import write_generation


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    for name, dump in (("20260901-1", "a"), ("20261001-1", "b"), ("20261001-2", "b")):
        write_generation(tmp_path / "toy", name, fingerprint=dump)
    for name in ("20261101-9", "20261101-10"):
        write_generation(tmp_path / "toy", name, fingerprint="c")
    return tmp_path / "toy"


def test_the_earlier_dump_is_another_dump(collection: Path) -> None:
    assert earlier_generation(collection).name == "20261001-2"


def test_one_dump_has_no_earlier_one(tmp_path: Path) -> None:
    for name in ("20261101-1", "20261101-2"):
        write_generation(tmp_path / "toy", name)
        told = "there are: 20261101-1$" if name[-1] == "1" else "-1, 20261101-2 are all of the same"
        with pytest.raises(UnknownGeneration, match=rf"before that of {name}; .*{told}"):
            earlier_generation(tmp_path / "toy")


def test_an_earlier_one_of_another_format_is_passed_over(collection: Path) -> None:
    (collection / "generations" / "20261001-2" / "manifest.json").write_text("{}")
    assert earlier_generation(collection).name == "20261001-1"


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("20261001-1", "20261001-1"),
        ("2026-10-01", "20261001-2"),
        ("20261031", "20261001-2"),
        ("2026-11-02", "20261101-10"),
        ("2026-09-30", "20260901-1"),
    ],
)
def test_by_name_or_date(collection: Path, since: str, found: str) -> None:
    assert generation_since(collection, since).name == found


@pytest.mark.parametrize("since", ["2026-08-31", "20261001-3", "", "../../etc", "yesterday"])
def test_what_there_is_not_is_told_with_what_there_is(collection: Path, since: str) -> None:
    with pytest.raises(UnknownGeneration, match=r"there are: 20260901-1, "):
        generation_since(collection, since)


def test_a_generation_that_cannot_be_opened_is_let_go(collection: Path) -> None:
    generation = collection / "generations" / "20260901-1"
    (generation / "pages.db").unlink()
    with pytest.raises(DamagedGeneration), open_version(generation):
        pass
    shutil.copy(current_generation(collection) / "pages.db", generation)
    # It is as it was, and holds no store.
    with (
        pytest.raises(DamagedGeneration, match=r"pages\.db cannot be read"),
        open_version(generation),
    ):
        pass
    with (
        pytest.raises(UnknownGeneration, match="no generation '20260902-1'"),
        open_version(generation.with_name("20260902-1")),
    ):
        pass
    assert "20260901-1" in remove_superseded(collection)


def test_pages_of_two_wikis_are_not_compared(collection: Path) -> None:
    manifest = read_manifest(current_generation(collection))
    dump = manifest.dump
    named = manifest.model_copy(update={"dump": dump.model_copy(update={"name": "other"})})
    with pytest.raises(OtherWiki, match=r"toy.*other.*one wiki"):
        check_comparable(manifest, named)
    renamed = named.dump.model_copy(update={"database": "toywiki"})
    both = dump.model_copy(update={"database": "toywiki"})
    check_comparable(
        manifest.model_copy(update={"dump": both}), named.model_copy(update={"dump": renamed})
    )
    folder = dump.model_copy(update={"kind": "folder"})
    with pytest.raises(OtherWiki):
        check_comparable(manifest, manifest.model_copy(update={"dump": folder}))
