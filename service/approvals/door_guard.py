"""Who gets through the human door: who the kernel says is its owner, or who has an admin's token.

A token is taken from a header alone. Browsers send a cookie of this machine's name to every port
of it, an agent's own among them; what is typed for HTTP Basic they send to the one port that asked.
"""

import base64
import binascii
import logging
import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Scope

from pinakes.service.errors import BadInput
from pinakes.service.http.security.caller import Caller
from pinakes.service.http.security.guard import Guard, Refused
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import ServeSettings, Settings
from pinakes.service.shutdown import Shutdown

__all__ = ["DoorGuard", "door_settings", "make_private_directory"]

_log = logging.getLogger(__name__)
_CHALLENGE = 'Basic realm="Pinakes approvals", charset="UTF-8"'  # RFC 7617


def door_settings(settings: Settings) -> ServeSettings:
    """How the door is served: on a socket or loopback alone, and nobody speaks for others."""
    socket = settings.approvals.door_socket
    host, port = settings.approvals.door_address or ("127.0.0.1", 0)
    limits = {"request_s": settings.serve.request_s}
    return ServeSettings.model_validate(
        {"uds": socket, "uds_mode": "600", "host": host, "port": port} | limits
    )


def make_private_directory(directory: Path) -> None:
    """Where the socket lies nobody else may enter. Raises BadInput where somebody may."""
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        status = directory.stat()
    except OSError as error:
        raise BadInput(f"approvals.door: {directory}: {error.strerror}") from None
    if status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise BadInput(
            f"approvals.door: others may enter {directory}; choose a directory that is yours "
            "alone, or chmod 700 it"
        )


class DoorGuard(Guard):
    """As before the reading door: names, web pages of others, long bodies. Then who it is."""

    def __init__(
        self, app: ASGIApp, settings: Settings, tokens: Tokens, shutdown: Shutdown
    ) -> None:
        serve = door_settings(settings)
        super().__init__(app, serve, tokens, shutdown)
        self._admins = tokens
        self._is_socket = serve.uds is not None

    def caller(self, scope: Scope, headers: Headers, address: str) -> Caller:
        """The owner of the socket, or an admin. Raises Refused for anybody else."""
        if self._is_socket:
            if address in (f"unix:{os.geteuid()}", "unix:0"):
                return Caller(address, "admin")
            raise Refused(403, "this socket is for the user that runs the service")
        try:
            secret = _secret(headers)
            token = self._admins.find(secret) if secret else None
        except BadInput as error:
            _log.error("%s", error)
            raise Refused(503, "the tokens cannot be read; the log has the details") from None
        if token is None:
            raise Refused(
                401,
                "this needs a token with the scope admin, as the password of any user",
                _CHALLENGE,
            )
        if token.scope != "admin":
            raise Refused(403, f"the token {token.name} has the scope {token.scope}, not admin")
        return Caller(token.name, "admin")


def _secret(headers: Headers) -> str:
    """The token: after Bearer, or the password of HTTP Basic."""
    kind, _, sent = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return sent.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(sent.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
