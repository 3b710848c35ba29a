import json
from pathlib import Path

import pytest

from pinakes.index.errors import BuildInProgress, DamagedGeneration, NoCollection, UnknownFormat
from pinakes.index.generations import (
    check_files,
    collection_names,
    current_generation,
    next_name,
    read_manifest,
)
from pinakes.index.locks import GenerationLock, hold_collection, hold_generation
from pinakes.index.superseded import remove_superseded
from pinakes.index.types import FORMAT_VERSION
from tests.index.published import write_generation
from tests.index.toys import reseal


def test_current_can_be_moved_with_its_collection(tmp_path: Path) -> None:
    write_generation(tmp_path / "toy", "20261101-1")
    (tmp_path / "toy").rename(tmp_path / "other")
    assert current_generation(tmp_path / "other").is_dir()


def test_names_count_up_within_a_date(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    assert next_name(collection, "20261101") == "20261101-1"
    for number in (1, 9, 10):
        write_generation(collection, f"20261101-{number}")
    assert next_name(collection, "20261101") == "20261101-11"
    assert next_name(collection, "20261201") == "20261201-1"


def test_no_collection_says_how_to_build_one(tmp_path: Path) -> None:
    for collection in (tmp_path / "missing", tmp_path):
        with pytest.raises(NoCollection, match="build one with: pinakes build DUMP"):
            current_generation(collection)
    assert collection_names(tmp_path / "missing") == []
    (tmp_path / "notes.txt").write_text("no collection")
    assert collection_names(tmp_path) == []


def test_a_current_that_leads_nowhere_is_damage(tmp_path: Path) -> None:
    generation = write_generation(tmp_path / "toy", "20261101-1")
    generation.rename(tmp_path / "elsewhere")
    with pytest.raises(DamagedGeneration, match="20261101-1, which is gone"):
        current_generation(tmp_path / "toy")


@pytest.mark.parametrize(
    ("dump", "command"),
    [
        ({"files": ["a.xml.bz2", "b.xml.bz2"]}, r"pinakes build --force a\.xml\.bz2 b\.xml\.bz2"),
        (None, "pinakes build --force DUMP"),
        ({"files": [1, 2]}, "pinakes build --force DUMP"),
        ("toy", "pinakes build --force DUMP"),
    ],
)
def test_another_format_names_the_command_that_rebuilds(
    tmp_path: Path, dump: object, command: str
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format_version": 99, "dump": dump}))
    with pytest.raises(
        UnknownFormat, match=f"format 99, this Pinakes reads {FORMAT_VERSION}; .*{command}"
    ):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"{}",
        b'"text"',
        b'{"format_version": %d}' % FORMAT_VERSION,
    ],
)
def test_a_manifest_that_is_none_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(DamagedGeneration, match=r"manifest\.json"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"passages": "many"}, "passages"),
        ({"dump": {"name": "toy"}}, r"dump\.date"),
        ({"added": 1}, "added"),
        ({"files": {"pages.db": {"size": 5}}}, r"files\.pages\.db\.sha256"),
    ],
)
def test_a_manifest_with_a_wrong_field_names_it(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    generation = write_generation(tmp_path / "toy", "20261101-1")
    reseal(generation, change)
    with pytest.raises(DamagedGeneration, match=rf"manifest\.json: {message}: "):
        read_manifest(generation)


def test_a_generation_without_manifest_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedGeneration, match=r"manifest\.json: missing or unreadable"):
        read_manifest(tmp_path)


def test_a_file_that_is_missing_or_of_another_size_is_named(tmp_path: Path) -> None:
    generation = write_generation(tmp_path / "toy", "20261101-1")
    manifest = read_manifest(generation)
    (generation / "pages.db").write_text("page")
    with pytest.raises(DamagedGeneration, match=r"pages\.db has 4 bytes instead of 5"):
        check_files(generation, manifest)
    (generation / "pages.db").unlink()
    with pytest.raises(DamagedGeneration, match=r"pages\.db is missing"):
        check_files(generation, manifest)


def test_holding_follows_current_when_it_moves_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = tmp_path / "toy"
    write_generation(collection, "20261101-1")
    moves = iter([lambda: write_generation(collection, "20261101-2")])

    class MovingLock(GenerationLock):
        def __init__(self, generation: Path) -> None:
            for move in moves:
                move()
                remove_superseded(collection)
                break
            super().__init__(generation)

    monkeypatch.setattr("pinakes.index.locks.GenerationLock", MovingLock)
    generation, lock = hold_generation(collection)
    lock.release()
    assert generation.name == "20261101-2"


def test_one_build_at_a_time(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    with (
        hold_collection(collection),
        pytest.raises(BuildInProgress, match=r"another build is at work on .*toy"),
        hold_collection(collection),
    ):
        pytest.fail("two builds at once")
    with hold_collection(collection):
        pass
