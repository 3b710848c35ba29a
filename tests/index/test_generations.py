import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.errors import BuildInProgress, DamagedGeneration, NoCollection, UnknownFormat
from pinakes.index.generations import (
    check_files,
    collection_names,
    current_generation,
    finish_swap,
    next_name,
    publish,
    read_manifest,
    record_files,
)
from pinakes.index.locks import GenerationLock, hold_collection, hold_generation
from pinakes.index.retrieval.search import Index
from pinakes.index.superseded import remove_superseded
from pinakes.index.types import FORMAT_VERSION, DumpRecord, Manifest
from pinakes.ingest.types import PageCounts
from tests.index.toys import HashingEncoder, republish, reseal


class Crash(Exception):
    """The process dies here."""


def write_generation(
    collection: Path,
    name: str,
    content: str = "pages",
    fingerprint: str = "f",
    created: str = "2026-11-01",
) -> Path:
    """Publish a generation of one file."""
    stage = collection / "building" / "stage"
    stage.mkdir(parents=True)
    (stage / "pages.db").write_text(content)
    dump = DumpRecord(
        name="toy",
        date=name[:8],
        language="en",
        base_url="",
        files=["toy.xml"],
        fingerprint=fingerprint,
    )
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        collection=collection.name,
        generation=name,
        created=f"{created}T00:00:00+00:00",
        dump=dump,
        encoder=None,
        versions={},
        files=record_files(stage),
        pages=PageCounts(),
        passages=0,
        vectors=0,
    )
    return publish(collection, stage, manifest)


def generations(collection: Path) -> list[str]:
    return sorted(entry.name for entry in (collection / "generations").iterdir())


def test_publishing_makes_the_generation_current(tmp_path: Path) -> None:
    generation = write_generation(tmp_path / "toy", "20261101-1")
    assert generation == tmp_path / "toy" / "generations" / "20261101-1"
    assert current_generation(tmp_path / "toy") == generation
    manifest = read_manifest(generation)
    assert (manifest.generation, manifest.files["pages.db"].size) == ("20261101-1", 5)
    check_files(generation, manifest)
    assert collection_names(tmp_path) == ["toy"]


def test_current_can_be_moved_with_its_collection(tmp_path: Path) -> None:
    write_generation(tmp_path / "toy", "20261101-1")
    (tmp_path / "toy").rename(tmp_path / "other")
    assert current_generation(tmp_path / "other").is_dir()


def crash_at(patch: pytest.MonkeyPatch, number: int, *, after: bool) -> list[str]:
    """Let the file operation of this number fail, before it is done or just after."""
    done: list[str] = []

    def crashing(name: str) -> Callable[..., Any]:
        operation = getattr(Path, name)

        def run(self: Path, *arguments: Any, **options: Any) -> Any:
            done.append(name)
            if len(done) == number and not after:
                raise Crash
            result = operation(self, *arguments, **options)
            if len(done) == number:
                raise Crash
            return result

        return run

    for name in ("mkdir", "rename", "replace", "symlink_to"):
        patch.setattr(Path, name, crashing(name))
    return done


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, 7))
def test_a_crash_around_any_step_of_publishing_leaves_one_whole_generation(
    toy_collection: Path, number: int, after: bool
) -> None:
    old = current_generation(toy_collection).name
    with pytest.MonkeyPatch.context() as patch:
        done = crash_at(patch, number, after=after)
        with pytest.raises(Crash):
            republish(toy_collection)
    steps = ["replace", "replace", "mkdir", "symlink_to", "rename", "replace"]
    assert done == steps[:number]
    with Index.open(toy_collection, HashingEncoder.open) as index:
        assert index.search("papyrus")[0].passage.title == "Papyrus"
        assert (index.manifest.generation != old) == (number == 6 and after)
    finish_swap(toy_collection)  # which was begun once the new one lay in its place
    moved = (number, after) >= (5, True)
    assert (current_generation(toy_collection).name != old) == moved
    assert not (toy_collection / "current.new").is_symlink()
    following = republish(toy_collection)
    with Index.open(toy_collection, HashingEncoder.open) as index:
        assert index.manifest == following


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


def test_known_files_are_not_hashed_again(tmp_path: Path) -> None:
    (tmp_path / "bm25").mkdir()
    (tmp_path / "bm25" / "terms").write_text("abc")
    (tmp_path / "pages.db").write_text("pages")
    before = record_files(tmp_path)
    assert before["bm25/terms"].sha256.startswith("ba7816bf")
    (tmp_path / "bm25" / "terms").write_text("xyz")
    (tmp_path / "new").write_text("new")
    after = record_files(tmp_path, known={"bm25/terms": before["bm25/terms"]})
    assert after["bm25/terms"] == before["bm25/terms"]
    assert list(after) == ["bm25/terms", "new", "pages.db"]


