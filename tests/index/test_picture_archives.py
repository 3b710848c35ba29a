"""Pictures come out of the very file that a collection was built from, or not at all."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index import picture_archives
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.picture_archives import PictureArchives
from pinakes.index.retrieval.search import Index
from pinakes.ingest.sources.opening import open_source
from tests.index.toys import QuietProgress, in_threads
from tests.ingest.zim_files import ABOUT, ZimPage, png, write_zim

IMAGE = ZimPage("a.png", "", png(120, 90), mimetype="image/png")
PAGES = [ZimPage("Ann", "Ann", '<p>Ann was a poet.</p><img src="a.png" alt="Ann">'), IMAGE]


def build(archive: Path, collection: Path) -> Index:
    options = BuildOptions(1, executors=in_threads)
    build_collection(collection, open_source([archive]), None, "none", QuietProgress(), options)
    return Index.open(collection)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_zim(tmp_path / "museum.zim", PAGES)


@pytest.fixture
def index(archive: Path, tmp_path: Path) -> Iterator[Index]:
    with build(archive, tmp_path / "museum") as index:
        yield index


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Files are compared while one waits; how often a whole one was read."""
    reads: list[int] = []
    read_whole = picture_archives.digest_file

    class AtOnce:
        def __init__(self, target: object, args: tuple[object, ...], *, daemon: bool) -> None:
            self.start = lambda: target(*args)  # type: ignore[operator]

    def counted(path: Path, on_read: object) -> str:
        reads.append(1)
        return read_whole(path, on_read)  # type: ignore[arg-type]

    monkeypatch.setattr(picture_archives.threading, "Thread", AtOnce)
    monkeypatch.setattr(picture_archives, "digest_file", counted)
    return reads


def shown(archives: PictureArchives, index: Index) -> bool:
    found = archives.picture(index, "a.png")
    assert (found is None) == (archives.version(index) == "")
    return found is not None and found.content == png(120, 90)


def test_the_file_it_was_built_from(index: Index, compared: list[int]) -> None:
    archives = PictureArchives()
    assert shown(archives, index)
    assert archives.picture(index, "Ann") is None
    assert archives.version(index) == index.manifest.dump.fingerprint[:12]
    assert compared == []


def test_where_it_is_gone_that_is_told_once(
    index: Index, archive: Path, compared: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    archives = PictureArchives()
    assert shown(archives, index)
    archive.rename(archive.with_name("elsewhere.zim"))
    with caplog.at_level(logging.WARNING):
        assert not any(shown(archives, index) for _ in range(3))
    [record] = caplog.records
    assert "museum is shown without its pictures" in record.getMessage()
    assert str(archive) in record.getMessage()
    archive.with_name("elsewhere.zim").rename(archive)
    assert not archives.version(index)  # a file that was moved is read before it is believed
    assert shown(archives, index)
    assert len(compared) == 1


def test_another_file_in_its_place_is_told_once(
    index: Index, archive: Path, compared: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    archives = PictureArchives()
    assert shown(archives, index)
    other = [PAGES[0], ZimPage("a.png", "", png(120, 90, 7), mimetype="image/png")]
    write_zim(archive, other, ABOUT | {"Title": "Museum of others, a name that is longer"})
    assert not any(shown(archives, index) for _ in range(3))
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == [
        "museum is shown without its pictures"
    ]
    assert "build it anew" in caplog.text
    assert len(compared) <= 1


def test_another_of_the_same_size_is_told_by_its_digest(
    index: Index, archive: Path, compared: list[int]
) -> None:
    archives = PictureArchives()
    content = bytearray(archive.read_bytes())
    content[-20] ^= 1
    archive.write_bytes(content)
    assert not any(shown(archives, index) for _ in range(3))
    assert len(compared) == 1


def test_a_copy_of_it_is_read_once(index: Index, archive: Path, compared: list[int]) -> None:
    shutil.copyfile(archive, archive.with_name("copy.zim"))
    archive.with_name("copy.zim").replace(archive)
    archives = PictureArchives()
    assert not archives.version(index)  # nobody waits for a file to be read
    assert all(shown(archives, index) for _ in range(3))
    assert len(compared) == 1


def test_built_again_where_it_was_moved_to_it_is_found(
    index: Index, archive: Path, tmp_path: Path, compared: list[int]
) -> None:
    (tmp_path / "moved").mkdir()
    moved = tmp_path / "moved" / archive.name
    archive.rename(moved)
    archives = PictureArchives()
    assert not shown(archives, index)
    with build(moved, tmp_path / "museum") as same:
        assert same.manifest.generation == index.manifest.generation
    assert shown(archives, index)
    assert compared == []


def test_a_collection_that_tells_no_place_has_none(index: Index, tmp_path: Path) -> None:
    (tmp_path / "museum" / "source.json").write_text('{"fingerprint": 3}')
    assert not shown(PictureArchives(), index)
    (tmp_path / "museum" / "source.json").unlink()
    assert not shown(PictureArchives(), index)


def test_few_are_open_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_archives, "_MOST_OPEN", 2)
    archives = PictureArchives()
    for number in range(4):
        about = ABOUT | {"Name": f"wiki{number}"}
        archive = write_zim(tmp_path / f"wiki{number}.zim", PAGES, about)
        with build(archive, tmp_path / f"wiki{number}") as index:
            assert shown(archives, index)
    assert [key[0].name for key in archives._open] == ["wiki2.zim", "wiki3.zim"]


def test_nothing_of_the_path_is_in_what_is_handed_on(index: Index, archive: Path) -> None:
    told = b"".join(path.read_bytes() for path in index.generation.rglob("*") if path.is_file())
    assert str(archive.parent).encode() not in told
