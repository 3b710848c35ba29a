"""What one neighbour can take of the real server, while another one is served."""

import asyncio
import json
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from pinakes.service.http import server as module
from pinakes.service.http.listening import Listening
from pinakes.service.http.security.limits import LONGEST_HEAD
from pinakes.service.http.server import HttpServer, make_server
from pinakes.service.settings import ServeSettings
from tests.yardstick import PATIENCE_S

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Served:
    """A server of a small application, in the loop of the test."""

    server: HttpServer
    port: int
    asked: list[str]
    clients: list[str]
    go_on: asyncio.Event
    opened: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self, address: str = "127.0.0.2") -> Stream:
        """A connection that lasts until the server has ended."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(address, 0), limit=1 << 24
        )
        self.opened.append(writer)
        return reader, writer

    async def answer(self, path: str = "/", address: str = "127.0.0.1") -> int:
        """The status that a new connection gets."""
        reader, writer = await self.connect(address)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        status, _ = await reply(reader)
        return status

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)


async def reply(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and what follows, to the end of the connection; 0 where there is no reply."""
    async with asyncio.timeout(PATIENCE_S):
        text = b""
        with suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                text += piece
    return (int(text.split()[1]) if text else 0), text


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Served]:
    asked: list[str] = []
    clients: list[str] = []
    go_on = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        asked.append(scope["path"])
        clients.append(scope["client"][0])
        body = b"x" * 1_000
        if scope["path"] == "/early":
            await send({"type": "http.response.start", "status": 413, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        if message["type"] == "http.disconnect":
            asked.append("left")
            return
        if scope["path"] == "/wait":
            await go_on.wait()
        if scope["path"] == "/long":
            body *= 20_000
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
        asked.append("answered")

    serve = ServeSettings.model_validate({"port": 0, **settings})
    listening = Listening(serve)
    server = make_server(app, serve, go_on.set)
    running = asyncio.create_task(server.serve(sockets=[listening.socket]))
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0.005)
    while len(server.servers) == 0:
        await asyncio.sleep(0.005)
    try:
        port = 0 if serve.uds else listening.socket.getsockname()[1]
        served = Served(server, port, asked, clients, go_on)
        yield served
    finally:
        for writer in served.opened:
            writer.transport.abort()
        server.should_exit = True
        await running
        listening.close()


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def timely() -> None:
        async with asyncio.timeout(120):
            await scenario()

    asyncio.run(timely())


def check_problem(text: bytes, status: int, words: str) -> None:
    """A whole response, its headers among them."""
    head, _, body = text.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert words in problem["detail"]


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(b"X: 123456\r\n" * 6_000, id="many headers"),
        pytest.param(b"x" * 66_000, id="one header"),
        pytest.param(b" x\r\n" * 16_500, id="folded lines"),
    ],
)
def test_a_header_without_end_is_cut_off(piece: bytes) -> None:
    """60 MB of it took seconds of everybody's time, and a gigabyte."""

    async def scenario() -> None:
        async with serving() as served:
            reader, writer = await served.connect()
            writer.write(GET + b"X: ")
            sent = 0
            with suppress(ConnectionError):
                while sent < 60_000_000:
                    writer.write(piece)
                    await writer.drain()
                    sent += len(piece)
            assert sent < 20_000_000  # what the system holds for both ends
            status, _ = await reply(reader)
            assert status in (0, 400)  # the reply may be lost behind what nobody reads
            assert await served.answer() == 200
            assert served.asked == ["/", "answered"]

    run(scenario)


END = b"\r\n\r\n"


def test_the_longest_head_is_read_and_a_longer_one_is_told() -> None:
    async def scenario() -> None:
        async with serving() as served:
            # The last one comes whole, all at once.
            for more, status, end in ((-60, 200, END), (60, 400, b""), (5_000, 400, END)):
                reader, writer = await served.connect()
                filling = b"x" * (LONGEST_HEAD - len(GET) + more)
                writer.write(GET + b"Connection: close\r\nX: " + filling + end)
                told, text = await reply(reader)
                assert told == status
                if status == 400:
                    check_problem(text, 400, "a head of more than 32,768 bytes")

    run(scenario)


POST = GET.replace(b"GET", b"POST")


@pytest.mark.parametrize("trickling", [False, True])
@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(GET + b"X: ", [], id="half a head"),
        pytest.param(POST + b"Content-Length: 1000\r\n\r\nx", ["/", "left"], id="half a body"),
        pytest.param(
            POST + b"Transfer-Encoding: chunked\r\n\r\nFFF\r\nxx", ["/", "left"], id="half a chunk"
        ),
    ],
)
def test_a_request_that_does_not_come_whole(sent: bytes, asked: list[str], trickling: bool) -> None:
    """A byte now and then does not buy more time."""

    async def scenario() -> None:
        async with serving(request_s=0.5) as served:
            reader, writer = await served.connect()
            writer.write(sent)
            telling = asyncio.create_task(reply(reader))
            while trickling and not telling.done():
                writer.write(b"G" if not sent else b"x")
                await asyncio.sleep(0.1)
            status, text = await telling
            if trickling:  # what comes late may undo the reply
                assert status in (0, 408)
            else:
                check_problem(text, 408, "the request took more than 0.5 s")
            while served.connections or served.asked != asked:
                await asyncio.sleep(0.01)

    run(scenario)


