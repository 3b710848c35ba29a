"""Which HTTP server holds out: header bombs, slow and idle connections, streams, ends of streams.

Each server that is installed runs the same application (a page, and 100 events at 50 a second)
in a process of its own with 1,024 file descriptors, with all limits that it offers set to what we
want (64 KiB of headers, 10 s to send them); a row "bare" has none set. Measures:
1. a header of 60 MB: bytes taken, the longest answer to another client meanwhile, memory gained;
2. connections that send half a request and then a byte a second: how many are left after 15 s;
3. 1,100 connections of one address that say nothing: seconds until another address is answered
   (None: not within 10), and how many are left after 15 s;
4. 16 streams at once: milliseconds from an event's leaving to its coming, CPU for each;
5. SIGTERM with four streams open: seconds until the process has ended (killed after 20), its exit
   status, whether there was a traceback, and how many streams were told.
"pinakes" is uvicorn with h11 as pinakes serve sets it up.
Needs what is to be compared: pip install httptools hypercorn granian.
Command: python -m bench.speed.servers [NAME ...]
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.record import record
from bench.speed.processes import anonymous_bytes, children
from bench.speed.service_process import cpu_seconds
from pinakes.service.errors import ShuttingDown
from pinakes.service.http.listening import Listening
from pinakes.service.http.server import make_server
from pinakes.service.settings import ServeSettings
from pinakes.service.shutdown import Shutdown

_ROOT = Path(__file__).resolve().parents[2]
_UVICORN = [sys.executable, "-m", "uvicorn", "bench.speed.servers:app", "--loop", "uvloop"]
_UVICORN += ["--log-level", "warning", "--timeout-graceful-shutdown", "5", "--port"]
_HYPERCORN = [sys.executable, "-m", "hypercorn", "-k", "uvloop", "--log-level", "warning"]
_GRANIAN = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop"]
_GRANIAN += ["--no-ws", "--log-level", "warning", "--port"]
_SERVERS = {
    "uvicorn, httptools": ("httptools", [*_UVICORN, "{port}", "--http", "httptools"]),
    "uvicorn, h11, bare": ("uvicorn", [*_UVICORN, "{port}", "--http", "h11"]),
    "uvicorn, h11": (
        "uvicorn",
        [*_UVICORN, "{port}", "--http", "h11", "--h11-max-incomplete-event-size", "65536"],
    ),
    "hypercorn": (
        "hypercorn",
        [*_HYPERCORN, "-b", "127.0.0.1:{port}", "--read-timeout", "10", "bench.speed.servers:app"],
    ),
    "granian, bare": ("granian", [*_GRANIAN, "{port}", "bench.speed.servers:app"]),
    "granian": (
        "granian",
        [*_GRANIAN, "{port}", "--http1-header-read-timeout", "10000", "--workers-kill-timeout",
         "5", "--http1-buffer-size", "65536", "bench.speed.servers:app"],
    ),
    "pinakes": ("uvicorn", [sys.executable, "-m", "bench.speed.servers", "--serve", "{port}"]),
}  # fmt: skip
_BOMB, _PIECE = 60_000_000, b"X: 12345678\r\n" * 5_000
_DESCRIPTORS, _IDLE, _SLOW = 1024, 1100, 50
_WATCHED_S = 15
_STREAMS, _EVENTS, _ENDLESS, _RATE = 16, 100, 3000, 50


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The application that is served: ``/``, ``/stream`` and ``/endless``, which lasts a minute."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    kind = b"text/plain" if scope["path"] == "/" else b"text/event-stream"
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] != "/":
        events = _EVENTS if scope["path"] == "/stream" else _ENDLESS
        began = time.monotonic()
        for number in range(1, events + 1):
            event = b"data: %.6f\n\n" % time.monotonic()
            await send({"type": "http.response.body", "body": event, "more_body": True})
            await asyncio.sleep(max(0.0, began + number / _RATE - time.monotonic()))
    await send({"type": "http.response.body", "body": b"ok", "more_body": False})


class _Process:
    """A server that runs."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port

    def kill(self) -> None:
        """End it and its children at once."""
        for pid in reversed(self.pids()):
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def pids(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)]

    def memory(self) -> int:
        return sum(map(anonymous_bytes, self.pids()))

    def cpu(self) -> float:
        return sum(map(cpu_seconds, self.pids()))

    def answer_s(self, limit_s: float = 30.0) -> float | None:
        """Seconds until ``/`` is answered; None where that does not happen."""
        began = time.monotonic()
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), limit_s) as client,
        ):
            client.settimeout(limit_s)
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if b" 200 " in client.recv(1000):
                return time.monotonic() - began
        return None


