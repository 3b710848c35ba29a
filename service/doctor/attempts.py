"""What a program tried that would leave the machine, or leave something on it.

Judges system calls one by one: every connection and datagram that is not local, every look-up of a
name, also one that goes through a local resolver, every file made or changed outside the
directories given, and what could hide any of that from a trace. Failed attempts count: a program
that calls home in vain calls home. Knows nothing of how calls are recorded.
"""

import ipaddress
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pinakes.service.doctor.system_calls import Call

__all__ = ["Attempt", "attempts_in"]

Kind = Literal["connection", "name look-up", "file", "unseen input and output"]

_SENDING = ("connect", "sendto", "sendmsg", "sendmmsg")
_INET = re.compile(r'sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\("(\d+)"\)')
_INET6 = re.compile(
    r'sa_family=AF_INET6, sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "(\d+)", &sin6_addr\)'
)
_ANY_INET = re.compile(r"sa_family=AF_INET6?\b")
_UNIX = re.compile(r'sa_family=AF_UNIX, sun_path=(@?)"(\d+)"')
_FAMILY = re.compile(r"sa_family=(AF_\w+)")
# Where a socket is connected to, as -yy finds out: <TCP:[127.0.0.1:5000->192.0.2.1:443]>.
_PEER = re.compile(r"^\d+<(?:TCP|UDP|RAW|UDPLITE|SCTP)(?:v6)?:\[[^>]*?->(.+?):(\d+)\]>")
# They reach the kernel of this machine and nothing else.
_LOCAL_FAMILIES = {"AF_UNSPEC", "AF_NETLINK", "AF_ALG"}
# DNS, DNS over TLS, multicast DNS, LLMNR: on loopback a resolver listens that asks others.
_RESOLVER_PORTS = {53, 853, 5353, 5355}
# The same by way of UNIX sockets: systemd-resolved, avahi, and D-Bus, which leads to both.
_RESOLVER_SOCKETS = re.compile(
    r"^(/var)?/run/(systemd/resolve/|avahi-daemon/|dbus/system_bus_socket)"
)
# nscd knows users as well; what it is asked for is the second number of what it is sent.
# https://sourceware.org/git/?p=glibc.git;a=blob;f=nscd/nscd-client.h
_NSCD = re.compile(r"^(/var)?/run/nscd/socket$")
_NSCD_NOT_HOSTS = {0, 1, 2, 3, 11, 12, 15, 16, 17, 18, 19, 20, 21}

