"""Hostile dumps through the real command: bounded memory and time, one clear report, no traceback.

Memory: of the largest process less than 250 MB, or 500 MB where pages are as large as they may be;
with one worker there are two processes, so that both together stay below 1 GB. Time: CPU seconds of
all processes, at most twice those of decompressing the file alone and twenty times those of an
ordinary page as large as a page may be, both measured here, on the same machine.
"""

import bz2
import functools
import gzip
import json
import lzma
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
import zstandard

from pinakes.ingest.errors import IngestError
from pinakes.ingest.sources.mediawiki.files.archives import read_pieces
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from tests.ingest.bombs import (
    LZMA1,
    endless_page,
    folder,
    number,
    seconds_to_decompress,
    seven_zip,
    with_header,
    write_bomb,
)
from tests.ingest.dumps_on_disk import END, HEADER, PAGES, page, write_damaged
from tests.ingest.measured import Measured, pinakes

_PEAK_MB = 320
_LARGEST_PAGE = 4 << 20  # letters
_LARGEST_PEAK_MB = 500
# Decompressed size: larger than the memory allowed.
_BOMB_MB = 400
_LARGE_BOMB_MB = {"zst": 2048, "gz": 1024, "bz2": 700, "7z": 700}


def _build(
    path: Path,
    data: Path,
    *words: str,
    decompressing: Callable[[], float] = float,
    peak_mb: int = _PEAK_MB,
) -> Measured:
    """``pinakes build``, its bounds checked."""
    found = pinakes("build", path, "--vectors", "none", "--workers", "1", "--data", data, *words)
    _check_bounds(found, decompressing, peak_mb)
    return found


def _check_bounds(
    found: Measured, decompressing: Callable[[], float] = float, peak_mb: int = _PEAK_MB
) -> None:
    """``decompressing`` is measured only where it decides."""
    assert "Traceback" not in found.err, found.err
    assert found.peak_mb < peak_mb, found
    allowed = 20 * _ordinary_seconds()
    if found.cpu_seconds >= allowed:
        allowed += 2 * decompressing()
    assert found.cpu_seconds < allowed, found


@functools.cache
def _ordinary_seconds() -> float:
    """What the build of a dump takes whose one page is the largest possible, of ordinary prose."""
    prose = "".join(f"Sentence {number} tells of a library. " for number in range(200_000))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "toywiki-20261101-pages.xml"
        path.write_text(HEADER + page(99, "Ordinary", prose[: _LARGEST_PAGE - 1]) + END)
        found = pinakes("build", path, "--vectors", "none", "--workers", "1", "--data", directory)
    assert found.status == 0, found
    return found.cpu_seconds


