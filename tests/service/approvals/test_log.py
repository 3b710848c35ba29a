"""The chained log: whatever is changed, left out, put in or cut off is named."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pinakes.service.approvals.log import ChainedLog
from pinakes.service.errors import ApprovalsUnusable

Lines = list[str]


@pytest.fixture
def log(tmp_path: Path) -> ChainedLog:
    """Five entries."""
    log = ChainedLog(tmp_path / ".approvals")
    for number in range(1, 6):
        with log.opened() as opened:
            opened.append("told", {"what": f"word {number}"})
    return log


def test_entries_are_what_was_written(log: ChainedLog) -> None:
    entries = log.entries()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.about["what"][-1] for entry in entries] == list("12345")
    assert [entry.before for entry in entries[1:]] == [entry.sha256 for entry in entries[:-1]]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert ChainedLog(tmp_path / "nothing").entries() == ()
    assert not (tmp_path / "nothing").exists()


def test_nobody_else_reads_it(log: ChainedLog) -> None:
    assert stat.S_IMODE(log.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def _words_changed(lines: Lines) -> None:
    lines[2] = lines[2].replace("word 3", "word 9")


def _swapped(lines: Lines) -> None:
    lines[2], lines[3] = lines[3], lines[2]


def _twice(lines: Lines) -> None:
    lines.insert(3, lines[2])


def _garbled(lines: Lines) -> None:
    lines[2] = "[" * 100_000


def _another_kind(lines: Lines) -> None:
    lines[2] = "null"


def _more(lines: Lines) -> None:
    lines[2] = json.dumps(json.loads(lines[2]) | {"more": 1})


def _named_twice(lines: Lines) -> None:
    """What a reader sees who takes the first of both; the hash fits the second."""
    lines[2] = '{"about":{"what":"something else"},' + lines[2][1:]


def _left_out(lines: Lines) -> None:
    del lines[2]


def _rehashed(lines: Lines) -> None:
    """An entry with a hash of its own that fits, which the next one does not know."""
    from pinakes.service.approvals.log import _digest, _text

    body = json.loads(lines[2])
    del body["sha256"]
    body["about"] = {"what": "word 9"}
    lines[2] = _text(body | {"sha256": _digest(body)})


@pytest.mark.parametrize(
    ("damage", "first"),
    [
        (_words_changed, 3),
        (_swapped, 3),
        (_twice, 4),
        (_garbled, 3),
        (_another_kind, 3),
        (_more, 3),
        (_named_twice, 3),
        (_left_out, 3),
        (_rehashed, 4),
        (lambda lines: lines.pop(0), 1),
        (lambda lines: lines.pop(), 5),
        (lambda lines: lines.clear(), 1),
    ],
)
def test_the_first_broken_entry_is_named(
    log: ChainedLog, damage: Callable[[Lines], object], first: int
) -> None:
    lines = log.path.read_text().splitlines()
    damage(lines)
    log.path.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(ApprovalsUnusable, match=f"^entry {first} of the log"):
        log.entries()
    with pytest.raises(ApprovalsUnusable, match=f"^entry {first} "), log.opened():
        pass


def test_entries_added_by_something_else(log: ChainedLog) -> None:
    """More of them than a writer that was interrupted can have left."""
    head = log.directory / "head.json"
    before = head.read_bytes()
    for _ in range(2):
        with log.opened() as opened:
            opened.append("told", {})
    head.write_bytes(before)
    with pytest.raises(ApprovalsUnusable, match=r"^entry 7 of the log .* was added"):
        log.entries()


@pytest.mark.parametrize("head", ["", "null", '{"entries": "5"}', '{"entries": -1, "sha256": ""}'])
def test_a_damaged_head(log: ChainedLog, head: str) -> None:
    (log.directory / "head.json").write_text(head)
    with pytest.raises(ApprovalsUnusable, match=r"head\.json"):
        log.entries()


def test_what_an_interrupted_writer_has_left_gives_way(log: ChainedLog) -> None:
    whole = log.path.read_text()
    log.path.write_text(whole + '{"number":6,"at":"' + "x" * 5_000)
    assert len(log.entries()) == 5
    with log.opened() as opened:
        opened.append("told", {"what": "word 6"})
    assert len(log.entries()) == 6
    text = log.path.read_text()
    assert text.startswith(whole)
    assert text.endswith("}\n")


def test_a_head_that_an_interrupted_writer_has_not_written(log: ChainedLog) -> None:
    head = log.directory / "head.json"
    before = head.read_bytes()
    with log.opened() as opened:
        opened.append("told", {})
    head.write_bytes(before)
    assert len(log.entries()) == 6
    with log.opened() as opened:
        opened.append("told", {})
    assert json.loads(head.read_text())["entries"] == 7
    assert len(log.entries()) == 7


def test_what_cannot_be_written_is_not_there(
    log: ChainedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with log.opened() as opened, monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            opened.append("told", {})
    assert len(log.entries()) == 5
    with log.opened() as opened:
        opened.append("told", {})
    assert len(log.entries()) == 6


def test_it_is_synced_before_it_is_acknowledged(
    log: ChainedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        real(handle)

    with log.opened() as opened:
        monkeypatch.setattr(os, "fsync", fsync)
        opened.append("told", {})
    assert synced[0] == "log.jsonl"
    assert synced[1:] == ["head.json.partial", ".approvals"]


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_directory_that_others_may_enter_is_refused(log: ChainedLog, mode: int) -> None:
    log.directory.chmod(mode)
    with pytest.raises(ApprovalsUnusable, match="chmod 700"):
        log.entries()


def test_no_link_is_followed(log: ChainedLog, tmp_path: Path) -> None:
    moved = log.path.rename(tmp_path / "elsewhere")
    log.path.symlink_to(moved)
    with pytest.raises(OSError, match="symbolic links"):
        log.entries()
    whole = log.directory.rename(tmp_path / "whole")
    log.directory.symlink_to(whole)
    with pytest.raises(OSError, match=r"directory|symbolic"):
        log.entries()


def test_a_fifo_is_not_waited_for(log: ChainedLog) -> None:
    log.path.unlink()
    os.mkfifo(log.path)
    with pytest.raises(ApprovalsUnusable, match="is no file"):
        log.entries()
