"""An agent in its sandbox reaches the reading door and its folder, and nothing else.

What it tries is tried outside as well: there nearly everything works, so that it can fail inside.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import probes
from tests.deploy.confined import CONFINED, confined_service, needs_bubblewrap
from tests.yardstick import PATIENCE_S

PROBES = Path(probes.__file__)
MEANT = {probe.__name__ for probe in probes.MEANT}
SOMETIMES = {probe.__name__ for probe in probes.SOMETIMES}
pytestmark = needs_bubblewrap


@pytest.fixture
def machine(own_data: Path, sockets: Path, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A machine with a service, its human door, and things that are nobody else's business."""
    home = tmp_path / "home"
    folder = home / "work"
    folder.mkdir(parents=True)
    (home / "secret").write_text("of the owner")
    (folder / PROBES.name).write_text(PROBES.read_text(encoding="utf-8"))
    (own_data / ".tokens.json").write_text('{"tokens": []}')
    door = sockets / "human"
    door.mkdir(mode=0o700)
    name = f"pinakes-{os.getpid()}"
    with ExitStack() as stack:
        enter = stack.enter_context
        listener = enter(socket.create_server(("127.0.0.1", 0)))
        resolver = enter(_resolver())
        abstract = enter(socket.socket(socket.AF_UNIX))
        abstract.bind("\0" + name)
        abstract.listen()
        tokens = enter((own_data / ".tokens.json").open("rb"))
        os.set_inheritable(tokens.fileno(), True)
        words = ("--door", str(door), "--", "--generator", "none")
        service = enter(confined_service(sockets, own_data, *words))
        yield {
            "socket": str(service.socket),
            "port": 8707,
            "folder": str(folder),
            "home": str(home),
            "data": str(own_data),
            "door": str(door / "door.sock"),
            "service": service.inside,
            "listener": listener.getsockname()[1],
            "resolver": resolver.getsockname()[1],
            "abstract": name,
            "inode": os.fstat(tokens.fileno()).st_ino,
        }


def _resolver() -> socket.socket:
    answering = socket.socket(type=socket.SOCK_DGRAM)
    answering.bind(("127.0.0.1", 0))

    def answer() -> None:
        try:
            while True:
                answering.sendto(b"there", answering.recvfrom(100)[1])
        except OSError:
            return

    threading.Thread(target=answer, daemon=True).start()
    return answering


def at_a_terminal(command: list[str], machine: dict[str, Any]) -> dict[str, bool]:
    """What a command prints that is started at a terminal, by the owner of the machine's things."""
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            ["setsid", "--ctty", "--wait", *command],
            stdin=theirs, capture_output=True, text=True, check=False,
            env=os.environ | {"HOME": machine["home"], "SECRET": "1"}, timeout=PATIENCE_S,
            close_fds=False, cwd=machine["folder"],
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0, done.stderr
    found: dict[str, bool] = json.loads(done.stdout)
    return found


def agent(machine: dict[str, Any], *command: str) -> list[str]:
    return [
        sys.executable, str(CONFINED / "agent.py"), "--folder", machine["folder"],
        "--port", f"8707={machine['socket']}", "--", *command,
    ]  # fmt: skip


def test_what_can_and_what_cannot_be_reached(machine: dict[str, Any]) -> None:
    inside = machine | {"socket": "/run/ports/8707"}
    found = at_a_terminal(agent(machine, "python3", PROBES.name, json.dumps(inside)), machine)
    assert {name for name, worked in found.items() if worked} == MEANT
    assert Path(machine["folder"], "made").read_text() == "inside"
    outside = at_a_terminal([sys.executable, str(PROBES), json.dumps(machine)], machine)
    failed = {name for name, worked in outside.items() if not worked}
    # No port of the machine leads to the socket: that one is the sandbox's own.
    assert failed - SOMETIMES == {"search_by_port"}


def test_the_exit_status_is_the_commands(sockets: Path, tmp_path: Path) -> None:
    machine = {"folder": str(tmp_path), "socket": str(sockets / "s")}
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(machine["socket"])
        assert subprocess.run(agent(machine, "sh", "-c", "exit 7"), check=False).returncode == 7
        gone = subprocess.run(agent(machine, "nobody"), capture_output=True, text=True, check=False)
    assert gone.returncode == 127
    assert gone.stderr == "nobody: No such file or directory, inside the sandbox\n"


def test_a_folder_that_holds_what_is_to_be_kept_is_refused(sockets: Path, tmp_path: Path) -> None:
    home, path = tmp_path / "home", sockets / "s"
    (home / "data/wiki").mkdir(parents=True)
    (home / "work").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        for folder, port, said in (
            (home, f"8707={path}", f"{home} holds {home}, which an agent must not have"),
            (tmp_path, f"8707={path}", "which an agent must not have"),
            ("/", f"8707={path}", "which an agent must not have"),
            (sockets, f"8707={path}", f"holds {path}"),
            (home / "data/wiki", f"8707={path}", "belongs to Pinakes"),
            (home / "none", f"8707={path}", "No such file"),
            (home / "work", f"8707={home}/none", "does the service run?"),
            (home / "work", f"8707={home}", "no socket"),
            (home / "work", f"80={path}", "a port from 1024 on"),
            (home / "work", "8707", "a port from 1024 on"),
        ):
            words = ["--folder", str(folder), "--port", port, "--", "true"]
            done = subprocess.run(
                [sys.executable, str(CONFINED / "agent.py"), *words],
                capture_output=True, text=True, check=False,
                env=os.environ | {"HOME": str(home), "PINAKES_DATA": str(home / "data")},
            )  # fmt: skip
            assert done.returncode == 1, words
            assert said in done.stderr
            assert done.stderr.count("\n") == 1