def test_a_body_that_nobody_wants_ends_too() -> None:
    """It was refused; the connection lasts no longer than if it had been read."""

    async def scenario() -> None:
        async with serving(request_s=0.5) as served:
            reader, writer = await served.connect()
            writer.write(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
            telling = asyncio.create_task(reply(reader))
            while not telling.done():
                writer.write(b"x")
                await asyncio.sleep(0.1)
            assert (await telling)[0] in (0, 413)

    run(scenario)


def test_an_answer_takes_the_time_it_takes() -> None:
    """Only requests are timed, and connections in between by the server itself."""

    async def scenario() -> None:
        async with serving(request_s=0.2) as served:
            reader, writer = await served.connect()
            for _ in range(2):  # the second on the same connection
                served.go_on.clear()
                writer.write(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
                await asyncio.sleep(0.5)
                served.go_on.set()
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
                while not (await reader.readuntil(b"\r\n")).startswith(b"0"):
                    pass
                await reader.readexactly(2)
                await asyncio.sleep(0.4)

    run(scenario)


def test_who_does_not_read_is_let_go() -> None:
    async def scenario() -> None:
        async with serving(request_s=0.5) as served:
            _, writer = await served.connect()
            transport: Any = writer.transport
            transport.pause_reading()
            writer.write(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
            while "answered" not in served.asked:
                await asyncio.sleep(0.01)
            while served.connections:
                await asyncio.sleep(0.01)

    run(scenario)


def test_idle_connections_of_one_keep_nobody_out() -> None:
    """1,100 of them left no room for anybody; the newest stay, also of the same address."""

    async def scenario() -> None:
        async with serving(connections_per_address=20, request_s=60) as served:
            streams = [await served.connect() for _ in range(1_100)]
            assert await served.answer() == 200
            assert served.connections <= 21
            assert await served.answer(address="127.0.0.2") == 200
            reader, writer = streams[-1]
            writer.write(GET + b"Connection: close\r\n\r\n")
            assert (await reply(reader))[0] == 200
            assert (await reply(streams[0][0]))[0] == 0

    run(scenario)


def test_what_is_being_answered_gives_way_to_nobody() -> None:
    async def scenario() -> None:
        async with serving(connections_per_address=2) as served:
            busy = [asyncio.create_task(served.answer("/wait", "127.0.0.2")) for _ in range(2)]
            while served.asked != ["/wait", "/wait"]:
                await asyncio.sleep(0.01)
            reader, _ = await served.connect()
            status, text = await reply(reader)
            assert status == 503
            check_problem(text, 503, "too many connections from your address")
            assert await served.answer(address="127.0.0.3") == 200
            served.go_on.set()
            assert await asyncio.gather(*busy) == [200, 200]
            assert await served.answer(address="127.0.0.2") == 200

    run(scenario)


def test_a_trusted_proxy_brings_many() -> None:
    async def scenario() -> None:
        async with serving(connections_per_address=2, trusted_proxies=["127.0.0.2"]) as served:
            for _ in range(10):
                await served.connect()
            assert await served.answer(address="127.0.0.2") == 200
            assert served.connections >= 10

    run(scenario)


def test_many_neighbours_together_leave_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one with the most connections gives way."""
    monkeypatch.setattr(module, "_room_for_connections", lambda: 30)

    async def scenario() -> None:
        async with serving(connections_per_address=20) as served:
            for number in range(100):
                await served.connect(f"127.0.0.{2 + number % 5}")
            assert served.connections <= 30
            assert await served.answer(address="127.0.0.99") == 200

    run(scenario)


def test_rubbish_is_told_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with serving() as served:
            for rubbish in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\n\r\n", b"GET\r\n\r\n",
                            GET + b"Host: b\r\n\r\n", GET + b"A\x00: b\r\n\r\n",
                            GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"):  # fmt: skip
                reader, writer = await served.connect()
                writer.write(rubbish + b"\r\n\r\n")
                status, text = await reply(reader)
                assert status == 400, rubbish
                check_problem(text, 400, "no HTTP request")
            assert await served.answer() == 200
            assert served.asked == ["/", "answered"]

    run(scenario)
    assert caplog.text == ""


def test_room_is_counted_by_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(module.resource, "setrlimit", lambda _kind, limits: asked.append(limits))
    for limits, room, raised in (
        ((1024, 4096), 3840, [(4096, 4096)]),
        ((1024, 1 << 20), 16_128, [(16_384, 1 << 20)]),
        ((1024, resource.RLIM_INFINITY), 16_128, [(16_384, resource.RLIM_INFINITY)]),
        ((50_000, 50_000), 49_744, []),
        ((128, 128), 64, []),
    ):
        asked.clear()
        monkeypatch.setattr(module.resource, "getrlimit", lambda _kind, limits=limits: limits)
        assert (module._room_for_connections(), asked) == (room, raised)
