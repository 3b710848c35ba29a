"""The names by which this service is asked, and which of them are its own.

A web page can have its own name lead to this machine (DNS rebinding); its requests carry that name.
Knows nothing of requests.
"""

import ipaddress
import re
from collections.abc import Iterable

from pinakes.service.errors import BadInput

__all__ = ["OwnNames", "host_of", "plain_address", "same_origin"]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# RFC 9110, 7.2, without user names; underscores occur in names of containers.
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d{1,5}))?", re.ASCII)
_PORTS = {"http": "80", "https": "443"}


def plain_address(text: str) -> str | None:
    """An IP address in its one form, IPv4 out of IPv6; None where ``text`` is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def host_of(authority: str) -> tuple[str, str] | None:
    """Name and port ("" where there is none) of ``name:port``; None where it is nothing like it.

    Names are lower case and without the dot of the root.
    """
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        return None
    name = plain_address(found[1]) if found[1] else found[2].lower().removesuffix(".")
    return (name, found[3] or "") if name else None


class OwnNames:
    """The loopback names, the address listened on, and those that the settings allow."""

    def __init__(self, host: str, allowed: Iterable[str]) -> None:
        """Raises BadInput for an allowed name that is none: a pattern, an address with a port."""
        self._names = set(_LOOPBACK)
        for name in (host, *allowed):
            found = host_of(f"[{name}]" if ":" in name and "[" not in name else name)
            if found is None or found[1]:
                raise BadInput(
                    f"setting serve.allowed_hosts: {name!r} is no name of a host; write it "
                    "without port, scheme and stars, as in wiki.lan"
                )
            self._names.add(found[0])

    def include(self, name: str, local: str | None) -> bool:
        """Whether ``name`` is one of them, or ``local``, the address a request came in at.

        A page of others cannot bear the address of this machine: it would have to come from it.
        """
        return name in self._names or (local is not None and name == plain_address(local))


def same_origin(origin: str, host: tuple[str, str]) -> bool:
    """Whether a page of ``origin`` (RFC 6454) comes from where the request goes.

    The scheme is not compared: behind a proxy it is not known, and browsers that send
    ``Sec-Fetch-Site`` have compared it.
    """
    scheme, separator, authority = origin.partition("://")
    own = host_of(authority)
    if not separator or own is None or scheme not in _PORTS:
        return False
    port = _PORTS[scheme]
    return (own[0], own[1] or port) == (host[0], host[1] or port)
