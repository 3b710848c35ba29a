"""``pinakes update --watch``: each change of a folder becomes a generation."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pinakes.service.cli import watching
from pinakes.service.cli.watching import changes_of
from tests.ingest.measured import ROOT
from tests.service.conftest import Run
from tests.yardstick import PATIENCE_S


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manuals" / "garden").mkdir(parents=True)
    (tmp_path / "manuals" / "a.md").write_text("# Bees\n\nThey swarm in May.\n")
    return tmp_path / "manuals"


def changed(changes: Iterator[bool]) -> bool:
    """Wait for the next change."""
    return next(change for change in changes if change)


def test_changes_are_seen_and_hidden_ones_are_not(folder: Path) -> None:
    changes = changes_of(folder, lambda _words: None)
    assert next(changes)
    (folder / ".hidden").write_text("x")
    (folder / ".git").mkdir()
    assert not next(changes)
    for path in ("new.md", "garden/new.md"):
        (folder / path).write_text("x")
        assert changed(changes)
    (folder / "a.md").unlink()
    assert changed(changes)


@pytest.mark.parametrize("how", ["removed", "moved", "swapped", "linked"])
def test_a_folder_that_takes_the_place_of_another_is_watched(
    folder: Path, tmp_path: Path, how: str
) -> None:
    told: list[str] = []
    watched = folder
    if how == "linked":
        watched = tmp_path / "link"
        watched.symlink_to(folder)
    changes = changes_of(watched, told.append)
    assert changed(changes)
    (tmp_path / "new").mkdir()
    if how == "linked":
        watched.unlink()
        watched.symlink_to(tmp_path / "new")
    elif how == "removed":
        shutil.rmtree(folder)
    else:
        folder.rename(tmp_path / "old")
    if how == "swapped":
        (tmp_path / "new").rename(folder)
    elif how != "linked":
        while not told:
            assert not next(changes)
        folder.mkdir()
    assert changed(changes)
    assert len(told) == 1
    assert ("is gone" if how in {"removed", "moved"} else "has been replaced") in told[0]
    (watched / "new.md").write_text("x")
    assert changed(changes)
    assert len(told) == 1


def test_a_folder_that_has_the_inode_of_the_one_before_is_watched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_identity", lambda place: (1, 1) if place.exists() else None)
    told: list[str] = []
    changes = changes_of(folder, told.append)
    assert changed(changes)
    shutil.rmtree(folder)
    folder.mkdir()
    assert changed(changes)
    assert len(told) == 1
    (folder / "new.md").write_text("x")
    assert changed(changes)


def test_each_change_becomes_a_generation(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edited(watched: Path, _tell: Callable[[str], None]) -> Iterator[bool]:
        assert watched == folder
        yield True
        (folder / "garden" / "b.md").write_text("# Cats\n\nThey sleep.\n")
        yield False
        yield True
        for path in ("a.md", "garden/b.md"):
            (folder / path).unlink()
        yield True  # nothing to read is no end
        (folder / "a.md").write_text("# Bees\n\nThey swarm in June.\n")
        yield True

    monkeypatch.setattr(watching, "changes_of", edited)
    words = (folder, "-c", "manuals", "--workers", "1", "--data", tmp_path / "data")
    assert run("build", "--vectors", "none", *words).status == 0
    done = run("update", "--watch", *words)
    assert done.status == 0
    assert "up to date" in done.out
    assert "manuals 20" in done.out
    assert "2 articles" in done.out
    assert "no text that can be read" in done.err
    found = json.loads(run("search", "when do they swarm", *words[1:3], *words[5:], "--json").out)
    assert found["hits"][0]["text"].endswith("June.")


def test_ctrl_c_is_told_in_one_line(run: Run, folder: Path, tmp_path: Path) -> None:
    words = (folder, "-c", "manuals", "--workers", "1", "--data", tmp_path / "data")
    assert run("build", "--vectors", "none", *words).status == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "pinakes", "update", "--watch", *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"XDG_CONFIG_HOME": "/nowhere", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "up to date" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert [line for line in errors.splitlines() if "Reading" not in line] == [
        "pinakes: interrupted; the same command goes on where it stopped"
    ]


@pytest.mark.parametrize("words", [("--dry-run",), ("--json",)])
def test_watching_is_for_people(run: Run, folder: Path, tmp_path: Path, words: list[str]) -> None:
    common = (folder, "-c", "manuals", "--workers", "1", "--data", tmp_path / "data")
    assert run("build", "--vectors", "none", *common).status == 0
    done = run("update", "--watch", *common, *words)
    assert done.status == 2
    assert "--watch" in done.err