@contextmanager
def _running(name: str) -> Iterator[_Process]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))

    words = [word.format(port=port) for word in _SERVERS[name][1]]
    process = subprocess.Popen(
        words, cwd=_ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        preexec_fn=limited,
    )  # fmt: skip
    server = _Process(process, port)
    try:
        while server.answer_s(1) is None:
            if process.poll() is not None:
                raise RuntimeError(
                    f"{name} did not start: {process.stderr and process.stderr.read()}"
                )
            time.sleep(0.05)
        yield server
    finally:
        if process.poll() is None:
            server.kill()
        if process.stderr:
            process.stderr.close()


async def _bomb(server: _Process) -> dict[str, Any]:
    before, longest, memory = server.memory(), 0.0, 0
    probing = True

    async def probe() -> None:
        nonlocal longest, memory
        while probing:
            taken = await asyncio.to_thread(server.answer_s)
            longest = max(longest, 30.0 if taken is None else taken)
            memory = max(memory, server.memory())
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(probe())
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    sent = 0
    with suppress(OSError):
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        while sent < _BOMB:
            writer.write(_PIECE)
            await writer.drain()
            sent += len(_PIECE)
        writer.write(b"\r\n")
        await writer.drain()
    await asyncio.sleep(1)
    probing = False
    await watching
    writer.close()
    return {"sent_mb": sent / 1e6, "longest_s": longest, "memory_mb": (memory - before) / 1e6}


async def _left(readers: list[asyncio.StreamReader], writers: list[asyncio.StreamWriter]) -> int:
    """How many connections the server has not ended."""
    left = 0
    for reader, writer in zip(readers, writers, strict=True):
        try:
            async with asyncio.timeout(0.002):
                while await reader.read(1000):
                    pass
        except TimeoutError:
            left += 1
        except OSError:
            pass
        writer.close()
    return left


async def _slow(server: _Process) -> int:
    readers, writers = [], []
    for _ in range(_SLOW):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        readers.append(reader)
        writers.append(writer)
    for _ in range(_WATCHED_S):
        for writer in writers:
            if not writer.is_closing():
                writer.write(b"x")
        await asyncio.sleep(1)
    return await _left(readers, writers)


async def _idle(server: _Process) -> tuple[float | None, int]:
    readers, writers = [], []
    for _ in range(_IDLE):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", server.port, local_addr=("127.0.0.2", 0)
        )
        readers.append(reader)
        writers.append(writer)
    await asyncio.sleep(1)
    answered = await asyncio.to_thread(server.answer_s, 10.0)
    await asyncio.sleep(_WATCHED_S)
    return answered, await _left(readers, writers)


