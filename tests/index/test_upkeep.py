"""Generations used, gone back to and removed; collections renamed and removed."""

import os
from pathlib import Path

import pytest

from pinakes.index.errors import (
    BadName,
    BuildInProgress,
    DamagedGeneration,
    InUse,
    UnknownGeneration,
)
from pinakes.index.generations import collection_names, current_generation, find_generation
from pinakes.index.inventory import take_inventory
from pinakes.index.locks import GenerationLock, hold_collection, hold_generation
from pinakes.index.superseded import remove_superseded
from pinakes.index.upkeep import (
    drop_unfinished,
    generation_before,
    remove_collection,
    remove_generations,
    rename_collection,
    use_generation,
)
from tests.index.published import generations, write_generation
from tests.index.toys import republish


def test_another_generation_is_used_and_the_one_before_again(toy_collection: Path) -> None:
    old = current_generation(toy_collection)
    new = republish(toy_collection).generation
    assert use_generation(toy_collection, old).generation == old.name
    assert current_generation(toy_collection) == old
    use_generation(toy_collection, find_generation(toy_collection, new))
    assert generation_before(toy_collection) == old


def test_what_does_not_open_is_not_used(toy_collection: Path) -> None:
    old = current_generation(toy_collection)
    new = republish(toy_collection).generation
    path = old / "pages.db"
    content = path.read_bytes()
    path.unlink()  # never in place: the other generation has it, too
    path.write_bytes(content[:-1])
    with pytest.raises(DamagedGeneration, match=r"pages\.db"):
        use_generation(toy_collection, old)
    assert current_generation(toy_collection).name == new
    with pytest.raises(UnknownGeneration, match=f"no generation '1'; there are: {old.name}, {new}"):
        find_generation(toy_collection, "1")


def test_back_is_to_the_dump_before(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    write_generation(collection, "20261001-1")
    with pytest.raises(UnknownGeneration, match="no generation from before"):
        generation_before(collection)
    write_generation(collection, "20261101-1", created="2026-11-02")
    write_generation(collection, "20261101-2", created="2026-11-03")
    assert generation_before(collection).name == "20261001-1"
    # An older dump that was built later: what answered before it comes back.
    write_generation(collection, "20260101-1", created="2026-11-04")
    assert generation_before(collection).name == "20261101-2"


def test_current_and_held_generations_are_not_removed(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    old = write_generation(collection, "20261001-1")
    lock = GenerationLock(old)
    new = write_generation(collection, "20261101-1")
    with pytest.raises(
        InUse, match=r"20261101-1 is the current generation; .*pinakes generations use"
    ):
        remove_generations(collection, [new])
    with pytest.raises(InUse, match=f"process {os.getpid()} still uses 20261001-1"):
        remove_generations(collection, [old])
    assert generations(collection) == ["20261001-1", "20261101-1"]
    lock.release()
    remove_generations(collection, [old])
    assert generations(collection) == ["20261101-1"]


def test_nothing_is_done_while_a_build_is_at_work(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    old = write_generation(collection, "20261001-1")
    write_generation(collection, "20261101-1")
    with hold_collection(collection):
        for act in (
            lambda: use_generation(collection, old),
            lambda: remove_generations(collection, [old]),
            lambda: drop_unfinished(collection),
            lambda: rename_collection(collection, "other"),
            lambda: remove_collection(collection),
        ):
            with pytest.raises(BuildInProgress, match=f"at work on .*: process {os.getpid()}; "):
                act()
    assert generations(collection) == ["20261001-1", "20261101-1"]


def test_unfinished_builds_are_listed_and_dropped(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    write_generation(collection, "20261001-1")
    work = collection / "building" / "20261101"
    work.mkdir()
    (work / "plan.json").write_text('{"files": {"toy.xml": {}}}')
    (work / "stage").write_bytes(bytes(100_000))
    [build] = take_inventory(collection).unfinished
    assert (build.name, build.files) == ("20261101", ("toy.xml",))
    assert build.size >= 100_000
    drop_unfinished(collection)
    assert take_inventory(collection).unfinished == ()
    assert generations(collection) == ["20261001-1"]


def test_sizes_count_what_is_shared_once(toy_collection: Path) -> None:
    one = take_inventory(toy_collection)
    republish(toy_collection)
    two = take_inventory(toy_collection)
    new, old = two.generations
    assert (new.is_current, old.is_current) == (True, False)
    assert one.generations[0].size == one.generations[0].alone == old.size
    shared = 20 << 10  # all but manifests and seals is shared
    assert old.size <= two.size < one.size + shared
    assert new.alone < shared > old.alone
    lock = GenerationLock(toy_collection / "generations" / new.name)
    assert take_inventory(toy_collection).generations[0].held_by == (os.getpid(),)
    lock.release()


def test_a_generation_that_cannot_be_read_is_listed_with_its_problem(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    generation = write_generation(collection, "20261001-1")
    (generation / "manifest.json").write_text("{")
    [state] = take_inventory(collection).generations
    assert state.manifest is None
    assert state.problem is not None
    assert "manifest.json" in state.problem
    assert state.is_current


def test_a_collection_is_renamed(tmp_path: Path) -> None:
    write_generation(tmp_path / "toy", "20261001-1")
    write_generation(tmp_path / "taken", "20261001-1")
    for name in ("taken", "encoders", "../toy", "a b", ".toy", ""):
        with pytest.raises(BadName):
            rename_collection(tmp_path / "toy", name)
    rename_collection(tmp_path / "toy", "other")
    assert collection_names(tmp_path) == ["other", "taken"]
    assert current_generation(tmp_path / "other").is_dir()


def test_a_collection_is_removed_unless_a_process_holds_it(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    write_generation(collection, "20261001-1")
    _, lock = hold_generation(collection)
    write_generation(collection, "20261101-1")
    with pytest.raises(InUse, match="still uses 20261001-1"):
        remove_collection(collection)
    assert collection_names(tmp_path) == ["toy"]
    lock.release()
    (tmp_path / ".removed-toy").mkdir()  # of a removal that was interrupted
    (tmp_path / ".removed-toy" / "pages.db").write_text("half")
    remove_collection(collection)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kept", "left"), [(1, ["20261101"]), (3, ["20260901", "20261001"])])
def test_so_many_dumps_stay(tmp_path: Path, kept: int, left: list[str]) -> None:
    collection = tmp_path / "toy"
    for date in ("20260801", "20260901", "20261001", "20261101"):
        write_generation(collection, f"{date}-1")
    remove_superseded(collection, kept)
    assert generations(collection) == sorted({f"{date}-1" for date in [*left, "20261101"]})