def test_increments_go_and_the_last_two_dumps_stay(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    for name in ("20260901-1", "20261001-9", "20261001-10", "20261101-1", "20261101-2"):
        write_generation(collection, name)
    removed = remove_superseded(collection)
    assert sorted(removed) == ["20260901-1", "20261001-9", "20261101-1"]
    assert generations(collection) == ["20261001-10", "20261101-2"]
    assert remove_superseded(collection) == []


def test_a_rebuild_from_a_file_that_changed_leaves_the_generation_before(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    for name, fingerprint in (
        ("20261001-1", "older"),
        ("20261101-1", "whole"),
        ("20261101-2", "whole"),
        ("20261101-3", "damaged"),
        ("20261101-4", "damaged"),
    ):
        write_generation(collection, name, fingerprint=fingerprint)
    assert sorted(remove_superseded(collection)) == ["20261001-1", "20261101-1", "20261101-3"]
    assert generations(collection) == ["20261101-2", "20261101-4"]
    write_generation(collection, "20261101-5", fingerprint="whole")
    assert remove_superseded(collection) == ["20261101-2"]
    assert generations(collection) == ["20261101-4", "20261101-5"]


def test_the_generation_before_stays_though_later_dates_are_there(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    for name in ("20261001-1", "20261101-1"):
        write_generation(collection, name)
    write_generation(collection, "20260101-1", created="2026-11-02")
    write_generation(collection, "20260101-2", fingerprint="damaged", created="2026-11-03")
    assert remove_superseded(collection) == []


def test_a_manifest_that_cannot_be_read_supersedes_nothing(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    for number in (1, 2, 3):
        write_generation(collection, f"20261101-{number}")
        if number > 1:
            (collection / f"generations/20261101-{number}/manifest.json").write_text("{")
    write_generation(collection, "20261101-4", fingerprint="another")
    assert remove_superseded(collection) == ["20261101-2"]
    assert generations(collection) == ["20261101-1", "20261101-3", "20261101-4"]


def test_the_current_generation_stays_however_old(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    for name in ("20261001-1", "20261101-1", "20260101-1"):
        write_generation(collection, name)
    assert remove_superseded(collection) == []
    write_generation(collection, "20260101-2")
    assert remove_superseded(collection) == ["20260101-1"]


def test_what_a_killed_build_did_not_publish_is_removed(tmp_path: Path) -> None:
    """It was renamed into its place; ``current`` still led to the one before."""
    collection = tmp_path / "toy"
    for name in ("20261001-1", "20261101-2", "20261101-1"):
        write_generation(collection, name)
    assert remove_superseded(collection) == ["20261101-2"]
    assert generations(collection) == ["20261001-1", "20261101-1"]


def test_what_is_held_is_not_removed(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    write_generation(collection, "20261101-1")
    generation, lock = hold_generation(collection)
    another = GenerationLock(generation)  # locks are shared
    write_generation(collection, "20261101-2")
    assert remove_superseded(collection) == []
    another.release()
    assert remove_superseded(collection) == []
    lock.release()
    lock.release()
    assert remove_superseded(collection) == ["20261101-1"]


def test_what_another_process_holds_is_not_removed(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    write_generation(collection, "20261101-1")
    program = (
        "import sys; from pathlib import Path\n"
        "from pinakes.index.locks import hold_generation\n"
        "generation, lock = hold_generation(Path(sys.argv[1]))\n"
        "print(generation.name, flush=True); sys.stdin.read()"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", program, str(collection)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"20261101-1\n"
        write_generation(collection, "20261101-2")
        assert remove_superseded(collection) == []
        reader.kill()  # the lock goes with the process
        reader.wait()
    assert remove_superseded(collection) == ["20261101-1"]


def test_a_removal_that_was_interrupted_is_finished(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    write_generation(collection, "20261101-1")
    half = collection / "generations" / ".removed-20261101-1"
    half.mkdir()
    (half / "pages.db").write_text("half")
    write_generation(collection, "20261101-2")
    assert remove_superseded(collection) == ["20261101-1"]
    assert generations(collection) == ["20261101-2"]


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


def test_a_rollback_that_was_stopped_is_not_finished(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    older = write_generation(collection, "20261101-1")
    newer = write_generation(collection, "20261101-10")
    (collection / "current.new").symlink_to(Path("generations") / older.name)
    finish_swap(collection)
    assert current_generation(collection) == newer
    assert not (collection / "current.new").is_symlink()
    (collection / "current.new").symlink_to(Path("generations") / "20261201-1")
    finish_swap(collection)
    assert current_generation(collection) == newer
