"""Every call of a process that changes files, told before it is made: it may fail, or be the last.

By user notification of seccomp (seccomp_unotify(2)): the process, with its threads and children,
stands still at such a call until whoever started it has decided. Nothing is needed for it, nothing
is too deep in a library to be seen, and a call that is failed was never made. What is written
through a mapping is no call: that a file is mapped to be written to is told.
"""

import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tests.yardstick import PATIENCE_S

__all__ = ["Call", "Operation", "Verdict", "can_intercept", "run_intercepted"]

Operation = Literal["write", "sync", "rename", "link", "create", "map"]
# What becomes of a call: an error; of a write only half is done; it is the last thing that the
# process did not do; or that it did by half; it is done as far as the process knows. None: it is
# made.
Verdict = Literal["EIO", "ENOSPC", "short", "killed", "torn", "done"] | None

# By number on x86-64: what it does, and which of its arguments is a file, or the path of one. Paths
# of *at calls come after the directory that they are relative to.
_BY_FILE: dict[int, tuple[Operation, int]] = {
    1: ("write", 0), 18: ("write", 0), 20: ("write", 0), 296: ("write", 0), 328: ("write", 0),
    40: ("write", 0), 326: ("write", 2), 77: ("write", 0), 285: ("write", 0),
    74: ("sync", 0), 75: ("sync", 0), 9: ("map", 4),
}  # fmt: skip
_BY_PATH: dict[int, tuple[Operation, int]] = {
    82: ("rename", 1), 264: ("rename", 3), 316: ("rename", 3), 86: ("link", 1), 265: ("link", 3),
    88: ("link", 1), 266: ("link", 2), 83: ("create", 0), 258: ("create", 1),
    2: ("create", 0), 257: ("create", 1),
}  # fmt: skip
_AT = (264, 316, 265, 266, 258, 257)
_WRITE, _PWRITE, _WRITEV = 1, 18, 20
# Calls that matter only with certain flags: argument, and what of it must be set.
_ONLY_WITH = {
    2: [(1, os.O_CREAT)],
    257: [(2, os.O_CREAT)],
    9: [(2, 2), (3, 1)],  # PROT_WRITE, MAP_SHARED
}
_SECCOMP, _PIDFD_OPEN, _PIDFD_GETFD = 317, 434, 438
_NO_NEW_PRIVILEGES, _SET_FILTER, _NEW_LISTENER = 38, 1, 1 << 3
_RECEIVE, _SEND, _GO_ON = 0xC0502100, 0xC0182101, 1
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NOTIFICATION = struct.Struct("=QIIiIQ6Q")
_RESPONSE = struct.Struct("=QqiI")

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is about to be made, and the file that it is of; of a new name, that."""

    operation: Operation
    path: str


@cache
def can_intercept() -> bool:
    """Whether this system tells of the calls of a process, and lets them be made in its stead."""
    if platform.machine() != "x86_64":
        return False
    reading, writing = os.pipe()
    try:
        status = run_intercepted(
            lambda: os._exit(os.write(writing, b"ab")),
            lambda call: "short" if call.path.startswith("pipe:") else None,
        )
    except OSError:
        return False
    finally:
        os.close(reading)
        os.close(writing)
    return os.waitstatus_to_exitcode(status) == 1


def run_intercepted(work: Callable[[], None], decide: Callable[[Call], Verdict]) -> int:
    """Run ``work`` in a fork, every call decided upon; how it ended, as ``waitpid`` tells it."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            ours.close()
            listener = _install_filter()
            socket.send_fds(theirs, [b"1"], [listener])
            os.close(listener)
            theirs.close()
            work()
            status = 0
        finally:
            os._exit(status)
    theirs.close()
    with ours:
        _, (*listeners,), _, _ = socket.recv_fds(ours, 1, 1)
    if not listeners:
        os.waitpid(child, 0)
        raise OSError(errno.ENOSYS, "no notifications of seccomp here")
    try:
        _answer(listeners[0], child, decide)
    finally:
        os.close(listeners[0])
        os.kill(child, signal.SIGKILL)  # it has ended, but after an error here
        _, status = os.waitpid(child, 0)
    return status


