import pytest

from pinakes.service.errors import BadInput
from pinakes.service.http.security.hosts import OwnNames, host_of, plain_address, same_origin


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("localhost", ("localhost", "")),
        ("LocalHost:8707", ("localhost", "8707")),
        ("localhost.", ("localhost", "")),
        ("localhost..", ("localhost.", "")),
        ("127.0.0.1:1", ("127.0.0.1", "1")),
        ("[::1]", ("::1", "")),
        ("[0:0:0:0:0:0:0:1]:80", ("::1", "80")),
        ("[::ffff:127.0.0.1]", ("127.0.0.1", "")),
        ("my_box.lan", ("my_box.lan", "")),
        ("", None),
        (".", None),
        (":80", None),
        ("::1", None),
        ("[nonsense]", None),
        ("localhost:", None),
        ("localhost:123456", None),
        ("localhost, evil.test", None),
        ("user@localhost", None),
        ("localhost/x", None),
        ("local host", None),
        ("localhost\n", None),
        ("löcalhost", None),
        ("127.0.0.1:٨٠", None),
    ],
)
def test_how_a_host_is_read(written: str, read: tuple[str, str] | None) -> None:
    assert host_of(written) == read


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.7", True),
        ("wiki.lan", True),
        ("box", True),
        ("10.0.0.9", True),
        ("10.0.0.8", False),
        ("evil.test", False),
        ("localhost.evil.test", False),
        ("evil-localhost", False),
        ("127.0.0.1.evil.test", False),
        ("2130706433", False),
        ("0x7f000001", False),
        ("0.0.0.0", False),
    ],
)
def test_which_names_are_its_own(name: str, own: bool) -> None:
    names = OwnNames("192.168.1.7", ("Wiki.LAN", "box."))
    assert names.include(name, "10.0.0.9") is own


def test_the_address_of_everything_is_no_name() -> None:
    assert not OwnNames("0.0.0.0", ()).include("evil.test", "10.0.0.9")
    assert OwnNames("::1", ()).include("::1", None)


@pytest.mark.parametrize("name", ["*", "*.lan", "wiki.lan:8707", "https://wiki.lan", "", "a b"])
def test_what_is_no_name_is_refused_at_start(name: str) -> None:
    with pytest.raises(BadInput, match=r"serve\.allowed_hosts"):
        OwnNames("127.0.0.1", (name,))


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8707", "localhost:8707", True),
        ("http://localhost:8707", "LOCALHOST:8707", True),
        ("https://wiki.lan", "wiki.lan", True),
        ("https://wiki.lan", "wiki.lan:443", True),
        ("http://wiki.lan:80", "wiki.lan", True),
        ("http://[::1]:8707", "[::1]:8707", True),
        ("http://localhost", "localhost:8707", False),
        ("http://localhost:3000", "localhost:8707", False),
        ("http://127.0.0.1:8707", "localhost:8707", False),
        ("http://evil.test", "localhost", False),
        ("null", "localhost", False),
        ("", "localhost", False),
        ("localhost", "localhost", False),
        ("file://", "localhost", False),
        ("chrome-extension://localhost", "localhost", False),
        ("http://localhost http://evil.test", "localhost", False),
    ],
)
def test_the_same_origin(origin: str, host: str, same: bool) -> None:
    read = host_of(host)
    assert read is not None
    assert same_origin(origin, read) is same


def test_addresses_have_one_form() -> None:
    assert plain_address("::FFFF:10.0.0.1") == "10.0.0.1"
    assert plain_address("2001:DB8::0001") == "2001:db8::1"
    assert plain_address("unix:1000") is None
