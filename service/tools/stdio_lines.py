"""Standard input and output as lines of JSON-RPC: each that is no message is answered at once.

When the input ends, what was asked before is still answered. Knows nothing of the protocol that
the messages belong to.
"""

import asyncio
import json
import os
import select
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO

from pinakes.service.tools.messages import LONGEST_MESSAGE, message_in

__all__ = ["StdioLines", "claimed_stdio", "leaf_of"]

_LOOK_AGAIN_S = 0.2


def claimed_stdio() -> tuple[BinaryIO, BinaryIO]:
    """The process's input and output, for the protocol alone: what others print goes to stderr."""
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


def leaf_of(group: BaseExceptionGroup[OSError]) -> OSError:
    """The first of the errors that a group of tasks ended with."""
    first = group.exceptions[0]
    return leaf_of(first) if isinstance(first, BaseExceptionGroup) else first


class StdioLines:
    """The messages that come in, by iterating, and the way out for those that answer them."""

    def __init__(
        self, reading: BinaryIO, writing: BinaryIO, check: Callable[[str], object]
    ) -> None:
        """``check`` raises ValueError for what is JSON and no message."""
        self._reading = reading
        self._writing = writing
        self._check = check
        self._writes = asyncio.Lock()
        self._pending: Counter[str] = Counter()

    async def __aiter__(self) -> AsyncIterator[str]:
        """Lines that are messages; ends when the input has ended and all of them are answered.

        Raises BrokenPipeError where nobody reads the answers.
        """
        while (line := await asyncio.to_thread(self._read_line)) is not None:
            message, fault = message_in(line, self._check)
            if fault:
                await self.write(json.dumps(fault) + "\n")
                continue
            if "method" in message and "id" in message:
                self._pending[_key(message["id"])] += 1
            elif message.get("method") == "notifications/cancelled":
                self._settle((message.get("params") or {}).get("requestId"))
            yield line.decode()
        while self._pending:
            if _is_gone(self._writing):
                raise BrokenPipeError
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def write(self, text: str) -> None:
        """Write a line; an answer settles what it answers."""
        async with self._writes:
            await asyncio.to_thread(self._write, text.encode("utf-8", "replace"))
        message = json.loads(text)
        if "method" not in message:
            self._settle(message.get("id"))

    async def flush(self) -> None:
        """Every line is flushed as it is written."""

    def _write(self, line: bytes) -> None:
        self._writing.write(line)
        self._writing.flush()

    def _read_line(self) -> bytes | None:
        """The next line, of one that is too long the beginning; None at the end."""
        line = self._reading.readline(LONGEST_MESSAGE + 1)
        rest = line
        while len(rest) > LONGEST_MESSAGE and not rest.endswith(b"\n"):
            rest = self._reading.readline(LONGEST_MESSAGE + 1)
        return line or None

    def _settle(self, answered: object) -> None:
        key = _key(answered)
        self._pending[key] -= 1
        if self._pending[key] <= 0:
            del self._pending[key]


def _key(answered: object) -> str:
    return json.dumps(answered)


def _is_gone(writing: BinaryIO) -> bool:
    """Whether nobody reads at the other end any more."""
    poll = select.poll()
    poll.register(writing.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