def _install_filter() -> int:
    """Have this process told of, for good; what the notifications are read from. Raises OSError."""
    steps = [struct.pack("=HBBI", _LOAD, 0, 0, 0)]
    for number in (*_BY_FILE, *_BY_PATH):
        flags = _ONLY_WITH.get(number, [])
        steps.append(struct.pack("=HBBI", _EQUAL, 0, 2 * len(flags) + (2 if flags else 1), number))
        for place, (argument, bits) in enumerate(flags, start=1):
            steps.append(struct.pack("=HBBI", _LOAD, 0, 0, 16 + 8 * argument))
            rest = 2 * (len(flags) - place) + 1
            steps.append(struct.pack("=HBBI", _ANY_BIT, 0, rest, bits))
        steps.append(struct.pack("=HBBI", _RETURN, 0, 0, _NOTIFY))
        if flags:
            steps.append(struct.pack("=HBBI", _RETURN, 0, 0, _ALLOW))
    steps.append(struct.pack("=HBBI", _RETURN, 0, 0, _ALLOW))
    program = ctypes.create_string_buffer(b"".join(steps))
    header = struct.pack("@HP", len(steps), ctypes.addressof(program))
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    listener = _libc.syscall(_SECCOMP, _SET_FILTER, _NEW_LISTENER, header)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return int(listener)


def _answer(listener: int, child: int, decide: Callable[[Call], Verdict]) -> None:
    """Decide upon every call until there is nobody left to make one."""
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while found := poller.poll(1000 * PATIENCE_S):
        for _, event in found:
            if not event & select.POLLIN:
                return
            told = bytearray(_NOTIFICATION.size)
            try:
                fcntl.ioctl(listener, _RECEIVE, told)
            except FileNotFoundError:  # killed at this call
                continue
            number, thread, _, call, _, _, *arguments = _NOTIFICATION.unpack(told)
            answer = _answered(child, thread, call, arguments, decide)
            with suppress(FileNotFoundError):
                fcntl.ioctl(listener, _SEND, _RESPONSE.pack(number, *answer))
    os.kill(child, signal.SIGKILL)


def _answered(
    child: int, thread: int, number: int, arguments: list[int], decide: Callable[[Call], Verdict]
) -> tuple[int, int, int]:
    """What the call returns, its error, and whether it is made after all."""
    try:
        path = _path(thread, number, arguments)
    except OSError:  # no such file, or no such path: that is for the call to tell
        return 0, 0, _GO_ON
    operation, _ = _BY_FILE.get(number) or _BY_PATH[number]
    verdict = decide(Call(operation, path))
    if verdict is None:
        return 0, 0, _GO_ON
    if verdict == "done":
        return 0, 0, 0
    written = _written_by_half(thread, number, arguments) if verdict in ("short", "torn") else 0
    if verdict in ("killed", "torn"):
        os.kill(child, signal.SIGKILL)
    if verdict == "short":
        return (written, 0, 0) if written else (0, 0, _GO_ON)
    return 0, -(errno.EIO if verdict == "EIO" else errno.ENOSPC), 0


def _path(thread: int, number: int, arguments: list[int]) -> str:
    """The file that a call is of. Raises OSError."""
    if number in _BY_FILE:
        return os.readlink(f"/proc/{thread}/fd/{_signed(arguments[_BY_FILE[number][1]])}")
    place = _BY_PATH[number][1]
    path = os.fsdecode(_memory(thread, arguments[place], 4096).partition(b"\0")[0])
    directory = _signed(arguments[place - 1]) if number in _AT else -1
    base = "cwd" if directory < 0 else f"fd/{directory}"
    return os.path.join(os.readlink(f"/proc/{thread}/{base}"), path)


def _signed(number: int) -> int:
    return ctypes.c_int(number).value


def _memory(thread: int, address: int, size: int) -> bytes:
    """So many bytes of a process, or as far as its memory goes. Raises OSError."""
    handle = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
    try:
        return os.pread(handle, size, address)
    finally:
        os.close(handle)


def _written_by_half(thread: int, number: int, arguments: list[int]) -> int:
    """Write the first half of what a call is to write, in its stead; how many bytes, 0 for none."""
    file, address, size, offset = arguments[:4]
    if number == _WRITEV:
        address, size = struct.unpack("=QQ", _memory(thread, address, 16))
    if number not in (_WRITE, _PWRITE, _WRITEV) or size < 2:
        return 0
    half = _memory(thread, address, size // 2)
    handle = _file_of(thread, _signed(file))
    try:
        return os.pwrite(handle, half, offset) if number == _PWRITE else os.write(handle, half)
    finally:
        os.close(handle)


def _file_of(thread: int, file: int) -> int:
    """An open file of another process, with the position that it has there."""
    with open(f"/proc/{thread}/status") as lines:
        process = next(int(line.split()[1]) for line in lines if line.startswith("Tgid:"))
    handle = _libc.syscall(_PIDFD_OPEN, process, 0)
    try:
        found = int(_libc.syscall(_PIDFD_GETFD, handle, file, 0))
    finally:
        os.close(handle)
    if found < 0:
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    return found