_OPENING = ("open", "openat", "openat2")
_WRITING = re.compile(r"\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE)\b")
_LONGEST_LINE = 200
# Of a link only the new name is a change; of a renaming both are.
_LAST_PATH = ("link", "linkat", "symlink", "symlinkat")
_BY_DESCRIPTOR = ("fchmod", "fchown")
_DESCRIPTOR = re.compile(r"\d+<([^<>]*)")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"(\d+)"')
_NOT_FILES = (*_SENDING, "execve", "clone", "clone3", "fork", "vfork", "chdir", "io_uring_setup")
# Terminals, places without a bottom, graphics processors, a process's own entries; and shared
# memory, which is gone when the machine is switched off.
_DEVICES = re.compile(
    r"^/dev/(null|zero|full|tty|ptmx|pts/\d+|shm(/.*)?|nvidia[\w-]*|nvidia-caps/.*|kfd|dri/.*)$"
    r"|^/proc/(self|thread-self|\d+)/"
)
# Python keeps what it compiled beside the source, wherever that lies.
_COMPILED = "__pycache__"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something tried: ``target`` is an address or a path, ``error`` the system's answer, if bad.

    ``command`` is the program that tried.
    """

    kind: Kind
    target: str
    error: str
    command: str

    @property
    def reached(self) -> bool:
        """Whether it got there, as far as can be told: a connection under way counts."""
        return self.error in ("", "?", "EINPROGRESS", "EINTR", "EAGAIN")


def attempts_in(calls: Iterable[Call], writable: Sequence[Path]) -> Iterator[Attempt]:
    """What ``calls`` tried, in order; files under ``writable`` directories may be made."""
    own = [os.path.realpath(directory) for directory in writable]
    nscd: Call | None = None  # connected to, and not asked yet
    for call in calls:
        if call.name in _SENDING:
            if nscd is not None and not _asks_for_users(call):
                yield _attempt("name look-up", "nscd", nscd)
            nscd = call if _reaches_nscd(call) else None
            yield from _sendings(call)
        elif call.name == "io_uring_setup":
            if call.error not in ("ENOSYS", "EPERM"):
                yield _attempt("unseen input and output", "io_uring", call)
        elif call.name == "?":
            yield _attempt("unseen input and output", call.arguments[:_LONGEST_LINE], call)
        elif call.name not in _NOT_FILES:
            yield from _writings(call, own)
    if nscd is not None:
        yield _attempt("name look-up", "nscd", nscd)


def _reaches_nscd(call: Call) -> bool:
    """Where nscd does not run nothing is hidden: a look-up goes on to DNS, and is seen there."""
    found = _UNIX.search(call.arguments) if call.name == "connect" and not call.error else None
    return found is not None and bool(_NSCD.match(call.strings[int(found[2])]))


def _asks_for_users(call: Call) -> bool:
    request = call.strings[0].encode("utf-8", "replace")[4:8] if call.strings else b""
    return len(request) == 4 and int.from_bytes(request, sys.byteorder) in _NSCD_NOT_HOSTS


def _sendings(call: Call) -> Iterator[Attempt]:
    addressed = 0
    for pattern in (_INET, _INET6):
        for found in pattern.finditer(call.arguments):
            addressed += 1
            yield from _address(call, call.strings[int(found[2])], int(found[1]))
    if addressed != len(_ANY_INET.findall(call.arguments)):
        yield _attempt("connection", "an address of a form unknown here", call)
    for found in _UNIX.finditer(call.arguments):
        path = call.strings[int(found[2])]
        if not found[1] and _RESOLVER_SOCKETS.match(path):
            yield _attempt("name look-up", path, call)
    for found in _FAMILY.finditer(call.arguments):
        if found[1] not in {"AF_INET", "AF_INET6", "AF_UNIX", *_LOCAL_FAMILIES}:
            yield _attempt("connection", found[1], call)
    if not addressed and (peer := _PEER.match(call.arguments)):
        yield from _address(call, peer[1].strip("[]"), int(peer[2]))


def _address(call: Call, text: str, port: int) -> Iterator[Attempt]:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    shown = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    if port in _RESOLVER_PORTS:
        yield _attempt("name look-up", shown, call)
    elif not address.is_loopback:
        yield _attempt("connection", shown, call)


def _writings(call: Call, own: Sequence[str]) -> Iterator[Attempt]:
    if call.name in _OPENING and not _WRITING.search(call.arguments):
        return
    if call.name in ("mkdir", "mkdirat") and call.error == "EEXIST":
        return  # it asked whether the directory is there
    for path in _paths(call):
        folder, name = os.path.split(os.path.normpath(path))
        real = os.path.join(os.path.realpath(folder), name)
        if _DEVICES.match(path) or _DEVICES.match(real) or _COMPILED in Path(real).parts:
            continue
        if not any(real == directory or real.startswith(f"{directory}/") for directory in own):
            yield _attempt("file", real, call)


def _paths(call: Call) -> Iterator[str]:
    """The files that a call makes or changes."""
    if call.opened.startswith("/"):  # whatever links led there
        yield call.opened
        return
    if call.name == "bind":
        if (found := _UNIX.search(call.arguments)) and not found[1]:
            yield os.path.join(call.directory, call.strings[int(found[2])])
        return
    if call.name in _BY_DESCRIPTOR:
        if (found := _DESCRIPTOR.match(call.arguments)) and found[1].startswith("/"):
            yield found[1]
        return
    paths = list(_PATH.finditer(call.arguments))
    if call.name in _OPENING:
        paths = paths[:1]
    elif call.name in _LAST_PATH:
        paths = paths[-1:]
    for found in paths:
        yield os.path.join(call.directory, found[1] or "", call.strings[int(found[2])])


def _attempt(kind: Kind, target: str, call: Call) -> Attempt:
    return Attempt(kind, target, call.error, call.command)
