import os
import socket
import stat
from pathlib import Path

import pytest

from pinakes.service.errors import BadInput
from pinakes.service.http import listening as listening_module
from pinakes.service.http.listening import Listening, as_given, given_socket
from pinakes.service.settings import ServeSettings


def uds(path: Path, mode: str = "600") -> Listening:
    return Listening(ServeSettings(uds=path, uds_mode=mode))


def test_an_address_and_how_it_is_told() -> None:
    listening = Listening(ServeSettings(port=0))
    port = listening.socket.getsockname()[1]
    assert listening.name == f"http://127.0.0.1:{port}"
    with pytest.raises(BadInput, match=f"cannot listen on 127.0.0.1:{port} .* --port"):
        Listening(ServeSettings(port=port))
    listening.close()
    six = Listening(ServeSettings(host="::1", port=0, tls_certificate=Path("x")))
    assert six.name == f"https://[::1]:{six.socket.getsockname()[1]}"
    six.close()


@pytest.mark.parametrize(("mode", "bits"), [("600", 0o600), ("0660", 0o660), ("666", 0o666)])
def test_a_unix_socket_is_for_its_owner_unless_told_otherwise(
    tmp_path: Path, mode: str, bits: int
) -> None:
    path = tmp_path / "s"
    usual = os.umask(0)
    try:
        listening = uds(path, mode)
        assert os.umask(0) == 0
    finally:
        os.umask(usual)
    assert stat.S_ISSOCK(path.stat().st_mode)
    assert stat.S_IMODE(path.stat().st_mode) == bits
    listening.close()
    assert not path.exists()
    listening.close()  # once more does no harm


def test_it_is_never_open_to_others_not_even_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    def chmod(path: Path, mode: int) -> None:
        modes.append(stat.S_IMODE(path.stat().st_mode))

    usual = os.umask(0)
    monkeypatch.setattr(os, "chmod", chmod)
    try:
        uds(tmp_path / "s", "660").close()
    finally:
        os.umask(usual)
    assert modes == [0o600]


def test_a_socket_nobody_listens_on_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    listening = uds(path)
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(path))
    listening.close()


def test_a_live_one_does_not(tmp_path: Path) -> None:
    first = uds(tmp_path / "s")
    with pytest.raises(BadInput, match="another process listens there; choose another with --uds"):
        uds(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(tmp_path / "s"))
    first.close()


def test_what_has_taken_its_place_stays(tmp_path: Path) -> None:
    path = tmp_path / "s"
    first = uds(path)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        first.close()
        assert path.exists()


@pytest.mark.parametrize("kind", ["file", "directory", "link"])
def test_what_is_no_socket_stays(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "s"
    if kind == "file":
        path.write_text("mine")
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="is there and no socket"):
        uds(path)
    assert os.path.lexists(path)


def test_where_no_socket_can_be(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot listen on .*too long.*--uds"):
        uds(tmp_path / ("x" * 120))
    with pytest.raises(BadInput, match="No such file or directory"):
        uds(tmp_path / "missing" / "s")


@pytest.mark.parametrize("mode", ["rw", "999", "1600", ""])
def test_what_is_no_mode(mode: str) -> None:
    with pytest.raises(ValueError, match="uds_mode"):
        ServeSettings(uds_mode=mode)


def given(
    monkeypatch: pytest.MonkeyPatch, handed: socket.socket, count: str = "1"
) -> socket.socket | None:
    """What is found of a socket that was handed over at the place where systemd puts it."""
    monkeypatch.setattr(listening_module, "_GIVEN", os.dup(handed.fileno()))
    for name, value in (("PID", str(os.getpid())), ("FDS", count), ("FDNAMES", "pinakes.socket")):
        monkeypatch.setenv(f"LISTEN_{name}", value)
    return given_socket()


def test_a_socket_that_is_given_is_used_and_left_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in (("127.0.0.1", 0), str(tmp_path / "s")):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        with socket.socket(family) as handed:
            handed.bind(address)
            handed.listen()
            name = handed.getsockname()
            taken = given(monkeypatch, handed)
        assert taken is not None
        assert not taken.get_inheritable()
        assert not [name for name in os.environ if name.startswith("LISTEN_")]
        settings = as_given(ServeSettings(host="0.0.0.0", uds=Path("/elsewhere")), taken)
        listening = Listening(settings, taken)
        assert (settings.uds, settings.exposed) == (Path(name) if family == 1 else None, False)
        assert listening.name.endswith(name if family == 1 else f"127.0.0.1:{name[1]}")
        with socket.socket(family) as asking:
            asking.connect(name)
        listening.close()
    assert (tmp_path / "s").exists()


def test_what_is_given_beyond_loopback_is_known_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("0.0.0.0", 0)) as handed:
        taken = given(monkeypatch, handed)
    assert taken is not None
    with taken:
        assert as_given(ServeSettings(), taken).exposed


def test_what_nobody_can_connect_to_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    assert given_socket() is None  # meant for another process
    with socket.socket() as deaf, pytest.raises(BadInput, match="no socket to listen on"):
        given(monkeypatch, deaf)
    with socket.socket(socket.AF_UNIX) as unnamed:
        unnamed.bind("")
        unnamed.listen()
        with pytest.raises(BadInput, match="an address or a path"):
            given(monkeypatch, unnamed)
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        pytest.raises(BadInput, match="given 2 sockets"),
    ):
        given(monkeypatch, one, "2")
