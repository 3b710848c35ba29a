import hmac
import os
import stat
import threading
from pathlib import Path

import pytest

from pinakes.service.errors import BadInput, NotFound
from pinakes.service.http.security import tokens as tokens_module
from pinakes.service.http.security.tokens import Tokens


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "data")


def test_a_token_is_known_until_it_is_revoked(tokens: Tokens) -> None:
    assert tokens.all() == ()
    phone, agent = tokens.create("phone", "read"), tokens.create("agent", "ask")
    assert phone != agent
    found = tokens.find(phone)
    assert found is not None
    assert (found.name, found.scope) == ("phone", "read")
    for wrong in (phone[:-1], phone + "x", phone.upper(), "", "pinakes_", "é", "\udc80"):
        assert tokens.find(wrong) is None
    tokens.revoke("phone")
    assert tokens.find(phone) is None
    assert [one.name for one in tokens.all()] == ["agent"]


def test_another_process_sees_the_change_at_once(tokens: Tokens) -> None:
    running = Tokens(tokens.path.parent)
    assert running.all() == ()
    secret = tokens.create("phone", "ask")
    assert running.find(secret) is not None
    tokens.revoke("phone")
    assert running.find(secret) is None


def test_the_token_itself_is_kept_nowhere(tokens: Tokens) -> None:
    secret = tokens.create("phone", "ask")
    assert len(secret) > 43
    for path in tokens.path.parent.rglob("*"):
        assert secret.removeprefix("pinakes_") not in path.read_text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_file_stays_private_whatever_the_umask_is(tokens: Tokens) -> None:
    usual = os.umask(0)
    try:
        tokens.create("phone", "ask")
    finally:
        os.umask(usual)
    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("place", range(3))
def test_each_is_compared_whichever_it_is(
    tokens: Tokens, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In constant time, and with no end at the one that fits."""
    secrets = [tokens.create(name, "ask") for name in "abc"]
    compared: list[str] = []
    real = hmac.compare_digest

    class Counting:
        @staticmethod
        def compare_digest(one: str, other: str) -> bool:
            compared.append(one)
            return real(one, other)

    monkeypatch.setattr(tokens_module, "hmac", Counting)
    found = tokens.find(secrets[place])
    assert found is not None
    assert found.name == "abc"[place]
    assert compared == [one.sha256 for one in tokens.all()]


@pytest.mark.parametrize(
    "name", ["", "1st", "192.168.1.7", "unix:1", "a b", "a/b", "ä", "a\n", "-x", "x" * 65]
)
def test_what_is_no_name(tokens: Tokens, name: str) -> None:
    with pytest.raises(BadInput, match="is no name for a token"):
        tokens.create(name, "ask")


def test_a_name_is_taken_once(tokens: Tokens) -> None:
    tokens.create("phone", "ask")
    with pytest.raises(BadInput, match="already; revoke it"):
        tokens.create("phone", "read")
    with pytest.raises(NotFound, match="no token 'other'; there are: phone"):
        tokens.revoke("other")


def test_many_at_once_lose_none(tokens: Tokens) -> None:
    names = [f"t{number}" for number in range(16)]
    threads = [
        threading.Thread(target=Tokens(tokens.path.parent).create, args=(name, "ask"))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.name for one in tokens.all()) == sorted(names)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"tokens": [1]}',
        '{"tokens": [{"name": "a"}]}',
        '{"tokens": [{"name":"a","scope":"all","created":"","sha256":"' + "0" * 64 + '"}]}',
        '{"tokens": [{"name":"a","scope":"ask","created":"","sha256":"é"}]}',
        '{"tokens": [{"name":"a","scope":"ask","created":"","sha256":7}]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_lets_nobody_in(tokens: Tokens, text: str) -> None:
    tokens.create("phone", "ask")
    tokens.path.write_text(text)
    with pytest.raises(BadInput, match=r"\.tokens\.json is damaged; remove it"):
        tokens.all()
    with pytest.raises(BadInput, match="is damaged"):
        tokens.create("another", "ask")


def test_what_is_no_file_is_not_waited_for(tokens: Tokens) -> None:
    tokens.path.parent.mkdir()
    os.mkfifo(tokens.path)
    with pytest.raises(BadInput, match="is damaged"):
        tokens.all()


def test_what_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(BadInput, match="tokens cannot be kept there"):
        Tokens(tmp_path / "data").create("phone", "ask")


def test_a_write_that_fails_leaves_what_was(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.create("phone", "ask")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left"):
        tokens.create("another", "ask")
    monkeypatch.undo()
    assert [one.name for one in tokens.all()] == ["phone"]
    assert [path.name for path in tokens.path.parent.iterdir()] == [".tokens.json"]