def _quarantine(data: Path) -> dict[str, str]:
    """Title and reason of every page set aside."""
    (path,) = data.glob("*/current/quarantine.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["title"]: row["reason"] for row in rows}


def _assert_refused(found: Measured, status: int, *words: str) -> None:
    """One line that holds ``words``; nothing published."""
    assert found.status == status, found
    assert found.out == ""
    assert "published" not in found.err.replace("nothing unfinished was published", "")
    last = found.err.strip().splitlines()[-1]
    assert last.startswith("pinakes: ")
    for word in words:
        assert word in last


def _bad(title: str, text: str = "Words.") -> str:
    return page(1_000_000 + zlib.crc32(title.encode()), title, text)


def _large(letters: int) -> bytes:
    return _bad("Large", "x" * letters).encode()


def _revisions(count: int) -> bytes:
    return _bad("Revisions").replace("<revision>", "<revision>" * count, 1).encode()


def _open_revisions(count: int) -> bytes:
    end = "<revision></revision>" + "<revision>" * count + "</page>"
    return _bad("Open revisions").replace("</page>", end).encode()


# Pages that cannot be read, each with what its quarantine line says.
SET_ASIDE: dict[str, tuple[bytes, str]] = {
    "NUL": (_bad("NUL", "a\0b").encode(), "not well-formed"),
    "Surrogate": (_bad("Surrogate", "&#xD800;").encode(), "invalid character"),
    "Surrogate in UTF-8": (
        _bad("Surrogate in UTF-8").encode().replace(b"Words", b"\xed\xa0\x80"),
        "token",
    ),
    "Broken UTF-8": (_bad("Broken UTF-8").encode().replace(b"Words", b"\xff\xfe\xc3"), "token"),
    "Overlong": (_bad("Overlong").encode().replace(b"Words", b"\xc0\xbc"), "token"),
    "Gzip": (_bad("Gzip").encode().replace(b"Words", gzip.compress(bytes(10**6))), "well-formed"),
    "Bomb": (_bad("Bomb", "&lol9;").encode(), "undefined entity"),
    "Declared": (_bad("Declared", "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;").encode(), "declaration"),
    "Deep": (_bad("Deep", "<b>" * 100_000 + "</b>" * 100_000).encode(), "more than 400 tags"),
    "Attribute": (
        _bad("Attribute").replace("<text", f'<text a="{"x" * 8_000_000}"').encode(),
        "a tag of more than",
    ),
    "Large": (_large(17 << 20), "more than 16 MiB"),
    "Over the cap": (_bad("Over the cap", "word " * 900_000).encode(), "text of more than 4 MiB"),
    "Revisions": (_revisions(200_000), "more than 400 tags"),
    "Open revisions": (_open_revisions(200_000), "more than 400 tags"),
    "Huge id": (_bad("Huge id").replace("<id>", f"<id>{'9' * 30}", 1).encode(), "out of range"),
    "Digits": (_bad("Digits").replace("<id>", f"<id>{'9' * 5000}", 1).encode(), "4300 digits"),
    "Negative": (_bad("Negative").replace("<id>", "<id>-", 1).encode(), "out of range"),
    "Line\nbreak": (_bad("Line&#10;break").encode(), "line break"),
    "Tab\tbed": (_bad("Tab&#9;bed").encode(), "line break or control"),
    "T" * 255: (_bad("T" * 3000).encode(), "title of more than"),
}  # fmt: skip
# Pages that are read, whatever they hold.
KEPT = {
    "Nested templates": "{{nowrap|" * 10_000 + "x" + "}}" * 10_000,
    "Open everything": "{{[[{|" * 10_000,
    "Entities": "&amp;lt;" * 100_000,
    "Character references": "&amp;#xD800;&amp;#0;&amp;#x110000;&amp;#99999999999;" * 1_000,
    "Zalgo": "a" + "\u0300" * 100_000,
    "Private use": "\ue000\ue001\ue002" * 10_000,
    "Carriage return": "[[a&#13;b|c&#13;d]] and [[Page 1|e&#13;&#133;f]]",
    "Controls": "[[Page 1|\x85\u2028\u2029\u200f\ufeff]]" * 3,
    "Math": "&lt;math&gt;" * 50_000,
    "Long word": "x" * 1_000_000,
}


@functools.cache
def _hostile_export() -> bytes:
    good = iter(PAGES)
    parts = [HEADER.encode()]
    for bad, _ in SET_ASIDE.values():
        parts += [next(good).encode(), bad]
    parts += [page(5000 + n, title, text).encode() for n, (title, text) in enumerate(KEPT.items())]
    return b"".join([*parts, *(text.encode() for text in good), END.encode()])


PACK: dict[str, Callable[[bytes], bytes]] = {
    "xml": bytes,
    "bz2": bz2.compress,
    "gz": lambda data: gzip.compress(data, 1),
    "zst": zstandard.compress,
}


@pytest.fixture(scope="module")
def hostile_dump(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The dump of hostile pages, packed in this way."""
    directory = tmp_path_factory.mktemp("hostile")

    @functools.cache
    def packed(kind: str) -> Path:
        path = directory / kind / f"toywiki-20261101-pages.{kind}"
        path.parent.mkdir()
        path.write_bytes(PACK[kind](_hostile_export()))
        return path

    return packed


@pytest.mark.parametrize("kind", PACK)
def test_a_dump_of_hostile_pages_costs_these_pages(
    tmp_path: Path, hostile_dump: Callable[[str], Path], kind: str
) -> None:
    found = _build(hostile_dump(kind), tmp_path / "data")
    assert found.status == 0, found
    read, good = len(PAGES) + len(KEPT) + len(SET_ASIDE), len(PAGES) + len(KEPT)
    assert (
        f"{read} pages read = {good} articles + 0 redirects + 0 of other namespaces + "
        f"{len(SET_ASIDE)} quarantined"
    ) in found.out
    reasons = _quarantine(tmp_path / "data")
    assert reasons.keys() == SET_ASIDE.keys()
    for title, (_, reason) in SET_ASIDE.items():
        assert reason in reasons[title]


FAR_LARGER = {
    "Large": lambda: _large(40 << 20),
    "Revisions": lambda: _revisions(800_000),
    "Open revisions": lambda: _open_revisions(800_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("title", FAR_LARGER)
def test_a_far_larger_page_costs_no_more(tmp_path: Path, title: str) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml.bz2"
    head, tail = HEADER.encode(), (PAGES[0] + END).encode()
    path.write_bytes(bz2.compress(head + FAR_LARGER[title]() + tail))
    found = _build(path, tmp_path / "data")
    assert found.status == 0, found
    assert "2 pages read = 1 articles" in found.out
    assert SET_ASIDE[title][1] in _quarantine(tmp_path / "data")[title]


def test_extract_reads_what_build_reads(
    tmp_path: Path, hostile_dump: Callable[[str], Path]
) -> None:
    path = hostile_dump("bz2")
    found = pinakes("extract", path, "--workers", "1")
    _check_bounds(found)
    assert found.status == 0
    assert found.out.count("\n") == len(PAGES) + len(KEPT)
    assert found.err.count(" quarantined: ") == len(SET_ASIDE)
    strict = _build(path, tmp_path / "data", "--strict")
    _assert_refused(strict, 2, "'NUL' cannot be read", "without --strict")


def test_a_damaged_block_is_told_by_the_exit_status(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-multistream.xml.bz2"
    offset = write_damaged(path)
    strict = _build(path, tmp_path / "strict", "--strict")
    _assert_refused(strict, 2, f"damaged at byte {offset}", "without --strict")
    assert not list((tmp_path / "strict").glob("*/current"))
    found = _build(path, tmp_path / "data")
    assert found.status == 1
    assert "30 pages read = 26 articles" in found.out
    last = found.err.splitlines()[-1]
    assert "the dump is damaged in 1 place," in last
    assert "quarantine.jsonl" in last
    assert (tmp_path / "data" / "toywiki" / "current" / "manifest.json").exists()
    again = _build(path, tmp_path / "data")
    assert (again.status, "nothing to do" in again.out) == (1, True)
    extracted = pinakes("extract", path, "--workers", "1")
    assert extracted.status == 1
    assert extracted.out.count("\n") == 26
    assert f"damaged at byte {offset}" in extracted.err


# What takes most memory for its size, just below the cap on a page's text.
LARGEST = {"links": "[[a]]", "lines": "ab\n", "cells": "| c || d\n|-\n", "headings": "== a ==\nb\n"}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_pages_fit_into_memory(tmp_path: Path, name: str) -> None:
    text = LARGEST[name] * (_LARGEST_PAGE // len(LARGEST[name]))
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_text(HEADER + PAGES[0] + page(99, "Large", text) + END)
    found = _build(path, tmp_path / "data", peak_mb=_LARGEST_PEAK_MB)
    assert found.status == 0
    assert "2 pages read = 2 articles" in found.out


@pytest.mark.parametrize("count", [30_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_pages_without_number_that_are_set_aside(tmp_path: Path, count: int) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml.zst"
    bad = "<page><!></page>" * count
    path.write_bytes(zstandard.compress((HEADER + PAGES[0] + bad + END).encode()))
    found = _build(path, tmp_path / "data")
    assert found.status == 0
    assert f"{count + 1:,} pages read = 1 articles" in found.out
    dump = find_dump([path])
    assert len(list(plan_units(dump))) > 3  # they do not gather in one unit


@pytest.mark.parametrize(
    ("kind", "megabytes"),
    [
        *((kind, _BOMB_MB) for kind in _LARGE_BOMB_MB),
        *(pytest.param(*large, marks=pytest.mark.slow) for large in _LARGE_BOMB_MB.items()),
    ],
)
def test_a_page_without_end_is_passed_over(tmp_path: Path, kind: str, megabytes: int) -> None:
    path = tmp_path / f"toywiki-20261101-pages.xml.{kind}"
    head, tail = endless_page()
    write_bomb(path, kind, megabytes, head, b"x", tail)
    assert path.stat().st_size < 10 << 20
    found = _build(path, tmp_path / "data", decompressing=lambda: seconds_to_decompress(path, kind))
    assert found.status == 0
    assert "3 pages read = 2 articles" in found.out
    assert _quarantine(tmp_path / "data") == {"Endless": "a revision of more than 16 MiB"}


@pytest.mark.parametrize("kind", _LARGE_BOMB_MB)
def test_a_bomb_that_is_no_dump_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"toywiki-20261101-pages.xml.{kind}"
    write_bomb(path, kind, 256, b"", b"\0", b"")
    _assert_refused(_build(path, tmp_path / "data"), 2, path.name, "not a MediaWiki XML export")


@pytest.mark.parametrize(
    ("kind", "fill"),
    [
        ("zst", b"\0"),
        ("bz2", b"<"),
        *(
            pytest.param(kind, fill, marks=pytest.mark.slow)
            for kind, fill in (("bz2", b"\0"), ("zst", b"<"), ("zst", b" "), ("bz2", b" "))
        ),
    ],
)
def test_rubbish_behind_the_last_page_is_passed_over(
    tmp_path: Path, kind: str, fill: bytes
) -> None:
    path = tmp_path / f"toywiki-20261101-pages.xml.{kind}"
    write_bomb(path, kind, 300, (HEADER + PAGES[0]).encode(), fill, END.encode())
    found = _build(path, tmp_path / "data", decompressing=lambda: seconds_to_decompress(path, kind))
    assert found.status == 0
    assert "1 pages read = 1 articles" in found.out


@pytest.mark.parametrize("fill", [b" ", b"<", b"<a>"])
def test_a_header_without_end_is_refused(tmp_path: Path, fill: bytes) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml.zst"
    write_bomb(path, "zst", 300, HEADER.encode(), fill, (PAGES[0] + END).encode())
    _assert_refused(_build(path, tmp_path / "data"), 2, path.name, "not a MediaWiki XML export")


def test_a_deeply_nested_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_text(HEADER + "<a>" * 300_000 + PAGES[0] + END)
    _assert_refused(_build(path, tmp_path / "data"), 2, path.name, "not well-formed")


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>'
    for before, after in ((bomb, HEADER), ("", HEADER.replace("<siteinfo>", bomb + "<siteinfo>"))):
        path.write_text(before + after + page(1, "A", "&e9;") + END)
        found = _build(path, tmp_path / "data")
        _assert_refused(found, 2, path.name)
        assert "document type" in found.err or "not a MediaWiki" in found.err


def _archive(data: bytes, *, dictionary: int, unpacked: int, name: str = "a.xml") -> bytes:
    return seven_zip(
        lzma.compress(data, lzma.FORMAT_RAW, filters=LZMA1), unpacked, dictionary, name
    )


def _many_files() -> bytes:
    """A packed header of 256 MB that lists eight million empty files."""
    count = 8_000_000
    listing = b"\x01\x05" + number(count) + b"\x0e" + number(count // 8) + b"\xff" * (count // 8)
    listing += b"\x11" + number(4 * count + 1) + b"\0" + b"a\0\0\0" * count + b"\x00\x00"
    packed = lzma.compress(listing, lzma.FORMAT_RAW, filters=LZMA1)
    return with_header(packed, b"\x17" + folder(len(packed), len(listing), 1 << 16) + b"\x00")


WHOLE = (HEADER + PAGES[0] + END).encode()


def test_a_7z_of_our_own_making_is_read(tmp_path: Path) -> None:
    """What the next tests refuse is not refused for a mistake in the making."""
    path = tmp_path / "toywiki-20261101-pages.xml.7z"
    path.write_bytes(_archive(WHOLE, dictionary=64 << 20, unpacked=len(WHOLE)))
    found = _build(path, tmp_path / "data")
    assert found.status == 0, found
    assert "1 pages read" in found.out


ODD_ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "dictionary of 4 GiB": (
        lambda: _archive(WHOLE, dictionary=(1 << 32) - 1, unpacked=len(WHOLE)),
        "a dictionary of 4,095 MiB",
    ),
    "absurd size": (lambda: _archive(WHOLE, dictionary=1 << 16, unpacked=1 << 60), "damaged"),
    "negative size": (
        lambda: _archive(WHOLE, dictionary=1 << 16, unpacked=(1 << 64) - 1),
        "damaged",
    ),
    "long header": (lambda: with_header(b"", b"\x01\x00", 1 << 40), "its header claims"),
    "header of many files": (_many_files, "damaged"),
    "empty header": (lambda: with_header(b"", b"\x01\x00"), "0 files"),
    "path that climbs": (
        lambda: _archive(WHOLE, dictionary=1 << 16, unpacked=len(WHOLE), name="../../out.xml"),
        "a path that leads out of it",
    ),
    "absolute path": (
        lambda: _archive(WHOLE, dictionary=1 << 16, unpacked=len(WHOLE), name="/tmp/out.xml"),
        "a path that leads out of it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_ARCHIVES)
def test_an_odd_7z_is_refused_by_name(tmp_path: Path, name: str) -> None:
    make, words = ODD_ARCHIVES[name]
    path = tmp_path / "inner" / "toywiki-20261101-pages.xml.7z"
    path.parent.mkdir()
    path.write_bytes(make())
    _assert_refused(_build(path, tmp_path / "data"), 2, path.name, words)
    assert not list(tmp_path.rglob("out.xml"))
    assert not Path("/tmp/out.xml").exists()


def test_a_7z_with_any_byte_wrong_is_refused_or_read(tmp_path: Path) -> None:
    """In this process, because there are many; errors other than the package's own fail."""
    path = tmp_path / "odd.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writestr(WHOLE.decode(), "a.xml")
    whole = path.read_bytes()
    read = 0
    for place in range(6, len(whole)):  # before stands what makes it a 7z
        for change in (0x01, 0xFF):
            damaged = bytearray(whole)
            damaged[place] ^= change
            if 12 <= place < 32:  # past the checksum of the start header, into what it guards
                damaged[8:12] = struct.pack("<L", zlib.crc32(bytes(damaged[12:32])))
            path.write_bytes(damaged)
            try:
                contents = b"".join(piece.data for piece in read_pieces(path))
            except IngestError:
                continue
            assert contents == WHOLE
            read += 1
    assert read < len(whole) // 4
