"""Blocks of bz2 are found from any byte on; damage costs one."""

import bz2
import random
from pathlib import Path

import pytest

from pinakes.ingest.sources.mediawiki.files import bz2_blocks
from pinakes.ingest.sources.mediawiki.files.bz2_blocks import ends_whole, read_blocks

SEED = 20261101


@pytest.fixture(scope="module")
def blocks_of_one_stream() -> bytes:
    """Blocks of 100 kB of bytes that do not repeat: about one block per 80 kB of file."""
    chance = random.Random(SEED)
    return bytes(chance.choices(range(97, 123), k=950_000))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, blocks_of_one_stream: bytes) -> Path:
    """One stream of several blocks, then several streams of one."""
    path = tmp_path_factory.mktemp("bz2") / "blocks.bz2"
    small = [bz2.compress(b"stream %d " % number) for number in range(5)]
    path.write_bytes(bz2.compress(blocks_of_one_stream, 1) + b"".join(small))
    return path


def test_all_blocks_together_are_the_contents(path: Path, blocks_of_one_stream: bytes) -> None:
    blocks = list(read_blocks(path, 0))
    assert len(blocks) == 15
    assert b"".join(block.data for block in blocks) == bz2.decompress(path.read_bytes())
    assert blocks[-1].data == b"stream 4 "
    assert not any(block.error for block in blocks)


@pytest.mark.parametrize("window", [10_007, 1 << 16, 1 << 20])
def test_every_start_finds_the_blocks_that_begin_there_or_later(
    path: Path, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = list(read_blocks(path, 0))
    monkeypatch.setattr(bz2_blocks, "_WINDOW", window)
    chance = random.Random(SEED)
    edges = [block.offset + shift for block in blocks for shift in (-1, 0, 1)]
    for start in edges + [chance.randrange(path.stat().st_size) for _ in range(5)]:
        expected = [block for block in blocks if block.offset >= start]
        assert list(read_blocks(path, max(start, 0))) == expected


def test_damage_costs_one_block(path: Path, tmp_path: Path) -> None:
    blocks = list(read_blocks(path, 0))
    data = bytearray(path.read_bytes())
    place = (blocks[3].offset + blocks[4].offset) // 2
    data[place] ^= 0xFF
    damaged = tmp_path / "damaged.bz2"
    damaged.write_bytes(data)
    found = list(read_blocks(damaged, 0))
    assert [block.offset for block in found] == [block.offset for block in blocks]
    assert [block.error is None for block in found] == [number != 3 for number in range(15)]
    assert found[3].data == b""
    assert found[:3] + found[4:] == blocks[:3] + blocks[4:]


def test_a_hole_costs_what_lay_in_it(path: Path, tmp_path: Path) -> None:
    blocks = list(read_blocks(path, 0))
    data = path.read_bytes()
    damaged = tmp_path / "hole.bz2"
    damaged.write_bytes(data[: blocks[2].offset + 9] + bytes(5_000) + data[blocks[5].offset :])
    found = list(read_blocks(damaged, 0))
    assert [block.data for block in found if not block.error] == [
        block.data for number, block in enumerate(blocks) if number not in (2, 3, 4)
    ]


def test_a_desert_without_marks_is_crossed_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "desert.bz2"
    lead = bz2.compress(b"before")
    path.write_bytes(lead[:30] + bytes(5_000_000) + bz2.compress(b"after"))
    found = list(read_blocks(path, 0))
    assert [block.error is None for block in found] == [False, True]
    assert found[-1].data == b"after"


@pytest.mark.parametrize("content", [b"", b"B", b"BZh9", bytes(100), b"1AY&SY", b"x1AY&SYx"])
def test_what_holds_no_block_gives_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.bz2"
    path.write_bytes(content)
    assert not any(block.data for block in read_blocks(path, 0))
    assert not ends_whole(path)


def test_the_end_of_a_whole_file(path: Path, tmp_path: Path) -> None:
    assert ends_whole(path)
    for content in (b"", b"one letter", b"x" * 900):
        other = tmp_path / "other.bz2"
        packed = bz2.compress(content)
        other.write_bytes(packed)
        assert ends_whole(other)
        for cut in range(1, 9):
            other.write_bytes(packed[:-cut])
            assert not ends_whole(other)
