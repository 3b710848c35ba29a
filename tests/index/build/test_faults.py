"""Disks that fail while a collection is built, updated or swapped: see ``tests.index.faults``."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.index.faults import CORE, EVERY_TIME
from tests.index.intercept import Call, Verdict, can_intercept, run_intercepted
from tests.index.toys import ROOT
from tests.service.doctor.watching import require
from tests.yardstick import PATIENCE_S

SEED = "20261101"
# Other tests have made threads, which a fork lacks: what is run there needs none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
POINTS = {"build": 16, "update": 16, "unpack": 8}


@pytest.fixture(scope="module", autouse=True)
def _intercepted() -> None:
    require(can_intercept(), "Linux on x86-64 with seccomp's user notification")


def campaign(directory: Path, kind: str, *points: str) -> dict[str, Any]:
    """What is looked at after each fault, and compared, is told by ``faults.Campaign``."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.index.faults", str(directory), kind, SEED, *points],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30 * PATIENCE_S,
        check=True,
    )
    told: dict[str, Any] = json.loads(found.stdout)
    assert told["too_early"] == []
    # What is written through a mapping is no call, and no error: no file is.
    assert not [group for group in told["calls"] if group.endswith(" map")]
    assert [point for point in told["points"] if point["wrong"]] == []
    assert all(point["file"] for point in told["points"])
    return told


@pytest.mark.parametrize(("kind", "points"), POINTS.items())
def test_what_fails_leaves_the_old_or_the_new_and_goes_on(
    tmp_path: Path, kind: str, points: int
) -> None:
    found = campaign(tmp_path, kind, str(points))["points"]
    assert len(found) == points
    if kind != "unpack":
        core = {(kind, operation) for kind in CORE for operation in EVERY_TIME}
        tried = {(point["kind"], point["operation"]) for point in found}
        assert core - tried == {("swap", "write")}  # which there is none of


def test_a_rollback_that_fails_anywhere_leaves_one_or_the_other(tmp_path: Path) -> None:
    found = campaign(tmp_path, "rollback")["points"]
    tried = {(point["operation"], point["fault"]) for point in found}
    assert {("link", "ENOSPC"), ("rename", "power"), ("sync", "EIO")} <= tried


def test_calls_become_what_was_decided(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def write() -> None:
        handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        try:
            os._exit(os.write(handle, b"abcdef"))
        except OSError as error:
            os._exit(100 + (error.errno or 0))

    def decided(verdict: Verdict) -> tuple[int, bytes]:
        own = Call("write", str(file))
        status = run_intercepted(write, lambda call: verdict if call == own else None)
        return os.waitstatus_to_exitcode(status), file.read_bytes()

    assert decided(None) == (6, b"abcdef")
    assert decided("short") == (3, b"abc")
    assert decided("EIO") == (100 + errno.EIO, b"")
    assert decided("ENOSPC") == (100 + errno.ENOSPC, b"")
    assert decided("killed") == (-signal.SIGKILL, b"")
    assert decided("torn") == (-signal.SIGKILL, b"abc")


def test_every_kind_of_call_is_told_of(tmp_path: Path) -> None:
    """Also those that C libraries make, of threads, and relative to a directory."""
    heard: list[tuple[str, str]] = []

    def listen(call: Call) -> Verdict:
        if call.path.startswith(str(tmp_path)):
            heard.append((call.operation, call.path.removeprefix(f"{tmp_path}/")))
        return None

    def work() -> None:
        directory = os.open(tmp_path, os.O_RDONLY)
        os.mkdir("made", dir_fd=directory)
        thread = threading.Thread(target=(tmp_path / "written").write_bytes, args=[bytes(8)])
        thread.start()
        thread.join()
        os.fsync(directory)
        os.link("written", "linked", src_dir_fd=directory, dst_dir_fd=directory)
        os.rename("linked", "renamed", src_dir_fd=directory, dst_dir_fd=directory)
        (tmp_path / "symlinked").symlink_to("written")
        np.memmap(tmp_path / "written", mode="r+")[0] = 1
        np.zeros(8).tofile(tmp_path / "by_c")

    assert run_intercepted(work, listen) == 0
    assert heard == [
        ("create", "made"),
        ("create", "written"),
        ("write", "written"),
        ("sync", str(tmp_path)),
        ("link", "linked"),
        ("rename", "renamed"),
        ("link", "symlinked"),
        ("map", "written"),
        ("create", "by_c"),
        ("write", "by_c"),
    ]
