"""A command at a terminal of its own: what it shows, and keys pressed there."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.ingest.measured import ROOT
from tests.yardstick import PATIENCE_S

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """What is shown, without colours and movements of the cursor."""

    def __init__(self, process: "subprocess.Popen[bytes]", keyboard: int) -> None:
        self.process = process
        self._keyboard = keyboard
        self.raw = ""
        self._seen = 0

    @property
    def shown(self) -> str:
        return _CONTROL.sub("", self.raw)

    def type(self, text: str) -> None:
        os.write(self._keyboard, text.encode())

    def press_ctrl_c(self) -> None:
        self._until_it_waits()  # a prompt is shown a moment before it can be interrupted
        self.process.send_signal(signal.SIGINT)

    def expect(self, text: str, seconds: float = PATIENCE_S) -> str:
        """Read until ``text`` has been shown after what was expected before; gives all up to it."""
        end = time.monotonic() + seconds
        while (place := self.shown.find(text, self._seen)) < 0:
            assert time.monotonic() < end, f"no {text!r} in {self.shown[self._seen :][-500:]!r}"
            if select.select([self._keyboard], [], [], 0.1)[0]:
                self._read()
        found = self.shown[self._seen : place + len(text)]
        self._seen = place + len(text)
        return found

    def wait(self) -> int:
        """The exit status."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it does not end: {self.shown!r}"
            if select.select([self._keyboard], [], [], 0.1)[0]:
                self._read()
        return self.process.returncode

    def _until_it_waits(self) -> None:
        """Until the process has used no processor for a while: it waits for something."""
        before, quiet = "", 0
        for _ in range(PATIENCE_S * 20):
            words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            now = " ".join(words[11:13])  # its processor time
            quiet = quiet + 1 if words[0] == "S" and now == before else 0
            if quiet >= 5:
                return
            before = now
            time.sleep(0.05)

    def _read(self) -> None:
        try:
            self.raw += os.read(self._keyboard, 65536).decode("utf-8", "replace")
        except OSError:  # the other end is closed
            time.sleep(0.05)


@contextmanager
def terminal(*arguments: str, **environment: str) -> Iterator[Terminal]:
    """``pinakes`` with these arguments, at a terminal."""
    ours, theirs = pty.openpty()
    own: Mapping[str, str] = {
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": "/nowhere",
        "TERM": "xterm-256color",
        "COLUMNS": "100",
        "LINES": "40",
        "PYTHONUTF8": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "pinakes", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=dict(os.environ) | own | environment,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE_S)
        os.close(ours)
