"""What Pinakes lives on here: the data directory, its disk, and the port to serve on."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx

from index.generations import collection_names
from service.doctor.findings import Finding, note, ok, wrong

__all__ = ["examine_data", "examine_disk", "examine_port"]

_LITTLE_ROOM = 1_000_000_000
_NO_ROOM = 100_000_000
_PATIENCE_S = 2.0


def examine_data(data: Path) -> Iterator[Finding]:
    """Whether collections can be read and built there, and by nobody who should not."""
    name = "data"
    built = collection_names(data)
    nearest = next(path for path in (data, *data.absolute().parents) if path.exists())
    if not nearest.is_dir():
        yield wrong(name, f"{nearest} is no directory", "name another with PINAKES_DATA or --data")
    elif not os.access(nearest, os.R_OK | os.X_OK):
        yield wrong(name, f"{nearest} cannot be read by this user", f"chmod u+rx {nearest}")
    elif nearest == data and data.stat().st_mode & stat.S_IWOTH:
        yield wrong(name, f"{data} can be written by anybody", f"chmod o-w {data}")
    elif os.access(nearest, os.W_OK):
        yield ok(name, f"{data}, {'writable' if nearest == data else 'to be made by the build'}")
    elif built:
        yield note(name, f"{data} is read-only: it can be asked, not built in")
    else:
        yield wrong(
            name, f"{nearest} cannot be written, and nothing is built there",
            "name another directory with PINAKES_DATA or --data",
        )  # fmt: skip


def examine_disk(data: Path) -> Iterator[Finding]:
    """How much room there is."""
    nearest = next(path for path in (data, *data.absolute().parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    text = f"{free / 1e9:,.1f} GB free on the disk of {nearest}"
    if free < _NO_ROOM:
        yield wrong("disk", text, "make room, or name another disk with --data")
    elif free < _LITTLE_ROOM:
        yield note("disk", text, "pinakes plan DUMP says what a build takes")
    else:
        yield ok("disk", text)


def examine_port(host: str, port: int) -> Iterator[Finding]:
    """Whether pinakes serve could listen there, or already does."""
    name = "port"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            taken = error
        else:
            yield ok(name, f"{host}:{port} is free")
            return
    if serving := _pinakes_at(host, port):
        yield ok(name, f"{host}:{port}: Pinakes {serving} is serving")
    else:
        yield wrong(
            name, f"{host}:{port} cannot be had ({taken.strerror})",
            "choose another with PINAKES_SERVE__PORT or --port",
        )  # fmt: skip


def _pinakes_at(host: str, port: int) -> str | None:
    """The version of the Pinakes that serves there, if one does."""
    shown = f"[{host}]" if ":" in host else host
    try:
        with httpx.Client(trust_env=False, timeout=_PATIENCE_S) as client:
            answer = client.get(f"http://{shown}:{port}/healthz").json()
    except (httpx.HTTPError, ValueError):
        return None
    found = answer.get("version") if isinstance(answer, dict) else None
    return found if isinstance(found, str) else None
