"""Files that are no dumps, or not only that: each told in one line, none waited for."""

import bz2
import gzip
import os
import socket
from pathlib import Path

import py7zr
import pytest

from pinakes.ingest.errors import DumpNotFound, IngestError, NotADump, TruncatedDump
from pinakes.ingest.report import IngestReport
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.bz2_blocks import read_blocks
from pinakes.ingest.sources.mediawiki.files.dumps import Dump, find_dump, plan_units
from pinakes.ingest.types import Document, PageCounts, TrailingBytes
from tests.ingest.dumps_on_disk import PAGES, export, write_multistream

XML = export()
NAME = "toywiki-20261101-multistream.xml"
# Bytes that nothing compresses to, and a great many more of them than a window holds.
GARBAGE = {
    "a line": b"\nthe end\n",
    "a byte": b"x",
    "zeros": bytes(100_000),
    "much": b"gzip" * 10**6,
}


def entries(dump: Dump, unit_bytes: int | None = None) -> list[object]:
    units = plan_units(dump, unit_bytes)
    return [one for unit in units for one in read_documents(unit, dump.site)]


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("unit_bytes", [None, 300])
def test_what_follows_a_bz2_is_counted_and_said(
    tmp_path: Path, garbage: str, unit_bytes: int | None
) -> None:
    path = write_multistream(tmp_path / f"{NAME}.bz2")
    with path.open("ab") as file:
        file.write(GARBAGE[garbage][:200_000])
    count = len(GARBAGE[garbage][:200_000])
    found = entries(find_dump([path]), unit_bytes)
    assert [one for one in found if not isinstance(one, Document)] == [TrailingBytes(count)]
    assert len(found) == len(PAGES) + 1


@pytest.mark.parametrize("packed", [bz2.compress(XML), write_multistream])
def test_a_bz2_without_its_end_is_no_whole_one(tmp_path: Path, packed: object) -> None:
    """Zeros after it, as an interrupted download leaves them, do not make it whole."""
    path = tmp_path / f"{NAME}.bz2"
    if isinstance(packed, bytes):
        path.write_bytes(packed)
    else:
        write_multistream(path)
    whole = path.read_bytes()
    last = [block.offset for block in read_blocks(path, 0)][-1]
    for content in (
        whole[:-1],
        whole[:-9],
        whole[: last + 8] + bytes(3 << 20),
        whole + b"B",
        whole + b"BZh9",
        whole + b"BZh9 and more",
    ):
        path.write_bytes(content)
        with pytest.raises(TruncatedDump):
            find_dump([path])


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("members", [1, 3])
def test_what_follows_a_gz_is_counted_and_said(tmp_path: Path, garbage: str, members: int) -> None:
    path = tmp_path / f"{NAME}.gz"
    third = len(XML) // members + 1
    parts = [gzip.compress(XML[n * third : (n + 1) * third]) for n in range(members)]
    path.write_bytes(b"".join(parts) + GARBAGE[garbage])
    found = entries(find_dump([path]))
    # Zeros are padding, as on tapes; gzip says nothing of them either.
    told = [] if garbage == "zeros" else [TrailingBytes(len(GARBAGE[garbage]))]
    assert [one for one in found if not isinstance(one, Document)] == told
    assert len([one for one in found if isinstance(one, Document)]) == len(PAGES)


@pytest.mark.parametrize("cut", [1, 5, 9, 100])
def test_a_gz_without_its_end_is_damaged(tmp_path: Path, cut: int) -> None:
    path = tmp_path / f"{NAME}.gz"
    path.write_bytes(gzip.compress(XML)[:-cut])
    with pytest.raises(TruncatedDump):
        entries(find_dump([path]))


def test_a_gz_whose_checksum_is_wrong_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.gz"
    packed = bytearray(gzip.compress(XML))
    packed[-6] ^= 1
    path.write_bytes(packed)
    with pytest.raises(TruncatedDump):
        entries(find_dump([path]))


def test_trailing_bytes_are_no_reason_to_refuse_a_dump(tmp_path: Path) -> None:
    with (tmp_path / "quarantine.jsonl").open("wb") as file:
        report = IngestReport(file, lambda _: (), strict=True)
        report.add(Path("dump.bz2"), TrailingBytes(7))
        assert report.close() == PageCounts(trailing_bytes=7)
    assert "7 bytes after the end of the archive" in (tmp_path / "quarantine.jsonl").read_text()


