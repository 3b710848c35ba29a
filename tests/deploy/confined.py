"""The launchers of deploy/confined, started as their users start them."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.yardstick import PATIENCE_S, wait_until

CONFINED = Path(__file__).parents[2] / "deploy" / "confined"
READING = "reading.sock"


def can_confine() -> bool:
    """Whether bubblewrap is there and may do here what the launchers ask of it."""
    if shutil.which("bwrap") is None:
        return False
    trial = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/"]
    done = subprocess.run([*trial, "--proc", "/proc", "true"], capture_output=True, check=False)
    return done.returncode == 0


needs_bubblewrap = pytest.mark.skipif(
    not can_confine() and "CI" not in os.environ,
    reason="bubblewrap 0.8 is not here, or may not run",
)


class Service:
    """``service.py`` at work: where its sockets are, and its processes."""

    def __init__(self, process: subprocess.Popen[str], sockets: Path) -> None:
        self.process = process
        self.socket = sockets / READING

    @property
    def inside(self) -> int:
        """The process of ``pinakes serve`` as it is called out here: the last child of a child."""
        number = self.process.pid
        while children := Path(f"/proc/{number}/task/{number}/children").read_text().split():
            number = int(children[0])
        return number

    def end(self) -> tuple[int, str]:
        """Ask it to end; its exit status and what it said."""
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said


@contextmanager
def confined_service(sockets: Path, data: Path, *words: str, **variables: str) -> Iterator[Service]:
    """The service over ``data`` in its sandbox; ended at the end, if it has not."""
    command = [sys.executable, str(CONFINED / "service.py"), "--data", str(data)]
    with subprocess.Popen(
        [*command, "--sockets", str(sockets), *words],
        stderr=subprocess.PIPE, text=True, env=os.environ | variables,
    ) as process:  # fmt: skip
        try:
            service = Service(process, sockets)
            wait_until(lambda: service.socket.exists() or process.poll() is not None)
            assert process.poll() is None, process.communicate()[1]
            yield service
        finally:
            if process.poll() is None:
                process.terminate()
