"""What Pinakes lives on here: the data directory, its disk, the port, and who reaches it."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx

from pinakes.index.generations import collection_names
from pinakes.service.doctor.findings import Finding, note, ok, wrong
from pinakes.service.errors import BadInput
from pinakes.service.http.listening import Listening
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import ServeSettings, Settings

__all__ = ["examine_access", "examine_data", "examine_disk", "examine_port"]

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


def examine_port(serve: ServeSettings) -> Iterator[Finding]:
    """Whether pinakes serve could listen where it should, or already does."""
    name = "port"
    if serve.uds is not None:
        folder = serve.uds.absolute().parent
        if os.access(folder, os.W_OK | os.X_OK):
            yield ok(name, f"the socket {serve.uds} can be made")
        else:
            yield wrong(
                name, f"no socket can be made in {folder}", "name another with PINAKES_SERVE__UDS"
            )
        return
    try:
        listening = Listening(serve)
    except BadInput as error:
        if serving := _pinakes_at(serve):
            yield ok(name, f"{serve.host}:{serve.port}: Pinakes {serving} is serving")
        else:
            text = str(error).partition("; ")[0]
            yield wrong(name, text, "choose another with PINAKES_SERVE__PORT or --port")
        return
    listening.close()
    yield ok(name, f"{serve.host}:{serve.port} is free")


def examine_access(settings: Settings) -> Iterator[Finding]:
    """Who could reach the service. Raises BadInput where the file of the tokens is damaged."""
    name = "access"
    count = len(Tokens(settings.data).all()) if settings.data.is_dir() else 0
    tokens = "1 token" if count == 1 else f"{count} tokens"
    if not settings.serve.exposed:
        yield ok(name, f"this machine only, {tokens}")
    elif not count:
        yield wrong(
            name,
            f"other machines could reach {settings.serve.host}, and there is no token",
            "pinakes tokens create NAME, or listen on 127.0.0.1",
        )
    elif settings.serve.tls_certificate is None:
        yield note(
            name,
            f"other machines reach {settings.serve.host}, by {tokens}; what they send is not "
            "encrypted",
            "set PINAKES_SERVE__TLS_CERTIFICATE, unless a proxy before it does that",
        )
    else:
        yield ok(name, f"other machines reach {settings.serve.host} over TLS, by {tokens}")


def _pinakes_at(serve: ServeSettings) -> str | None:
    """The version of the Pinakes that serves there, if one does."""
    scheme = "https" if serve.tls_certificate else "http"
    host = f"[{serve.host}]" if ":" in serve.host else serve.host
    try:
        # Only whether it is Pinakes is asked; its certificate may be for another name.
        with httpx.Client(trust_env=False, timeout=_PATIENCE_S, verify=False) as client:  # noqa: S501
            answer = client.get(f"{scheme}://{host}:{serve.port}/healthz").json()
    except (httpx.HTTPError, ValueError):
        return None
    found = answer.get("version") if isinstance(answer, dict) else None
    return found if isinstance(found, str) else None
