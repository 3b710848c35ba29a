"""Checksums published beside a dump are found and compared."""

import hashlib
import json
from pathlib import Path

import pytest

from pinakes.ingest.errors import ChecksumMismatch
from pinakes.ingest.sources.checksums import published_checksums, verify

NAME = "toywiki-20261101-p1p9.xml.bz2"
CONTENT = b"BZh9 some bytes " * 200_000
SHA1 = hashlib.sha1(CONTENT, usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(CONTENT).hexdigest()

LISTS = {
    "SHA256SUMS": f"{'0' * 64}  another.xml.bz2\n{SHA256}  {NAME}\n",
    "binary mode": f"{SHA256} *{NAME}\n",
    "with a path": f"{SHA256.upper()}  ./bzip2/{NAME}\n",
    "toywiki-20261101-sha1sums.txt": f"{SHA1}  {NAME}\n",
    "dumpstatus.json": json.dumps(
        {
            "version": "0.8",
            "jobs": {
                "waiting": {"status": "waiting"},
                "articles": {"status": "done", "files": {NAME: {"size": 1, "sha1": SHA1}}},
            },
        }
    ),
}


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_beside_the_part_is_found_and_agrees(part: Path, kind: str) -> None:
    name = kind if kind[-4:] in ("SUMS", ".txt", "json") else "SHA256SUMS"
    (part.parent / name).write_text(LISTS[kind])
    (checksum,) = published_checksums([part])
    assert (checksum.part, checksum.source.name) == (part, name)
    read: list[int] = []
    verify(checksum, read.append)
    assert sum(read) == len(CONTENT)


@pytest.mark.parametrize("kind", LISTS)
def test_another_file_under_the_name_is_named(part: Path, kind: str) -> None:
    name = kind if kind[-4:] in ("SUMS", ".txt", "json") else "SHA256SUMS"
    (part.parent / name).write_text(LISTS[kind])
    part.write_bytes(CONTENT[:-1] + b"X")
    (checksum,) = published_checksums([part])
    with pytest.raises(ChecksumMismatch, match=rf"{NAME}: its SHA.* {name}; fetch the file again"):
        verify(checksum, lambda _: None)


def test_the_strongest_list_counts(part: Path) -> None:
    for kind in ("toywiki-20261101-sha1sums.txt", "SHA256SUMS", "dumpstatus.json"):
        (part.parent / kind).write_text(LISTS[kind])
    (checksum,) = published_checksums([part])
    assert checksum.algorithm == "sha256"


@pytest.mark.parametrize(
    "content",
    ["", "garbage", f"{'0' * 64}  another.xml.bz2\n", "{}", '{"jobs": 3}', '{"jobs": {"a": 1}}',
     '{"jobs": {"a": {"files": {"x": 1}}}}', "[" * 100_000, b"\x00\xff"],
)  # fmt: skip
def test_lists_that_say_nothing_of_the_part(part: Path, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (part.parent / "SHA256SUMS").write_bytes(data)
    (part.parent / "dumpstatus.json").write_bytes(data)
    assert published_checksums([part]) == []


def test_without_a_list_there_is_nothing_to_compare(part: Path) -> None:
    assert published_checksums([part]) == []
