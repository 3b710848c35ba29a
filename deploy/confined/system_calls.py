"""Which system calls a confined program is refused: a filter of seccomp, as bubblewrap takes it.

Namespaces do not hold everything. Sockets of a virtual machine (AF_VSOCK) reach its host from
every network namespace, keyrings of the kernel are inherited, letters can be typed into a terminal
that is still open (TIOCSTI), and through io_uring calls are made that no filter sees. Knows
nothing of bubblewrap.

Classic BPF over ``struct seccomp_data`` (linux/seccomp.h): number at 0, architecture at 4, the
arguments from 16 on, 8 bytes each. Numbers: arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h of Linux.
"""

import errno
import platform
import struct
import sys

__all__ = ["refusing"]

_ARCHITECTURES = {
    # machine: AUDIT_ARCH, and the numbers of the calls
    "x86_64": (
        0xC000003E,
        {"socket": 41, "ioctl": 16, "add_key": 248, "request_key": 249, "keyctl": 250},
    ),
    "aarch64": (
        0xC00000B7,
        {"socket": 198, "ioctl": 29, "add_key": 217, "request_key": 218, "keyctl": 219},
    ),
}
_SAME_EVERYWHERE = {"io_uring_setup": 425}
_FIRST_OF_X32 = 0x40000000  # the same calls of x86_64 by other numbers
_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
_TYPING = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE = 0, 4


def refusing() -> bytes:
    """The filter for this machine. Exits where its architecture is unknown here."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        sys.exit(f"no filter of system calls for {machine}: x86_64 and aarch64 have one")
    architecture, numbers = _ARCHITECTURES[machine]
    numbers = numbers | _SAME_EVERYWHERE
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        program += [_step(_AT_LEAST, _FIRST_OF_X32, 0, 1), _step(_RETURN, _KILL)]
    for name in ("add_key", "request_key", "keyctl", "io_uring_setup"):
        program += [
            _step(_EQUAL, numbers[name], 0, 1),
            _step(_RETURN, _ERROR | errno.ENOSYS),
        ]
    refuse = _step(_RETURN, _ERROR | errno.EPERM)
    allow = _step(_RETURN, _ALLOW)
    families = len(_FAMILIES)
    program += [
        _step(_EQUAL, numbers["socket"], 0, families + 3),
        _step(_LOAD, _argument(0)),
        *(_step(_EQUAL, value, families - i, 0) for i, value in enumerate(_FAMILIES)),
        refuse,
        allow,
        _step(_EQUAL, numbers["ioctl"], 0, 4),
        _step(_LOAD, _argument(1)),
        _step(_EQUAL, _TYPING[0], 1, 0),
        _step(_EQUAL, _TYPING[1], 0, 1),
        refuse,
        allow,
    ]
    return b"".join(program)


def _argument(number: int) -> int:
    """Where the low half of an argument lies; the kernel looks at no more of these."""
    return 16 + 8 * number


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
