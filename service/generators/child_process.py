"""A Python child process that runs one module and exchanges JSON lines with its parent.

Native code that crashes takes only such a child with it. The child's standard input is also its
lifeline: it ends when the parent closes it or dies, however that happens. Knows of models only
that loading one takes a while.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from pinakes.service.errors import GeneratorUnavailable
from pinakes.service.plain_text import one_line

__all__ = ["ChildProcess", "ParentChannel", "spare_cores"]

# The child finds the same modules as its parent, installed or not.
_BOOT = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "runpy.run_module(sys.argv[2], run_name='__main__')"
)
_GOODBYE_S = 2.0
_LONGEST_LINE = 300


def spare_cores() -> int:
    """Threads for native code: all cores of this process but one, and at least one.

    llama.cpp's threads spin at barriers: with as many of them as cores, any other busy process
    makes generation many times slower.
    """
    return max(1, len(os.sched_getaffinity(0)) - 1)


class ChildProcess:
    """The parent's half."""

    def __init__(self, module: str, config: dict[str, Any]) -> None:
        """Start ``module`` as the child's main program; ``config`` is its first message."""
        # Its own process group, so that Ctrl-C in a terminal reaches only the parent.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            process_group=0,
        )
        self._last_lines: deque[str] = deque(maxlen=5)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._input = _fileno(self._process.stdin)
        self._output = _fileno(self._process.stdout)
        self._unread = b""
        self._closed = False
        self._killed = False
        os.set_blocking(self._input, False)
        self.send_now(config)

    @property
    def pid(self) -> int:
        """The child's process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child is running, and meant to."""
        return not self._killed and self._process.poll() is None

    async def send(self, message: dict[str, Any]) -> None:
        """Hand over a message of any length; a child that is gone is noticed by receive()."""
        rest = b"" if self._closed else _encode(message)
        try:
            while rest:
                try:
                    rest = rest[os.write(self._input, rest) :]
                except BlockingIOError:
                    loop = asyncio.get_running_loop()
                    await _once(self._input, loop.add_writer, loop.remove_writer)
        except BrokenPipeError:
            return
        finally:
            if rest:  # half a line is in the pipe: nothing can follow it
                self.kill()

    def send_now(self, message: dict[str, Any]) -> None:
        """Hand over a short message without waiting; a child that cannot take it is killed."""
        if self._closed:
            return
        line = _encode(message)
        try:
            taken = os.write(self._input, line)
        except (BlockingIOError, BrokenPipeError):
            taken = 0
        if taken < len(line):
            self.kill()

    async def receive(self) -> dict[str, Any] | None:
        """The child's next message, or None when it has ended.

        Cancelling loses nothing: what was read of a message is kept.
        """
        while b"\n" not in self._unread:
            loop = asyncio.get_running_loop()
            await _once(self._output, loop.add_reader, loop.remove_reader)
            if self._closed:
                return None
            chunk = os.read(self._output, 1 << 16)
            if not chunk:
                return None
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    async def first_message(self, model_path: Path, timeout_s: float) -> dict[str, Any]:
        """What the child says when its model is loaded.

        Raises GeneratorUnavailable, and ends the child, when it dies first or takes too long.
        """
        try:
            async with asyncio.timeout(timeout_s):
                message = await self.receive()
        except TimeoutError:
            await self.aclose()
            raise GeneratorUnavailable(
                f"model {model_path} was not loaded after {timeout_s:g} s; "
                "raise PINAKES_GENERATOR__TIMEOUT_S or choose a smaller model"
            ) from None
        if message is None:
            words = await self.last_words()
            await self.aclose()
            raise GeneratorUnavailable(f"model {model_path} cannot be loaded: its process {words}")
        return message

    async def ended(self, within_s: float) -> bool:
        """Whether the child has ended, or does so within some seconds."""
        await asyncio.to_thread(self._watcher.join, within_s)
        return not self._watcher.is_alive()

    async def last_words(self) -> str:
        """How an ending child ended, with the end of what it wrote to standard error."""
        await self.ended(within_s=_GOODBYE_S)
        code = self._process.poll()
        if code is None:
            ending = "stopped answering"
        elif code < 0:
            ending = f"was ended by {signal.Signals(-code).name}"
        else:
            ending = f"ended with status {code}"
        return ": ".join([ending, *list(self._last_lines)[-2:]])

    def kill(self) -> None:
        """End the child at once; the watcher thread reaps it."""
        self._killed = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def aclose(self) -> None:
        """End the child, gently at first, and wait until it is gone."""
        self._closed = True
        if self._process.stdin is not None:
            self._process.stdin.close()
        if not await self.ended(within_s=_GOODBYE_S):
            self.kill()
            await self.ended(within_s=_GOODBYE_S)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _watch(self) -> None:
        """Keep the end of standard error, so that the pipe never fills; then reap the child."""
        if self._process.stderr is not None:
            with self._process.stderr as stream:
                while line := stream.readline(4096):
                    if text := one_line(line.decode("utf-8", "replace"), _LONGEST_LINE):
                        self._last_lines.append(text)
        self._process.wait()


class ParentChannel:
    """The child's half."""

    def __init__(self) -> None:
        """Take over the standard streams; to be done before native libraries are imported."""
        # Native code that prints must not disturb the messages: its output joins standard error.
        self._output = os.dup(1)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def receive(self) -> dict[str, Any] | None:
        """The parent's next message, or None when the parent is gone or wants no more."""
        line = sys.stdin.buffer.readline()
        if not line.endswith(b"\n"):
            return None
        message: dict[str, Any] = json.loads(line)
        return message

    def send(self, message: dict[str, Any]) -> None:
        """Hand a message to the parent."""
        rest = _encode(message)
        with self._lock:
            while rest:
                rest = rest[os.write(self._output, rest) :]


def _fileno(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise ValueError("the child was started without this pipe")
    return stream.fileno()


def _encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode("ascii") + b"\n"


async def _once(descriptor: int, add: Callable[..., None], remove: Callable[[int], bool]) -> None:
    """Wait until a pipe can be read or written, whichever ``add`` and ``remove`` are for."""
    ready = asyncio.get_running_loop().create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    add(descriptor, wake)
    try:
        await ready
    finally:
        remove(descriptor)
