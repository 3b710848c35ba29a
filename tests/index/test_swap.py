"""From a finished directory to the current generation, and a crash at every step of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.generations import (
    check_files,
    collection_names,
    current_generation,
    read_manifest,
)
from pinakes.index.retrieval.search import Index
from pinakes.index.swap import finish_swap, record_files
from tests.index.published import write_generation
from tests.index.toys import HashingEncoder, republish


class Crash(Exception):
    """The process dies here."""


def test_publishing_makes_the_generation_current(tmp_path: Path) -> None:
    generation = write_generation(tmp_path / "toy", "20261101-1")
    assert generation == tmp_path / "toy" / "generations" / "20261101-1"
    assert current_generation(tmp_path / "toy") == generation
    manifest = read_manifest(generation)
    assert (manifest.generation, manifest.files["pages.db"].size) == ("20261101-1", 5)
    check_files(generation, manifest)
    assert collection_names(tmp_path) == ["toy"]


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
