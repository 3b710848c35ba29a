"""What a folder says of itself, and what its files are called."""

import os
from pathlib import Path

import pytest

from pinakes.ingest.errors import DumpNotFound, IngestError
from pinakes.ingest.sources.folder.document import distinct_titles
from pinakes.ingest.sources.folder.source import FolderSource
from pinakes.ingest.sources.opening import open_source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manuals").mkdir()
    (tmp_path / "manuals" / "a.md").write_text("# Bees\n\nThey swarm in May.\n")
    return tmp_path / "manuals"


def test_a_folder_says_its_language(folder: Path) -> None:
    assert FolderSource.open([folder]).identity.language == "en"
    (folder / ".pinakes-language").write_text("De\n")
    assert FolderSource.open([folder]).identity.language == "de"
    (folder / ".pinakes-language").write_text("klingon")
    with pytest.raises(IngestError, match="no language that is known"):
        FolderSource.open([folder])


@pytest.mark.parametrize("kind", ["pipe", "link", "large", "directory"])
def test_a_language_stands_in_a_small_file(folder: Path, tmp_path: Path, kind: str) -> None:
    path = folder / ".pinakes-language"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        (tmp_path / "elsewhere").write_text("de")
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "large":
        path.write_text("de" + " " * 5000)
    else:
        path.mkdir()
    with pytest.raises(IngestError, match=r"language: no small file; write a code"):
        FolderSource.open([folder])


@pytest.mark.parametrize(
    ("own", "titles"),
    [
        ({"a.md": "", "x/b.1.gz": ""}, ["a", "b"]),
        ({"a.md": "Pump", "b.md": "pump"}, ["Pump (a.md)", "pump (b.md)"]),
        (
            {"a.md": "Pump", "b.md": "Pump", "c.md": "Pump (a.md)"},
            ["Pump (a.md, 2)", "Pump (b.md)", "Pump (a.md)"],
        ),
        (
            {"a.md": "Pump", "b.md": "Pump", "c.md": "pump (A.md)", "d.md": "Pump (a.md, 2)"},
            ["Pump (a.md, 3)", "Pump (b.md)", "pump (A.md)", "Pump (a.md, 2)"],
        ),
        ({"A.md": "Pump", "a.md": "Pump"}, ["Pump (A.md)", "Pump (a.md, 2)"]),
    ],
)
def test_no_two_titles_are_the_same(own: dict[str, str], titles: list[str]) -> None:
    found = distinct_titles(own)
    assert [found[path] for path in own] == titles
    assert len({title.casefold() for title in found.values()}) == len(own)


def test_folders_are_built_one_at_a_time(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "more"
    other.mkdir()
    (other / "b.md").write_text("# Cats\n\nThey sleep.\n")
    with pytest.raises(
        IngestError, match=r"manuals: a folder of manuals .* name it alone, each under a name"
    ):
        open_source([folder, other])
    with pytest.raises(DumpNotFound, match="nothere: no such file or directory"):
        open_source([folder, tmp_path / "nothere"])
    with pytest.raises(DumpNotFound, match="nothere: no such file"):
        open_source([tmp_path / "nothere"])
