"""Which files of a folder are read."""

import os
from pathlib import Path

import pytest

from pinakes.ingest.sources.folder import reading
from pinakes.ingest.sources.folder.files import files_of_folder, state_of_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder, and a file and a folder outside of it."""
    top = tmp_path / "manuals"
    for path in ("pump.md", "net/router.txt", "net/deep/cable.html", "drafts/one.md", "b.log"):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text("words")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("secret")
    return top


def paths(folder: Path) -> list[str]:
    return [file.path for file in files_of_folder(folder)]


def test_files_are_told_by_their_names(folder: Path) -> None:
    assert paths(folder) == ["drafts/one.md", "net/deep/cable.html", "net/router.txt", "pump.md"]


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    before = paths(folder)
    (folder / "link.md").symlink_to(tmp_path / "outside" / "secret.md")
    (folder / "linked").symlink_to(tmp_path / "outside")
    (folder / "round").symlink_to(folder)
    assert paths(folder) == before


def test_hidden_and_special_files_are_passed_over(folder: Path) -> None:
    before = paths(folder)
    (folder / ".hidden.md").write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.md").write_text("x")
    os.mkfifo(folder / "pipe.md")
    assert paths(folder) == before


def test_what_git_ignores_is_passed_over(folder: Path) -> None:
    (folder / ".gitignore").write_text("drafts/\n*.html\n/pump.md\n!net/deep/cable.html\n")
    assert paths(folder) == ["net/deep/cable.html", "net/router.txt"]
    (folder / "net" / ".gitignore").write_text("*.html\n!router.txt\n")
    assert paths(folder) == ["net/router.txt"]


def test_a_list_that_is_a_link_or_a_pipe_ignores_nothing(folder: Path, tmp_path: Path) -> None:
    before = paths(folder)
    (tmp_path / "outside" / "all").write_text("*\n")
    (folder / ".gitignore").symlink_to(tmp_path / "outside" / "all")
    os.mkfifo(folder / "net" / ".gitignore")
    assert paths(folder) == before


def test_what_is_too_large_or_not_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LARGEST_TEXT", 1 << 20)
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(2 << 30)
    (folder / "old.doc").write_text("x")
    (folder / "picture.png").write_text("x")
    reasons = {file.path: file.reason for file in files_of_folder(folder) if file.reason}
    assert reasons == {
        "huge.txt": "2,048 MiB, and at most 1 MiB of such a file are read: take it apart",
        "old.doc": ".doc files are not read: save it as DOCX",
    }


def test_a_name_that_is_no_utf8_is_named(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md"))).write_text("x")
    [reason] = [file.reason for file in files_of_folder(folder) if file.reason]
    assert reason == "its name is not UTF-8: rename it"
    assert state_of_files(files_of_folder(folder)).size == 5 * 4 + 1


def test_the_state_changes_with_any_file(folder: Path) -> None:
    states = [state_of_files(files_of_folder(folder))]
    for path, text in (("pump.md", "other"), ("net/new.md", "x")):
        (folder / path).write_text(text)
        states.append(state_of_files(files_of_folder(folder)))
    (folder / "net/router.txt").rename(folder / "net/switch.txt")
    states.append(state_of_files(files_of_folder(folder)))
    (folder / "b.log").write_text("not read")
    states.append(state_of_files(files_of_folder(folder)))
    assert len(set(states)) == 4
