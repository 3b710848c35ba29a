"""What both sandboxes are made of: the system's programs, a small /etc, and no descriptor too many.

Words for bubblewrap. Knows nothing of agents or of Pinakes.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

from system_calls import refusing

__all__ = ["alone", "become", "bubblewrap", "descriptors", "system", "text"]

# Where programs and libraries lie: of most systems, and of NixOS.
_PROGRAMS = ("/usr", "/nix/store", "/run/current-system")
_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_OF_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime")


def alone() -> list[str]:
    """Namespaces of its own, no privileges, no way to more, and an end with whoever started it."""
    return [
        "--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL",
        "--die-with-parent", "--clearenv",
        "--seccomp", str(_file(refusing())),
    ]  # fmt: skip


def system() -> Iterator[str]:
    """Programs to read and run; devices without hardware; nothing of anybody's."""
    for path in filter(os.path.exists, _PROGRAMS):
        yield from ("--ro-bind", path, path)
    for path in _LINKS:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        elif os.path.isdir(path):
            yield from ("--ro-bind", path, path)
    for path in filter(os.path.exists, _OF_ETC):
        yield from ("--ro-bind", path, path)
    yield from text("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")
    yield from text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
    # Started by root it could set the kernel's parameters: they heed the user, not privileges.
    yield from ("--proc", "/proc", "--remount-ro", "/proc")
    yield from ("--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108
    yield from ("--perms", "0755", "--dir", "/run")


def text(path: str, content: str) -> list[str]:
    """A file that is not there outside."""
    return ["--perms", "0444", "--ro-bind-data", str(_file(content.encode())), path]


def become(words: Iterable[str]) -> None:
    """Run bubblewrap in the place of this process."""
    program = bubblewrap()
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the directory that is read here is among them
            os.set_inheritable(int(name), int(name) in (0, 1, 2, *descriptors))
    os.execv(program, [program, *words])  # noqa: S606


def bubblewrap() -> str:
    """The program. Exits where there is none."""
    program = shutil.which("bwrap")
    if program is None:
        sys.exit("needs bubblewrap: apt install bubblewrap")
    return program


# What bubblewrap reads: nothing else that is open may pass to it.
descriptors: list[int] = []


def _file(content: bytes) -> int:
    """A descriptor of a file in memory, for bubblewrap to read."""
    number = os.memfd_create("pinakes", 0)
    os.write(number, content)
    os.lseek(number, 0, os.SEEK_SET)
    descriptors.append(number)
    return number
