"""Builds that are interrupted or lose a process: one line, the right status, no process left."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.ingest.dumps_on_disk import export, page
from tests.ingest.measured import ROOT
from tests.yardstick import PATIENCE_S, wait_until

PARAGRAPH = "The ''papyrus'' of [[Page 1|a page]] is a reed. {{convert|3|km}} " * 250
PARTS = 12


@pytest.fixture(scope="module", params=[25, pytest.param(67, marks=pytest.mark.slow)])
def dump(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Some seconds of reading, in parts whose pages are sent to the workers."""
    directory = tmp_path_factory.mktemp("dump")
    for part in range(1, PARTS + 1):
        numbers = range((part - 1) * request.param + 1, part * request.param + 1)
        pages = [page(number, f"Page {number}", PARAGRAPH) for number in numbers]
        name = f"toywiki-20261101-pages-articles{part}.xml-p{numbers[0]}p{numbers[-1]}.gz"
        (directory / name).write_bytes(gzip.compress(export(pages), 1))
    return directory


@contextmanager
def building(
    command: str, dump: Path, data: Path, start: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """A command with two workers, in a process group of its own as a terminal makes one."""
    words = [
        *start,
        sys.executable,
        "-m",
        "pinakes",
        command,
        str(dump),
        "--workers",
        "2",
    ]
    if command == "build":
        words += ["--vectors", "none", "--data", str(data)]
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env=os.environ | {"XDG_CONFIG_HOME": "/nowhere", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if members(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)


def members(group: int) -> list[int]:
    """Processes of the group that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, _, of_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except (OSError, ValueError):
                continue
            if int(of_group) == group and state != "Z":
                found.append(int(entry.name))
    return found


def workers(group: int) -> list[int]:
    """Those of the group that read the dump."""
    found = []
    for one in members(group):
        with suppress(OSError):  # it may have ended since
            if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes():
                found.append(one)
    return found


def segments(data: Path) -> list[Path]:
    return list(data.glob("*/building/*/segments/*.jsonl.zst"))


def until_segments(data: Path, count: int) -> None:
    """Wait until the dump is read so far."""
    wait_until(lambda: len(segments(data)) >= count)


def assert_one_line(process: subprocess.Popen[str], status: int, words: str) -> None:
    _, errors = process.communicate(timeout=PATIENCE_S)
    lines = [line for line in errors.splitlines() if not line.startswith("Reading the ")]
    assert process.returncode == status, errors
    assert len(lines) == 1, errors
    assert lines[0].startswith("pinakes: ")
    assert words in lines[0]
    wait_until(lambda: not members(process.pid))


def test_interrupted_builds_say_one_line_and_go_on(tmp_path: Path, dump: Path) -> None:
    """Ctrl-C reaches all processes of the group; each build goes on where the last one ended."""
    kept: dict[Path, int] = {}
    for moment in ("workers start", "reading", "twice"):
        with building("build", dump, tmp_path) as process:
            if moment == "workers start":
                wait_until(lambda: workers(process.pid))
            else:
                until_segments(tmp_path, len(kept) + 1)
            os.killpg(process.pid, signal.SIGINT)
            if moment == "twice":
                time.sleep(0.05)
                if members(process.pid):
                    os.killpg(process.pid, signal.SIGINT)
            assert_one_line(process, 130, "interrupted; the same command goes on")
        assert not list(tmp_path.glob("*/current"))
        written = {path: path.stat().st_mtime_ns for path in segments(tmp_path)}
        assert written.items() >= kept.items(), moment
        kept = written
    with building("build", dump, tmp_path) as process:
        wait_until(lambda: len(segments(tmp_path)) > len(kept) or process.poll() is not None)
        assert all(path.stat().st_mtime_ns == kept[path] for path in kept if path.exists())
        assert process.wait(PATIENCE_S) == 0
    assert (tmp_path / "toywiki" / "current" / "manifest.json").exists()


@pytest.mark.parametrize("command", ["build", "extract"])
def test_a_killed_worker_is_told_in_one_line(tmp_path: Path, dump: Path, command: str) -> None:
    with building(command, dump, tmp_path) as process:
        wait_until(lambda: len(workers(process.pid)) == 2)
        os.kill(workers(process.pid)[0], signal.SIGKILL)
        assert_one_line(process, 1, "was killed, perhaps for want of memory")
    assert not list(tmp_path.glob("*/current"))


def test_an_interrupted_extract_says_one_line(tmp_path: Path, dump: Path) -> None:
    with building("extract", dump, tmp_path) as process:
        wait_until(lambda: len(workers(process.pid)) == 2)
        os.killpg(process.pid, signal.SIGINT)
        assert_one_line(process, 130, "interrupted")


def test_a_build_in_the_background_is_not_interrupted(tmp_path: Path) -> None:
    """A shell starts it with SIGINT ignored: a Ctrl-C meant for others does not reach it."""
    dump = tmp_path / "toywiki-20261101-pages-articles.xml.gz"
    dump.write_bytes(gzip.compress(export([page(1, "Page 1", PARAGRAPH)])))
    ignoring = ("/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh")
    with building("build", dump, tmp_path / "data", ignoring) as process:
        wait_until(lambda: workers(process.pid))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    assert (tmp_path / "data" / "toywiki" / "current" / "manifest.json").exists()
