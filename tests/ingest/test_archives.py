"""Compressed files are told apart by what is in them, and damage is named."""

import bz2
import gzip
from pathlib import Path

import pytest
import zstandard

from ingest.archives import archive_format, open_archive
from ingest.errors import DumpNotFound, NotADump, TruncatedDump

DATA = b"The quick brown fox. " * 20_000
PACKED = {
    "plain": DATA,
    "bz2": bz2.compress(DATA),
    "gzip": gzip.compress(DATA),
    "zstd": zstandard.compress(DATA),
}


def _read(path: Path, start: int = 0, end: int | None = None, size: int = 7_777) -> bytes:
    with open_archive(path, start, end) as file:
        return b"".join(iter(lambda: file.read(size), b""))


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("name", ["dump.xml", "dump.bz2", "dump.gz", "dump"])
def test_the_content_decides_not_the_name(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKED[kind])
    assert archive_format(path) == kind
    assert _read(path) == DATA
    assert _read(path, size=1 << 20) == DATA


@pytest.mark.parametrize("kind", ["bz2", "gzip", "zstd"])
def test_several_streams_are_read_as_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "dump"
    path.write_bytes(PACKED[kind] * 3)
    assert _read(path) == DATA * 3


def test_a_run_of_streams_is_read_by_its_offsets(tmp_path: Path) -> None:
    streams = [bz2.compress(part) for part in (b"one ", b"two ", b"three ", b"four ")]
    path = tmp_path / "dump.bz2"
    path.write_bytes(b"".join(streams))
    start, end = len(streams[0]), len(streams[0] + streams[1] + streams[2])
    assert _read(path, start, end) == b"two three "
    assert _read(path, end) == b"four "


@pytest.mark.parametrize("kind", ["bz2", "gzip"])
@pytest.mark.parametrize("cut", [-1, -20, 40])
def test_a_truncated_file_says_so(tmp_path: Path, kind: str, cut: int) -> None:
    path = tmp_path / "cut.bz2"
    path.write_bytes(PACKED[kind][:cut])
    with pytest.raises(TruncatedDump, match=r"cut\.bz2.*breaks off.*fetch the file again"):
        _read(path)


@pytest.mark.parametrize("kind", ["bz2", "gzip", "zstd"])
@pytest.mark.parametrize("place", [0.3, 0.5, 0.9])
def test_damage_in_the_middle_says_so(tmp_path: Path, kind: str, place: float) -> None:
    packed = {**PACKED, "zstd": zstandard.ZstdCompressor(write_checksum=True).compress(DATA)}
    damaged = bytearray(packed[kind])
    damaged[int(len(damaged) * place)] ^= 0xFF
    path = tmp_path / "damaged.bz2"
    path.write_bytes(damaged)
    with pytest.raises(TruncatedDump, match=r"damaged\.bz2"):
        _read(path)


def test_garbage_after_the_last_stream_says_so(tmp_path: Path) -> None:
    path = tmp_path / "tail.bz2"
    path.write_bytes(PACKED["bz2"] + b"no stream at all")
    with pytest.raises(TruncatedDump, match=r"tail\.bz2"):
        _read(path)


@pytest.mark.parametrize(
    ("magic", "name"),
    [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"PK\x03\x04", "zip"), (b"\xfd7zXZ\0", "xz")],
)
def test_archives_that_are_not_read_are_named(tmp_path: Path, magic: bytes, name: str) -> None:
    path = tmp_path / "dump.xml"
    path.write_bytes(magic + bytes(100))
    with pytest.raises(NotADump, match=rf"dump\.xml: {name} archives are not read"):
        archive_format(path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DumpNotFound, match="no such file"):
        archive_format(tmp_path / "nowhere")
    with pytest.raises(DumpNotFound, match="cannot be read"):
        archive_format(tmp_path)
