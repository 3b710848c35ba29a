"""A disk that counts what is done to it, and fails at one call: by an error, by half, or for good.

A call is the n-th write, sync, rename, link or creation of store, keywords, vectors, manifest,
swap, or of what else a build keeps. It gives an error, once or from then on; of a write half is
done; a file that could not be synced has lost what was in it, as the system says it may; or the
process is killed there, a write by half; or the power fails there, and files have lost what was not
synced.
"""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pinakes.service.problems import problem_of, told_of
from tests.index.intercept import Call, Operation, Verdict, run_intercepted
from tests.index.toys import QuietProgress

__all__ = ["Disk", "Fault", "Group", "Outcome", "run_on"]

Fault = Literal["EIO", "ENOSPC", "short", "lost", "killed", "torn", "power"]
Group = tuple[str, Operation]  # kind of file, and what is done to it

# By how the path goes on below a collection, a build's directory and its stage.
_KINDS = {
    "manifest": ("manifest.",),
    "store": ("pages.db", "texts", "quarantine.jsonl"),
    "segments": ("segments", "unchanged.links", "links.duckdb", "titles.tsv", "passages.scratch"),
    "keywords": ("bm25",),
    "vectors": ("vectors", "pending", "encoder"),
    "swap": ("current", "generations"),
}


def kind_of(inside: str) -> str:
    """What a file or directory belongs to, by its path in the data directory."""
    _, _, below = inside.partition("/")
    if inside.startswith("encoders"):
        return "vectors"
    if not below:
        return "swap"
    if below.startswith("building/"):
        _, _, below = below.removeprefix("building/").partition("/")
        below = below.removeprefix("stage/")
    for kind, beginnings in _KINDS.items():
        if below.startswith(beginnings):
            return kind
    return "notes"


class Disk:
    """Counts what a build does to the files below a directory, and lets one call of it fail.

    Knows which files, and names in directories, were not synced yet, by inode.
    """

    def __init__(
        self,
        directory: Path,
        group: Group | None = None,
        number: int = 0,
        fault: Fault = "EIO",
        *,
        is_lasting: bool = False,
    ) -> None:
        self.directory = directory
        self.fault = fault
        self.counts: Counter[Group] = Counter()
        self.hit: Call | None = None
        self.served = ""  # where ``current`` led to then
        # What went live, or was kept for the next run, before all of it was on the disk.
        self.too_early: set[str] = set()
        self.group = group
        self._number = number
        self._is_lasting = is_lasting
        self._unsynced: set[int] = set()
        self._moved: Path | None = None
        self._is_swap_unsynced = False

    def decide(self, call: Call) -> Verdict:
        """What becomes of a call."""
        path = Path(call.path)
        if not path.is_relative_to(self.directory):
            return None
        if call.operation == "create" and path.is_dir():
            return None  # is there already, and the system says so
        inside = str(path.relative_to(self.directory))
        group = self._group_of(inside, call.operation)
        self.counts[group] += 1
        if self.hit is not None:
            is_it = self._is_lasting and call.operation == self.hit.operation
        else:
            is_it = (group, self.counts[group]) == (self.group, self._number)
        if is_it:
            if self.hit is None:
                self.hit = Call(call.operation, inside)
                self.served = next(
                    (os.readlink(link) for link in self.directory.glob("*/current")), ""
                )
            return self._fail(call.operation, path)
        self._follow(call.operation, path)
        return "done" if call.operation == "sync" else None  # this machine's power does not fail

    def _group_of(self, inside: str, operation: Operation) -> Group:
        is_swap = self._is_swap_unsynced or operation != "sync" or "/" in inside
        return kind_of(inside) if is_swap else "notes", operation

    def _fail(self, operation: Operation, path: Path) -> Verdict:
        if self.fault == "power":
            for file in self._not_on_disk(self.directory):
                _lose(file)
            return "killed"
        if self.fault == "lost":
            for file in self._not_on_disk(path):
                _lose(file)
            return "EIO"
        if self.fault == "short":
            self._follow(operation, path)
        return self.fault

    def _follow(self, operation: Operation, path: Path) -> None:
        """Keep account of what is on the disk; look whether that is enough."""
        moved, self._moved = self._moved, None
        if moved is not None:
            self.too_early.update(map(str, self._not_on_disk(moved)))
        if operation in ("write", "sync"):
            with suppress(FileNotFoundError):  # it has no name any more
                inode = path.stat().st_ino
                self._unsynced.add(inode) if operation == "write" else self._unsynced.discard(inode)
        elif path.parent.exists():
            self._unsynced.add(path.parent.stat().st_ino)
        if operation == "rename" and path.parent.name == "stage":
            self._moved = path
        elif operation == "rename" and path.name == "current":
            generation = path.with_name("current.new").resolve()
            everything = [generation.parent, generation, *generation.rglob("*")]
            self.too_early.update(str(one) for one in everything if self._is_unsynced(one))
            self._is_swap_unsynced = True
        elif operation == "sync" and (path / "current").is_symlink():
            self._is_swap_unsynced = False
        elif path.name.startswith(".removed-") and self._is_swap_unsynced:
            self.too_early.add(str(path))

    def _not_on_disk(self, top: Path) -> list[Path]:
        """Files that may have lost what is in them, once the power has failed."""
        below = [Path(place, name) for place, _, names in os.walk(top) for name in names]
        return [path for path in (top, *below) if path.is_file() and self._is_unsynced(path)]

    def _is_unsynced(self, path: Path) -> bool:
        with suppress(FileNotFoundError):  # other threads go on, and remove files
            return path.lstat().st_ino in self._unsynced
        return False


def _lose(path: Path) -> None:
    """Let a file be as if nothing had been written to it."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))


@dataclass(frozen=True)
class Outcome:
    """How it ended: its exit status, what was told, and the steps that it took to its end."""

    status: int
    told: str = ""
    is_known: bool = True
    steps: tuple[str, ...] = ()


def run_on(disk: Disk, work: Callable[[QuietProgress], None], log: Path) -> Outcome:
    """Do ``work`` on such a disk, in a process of its own; ``log``, on another, is written anew."""
    log.unlink(missing_ok=True)

    def tell() -> None:
        progress = QuietProgress()
        try:
            work(progress)
            found: dict[str, Any] = {"status": 0, "steps": tuple(progress.totals)}
        except Exception as error:
            problem = problem_of(error)
            found = {
                "status": problem.exit_status if problem else 1,
                "told": told_of(error),
                "is_known": problem is not None,
            }
        log.write_text(json.dumps(found))

    status = run_intercepted(tell, disk.decide)
    if os.WIFSIGNALED(status) or not log.exists():
        return Outcome(-status, f"ended with {status}", status == signal.SIGKILL)
    return Outcome(**json.loads(log.read_text()))
