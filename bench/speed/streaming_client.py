"""Clients that ask for streams of events at once, and tell when each event came.

As little as possible happens while they listen: bytes are kept with the time of their coming
(CLOCK_MONOTONIC) and read afterwards. Run in a process of its own.

Command: python -m bench.speed.streaming_client < job.json, where job is
{"address": "http://… or unix:/…", "path": "/api/ask", "clients": [[body, …], …]}: what each client
asks, one after the other. Prints a JSON list of what bench.speed.streaming_client.Reply holds.
"""

import asyncio
import json
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Reply", "stream_all"]

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Reply:
    """A request's number within the job, when it was sent, and its events with their times.

    An event is its name (empty where it has none), its data and when its last byte came.
    """

    client: int
    number: int
    sent: float
    status: int
    events: list[tuple[str, Any, float]]


def stream_all(address: str, path: str, clients: Sequence[Sequence[Any]]) -> list[Reply]:
    """The replies to what each client asks, from a process of their own."""
    job = {"address": address, "path": path, "clients": clients}
    done = subprocess.run(
        [sys.executable, "-m", "bench.speed.streaming_client"],
        cwd=_ROOT,
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [
        Reply(reply["client"], reply["number"], reply["sent"], reply["status"], reply["events"])
        for reply in json.loads(done.stdout)
    ]


async def _ask(job: Mapping[str, Any], client: int) -> list[dict[str, Any]]:
    replies = []
    for number, body in enumerate(job["clients"][client]):
        sent, pieces = await _raw(job["address"], job["path"], json.dumps(body).encode())
        replies.append({"client": client, "number": number, "sent": sent, "pieces": pieces})
    return replies


async def _raw(address: str, path: str, body: bytes) -> tuple[float, list[tuple[float, bytes]]]:
    """When the request was sent, and the bytes of the reply as they came."""
    if address.startswith("unix:"):
        reader, writer = await asyncio.open_unix_connection(address.removeprefix("unix:"))
    else:
        url = urlsplit(address)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += "Accept: text/event-stream\r\nContent-Type: application/json\r\n"
    sent = time.monotonic()
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    pieces = []
    while piece := await reader.read(1 << 16):
        pieces.append((time.monotonic(), piece))
    writer.close()
    return sent, pieces


def _read(pieces: Sequence[tuple[float, bytes]]) -> tuple[int, list[tuple[str, Any, float]]]:
    """Status and events of a reply."""
    ends: list[int] = []
    for _, piece in pieces:
        ends.append(len(piece) + (ends[-1] if ends else 0))
    raw = b"".join(piece for _, piece in pieces)
    head, _, _ = raw.partition(b"\r\n\r\n")
    chunked = b"transfer-encoding: chunked" in head.lower()
    parts = list(_parts(raw, len(head) + 4) if chunked else [(len(head) + 4, len(raw))])
    body = b"".join(raw[start:end] for start, end in parts)
    events: list[tuple[str, Any, float]] = []
    place = 0
    while (end := body.find(b"\n\n", place)) >= 0:
        came = pieces[bisect_left(ends, _raw_place(parts, end + 1) + 1)][0]
        events += [(name, data, came) for name, data in _event(body[place:end])]
        place = end + 2
    return int(raw[9:12]), events


def _parts(raw: bytes, place: int) -> Iterator[tuple[int, int]]:
    """Where the chunks of a chunked body lie."""
    while True:
        line = raw.index(b"\r\n", place)
        size = int(raw[place:line].partition(b";")[0], 16)
        if size == 0:
            return
        yield line + 2, line + 2 + size
        place = line + 2 + size + 2


def _raw_place(parts: Sequence[tuple[int, int]], place: int) -> int:
    for start, end in parts:
        if place < end - start:
            return start + place
        place -= end - start
    raise IndexError(place)


def _event(block: bytes) -> Iterator[tuple[str, Any]]:
    name, data = "", None
    for line in block.decode().splitlines():
        kind, _, value = line.partition(": ")
        if kind == "event":
            name = value
        elif kind == "data" and value != "[DONE]":
            data = json.loads(value)
    if data is not None:
        yield name, data


async def _all(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = await asyncio.gather(*(_ask(job, client) for client in range(len(job["clients"]))))
    replies = [reply for client in asked for reply in client]
    for reply in replies:
        reply["status"], reply["events"] = _read(reply.pop("pieces"))
    return replies


def main() -> None:
    """Ask and tell."""
    json.dump(asyncio.run(_all(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