async def _events(server: _Process, path: str = "/stream") -> AsyncIterator[tuple[float, bytes]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    while line := await reader.readline():
        yield time.monotonic(), line
    writer.close()


async def _streams(server: _Process) -> dict[str, float]:
    async def stream() -> list[float]:
        return [
            (came - float(line.split()[1])) * 1000
            async for came, line in _events(server)
            if line.startswith(b"data: ")
        ]

    before = server.cpu()
    delays = [
        delay
        for some in await asyncio.gather(*(stream() for _ in range(_STREAMS)))
        for delay in some
    ]
    cpu = server.cpu() - before
    return {
        "mean_ms": fmean(delays),
        "p95_ms": quantiles(delays, n=20)[-1],
        "cpu_ms": cpu * 1000 / len(delays),
    }


async def _ending(server: _Process) -> dict[str, Any]:
    told = []

    async def stream() -> None:
        text = b""
        with suppress(OSError):
            async for _, line in _events(server, "/endless"):
                text += line
        told.append(b"event: error" in text)

    streams = [asyncio.create_task(stream()) for _ in range(4)]
    await asyncio.sleep(0.5)
    began = time.monotonic()
    server.process.terminate()
    status: int | None = None
    try:
        status = await asyncio.to_thread(server.process.wait, 20)
    except subprocess.TimeoutExpired:
        server.kill()
    seconds = time.monotonic() - began
    await asyncio.gather(*streams)
    said = server.process.stderr.read() if server.process.stderr else ""
    return {
        "seconds": seconds, "status": status, "traceback": "Traceback" in said, "told": sum(told)
    }  # fmt: skip


def _figures(name: str) -> dict[str, Any]:
    with _running(name) as server:
        streams = asyncio.run(_streams(server))
        bomb = asyncio.run(_bomb(server))
    with _running(name) as server:
        slow = asyncio.run(_slow(server))
    with _running(name) as server:
        answered, left = asyncio.run(_idle(server))
    with _running(name) as server:
        ending = asyncio.run(_ending(server))
    idle = {"answered_s": answered, "left": left}
    return {"bomb": bomb, "slow_left": slow, "idle": idle, "streams": streams, "ending": ending}


def main() -> None:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_SERVERS))
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("--no-record", action="store_true", help="print only")
    options = parser.parse_args()
    if options.serve:
        _serve(options.serve)
        return
    figures = {}
    for name, (package, _) in _SERVERS.items():
        if (not options.names or name in options.names) and find_spec(package):
            figures[name] = {"version": version(package), **_figures(name)}
            print(name, json.dumps(figures[name]), flush=True)
    _print(figures)
    if not options.no_record:
        print(record("servers", "an application of two pages", figures))


def _print(figures: dict[str, Any]) -> None:
    table = Table()
    for heading in (
        "server", "bomb: MB taken", "longest wait s", "memory MB", "slow left", "idle: answered s",
        "idle left", "event ms", "p95", "CPU ms", "ends in s", "status", "traceback", "told",
    ):  # fmt: skip
        table.add_column(heading)
    for name, figure in figures.items():
        bomb, streams, ending = figure["bomb"], figure["streams"], figure["ending"]
        answered = figure["idle"]["answered_s"]
        table.add_row(
            name, f"{bomb['sent_mb']:.1f}", f"{bomb['longest_s']:.2f}", f"{bomb['memory_mb']:.0f}",
            str(figure["slow_left"]), "never" if answered is None else f"{answered:.3f}",
            str(figure["idle"]["left"]), f"{streams['mean_ms']:.2f}", f"{streams['p95_ms']:.2f}",
            f"{streams['cpu_ms']:.2f}", f"{ending['seconds']:.2f}", str(ending["status"]),
            str(ending["traceback"]), str(ending["told"]),
        )  # fmt: skip
    Console(width=200).print(table)


def _serve(port: int) -> None:
    """The application by the server that ``pinakes serve`` uses."""
    settings = ServeSettings(port=port, request_s=10)
    listening = Listening(settings)
    shutdown = Shutdown()

    async def ending(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        try:
            async with shutdown.interrupting():
                await app(scope, receive, send)
        except ShuttingDown:
            last = b"event: error\ndata: {}\n\n"
            await send({"type": "http.response.body", "body": last, "more_body": False})

    make_server(ending, settings, shutdown.begin).run(sockets=[listening.socket])


if __name__ == "__main__":
    main()
