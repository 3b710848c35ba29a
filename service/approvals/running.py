"""What was approved, run: exactly its words, without a shell, as the user that runs this.

Here and now for somebody at a terminal, or beside a service. Knows nothing of who approved it.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Any

from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.proposals import Proposal
from pinakes.service.errors import ServiceError
from pinakes.service.plain_text import PlainStream

__all__ = ["Runs", "run_here"]

_log = logging.getLogger(__name__)
_NOT_STARTED = 126  # as shells tell it
_KEPT_BYTES = 16 * 1024
_PATIENCE_S = 10.0  # for a command that is told to end


def run_here(approvals: Approvals, proposal: Proposal, output: int | None = None) -> int:
    """Run it on this terminal; the status that it ends with, which is written down.

    ``output``: the descriptor that it writes to instead of standard output.
    """
    process = _started(approvals, proposal, stdout=output)
    status = None
    while status is None:
        with suppress(KeyboardInterrupt):  # the command has been told as well, and ends by itself
            status = process.wait()
    approvals.ended(proposal.id, status)
    return status


class Runs:
    """Commands that run beside the service, and the last of what each says while it runs.

    The end of that is kept with how it ended.
    """

    def __init__(self, approvals: Approvals) -> None:
        self._approvals = approvals
        self._said: dict[str, bytes] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._threads: list[threading.Thread] = []

    def start(self, proposal: Proposal) -> None:
        """Begin to run it, in a session of its own."""
        process = _started(
            self._approvals,
            proposal,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes[proposal.id] = process
        thread = threading.Thread(target=self._follow, args=(proposal, process))
        self._threads.append(thread)
        thread.start()

    def said(self, id: str) -> str:
        """The end of what it has said so far; nothing of what another process has run."""
        return self._said.get(id, b"").decode("utf-8", "replace")

    def stop(self) -> None:
        """End what still runs, and wait for it."""
        for process in list(self._processes.values()):
            _signal(process, signal.SIGTERM)
        for process in list(self._processes.values()):
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
        for thread in self._threads:
            thread.join()

    def _follow(self, proposal: Proposal, process: "subprocess.Popen[bytes]") -> None:
        output: IO[bytes] = process.stdout  # type: ignore[assignment]
        with output:
            while piece := os.read(output.fileno(), 4096):
                self._said[proposal.id] = (self._said.get(proposal.id, b"") + piece)[-_KEPT_BYTES:]
        status = process.wait()
        del self._processes[proposal.id]
        try:
            self._approvals.ended(proposal.id, status, _plain(self.said(proposal.id)))
        except (ServiceError, OSError) as error:
            _log.error("how %s ended cannot be written down: %s", proposal.id, error)


def _started(approvals: Approvals, proposal: Proposal, **options: Any) -> "subprocess.Popen[bytes]":
    # -P: a module that lies where this was started is none of ours.
    words = [sys.executable, "-P", "-m", "pinakes", *proposal.command]
    try:
        return subprocess.Popen(words, cwd=proposal.data, **options)
    except OSError:
        approvals.ended(proposal.id, _NOT_STARTED)
        raise


def _plain(said: str) -> str:
    """Without what a terminal would obey: whoever looks at it later has one."""
    stream = PlainStream()
    return (stream.feed(said) + stream.end()).strip()


def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
    """To the command and all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
