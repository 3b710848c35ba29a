"""A data directory of several collections: which there are, as they come, change, go and break."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index import follow, library
from pinakes.index.errors import (
    DamagedGeneration,
    NoCollection,
    SeveralCollections,
    UnknownCollection,
)
from pinakes.index.generations import current_generation
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from tests.index.toys import HashingEncoder, republish


@pytest.fixture
def data(tmp_path: Path, toy_sample: Path) -> Path:
    """Two collections with the same content, and what is none."""
    for name in ("awiki", "bwiki"):
        shutil.copytree(toy_sample, tmp_path / name, symlinks=True)
    (tmp_path / "unfinished" / "building").mkdir(parents=True)
    (tmp_path / ".tokens.json").write_text("{}")
    return tmp_path


class Opened(Library):
    """A library with toy encoders, which are counted, and without the usual pause of a second."""

    def __init__(self, data: Path, *args: object) -> None:
        self.encoders: list[Path] = []
        super().__init__(data, *args, open_encoder=self.open_toy)  # type: ignore[arg-type]

    def open_toy(self, directory: Path) -> HashingEncoder:
        self.encoders.append(directory)
        return HashingEncoder.open(directory)


@pytest.fixture
def opened(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    monkeypatch.setattr(follow, "_CHECK_SECONDS", 0.0)
    monkeypatch.setattr(library, "_SWEEP_SECONDS", 0.0)
    opened = Opened(data)
    yield opened
    opened.close()


def answers(opened: Library, name: str | None) -> str:
    """The generation that answers; what it finds is what is there."""
    with opened.lease(name) as index:
        assert index.search("papyrus reed")[0].passage.title == "Papyrus"
        assert name is None or index.manifest.collection == name
        return index.manifest.generation


def is_open(collection: Path) -> bool:
    links = [Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd")]
    paths = [os.readlink(link) for link in links if link.is_symlink()]
    return any(str(collection) in path and "pages.db" in path for path in paths)


def test_each_collection_answers_under_the_name_of_its_directory(opened: Library) -> None:
    assert opened.names() == ["awiki", "bwiki"]
    assert {answers(opened, name) for name in opened.names()} == {"20261101-2"}


def test_an_unknown_name_is_told_what_there_is(opened: Library) -> None:
    for name in ("cwiki", "unfinished", "../awiki", "awiki/", ".", "a" * 5_000, "a\0b"):
        with pytest.raises(UnknownCollection, match="there are awiki, bwiki"):
            opened.meant(name)


def test_without_a_name_the_default_is_meant_or_the_only_one(data: Path) -> None:
    with pytest.raises(SeveralCollections, match="there are awiki, bwiki"):
        Library(data).meant()
    assert Library(data, default="bwiki").meant() == "bwiki"
    assert Library(data, ["awiki"]).meant() == "awiki"
    assert Library(data, ["awiki"], "bwiki").meant() == "awiki"
    with pytest.raises(UnknownCollection, match="no collection 'cwiki'"):
        Library(data, default="cwiki").meant()
    with pytest.raises(UnknownCollection, match="there is awiki"):
        Library(data, ["awiki"]).meant("bwiki")
    with pytest.raises(NoCollection, match="pinakes build"):
        Library(data / "empty").meant()


def test_a_part_of_it_knows_of_no_other_and_shares_what_is_open(opened: Opened, data: Path) -> None:
    with opened.lease("awiki") as index:
        part = opened.limited_to(["bwiki", "cwiki"], "none of yours is here")
        assert part.names() == ["bwiki"]
        assert part.meant() == "bwiki"
        with pytest.raises(UnknownCollection, match=r"no collection 'awiki' here; there is bwiki$"):
            part.meant("awiki")
        with part.lease("bwiki"):  # and the other stays open
            assert index.search("papyrus reed")
    nothing = opened.limited_to(["cwiki"], "none of yours is here")
    assert nothing.names() == nothing.states() == []
    for name in (None, "awiki", "cwiki"):
        with pytest.raises(UnknownCollection, match=r"^none of yours is here$"):
            nothing.meant(name)
    assert part.limited_to(["awiki"], "none").names() == []
    assert opened.names() == ["awiki", "bwiki"]
    assert len(opened.encoders) == 1


def test_one_encoder_is_opened_for_all_that_hold_the_same(opened: Opened, data: Path) -> None:
    for name in opened.names():
        answers(opened, name)
    republish(data / "awiki")
    answers(opened, "awiki")
    assert len(opened.encoders) == 1
    with opened.lease("awiki") as one, opened.lease("bwiki") as other:
        assert one.encoder is other.encoder


def test_collections_appear_change_and_go(opened: Library, data: Path, toy_sample: Path) -> None:
    before = answers(opened, "awiki")
    assert republish(data / "awiki").generation == answers(opened, "awiki") != before
    shutil.copytree(toy_sample, data / "cwiki", symlinks=True)
    assert opened.names() == ["awiki", "bwiki", "cwiki"]
    answers(opened, "cwiki")
    assert is_open(data / "cwiki")
    shutil.rmtree(data / "cwiki")
    with pytest.raises(UnknownCollection):
        answers(opened, "cwiki")
    answers(opened, "bwiki")  # whichever is asked next
    assert not is_open(data / "cwiki")


def test_another_collection_in_the_place_of_one_is_noticed(
    opened: Library, data: Path, toy_sample: Path
) -> None:
    answers(opened, "awiki")
    shutil.rmtree(data / "awiki")
    shutil.copytree(toy_sample, data / "awiki", symlinks=True)  # with the same generation
    with opened.lease("awiki") as index:
        assert index.lock.holds(current_generation(data / "awiki"))


def test_a_damaged_collection_is_told_and_harms_no_other(opened: Library, data: Path) -> None:
    (current_generation(data / "awiki") / "pages.db").unlink()
    with pytest.raises(DamagedGeneration, match=r"awiki.*pages\.db"):
        answers(opened, "awiki")
    answers(opened, "bwiki")
    damaged, whole = opened.states()
    assert isinstance(damaged.problem, DamagedGeneration)
    assert damaged.manifest is None
    assert (whole.name, whole.problem) == ("bwiki", None)
    assert whole.manifest is not None


def test_damage_found_later_is_told_too(opened: Library) -> None:
    with opened.lease("awiki") as index:
        index.health.note(DamagedGeneration("pages.db has changed"))
    state = opened.state("awiki")
    assert state.manifest is not None
    assert str(state.problem) == "pages.db has changed"
    assert opened.state("bwiki").problem is None


def test_closing_leaves_leases_their_index(opened: Library, data: Path) -> None:
    with opened.lease("awiki") as index:
        opened.close()
        assert index.search("papyrus reed")
    assert not is_open(data / "awiki")


def test_those_asked_are_named_or_the_default_or_all(data: Path) -> None:
    opened = Opened(data)
    assert opened.asked() == opened.asked(["all"]) == ["awiki", "bwiki"]
    assert opened.asked(["bwiki", "awiki", "bwiki"]) == ["bwiki", "awiki"]
    assert opened.asked([""]) == opened.asked(["bwiki", "all"]) == ["awiki", "bwiki"]
    with pytest.raises(UnknownCollection, match="no collection 'cwiki' here; there are awiki"):
        opened.asked(["awiki", "cwiki"])
    chosen = Opened(data, (), "bwiki")
    assert chosen.asked() == ["bwiki"]
    assert chosen.asked(["all"]) == ["awiki", "bwiki"]
    limited = opened.limited_to(["awiki"], "none for you")
    assert limited.asked() == limited.asked(["all"]) == ["awiki"]
    with pytest.raises(UnknownCollection, match="no collection 'bwiki' here; there is awiki"):
        limited.asked(["awiki", "bwiki"])
    shutil.copytree(data / "awiki", data / "all", symlinks=True)
    assert opened.asked(["all"]) == ["all"]  # it is called so
    with pytest.raises(NoCollection):
        Opened(data / "nothing").asked()


def test_a_damaged_one_of_several_is_left_out(data: Path, opened: Opened) -> None:
    (current_generation(data / "awiki") / "pages.db").unlink()
    with opened.lease_several() as several:
        assert several.names == ("bwiki",)
        assert isinstance(several.left_out["awiki"], DamagedGeneration)
        assert {hit.collection for hit in several.search("papyrus reed")} == {"bwiki"}
    with pytest.raises(DamagedGeneration), opened.lease_several(["awiki"]):
        pass


def test_those_idle_longest_are_closed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cwiki", "dwiki"):
        shutil.copytree(data / "awiki", data / name, symlinks=True)
    closed: list[str] = []
    close = Index.close
    monkeypatch.setattr(
        Index, "close", lambda index: (closed.append(index.manifest.collection), close(index))
    )
    opened = Library(data, open_encoder=HashingEncoder.open, most_open=2)
    for name in ("awiki", "bwiki", "awiki", "cwiki"):
        answers(opened, name)
    assert closed == ["bwiki"]
    with opened.lease("bwiki") as index:  # is opened again, and not closed while it is read
        for name in ("cwiki", "dwiki", "awiki"):
            answers(opened, name)
        assert index.search("papyrus reed")
    assert closed == ["bwiki", "awiki", "cwiki", "dwiki"]  # when others have been read
    with opened.lease_several() as several:  # more at once than stay open
        assert len(several.search("papyrus reed", 4)) == 4
    opened.close()
    assert sorted(closed[4:]) == ["awiki", "bwiki", "cwiki", "dwiki"]
