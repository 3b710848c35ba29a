import json
import stat
from pathlib import Path

from pinakes.service.http.security.tokens import Tokens
from tests.service.conftest import Run


def test_a_token_is_shown_once(run: Run, tmp_path: Path) -> None:
    done = run("tokens", "create", "phone", "--data", tmp_path)
    assert done.status == 0
    secret = done.out.strip()
    assert "Shown this once" in done.err
    found = Tokens(tmp_path).find(secret)
    assert found is not None
    assert (found.name, found.scope) == ("phone", "ask")
    listed = run("tokens", "list", "--data", tmp_path)
    assert listed.out.split()[:2] == ["phone", "ask"]
    assert secret not in listed.out
    assert secret.removeprefix("pinakes_") not in (tmp_path / ".tokens.json").read_text()
    assert stat.S_IMODE((tmp_path / ".tokens.json").stat().st_mode) == 0o600


def test_scopes_and_json(run: Run, tmp_path: Path) -> None:
    made = json.loads(
        run("tokens", "create", "agent", "--scope", "read", "--json", "--data", tmp_path).out
    )
    assert (made["name"], made["scope"]) == ("agent", "read")
    found = Tokens(tmp_path).find(made["token"])
    assert found is not None
    listed = json.loads(run("tokens", "list", "--json", "--data", tmp_path).out)
    assert listed == [{"name": "agent", "scope": "read", "created": found.created}]


def test_what_does_not_fit_is_one_line(run: Run, tmp_path: Path) -> None:
    for words, told in (
        (["create", "a", "--scope", "root"], "no scope 'root'; there are read, ask, admin"),
        (["create", "1"], "is no name for a token"),
        (["revoke", "a"], "no token 'a'; there are: none"),
        (["create"], "Missing argument"),
    ):
        done = run("tokens", *words, "--data", tmp_path)
        assert (done.status, done.err.count("\n")) == (2, 1)
        assert told in done.err
    assert run("tokens", "list", "--data", tmp_path).status == 0


def test_revoked_is_gone(run: Run, tmp_path: Path) -> None:
    secret = run("tokens", "create", "phone", "--data", tmp_path).out.strip()
    assert (
        run("tokens", "revoke", "phone", "--data", tmp_path).out == "The token phone is revoked.\n"
    )
    assert Tokens(tmp_path).find(secret) is None


def test_the_first_and_the_last_change_who_gets_in(run: Run, tmp_path: Path) -> None:
    assert "every caller needs a token" in run("tokens", "create", "a", "--data", tmp_path).err
    assert "every caller" not in run("tokens", "create", "b", "--data", tmp_path).err
    assert run("tokens", "revoke", "a", "--data", tmp_path).err == ""
    assert (
        "open to whoever is on this machine" in run("tokens", "revoke", "b", "--data", tmp_path).err
    )


def test_limits_are_listed_and_changed(run: Run, tmp_path: Path) -> None:
    limits = ("--collections", "enwiki,lawiki", "--rate", "60/min", "--places", "2")
    made = run("tokens", "create", "phone", *limits, "--expires", "2999-12-31", "--data", tmp_path)
    assert "Not here yet: enwiki, lawiki." in made.err
    secret = made.out.strip()
    listed = run("tokens", "list", "--data", tmp_path).out
    for told in ("enwiki,lawiki", "60/min", "places: 2", "until 2999-12-31T23:59:59+00:00"):
        assert told in listed
    changed = run(
        "tokens", "set", "phone", "--rate", "any", "--collections", "all", "--json",
        "--data", tmp_path,
    )  # fmt: skip
    told = json.loads(changed.out)
    assert told.pop("created")
    assert told == {
        "name": "phone",
        "scope": "ask",
        "places": 2,
        "expires": "2999-12-31T23:59:59+00:00",
    }
    found = Tokens(tmp_path).find(secret)  # the same secret
    assert found is not None
    assert found.may.places == 2
    run("tokens", "set", "phone", "--expires", "2020-01-01", "--data", tmp_path)
    assert Tokens(tmp_path).find(secret) is None
    assert "expired 2020-01-01" in run("tokens", "list", "--data", tmp_path).out


def test_what_cannot_be_set_is_one_line(run: Run, tmp_path: Path) -> None:
    run("tokens", "create", "phone", "--data", tmp_path)
    for words, told in (
        (["set", "phone"], "nothing to change"),
        (["set", "laptop", "--places", "1"], "no token 'laptop'; there are: phone"),
        (["set", "phone", "--rate", "often"], "'often' is no rate"),
        (["create", "b", "--places", "0"], "'0' is no number of places"),
        (["usage", "laptop"], "no token 'laptop'; there are: phone"),
    ):
        done = run("tokens", *words, "--data", tmp_path)
        assert (done.status, done.err.count("\n")) == (2, 1)
        assert told in done.err
