"""Run a program watched by strace, or with no network but a loopback of its own.

Knows the tools for it and whether they work here: a container may have them and not allow them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pinakes.service.doctor.system_calls import TRACED

__all__ = ["can_trace", "cut_off", "cut_tool", "traced"]

_TRIAL_S = 20
_NOTHING = [sys.executable, "-S", "-c", ""]
# Through io_uring the kernel would connect and open files without a system call to be seen: it is
# refused, as many kernels do, and its users (libuv) go on without.
_STRACE = ["strace", "-e", "inject=io_uring_setup:error=ENOSYS"]


def traced(command: Sequence[str], directory: Path) -> list[str]:
    """``command`` so that strace writes its calls, and those of its children, to ``directory``."""
    return [
        *_STRACE, "-ff", *_filter(), "-qq", "-yy", "-s", "200",
        "-e", f"trace={TRACED}", "-e", "signal=none", "-o", str(directory / "trace"), *command,
    ]  # fmt: skip


@cache
def can_trace() -> bool:
    """Whether strace is there and may watch a process."""
    return _works([*_STRACE, "-f", "-e", "trace=chdir", "-o", os.devnull, *_NOTHING])


def cut_off(command: Sequence[str]) -> list[str] | None:
    """``command`` in an empty network namespace; None where nothing here makes one."""
    tool = cut_tool()
    return None if tool is None else [*_CUTTING[tool], *command]


@cache
def cut_tool() -> str | None:
    """The program that makes an empty network namespace here."""
    return next((tool for tool, words in _CUTTING.items() if _works([*words, *_NOTHING])), None)


_CUTTING = {
    # Its loopback is up.
    "bubblewrap": [
        "bwrap", "--unshare-net", "--dev-bind", "/", "/", "--die-with-parent",
    ],
    "unshare": [
        "unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh",
    ],
}  # fmt: skip


@cache
def _filter() -> list[str]:
    """Only the calls that are asked for stop the program, where the kernel can tell them apart."""
    faster = "--seccomp-bpf"
    return (
        [faster]
        if _works([*_STRACE, "-f", faster, "-e", "trace=chdir", "-o", os.devnull, *_NOTHING])
        else []
    )


def _works(command: Sequence[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TRIAL_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
