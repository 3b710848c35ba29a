"""What one neighbour can take of the server: connections, the head of a request, and its time.

uvicorn bounds the head (h11 does) and ends connections that idle after a request; it does not count
connections by address, and waits forever for a request or for a client that does not read.
"""

import asyncio
import socket
import struct
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from pinakes.service.http.problem_responses import ProblemView
from pinakes.service.http.security.caller import Peers, network_of
from pinakes.service.http.security.guard import RESPONSE_HEADERS
from pinakes.service.settings import ServeSettings

__all__ = ["LONGEST_HEAD", "Connections", "LimitedProtocol"]

# The longest question has 2,000 characters, each of them up to 12 bytes in an address.
LONGEST_HEAD = 32 * 1024
_BIT = 4 * 1024


class Connections:
    """The open connections by neighbour, in the order of their coming."""

    def __init__(self, settings: ServeSettings, most: int) -> None:
        """``most``: how many there may be at all, of all neighbours."""
        self.request_s = settings.request_s
        self._peers = Peers(settings.trusted_proxies)
        self._of_one = settings.connections_per_address
        self._most = most
        self._open: dict[str, dict[LimitedProtocol, None]] = {}
        self._count = 0

    def add(self, connection: "LimitedProtocol", address: str) -> bool:
        """Count it; where there are too many, one that idles gives way. False: none did."""
        # A trusted proxy and a UNIX socket bring many callers by one address.
        shared = address.startswith("unix:") or self._peers.trust(address)
        connection.neighbour = address if shared else network_of(address)
        of_same = self._open.setdefault(connection.neighbour, {})
        fits = True
        if not shared and len(of_same) >= self._of_one:
            fits = _drop_idle(of_same)
        if fits and self._count >= self._most:
            fits = _drop_idle(max(self._open.values(), key=len))
        of_same[connection] = None
        self._count += 1
        return fits

    def remove(self, connection: "LimitedProtocol") -> None:
        """Count it no more."""
        of_same = self._open.get(connection.neighbour, {})
        if connection in of_same:
            del of_same[connection]
            self._count -= 1
            if not of_same:
                del self._open[connection.neighbour]


def _drop_idle(connections: "dict[LimitedProtocol, None]") -> bool:
    """End the oldest connection that waits for a request."""
    for connection in connections:
        if connection.is_idle and not connection.ended:
            connection.end()
            return True
    return False


class LimitedProtocol(H11Protocol):
    """uvicorn's connection, counted and timed; a late or misshapen request gets a problem."""

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.neighbour = ""
        self.ended = False
        self._all = connections
        self._late: asyncio.TimerHandle | None = None  # a request that does not come whole
        self._unread: asyncio.TimerHandle | None = None  # a response that nobody reads

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def end(self) -> None:
        """Close it at once, whatever it still has to say."""
        self.ended = True
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it."""
        super().connection_made(transport)
        if self.client is None:
            self.client = (f"unix:{_user_of_peer(transport)}", 0)
        self._watch()
        if not self._all.add(self, self.client[0]):
            self._say(503, "too many connections from your address; close some")

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        self._all.remove(self)
        for timer in (self._late, self._unread):
            if timer is not None:
                timer.cancel()
        self._late = self._unread = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; a request has to be whole in time.

        Bit by bit: h11 measures a head only as long as it is not whole.
        """
        for start in range(0, len(data), _BIT):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + _BIT])
            self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._watch()

    def shutdown(self) -> None:
        """End what is idle; what is being answered ends by itself, unless nobody reads it."""
        if self._unread is not None:
            self.end()
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """The client does not read: not for long."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self._all.request_s, self.end)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:
        """That the request is none; ``msg`` says no more."""
        self._say(400, f"no HTTP request, or one with a head of more than {LONGEST_HEAD:,} bytes")

    def _watch(self) -> None:
        """Time a request from its beginning, or the connection's, until all of it has come."""
        coming = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if coming and self.timeout_keep_alive_task is None:
            if self._late is None:
                self._late = self.loop.call_later(self._all.request_s, self._is_late)
        elif self._late is not None and not (coming and self.conn.our_state is h11.DONE):
            self._late.cancel()
            self._late = None

    def _is_late(self) -> None:
        self._late = None
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True  # nobody waits for what the application may still say
            cycle.message_event.set()
        self._say(408, f"the request took more than {self._all.request_s:g} s to come")

    def _say(self, status: int, detail: str) -> None:
        """A problem from outside the application, and the end of the connection."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            view = ProblemView(title=_TITLES[status], status=status, detail=detail)
            body = view.model_dump_json().encode()
            headers = [
                ("content-type", "application/problem+json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
                *RESPONSE_HEADERS.items(),
            ]
            reason = _TITLES[status].encode()
            for event in (
                h11.Response(status_code=status, headers=headers, reason=reason),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.ended = True
        self.transport.close()


_TITLES = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}


def _user_of_peer(transport: asyncio.Transport) -> int:
    """The number of the user at the other end of a UNIX socket, as the kernel tells it."""
    peer = transport.get_extra_info("socket")
    format_ = "3i"  # struct ucred: process, user, group
    told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize(format_))
    return int(struct.unpack(format_, told)[1])
