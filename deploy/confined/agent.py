"""Run an agent that reaches one folder and the ports that are named, and nothing else.

    python3 agent.py --folder ~/work/project --port 8707=/run/pinakes/reading.sock -- COMMAND …

Inside, http://127.0.0.1:8707 is Pinakes, and so is the socket /run/ports/8707. There is no other
network, no home, no process and no socket of anybody else, no terminal to type into, no privilege
and no variable but those named with --env. Needs bubblewrap and Python 3.11.
"""

import argparse
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from surroundings import alone, become, system, text

_PORTS = Path("/run/ports")
_HOME = "/home/agent"
_PATH = "/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin"
_USER = 1000
_SEEN = ("/usr/", "/nix/store/")


def main() -> None:
    """Read the words, look whether they are safe, and become the sandbox."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--folder", type=Path, required=True, help="what it may read and write, under this path")
    add(
        "--port", action="append", required=True, metavar="PORT=SOCKET", help="a port, once or more"
    )
    add("--read-only", type=Path, action="append", default=[], metavar="PATH",
        help="what else it may read, such as its own program; once or more")  # fmt: skip
    add("--home", type=Path, help="a folder that is its home and stays; else one that vanishes")
    add("--env", action="append", default=[], metavar="NAME", help="a variable that it may see")
    add("command", nargs="+", help="after --")
    options = parser.parse_args()
    ports = dict(_port(word) for word in options.port)
    folder = _own_folder(options.folder, ports.values())
    home = None if options.home is None else _own_folder(options.home, ports.values())
    readable = [_there(path) for path in options.read_only]
    become([*alone(), "--new-session", *system(), *_user(home), *_sockets(ports),
           *(word for path in readable for word in ("--ro-bind", str(path), str(path))),
           "--bind", str(folder), str(folder), "--chdir", str(folder),
           *_variables(options.env), "--", _python(readable), "-I", f"{_PORTS}.py",
           *(f"{port}={_PORTS / port}" for port in ports), "--", *options.command])  # fmt: skip


def _port(word: str) -> tuple[str, Path]:
    port, _, path = word.partition("=")
    if not re.fullmatch("[1-9][0-9]{3,4}", port) or not 1024 <= int(port) <= 65535 or not path:
        sys.exit(f"--port {word!r}: a port from 1024 on and a socket, as 8707=/run/…/reading.sock")
    socket = Path(path).resolve()
    try:
        is_socket = stat.S_ISSOCK(socket.stat().st_mode)
    except OSError as error:
        sys.exit(f"--port {word}: {error.strerror}; does the service run?")
    if not is_socket:
        sys.exit(f"--port {word}: no socket")
    return port, socket


def _own_folder(folder: Path, sockets: Iterable[Path]) -> Path:
    """A folder that holds nothing the sandbox is to keep out. Exits otherwise."""
    folder = _there(folder)
    if not folder.is_dir():
        sys.exit(f"{folder} is no folder")
    home = Path.home()
    data = Path(os.environ.get("PINAKES_DATA") or home / ".local/share/pinakes")
    for kept in (home, data, Path("/usr"), Path("/run"), *sockets):
        kept = kept.resolve()
        if kept.is_relative_to(folder):
            sys.exit(f"{folder} holds {kept}, which an agent must not have; name a folder in it")
    if folder.is_relative_to(data.resolve()):
        sys.exit(f"{folder} belongs to Pinakes; name a folder elsewhere")
    return folder


def _there(path: Path) -> Path:
    try:
        return path.expanduser().resolve(strict=True)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")


def _user(home: Path | None) -> Iterator[str]:
    """It is called agent, whoever started it; what it writes belongs to whoever did."""
    yield from ("--uid", str(_USER), "--gid", str(_USER), "--hostname", "agent")
    yield from text("/etc/passwd", f"agent:x:{_USER}:{_USER}::{_HOME}:/bin/sh\n")
    yield from text("/etc/group", f"agent:x:{_USER}:\n")
    yield from ("--tmpfs", _HOME) if home is None else ("--bind", str(home), _HOME)


def _sockets(ports: dict[str, Path]) -> Iterator[str]:
    here = Path(__file__).resolve().parent
    yield from ("--ro-bind", str(here / "ports.py"), f"{_PORTS}.py")
    for port, socket in ports.items():
        yield from ("--ro-bind", str(socket), str(_PORTS / port))


def _variables(names: list[str]) -> Iterator[str]:
    given = {name: os.environ[name] for name in ("LANG", "TERM", *names) if name in os.environ}
    for name, value in ({"HOME": _HOME, "PATH": _PATH} | given).items():
        yield from ("--setenv", name, value)


def _python(readable: list[Path]) -> str:
    """A Python that is there inside, too."""
    for program in (os.path.realpath(sys.executable), "/usr/bin/python3"):
        seen = program.startswith(_SEEN) or any(Path(program).is_relative_to(p) for p in readable)
        if seen and os.access(program, os.X_OK):
            return program
    sys.exit("no Python below /usr or /nix/store; add the folder of one with --read-only")


if __name__ == "__main__":
    main()
