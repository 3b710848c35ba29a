"""Who asks: by token, else by address, as the server or a trusted proxy tells it.

Knows nothing of what is asked.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Request
from starlette.datastructures import Headers

from pinakes.index.library import Library
from pinakes.service.errors import BadInput, NotAllowed
from pinakes.service.http.security.hosts import plain_address

__all__ = ["Caller", "Peers", "Scope", "caller_of", "network_of"]

# read: search, pages and suggestions. ask: answers too. admin: as ask, and decisions.
Scope = Literal["read", "ask", "admin"]
_UNIX = "unix"
_NONE_HERE = (
    "none of the collections that this token opens is here; ask whoever runs this service for "
    "another token"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name of a token, or the network of an address, and how far it may go.

    ``collections``: those that are there for it; None: all.
    """

    name: str
    scope: Scope = "ask"
    collections: tuple[str, ...] | None = None

    def limited(self, library: Library) -> Library:
        """As much of ``library`` as is there for this caller."""
        if self.collections is None:
            return library
        return library.limited_to(self.collections, _NONE_HERE)

    def may_know(self, collection: str) -> bool:
        """Whether a collection of this name is there for this caller, if there is one."""
        return self.collections is None or collection in self.collections

    @property
    def may_ask(self) -> bool:
        """Whether it is given answers, and not only what it searches for and reads."""
        return self.scope != "read"

    def check_may_ask(self) -> None:
        """Raises NotAllowed where the token is for reading only."""
        if not self.may_ask:
            raise NotAllowed(
                f"the token {self.name} may search and read; answers and embeddings need one "
                "with the scope ask"
            )


def caller_of(request: Request) -> Caller:
    """Who sent ``request``, as the guard has found out."""
    caller: Caller = request.state.caller
    return caller


def network_of(address: str) -> str:
    """What stands for one neighbour: an address, or the /64 that a host with IPv6 is given.

    Anything else (``unix:1000``, a user's number) as it is.
    """
    plain = plain_address(address)
    if plain is None or ":" not in plain or plain == "::1":
        return plain or address
    if plain.startswith("fe80:"):  # of one link, where all have the same network
        return plain
    return str(ipaddress.ip_network(f"{plain}/64", strict=False))


class Peers:
    """Which peers are proxies that tell for whom they ask."""

    def __init__(self, trusted: Iterable[str]) -> None:
        """``trusted``: addresses, networks, ``unix``. Raises BadInput for anything else."""
        self._unix = False
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for proxy in trusted:
            if proxy == _UNIX:
                self._unix = True
                continue
            try:
                self._networks.append(ipaddress.ip_network(proxy))
            except ValueError as error:
                raise BadInput(
                    f"setting serve.trusted_proxies: {error}; give addresses, networks as in "
                    "10.0.0.0/8, or unix"
                ) from None

    def trust(self, address: str) -> bool:
        """Whether the peer at ``address`` is a trusted proxy."""
        plain = plain_address(address)
        if plain is None:
            return self._unix and address.split(":")[0] == _UNIX
        return any(ipaddress.ip_address(plain) in network for network in self._networks)

    def origin(self, scope: Mapping[str, Any], headers: Headers) -> tuple[str, str]:
        """Address of who asks and the scheme asked by, of an ASGI scope.

        From a trusted proxy: the last address in X-Forwarded-For that is no such proxy itself, and
        X-Forwarded-Proto. From anybody else these headers say nothing.
        """
        peer = scope["client"][0] if scope.get("client") else _UNIX
        scheme = scope.get("scheme", "http")
        if not self.trust(peer):
            return peer, scheme
        told = headers.get("x-forwarded-proto", "").strip().lower()
        forwarded = ",".join(headers.getlist("x-forwarded-for")).split(",")
        for claimed in reversed(forwarded):
            address = _without_port(claimed.strip())
            if address is None:
                break
            peer = address
            if not self.trust(address):
                break
        return peer, told if told in ("http", "https") else scheme


def _without_port(text: str) -> str | None:
    """The address of ``1.2.3.4:5`` or ``[::1]:5``, port or none; None where there is no address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return plain_address(text)
