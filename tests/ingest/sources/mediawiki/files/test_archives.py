"""Compressed files are told apart by what is in them, and damage is named."""

import bz2
import gzip
import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import py7zr
import pytest
import zstandard

from pinakes.ingest.errors import DumpNotFound, NotADump, TruncatedDump
from pinakes.ingest.sources.mediawiki.files import seven_zip as seven_zip_module
from pinakes.ingest.sources.mediawiki.files.archives import archive_format, check_end, read_pieces

DATA = b"The quick brown fox. " * 20_000 + b"</mediawiki>\n"


def seven_zip(members: dict[str, bytes], password: str | None = None) -> bytes:
    packed = BytesIO()
    with py7zr.SevenZipFile(packed, "w", password=password) as archive:
        for name, data in members.items():
            archive.writef(BytesIO(data), name)
    return packed.getvalue()


PACKED = {
    "plain": DATA,
    "bz2": bz2.compress(DATA),
    "gzip": gzip.compress(DATA),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress(DATA),
    "7z": seven_zip({"toywiki-20261101-pages-meta-history.xml": DATA}),
}


def read(path: Path) -> bytes:
    pieces = list(read_pieces(path))
    assert all(piece.error is None and 0 < len(piece.data) <= 1 << 20 for piece in pieces)
    return b"".join(piece.data for piece in pieces)


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("name", ["dump.xml", "dump.bz2", "dump.gz", "dump"])
def test_the_content_decides_not_the_name(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKED[kind])
    assert archive_format(path) == kind
    assert read(path) == DATA
    check_end(path)


@pytest.mark.parametrize("kind", ["bz2", "gzip", "zstd"])
def test_several_streams_are_read_as_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "dump"
    path.write_bytes(PACKED[kind] * 3)
    assert read(path) == DATA * 3


def test_large_files_come_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    for pack in (bytes, gzip.compress, zstandard.compress, lambda data: seven_zip({"a": data})):
        content: Callable[[bytes], bytes] = pack
        path.write_bytes(content(DATA * 8))
        assert read(path) == DATA * 8
        assert len(list(read_pieces(path))) > 3


def test_reading_a_plain_file_from_the_middle_keeps_to_the_same_pieces(tmp_path: Path) -> None:
    path = tmp_path / "dump.xml"
    path.write_bytes(DATA * 6)
    pieces = list(read_pieces(path))
    assert list(read_pieces(path, 1 << 20)) == pieces[1:]
    assert [piece.offset for piece in pieces] == [0, 1 << 20, 2 << 20]


def test_only_files_that_can_be_entered_are(tmp_path: Path) -> None:
    path = tmp_path / "dump.gz"
    path.write_bytes(PACKED["gzip"])
    with pytest.raises(ValueError, match="cannot be read from the middle"):
        list(read_pieces(path, 5))


@pytest.mark.parametrize("kind", ["plain", "bz2"])
@pytest.mark.parametrize("cut", [-15, -30, 40])
def test_a_missing_end_is_seen_before_reading(tmp_path: Path, kind: str, cut: int) -> None:
    path = tmp_path / "cut.bz2"
    path.write_bytes(PACKED[kind][:cut])
    with pytest.raises(TruncatedDump, match=r"cut\.bz2.*breaks off.*fetch it again"):
        check_end(path)


@pytest.mark.parametrize("kind", ["gzip", "zstd", "7z"])
@pytest.mark.parametrize("cut", [-8, -20, 40])
def test_a_truncated_file_says_so(tmp_path: Path, kind: str, cut: int) -> None:
    path = tmp_path / "cut.xml"
    path.write_bytes(PACKED[kind][:cut])
    with pytest.raises(TruncatedDump, match=r"cut\.xml.*breaks off.*fetch it again"):
        read(path)


@pytest.mark.parametrize("kind", ["gzip", "zstd", "7z"])
@pytest.mark.parametrize("place", [0.3, 0.5])
def test_damage_in_the_middle_says_so(tmp_path: Path, kind: str, place: float) -> None:
    damaged = bytearray(PACKED[kind])
    damaged[int(len(damaged) * place)] ^= 0xFF
    path = tmp_path / "damaged.xml"
    path.write_bytes(damaged)
    with pytest.raises(TruncatedDump, match=r"damaged\.xml"):
        read(path)


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    for kind in PACKED:
        path.write_bytes(PACKED[kind])
        pieces = read_pieces(path)
        assert next(pieces).data.startswith(b"The quick")
        pieces.close()


@pytest.mark.parametrize("name", ["../../pinakes.xml", "/tmp/pinakes.xml", "a/../../b.xml"])
def test_a_path_that_leads_out_of_a_7z_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("py7zr.py7zr.check_archive_path", lambda _: True)  # else it writes none such
        packed = seven_zip({name: DATA})
    path = tmp_path / "inner" / "climbing.7z"
    path.parent.mkdir()
    path.write_bytes(packed)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(NotADump, match=r"climbing\.7z: .*leads out of it"):
        read(path)
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/tmp/pinakes.xml").exists()


def test_a_7z_that_is_no_dump_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.7z"
    path.write_bytes(seven_zip({"one.xml": DATA, "two.xml": DATA}))
    with pytest.raises(NotADump, match=r"odd\.7z: the archive holds 2 files"):
        read(path)
    path.write_bytes(seven_zip({}))
    with pytest.raises((NotADump, TruncatedDump), match=r"odd\.7z"):
        read(path)


@pytest.mark.parametrize(
    ("magic", "name"),
    [(b"PK\x03\x04", "zip"), (b"\xfd7zXZ\0", "xz"), (b"ZIM\x04", "ZIM")],
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


# A small dump as 7-Zip 26.02 packs it (``7z a -t7z -m0=LZMA2``, and so on). What seven_zip.py knows
# of py7zr's inside is no promise of py7zr: the tests below fail where it has changed.
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("method", ["lzma", "lzma2", "ppmd", "bzip2"])
def test_what_7_zip_packs_is_read(method: str) -> None:
    digest = hashlib.sha256(read(GOLDEN / f"{method}.7z")).hexdigest()
    assert digest == "741b9aede6536ec5ee615a71983c403192a3a60e9c5bf4f0fb63d7510f6a9647"


@pytest.mark.parametrize("method", ["lzma", "lzma2", "ppmd"])
def test_the_dictionary_of_a_7z_is_known_before_it_is_read(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seven_zip_module, "_LARGEST_DICTIONARY", 1 << 10)
    with pytest.raises(NotADump, match=rf"{method}\.7z: the archive asks for a dictionary"):
        read(GOLDEN / f"{method}.7z")


def test_an_encrypted_7z_is_named() -> None:
    with pytest.raises(NotADump, match=r"encrypted\.7z: the archive is encrypted"):
        read(GOLDEN / "encrypted.7z")


def test_py7zr_still_asks_for_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("py7zr.py7zr.get_memory_limit", lambda: asked.append(1) or 1 << 20)
    read(GOLDEN / "lzma2.7z")
    assert asked
    monkeypatch.setattr("py7zr.archiveinfo.MAX_NUMFILES", 0)
    with pytest.raises((NotADump, TruncatedDump)):
        read(GOLDEN / "lzma2.7z")
