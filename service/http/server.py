"""The HTTP server: uvicorn with h11, its limits, and an end that is told to everybody.

The only file that starts one. Knows nothing of what is served.
"""

import asyncio
import resource
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from pinakes.service.errors import BadInput
from pinakes.service.http.security.limits import LONGEST_HEAD, Connections, LimitedProtocol
from pinakes.service.settings import ServeSettings

__all__ = ["HttpServer", "make_server"]

# Files that the service itself has open: generations, models, its children.
_OWN_FILES = 256
_MOST_FILES = 16_384
_HANDSHAKE_S = 10.0
_GRACE_S = 5  # after streams were ended; searches in threads last no longer


class HttpServer(uvicorn.Server):
    """Tells the application that it ends before it waits for what is being answered."""

    def __init__(
        self, config: uvicorn.Config, ending: Callable[[], None], ended: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ending = ending
        self._ended = ended

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; TLS has to be agreed upon in time, which uvicorn leaves at a minute."""
        await super().startup(sockets=[])
        loop = asyncio.get_running_loop()
        make = partial(
            self.config.http_protocol_class,  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        limit = _HANDSHAKE_S if self.config.ssl else None
        for listening in sockets or ():
            server = await loop.create_server(
                make, sock=listening, ssl=self.config.ssl, ssl_handshake_timeout=limit, backlog=1024
            )
            self.servers.append(server)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is being answered, then everything."""
        self._ending()
        await super().shutdown(sockets)
        await asyncio.to_thread(self._ended)  # a signal may let nothing run after this


def make_server(
    app: ASGIApp,
    settings: ServeSettings,
    ending: Callable[[], None],
    ended: Callable[[], None] = lambda: None,
) -> HttpServer:
    """A server to be run with its sockets; ``ending`` is called as it begins to end.

    ``ended`` is called, in a thread, when everything has been answered.
    Raises BadInput for certificates that cannot be used.
    """
    connections = Connections(settings, _room_for_connections())
    context = _tls(settings.tls_certificate, settings.tls_key)
    config = uvicorn.Config(
        app,
        http=partial(LimitedProtocol, connections=connections),  # type: ignore[arg-type]
        h11_max_incomplete_event_size=LONGEST_HEAD,
        ws="none",
        log_level="error",  # warnings are about what clients send
        access_log=False,
        workers=1,
        proxy_headers=False,  # the guard decides whom to believe
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_context_factory=None if context is None else lambda _config, _default: context,
    )
    return HttpServer(config, ending, ended)


def _room_for_connections() -> int:
    """As many as files may be open, less our own; the limit is raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return max(64, (most if soft == resource.RLIM_INFINITY else soft) - _OWN_FILES)


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        if key is not None:
            raise BadInput("serve.tls_key is set without serve.tls_certificate")
        return None

    def locked() -> str:
        raise BadInput(f"{key or certificate}: the key has a password; store it without one")

    for path in (certificate, key):
        if path is not None and path.exists() and not path.is_file():
            raise BadInput(f"serve.tls_certificate, serve.tls_key: {path} is no file")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, locked)
    except ssl.SSLError as error:
        if key is None and b"PRIVATE KEY" not in certificate.read_bytes():
            raise BadInput(
                f"{certificate} holds no private key: name its file in serve.tls_key"
            ) from None
        reason = (error.reason or "not PEM").replace("_", " ").lower()
        files = f"{certificate} and {key}" if key else f"{certificate}"
        raise BadInput(f"serve.tls_certificate, serve.tls_key: {reason}: {files}") from None
    except OSError as error:
        missing = next((path for path in (certificate, key) if path and not path.is_file()), None)
        raise BadInput(
            f"serve.tls_certificate, serve.tls_key: {error.strerror}: {missing or certificate}"
        ) from None
    return context