def _socket(path: Path) -> None:
    """Bound by way of its directory: addresses of sockets are short."""
    directory = os.open(path.parent, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{directory}/{path.name}")
    os.close(directory)


STRANGE = {
    "a FIFO": (os.mkfifo, "a FIFO, and a dump is a file"),
    "a socket": (_socket, "a socket, and a dump is a file"),
    "/dev/zero": (lambda path: path.symlink_to("/dev/zero"), "a device, and a dump is a file"),
    "/proc": (lambda path: path.symlink_to("/proc/kmsg"), "the file is empty"),
    "nothing": (lambda path: path.symlink_to("gone"), "a link to a file that is not there"),
    "a circle": (lambda path: path.symlink_to(path.name), "cannot be read (Too many levels"),
    "empty": (lambda path: path.touch(), "the file is empty"),
    "gone": (lambda path: None, "no such file"),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_file_is_not_opened(tmp_path: Path, strange: str) -> None:
    make, told = STRANGE[strange]
    path = tmp_path / f"{NAME}.bz2"
    make(path)  # type: ignore[operator]
    with pytest.raises((DumpNotFound, NotADump)) as found:
        find_dump([path])
    assert told in str(found.value)
    assert str(path) in str(found.value)


def test_in_a_directory_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "toywiki-20261101-multistream.xml-p1p2.bz2")
    path = write_multistream(tmp_path / f"{NAME}.bz2")
    assert find_dump([tmp_path]).parts == (path,)


def test_a_pipe_is_no_file(capfd: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(DumpNotFound, match="a FIFO"):
            find_dump([Path(f"/dev/fd/{reading}")])
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("header", [False, True])
def test_an_encrypted_7z_is_called_that(tmp_path: Path, header: bool) -> None:
    path = tmp_path / f"{NAME}.7z"
    with py7zr.SevenZipFile(path, "w", password="secret", header_encryption=header) as archive:
        archive.writestr(XML, "dump.xml")
    with pytest.raises(NotADump, match="the archive is encrypted"):
        find_dump([path])


@pytest.mark.parametrize(
    "directory", ["with space", "a[b]c", "what?", "star*", "line\nbreak", "\udcff\udcfe", "-x", "~"]
)
def test_paths_may_be_of_any_letters(tmp_path: Path, directory: str) -> None:
    (tmp_path / directory).mkdir()
    path = tmp_path / directory / f"{NAME}"
    path.write_bytes(XML)
    for named in (path, path.parent, path.with_name("toywiki-*.xml"), path.with_name("*[x]ml")):
        assert find_dump([named]).parts == (path,)


@pytest.mark.parametrize("letters", ["[b]", "?", "*", "\n", "é", "[/b]"])
def test_names_may_be_of_any_letters(tmp_path: Path, letters: str) -> None:
    path = tmp_path / f"toy{letters.replace('/', '')}-20261101-pages.xml"
    path.write_bytes(XML)
    assert find_dump([path]).parts == (path,)
    assert find_dump([tmp_path]).parts == (path,)


def test_a_name_that_cannot_be_written_down_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toy\udcff-20261101-pages.xml"
    path.write_bytes(XML)
    with pytest.raises(DumpNotFound, match=r"its name is not UTF-8, .*; rename it"):
        find_dump([path])


@pytest.mark.parametrize(
    ("name", "collection", "date"),
    [
        ("enwiki-20261101-pages-articles.xml", "enwiki", "20261101"),
        ("enwiki-20269999-pages-articles.xml", "enwiki", None),
        ("enwiki-2026-02-30-p1p9.xml", "enwiki", None),
        ("enwiki-2024-02-29-p1p9.xml", "enwiki", "20240229"),
        ("enwiki-00000000-pages.xml", "enwiki", None),
        ("_wiki-20261101-pages.xml", "wiki", "20261101"),
        ("__-20261101-pages.xml", "wiki", "20261101"),
        ("-.xml", "wiki", None),
        (".xml", "xml", None),
        ("ウィキ-20261101.xml", "wiki", "20261101"),
        ("A_B.c-20261101.xml", "a_b-c", "20261101"),
    ],
)
def test_names_and_dates(tmp_path: Path, name: str, collection: str, date: str | None) -> None:
    """The name is one that --collection takes; a date that is none is left out."""
    path = tmp_path / name
    path.write_bytes(XML)
    dump = find_dump([path])
    assert (dump.name, dump.date) == (collection, date)


def test_two_files_of_one_name_are_not_told_apart(tmp_path: Path) -> None:
    for directory in ("a", "b"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "toywiki-20261101-articles1.xml-p1p30").write_bytes(XML)
    with pytest.raises(IngestError, match=r"two files named toywiki-20261101-articles1\.xml-p1p30"):
        find_dump([tmp_path / "a", tmp_path / "b"])
