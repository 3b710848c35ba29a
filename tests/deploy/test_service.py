"""The service in its sandbox answers, has no network, and what it tries all the same is seen."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pinakes.service.doctor.isolation import can_trace
from tests.deploy.confined import CONFINED, READING, confined_service, needs_bubblewrap
from tests.yardstick import PATIENCE_S, wait_until

pytestmark = needs_bubblewrap
needs_strace = pytest.mark.skipif(
    not can_trace() and "REQUIRE_STRACE" not in os.environ, reason="needs strace"
)
NOWHERE = "http://192.0.2.1:8080"  # RFC 5737: nobody's


def post(socket_path: Path, path: str, body: dict[str, str]) -> httpx.Response:
    transport = httpx.HTTPTransport(uds=str(socket_path))
    with httpx.Client(transport=transport, timeout=PATIENCE_S) as client:
        return client.post(f"http://localhost/api/{path}", json=body)


def ask(socket_path: Path) -> httpx.Response:
    return post(socket_path, "ask", {"question": "Where was the Rosetta Stone found?"})


@contextmanager
def listener() -> Iterator[tuple[str, list[int]]]:
    """The address of a listener of this machine, and the connections that have come there."""
    came: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            try:
                while True:
                    connection, address = listening.accept()
                    came.append(address[1])
                    connection.close()
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", came


def test_it_answers_reads_what_it_must_and_writes_next_to_nothing(
    own_data: Path, sockets: Path
) -> None:
    with (
        listener() as (address, came),
        confined_service(
            sockets, own_data, PINAKES_GENERATOR__URL=address, PINAKES_APPROVALS__PROPOSE="true"
        ) as service,
    ):
        assert ask(service.socket).status_code == 503  # its model is out of reach
        assert came == []
        proposed = post(service.socket, "proposals", {"action": "rollback --collection samplewiki"})
        assert proposed.json()["state"] == "waiting"
        mounts = Path(f"/proc/{service.inside}/mounts").read_text().splitlines()
        places = {row.split()[1]: row.split()[3].split(",")[0] for row in mounts}
        assert places[str(own_data)] == "ro"
        written = {place for place, how in places.items() if how == "rw"}
        own = {place for place in written if not place.startswith("/dev")}
        kept = {str(own_data / name) for name in (".approvals", ".usage")}
        assert own == {"/", "/tmp", str(sockets), *kept}
        assert str(Path.home()) not in places
        assert service.end()[0] == 0
        assert not service.socket.exists()
        # The same without the sandbox, so that something could have come.
        with subprocess.Popen(
            [sys.executable, "-m", "pinakes", "serve", "--data", own_data, "--uds", service.socket],
            env=os.environ | {"PINAKES_GENERATOR__URL": address}, stderr=subprocess.DEVNULL,
        ) as free:  # fmt: skip
            wait_until(lambda: service.socket.exists() or free.poll() is not None)
            ask(service.socket)
            free.terminate()
        assert came


@needs_strace
def test_what_it_tries_is_told(own_data: Path, sockets: Path) -> None:
    words = ("--watch",)
    with confined_service(sockets, own_data, *words, PINAKES_GENERATOR__URL=NOWHERE) as service:
        assert ask(service.socket).status_code == 503
        status, said = service.end()
    assert status == 1
    assert "tried: connection 192.0.2.1:8080 (ENETUNREACH)\n1 tried that leaves" in said
    with confined_service(sockets, own_data, *words, "--", "--generator", "none") as service:
        status, said = service.end()
    assert status == 0
    assert said.endswith("nothing tried that leaves the sandbox\n")


@pytest.mark.parametrize("words", [("--data", "none"), ("--data", ".", "--sockets", "none")])
def test_what_is_not_there_is_told_in_a_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, str(CONFINED / "service.py"), "--sockets", ".", *words],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "none: No such file or directory\n")
    assert not (tmp_path / READING).exists()
