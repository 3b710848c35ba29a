"""Which generations stay, and that none is removed while somebody holds it."""

import subprocess
import sys
from pathlib import Path

from pinakes.index.locks import GenerationLock, hold_generation
from pinakes.index.superseded import remove_superseded
from tests.index.published import generations, write_generation


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
