"""What strace writes down, read back: the system calls of every thread of a process tree.

Reads the files of ``strace -ff -yy``, one for each thread, in which every call has a line of its
own. Knows the form of those lines, not what a call means.

Format: https://man7.org/linux/man-pages/man1/strace.1.html
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["TRACED", "Call", "read_calls"]

# What can reach beyond the process, make or change a file, or hide either; and what tells
# processes apart. Names that another processor or kernel does not have are left out by "?".
# What tells processes apart; what can reach beyond them; what makes or changes a file. A "?" lets
# strace pass over names that this processor or kernel does not have.
_NAMES = """
    execve clone clone3 fork vfork chdir
    connect bind sendto sendmsg sendmmsg io_uring_setup
    open openat openat2 creat truncate mkdir mkdirat mknod mknodat
    rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat rmdir
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr
"""
TRACED = ",".join(f"?{name}" for name in _NAMES.split())
_LINE = re.compile(r"^(\w+)\((.*)\) += (-?\w+|\?)(?:<([^<>]*)\S*>)?(?: (E[A-Z0-9]+))?")
_CUT_LINE = re.compile(r"^(\w+)\((.*?) *<unfinished \.\.\.>$")  # its process ended in the middle
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\.\.\.)?')
_NO_CALL = ("---", "+++", "<... execve resumed>")  # signals, ends, beginnings
_SPAWNING = ("clone", "clone3", "fork", "vfork")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call.

    ``arguments`` are strace's words with every quoted string replaced by ``"n"``, its place among
    ``strings``, so that data is never taken for syntax. ``error`` is "" where the call did what it
    was asked, "?" where nobody knows. ``opened`` is the file behind the descriptor it gave.
    ``command`` is the program that called, ``directory`` where it stood. A line that cannot be read
    is a call named "?", with the line as arguments.
    """

    name: str
    arguments: str
    strings: tuple[str, ...]
    error: str
    opened: str
    command: str
    directory: str


@dataclass(slots=True)
class _Thread:
    """What a thread began with, and has become."""

    command: str
    directory: str


def read_calls(directory: Path, start: Path) -> Iterator[Call]:
    """Every call in the files ``trace.PID`` of ``directory``; the first program stood in ``start``.

    Within a thread in order; a thread comes after the one that made it.
    """
    files = {int(path.suffix[1:]): path for path in directory.glob("trace.*")}
    children: dict[int, _Thread] = {}
    for number in sorted(files):
        if number not in children:
            waiting = [(number, _Thread("", str(start)))]
            while waiting:
                one, thread = waiting.pop()
                if (path := files.get(one)) is None or one in children:
                    continue
                children[one] = thread
                for call, made in _read(path, thread):
                    yield call
                    if made:
                        waiting.append((made, _Thread(thread.command, thread.directory)))


def _read(path: Path, thread: _Thread) -> Iterator[tuple[Call, int]]:
    """The calls of one thread, each with the number of the thread that it made, or 0."""
    with path.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            if line.startswith(_NO_CALL) or not line.strip():
                continue
            name, words, result, opened, error = _parts(line)
            strings: list[str] = []
            arguments = _QUOTED.sub(lambda found: _set_aside(found[1], strings), words)  # noqa: B023
            if name == "execve" and not error:
                thread.command = " ".join(strings[1:]) or strings[0]
            call = Call(
                name, arguments, tuple(strings), error, opened, thread.command, thread.directory
            )
            yield call, int(result) if name in _SPAWNING and result.isdecimal() else 0
            if name == "chdir" and not error:
                thread.directory = str(Path(thread.directory, strings[0]))


def _parts(line: str) -> tuple[str, str, str, str, str]:
    """Name, arguments, result, file behind the result, error."""
    if whole := _LINE.match(line):
        error = whole[5] or ("?" if whole[3] == "?" else "")
        return whole[1], whole[2], whole[3], whole[4] or "", error
    if cut := _CUT_LINE.match(line.rstrip()):
        return cut[1], cut[2], "?", "", "?"
    return "?", line.strip(), "?", "", "?"


def _set_aside(escaped: str, strings: list[str]) -> str:
    raw, _ = codecs.escape_decode(escaped.encode("utf-8", "surrogateescape"))
    strings.append(raw.decode("utf-8", "replace"))
    return f'"{len(strings) - 1}"'
