"""Which processes hold a lock on a directory, as far as the system tells.

Linux lists all locks in ``/proc/locks``, those of other users and of processes out of sight left
out. For messages and lists alone: whether something is held, only trying its lock says.
"""

import os
from pathlib import Path

__all__ = ["holders", "named"]

_LOCKS = Path("/proc/locks")


def holders(directory: Path) -> list[int]:
    """Ids of the processes that hold a lock (flock) on ``directory``; empty where none is told."""
    try:
        state = directory.stat()
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    device = f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}"
    place = f"{device}:{state.st_ino}"
    # proc_locks(5): number, kind, advisory or not, access, process, place, from, to.
    rows = (line.split() for line in lines if " FLOCK " in line and "->" not in line)
    found = {int(row[4]) for row in rows if row[5] == place}
    return sorted(process for process in found if process > 0)


def named(processes: list[int]) -> str:
    """The processes as a text: "process 1" or "processes 1 and 2"; "another process" for none."""
    if not processes:
        return "another process"
    *others, last = map(str, processes)
    return f"processes {', '.join(others)} and {last}" if others else f"process {last}"
