"""Limits of the system, each told in one line: memory, the size of files, what may be written."""

import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pinakes.index.build.disk import told_of_full_disk
from pinakes.index.errors import CollectionError, DiskFull
from pinakes.service.problems import problem_of, told_of
from tests.index.toys import ROOT, SAMPLE


def _limited(
    *words: object, before: tuple[str, ...] = (), limit: Callable[[], None] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, sys.executable, "-m", "pinakes", *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        preexec_fn=limit,
    )


def _assert_told(found: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert found.returncode == 1, found
    assert "Traceback" not in found.stderr
    last = found.stderr.splitlines()[-1]
    assert last.startswith("pinakes: ")
    for word in words:
        assert word in last


def test_too_little_memory_to_begin(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))

    found = _limited("status", "--data", tmp_path, limit=limit)
    _assert_told(found, "not enough memory", "ulimit -v")
    assert len(found.stderr.splitlines()) == 1


def test_too_small_files(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    words = ("build", SAMPLE, "--vectors", "none", "--workers", "1", "--data", tmp_path)
    _assert_told(_limited(*words, limit=limit), "ulimit -f", "nothing unfinished was published")
    assert not (tmp_path / "samplewiki" / "current").exists()


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_a_data_directory_that_cannot_be_written(sample: Path) -> None:
    """Where nothing is to do, nothing is written; where something is, it is told."""
    data = sample.parent
    shell = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    before = (*shell, "--ro-bind", str(data), str(data))
    done = _limited("build", SAMPLE, "--vectors", "all", "--data", data, before=before)
    assert (done.returncode, done.stderr) == (0, "")
    assert "is up to date; nothing to do." in done.stdout
    words = ("build", SAMPLE, "--vectors", "none", "--data", data, "--force")
    _assert_told(_limited(*words, before=before), "Read-only file system", "--data")


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (MemoryError(), 1, "not enough memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), 1, "not enough memory"),
        (RuntimeError("can't start new thread"), 1, "not enough memory"),
        (ImportError("libtorch.so: failed to map segment from shared object"), 1, "not enough"),
        (RuntimeError("std::bad_alloc"), 1, "not enough memory"),
        (RecursionError("maximum recursion depth exceeded"), 2, "nested too deeply"),
        (OSError(errno.EFBIG, "File too large", "/x"), 1, "/x: File too large; the limit"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), 1, "another directory with --data"),
        (OSError(errno.EMFILE, "Too many open files"), 1, "ulimit -n"),
        (OSError(errno.ENOTDIR, "Not a directory", b"/x"), 1, "/x: Not a directory; a file lies"),
        (OSError(errno.EIO, "Input/output error", "/x", None, "/y"), 1, "/x → /y: Input/output"),
        (OSError("odd"), 1, "odd"),
    ],
)
def test_errors_of_the_system_name_the_way_out(error: Exception, status: int, told: str) -> None:
    problem = problem_of(error)
    assert problem is not None
    assert problem.exit_status == status
    assert told in told_of(error)


def test_an_error_of_the_code_itself_is_one_line_too() -> None:
    assert problem_of(KeyError("x")) is None
    told = told_of(KeyError("x" * 1000))
    assert told.startswith("an error in Pinakes itself (KeyError: ")
    assert told.endswith("add --debug to see where")
    assert len(told) < 400


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("disk I/O error"),
        sqlite3.OperationalError("unable to open database file"),
        OSError(errno.EIO, "Input/output error"),
        duckdb.FatalException("FATAL Error: fsync failed!"),
        ValueError("An IO error occurred: 'Input/output error (os error 5)'"),
        ValueError("Worker thread failed.. A worker thread encountered an error (io::Error …"),
    ],
)
def test_a_disk_that_fails_is_no_full_one(tmp_path: Path, error: Exception) -> None:
    """Whichever library says so; what names its file says it itself."""
    told = pytest.raises(CollectionError, match=f"the disk of {tmp_path} does not take what is")
    with told as found, told_of_full_disk(tmp_path):
        raise error
    assert not isinstance(found.value, DiskFull)
    named = OSError(errno.EIO, "Input/output error", "/x")
    with pytest.raises(OSError, match="/x"), told_of_full_disk(tmp_path):
        raise named
