"""The server itself: TLS, and who is at the other end of a UNIX socket."""

import asyncio
import os
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pinakes.service.errors import BadInput
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.server import make_server
from pinakes.service.settings import ServeSettings
from tests.service.conftest import make_app, running
from tests.service.http.security.test_guard import settings_app
from tests.service.http.security.test_limits import serving
from tests.yardstick import PATIENCE_S


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine and its key, as files."""
    directory = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "certificate.pem", directory / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(_pem(key, serialization.NoEncryption()))
    (directory / "locked.pem").write_bytes(
        _pem(key, serialization.BestAvailableEncryption(b"secret"))
    )
    return paths


def _pem(key: ec.EllipticCurvePrivateKey, encryption: Any) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def test_certificates_make_it_https(
    awkward: Path, tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    chain, key = certificate
    secret = Tokens(tmp_path).create("phone", "ask")
    app = settings_app(awkward, tmp_path)
    with running(app, tls_certificate=chain, tls_key=key) as address:
        assert address.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=chain)
        with httpx.Client(base_url=address, verify=trusting) as client:
            assert client.get("/healthz").status_code == 200
            entered = client.post("/enter", data={"token": secret})
            assert entered.headers["set-cookie"].startswith("__Host-pinakes=")
            assert client.get("/readyz").status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(address.replace("https", "http"))


def test_who_begins_no_handshake_is_let_go(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.service.http.server._HANDSHAKE_S", 0.2)

    async def scenario() -> None:
        chain, key = certificate
        async with serving(tls_certificate=chain, tls_key=key) as served:
            reader, _ = await served.connect()
            async with asyncio.timeout(PATIENCE_S):
                assert await reader.read() == b""

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (("missing.pem", None), "No such file or directory"),
        (("certificate.pem", None), r"holds no private key: name its file in serve\.tls_key"),
        (("certificate.pem", "missing.pem"), r"No such file or directory: .*missing\.pem$"),
        ((".", None), "is no file"),
        (("key.pem", "key.pem"), "key.pem"),
        (("certificate.pem", "locked.pem"), "the key has a password; store it without one"),
        ((None, "key.pem"), "serve.tls_key is set without serve.tls_certificate"),
    ],
)
def test_certificates_that_are_none(
    awkward: Path, certificate: tuple[Path, Path], files: tuple[str | None, ...], told: str
) -> None:
    directory = certificate[0].parent
    chain, key = (name and directory / name for name in files)
    settings = ServeSettings(tls_certificate=chain or None, tls_key=key or None)
    with pytest.raises(BadInput, match=told):
        make_server(make_app(awkward), settings, lambda: None)


def test_users_of_a_unix_socket_are_told_apart(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "s"
        async with serving(uds=path) as served:
            transport = httpx.AsyncHTTPTransport(uds=str(path))
            async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:
                assert (await client.get("/")).status_code == 200
            assert served.clients == [f"unix:{os.getuid()}"]

    asyncio.run(scenario())


def test_many_connections_through_a_unix_socket(awkward: Path, tmp_path: Path) -> None:
    """A proxy brings those of many."""
    with running(make_app(awkward), uds=tmp_path / "s", connections_per_address=2):
        transport = httpx.HTTPTransport(uds=str(tmp_path / "s"))
        with httpx.Client(transport=transport, base_url="http://localhost") as client:
            codes: list[int] = []
            threads = [
                threading.Thread(target=lambda: codes.append(client.get("/healthz").status_code))
                for _ in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert codes == [200] * 8
            host = client.get("/healthz", headers={"host": "evil.test"})
            assert host.status_code == 421
