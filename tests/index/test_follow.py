import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index import follow
from pinakes.index.errors import DamagedGeneration, NoCollection
from pinakes.index.follow import CurrentIndex
from pinakes.index.generations import current_generation
from pinakes.index.retrieval.search import Index
from pinakes.index.superseded import remove_superseded
from tests.index.toys import HashingEncoder, republish, reseal
from tests.yardstick import wait_until


@pytest.fixture
def current(toy_collection: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CurrentIndex]:
    """The toy collection, followed without the usual pause of a second."""
    monkeypatch.setattr(follow, "_CHECK_SECONDS", 0.0)
    following = CurrentIndex(
        lambda: Index.open(toy_collection, HashingEncoder.open), toy_collection
    )
    yield following
    following.close()


def serving(current: CurrentIndex) -> str:
    with current.lease() as index:
        assert index.search("papyrus reed")[0].passage.title == "Papyrus"
        return index.manifest.generation


def test_nothing_is_opened_before_the_first_lease_and_once_after(toy_collection: Path) -> None:
    opened: list[Index] = []

    def open_index() -> Index:
        opened.append(Index.open(toy_collection, HashingEncoder.open))
        return opened[-1]

    current = CurrentIndex(open_index, toy_collection)
    assert opened == []
    for _ in range(3):
        serving(current)
    assert len(opened) == 1
    current.close()


def test_a_lease_keeps_its_generation_while_others_move_on(
    current: CurrentIndex, toy_collection: Path
) -> None:
    with current.lease() as old:
        name = old.manifest.generation
        new = republish(toy_collection).generation
        assert serving(current) == new != name
        assert remove_superseded(toy_collection) == []
        assert old.search("papyrus reed")[0].passage.title == "Papyrus"
    assert remove_superseded(toy_collection) == [name]
    assert serving(current) == new


def test_current_is_looked_at_once_a_second(
    current: CurrentIndex, toy_collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_CHECK_SECONDS", 3600.0)
    before = serving(current)
    republish(toy_collection)
    assert serving(current) == before


def test_threads_search_on_while_generations_are_published(
    current: CurrentIndex, toy_collection: Path
) -> None:
    seen: list[set[str]] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        names: set[str] = set()
        seen.append(names)
        while not done.is_set():
            try:
                with current.lease() as index:
                    names.add(index.manifest.generation)
                    time.sleep(0.002)
                    [first] = index.search("rosetta stone", 1)
                    assert first.passage.title == "Rosetta Stone"
                    assert index.page(first.passage.page_id) is not None
            except BaseException as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    published = []
    for _ in range(8):
        published.append(republish(toy_collection).generation)
        remove_superseded(toy_collection)
        wait_until(lambda: errors or all(published[-1] in names for names in seen))
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert all(published[-1] in names for names in seen)
    assert set.union(*seen) >= set(published)
    remove_superseded(toy_collection)
    assert [path.name for path in (toy_collection / "generations").iterdir()] == [published[-1]]


def test_files_of_generations_gone_by_are_not_kept_open(
    current: CurrentIndex, toy_collection: Path
) -> None:
    def open_databases() -> int:
        links = [Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd")]
        paths = [os.readlink(link) for link in links if link.is_symlink()]
        return sum(str(toy_collection) in path and "pages.db" in path for path in paths)

    serving(current)
    before = open_databases()
    assert before > 0
    for _ in range(3):
        republish(toy_collection)
        serving(current)
    assert open_databases() == before
    current.close()
    assert open_databases() == 0


@pytest.mark.parametrize("damage", ["manifest", "store", "gone", "counts"])
def test_a_new_generation_that_cannot_be_read_leaves_the_old_one_serving(
    current: CurrentIndex, toy_collection: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = serving(current)
    republish(toy_collection)
    generation = current_generation(toy_collection)
    manifest = generation / "manifest.json"
    if damage == "manifest":
        manifest.write_text("garbage")
    elif damage == "store":
        (generation / "pages.db").unlink()
    elif damage == "counts":
        reseal(generation, {"vectors": 1})
    else:
        shutil.rmtree(generation)
    with caplog.at_level(logging.WARNING):
        assert serving(current) == before
    assert f"stays with {before}" in caplog.text
    following = republish_from(toy_collection, before)
    assert serving(current) == following


def republish_from(collection: Path, name: str) -> str:
    """Roll back to a generation, then publish it once more."""
    link = collection / "current.new"
    link.symlink_to(Path("generations") / name)
    link.replace(collection / "current")
    return republish(collection).generation


def test_rolling_back_is_followed_too(current: CurrentIndex, toy_collection: Path) -> None:
    first = serving(current)
    second = republish(toy_collection).generation
    assert serving(current) == second
    link = toy_collection / "current.new"
    link.symlink_to(Path("generations") / first)
    link.replace(toy_collection / "current")
    assert serving(current) == first


def test_without_any_generation_the_error_says_so_until_there_is_one(
    tmp_path: Path, toy_sample: Path
) -> None:
    collection = tmp_path / "sample"
    current = CurrentIndex(lambda: Index.open(collection, HashingEncoder.open), collection)
    for _ in range(2):
        with pytest.raises(NoCollection), current.lease():
            pass
    shutil.copytree(toy_sample, collection, symlinks=True)
    serving(current)
    current.close()


def test_a_first_generation_that_is_damaged_is_an_error(
    current: CurrentIndex, toy_collection: Path
) -> None:
    (current_generation(toy_collection) / "pages.db").unlink()
    with pytest.raises(DamagedGeneration), current.lease():
        pass


def test_closing_leaves_leases_their_index_and_lets_go_afterwards(
    current: CurrentIndex, toy_collection: Path
) -> None:
    with current.lease() as index:
        name = index.manifest.generation
        current.close()
        current.close()
        assert index.search("papyrus reed")[0].passage.title == "Papyrus"
    republish(toy_collection)
    assert remove_superseded(toy_collection) == [name]
    assert serving(current) != name  # and a later request simply opens again


def test_closing_during_a_change_over_does_not_close_under_a_lease(
    toy_collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_CHECK_SECONDS", 0.0)
    opened: list[Index] = []

    def open_index() -> Index:
        if opened:
            current.close()  # the service ends just while the new generation is opened
        opened.append(Index.open(toy_collection, HashingEncoder.open))
        return opened[-1]

    current = CurrentIndex(open_index, toy_collection)
    with current.lease() as old:
        republish(toy_collection)
        with current.lease() as new:
            assert new.manifest.generation != old.manifest.generation
        assert old.search("papyrus reed")[0].passage.title == "Papyrus"
    current.close()
