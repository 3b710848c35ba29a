from typing import Any

import pytest
from starlette.datastructures import Headers

from pinakes.service.errors import BadInput
from pinakes.service.http.security.caller import Peers, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1", "fe80::1"),
        ("::1", "::1"),
        ("unix:1000", "unix:1000"),
    ],
)
def test_what_stands_for_one_neighbour(address: str, network: str) -> None:
    assert network_of(address) == network


def origin(peers: Peers, peer: str | None, *forwarded: str, proto: str = "") -> tuple[str, str]:
    sent = [("x-forwarded-for", one) for one in forwarded]
    if proto:
        sent.append(("x-forwarded-proto", proto))
    headers = Headers(raw=[(name.encode(), value.encode()) for name, value in sent])
    scope: dict[str, Any] = {"client": (peer, 1) if peer else None, "scheme": "http"}
    return peers.origin(scope, headers)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        pytest.param("10.9.9.9", ("1.2.3.4",), "10.9.9.9", id="a stranger is not believed"),
        pytest.param("unix:0", ("1.2.3.4",), "unix:0", id="nor one on a UNIX socket"),
        pytest.param(None, ("1.2.3.4",), "unix", id="nor one that nobody knows"),
        pytest.param("127.0.0.1", ("1.2.3.4",), "1.2.3.4", id="a trusted proxy is"),
        pytest.param("::ffff:127.0.0.1", ("1.2.3.4",), "1.2.3.4", id="in any form"),
        pytest.param("127.0.0.1", (), "127.0.0.1", id="it asks for itself"),
        pytest.param("127.0.0.1", ("6.6.6.6, 1.2.3.4",), "1.2.3.4", id="what came before is words"),
        pytest.param("127.0.0.1", ("6.6.6.6", "1.2.3.4"), "1.2.3.4", id="in two headers"),
        pytest.param("127.0.0.1", ("1.2.3.4, 10.1.0.1",), "1.2.3.4", id="through two proxies"),
        pytest.param("127.0.0.1", ("1.2.3.4:55",), "1.2.3.4", id="with a port"),
        pytest.param("127.0.0.1", ("[2001:db8::7]:55",), "2001:db8::7", id="IPv6 with a port"),
        pytest.param("127.0.0.1", ("2001:db8::7",), "2001:db8::7", id="IPv6"),
        pytest.param("127.0.0.1", ("evil, unknown",), "127.0.0.1", id="nonsense is nobody"),
        pytest.param("127.0.0.1", ("1.2.3.4, nonsense",), "127.0.0.1", id="nonsense comes last"),
        pytest.param("127.0.0.1", ("10.1.0.2",), "10.1.0.2", id="a proxy asks for itself"),
    ],
)
def test_for_whom_a_proxy_asks(peer: str | None, forwarded: tuple[str, ...], address: str) -> None:
    peers = Peers(("127.0.0.1", "10.1.0.0/16"))
    assert origin(peers, peer, *forwarded)[0] == address


def test_a_proxy_on_the_unix_socket() -> None:
    assert origin(Peers(("unix",)), "unix:33", "1.2.3.4")[0] == "1.2.3.4"
    assert origin(Peers(("unix",)), None, "1.2.3.4")[0] == "1.2.3.4"
    assert origin(Peers(("unix",)), "127.0.0.1", "1.2.3.4")[0] == "127.0.0.1"


def test_only_a_trusted_proxy_tells_the_scheme() -> None:
    assert origin(Peers(()), "127.0.0.1", proto="https")[1] == "http"
    assert origin(Peers(("127.0.0.1",)), "127.0.0.1", proto="https")[1] == "https"
    assert origin(Peers(("127.0.0.1",)), "127.0.0.1", proto="javascript")[1] == "http"


@pytest.mark.parametrize("one", ["proxy.lan", "*", "10.0.0.1/8", "", "10.0.0.0/99"])
def test_what_is_no_address_is_refused_at_start(one: str) -> None:
    with pytest.raises(BadInput, match=r"serve\.trusted_proxies"):
        Peers((one,))
