"""The address of the service that these settings start, as others write it.

Knows the settings, not whether anything listens there.
"""

import shlex

from pinakes.service.settings import ServeSettings, Settings

__all__ = ["DEFAULT_ADDRESS", "curl_address", "service_address"]

DEFAULT_ADDRESS = "http://127.0.0.1:8707"
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # not listened on: replaced


def service_address(settings: Settings) -> str | None:
    """``http://host:port`` of this machine's service; None where it listens on a UNIX socket."""
    if settings.tools.base_url is not None:
        return settings.tools.base_url.rstrip("/")
    serve = settings.serve
    return None if serve.uds is not None else _tcp_address(serve)


def curl_address(settings: Settings) -> str:
    """What curl is given: the address, behind the socket where it is to be had by one."""
    address = service_address(settings)
    if address is None:
        return f"--unix-socket {shlex.quote(str(settings.serve.uds))} http://localhost"
    return address


def _tcp_address(serve: ServeSettings) -> str:
    scheme = "https" if serve.tls_certificate else "http"
    host = _ANY.get(serve.host, serve.host)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{serve.port}"
