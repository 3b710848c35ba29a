"""``pinakes approvals``: looked at, decided and verified at a terminal."""

import io
import json
from pathlib import Path

import pytest

from pinakes.service.approvals.approvals import Approvals
from pinakes.service.http.security.tokens import Tokens
from tests.service.conftest import Run


class Terminal(io.StringIO):
    """Lines that somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def approvals(tmp_path: Path) -> Approvals:
    return Approvals(tmp_path)


def test_it_shows_exactly_what_would_run(run: Run, approvals: Approvals) -> None:
    made = approvals.propose("collections remove old", "agent").proposal
    told = run("approvals", "show", made.id, "--data", approvals.data).out
    first, second, third = told.splitlines()
    assert first.startswith(f"{made.id}  waiting: Remove the collection old with all")
    assert second.strip() == f"pinakes collections remove old --yes --data {approvals.data}"
    assert f"proposed by agent at {made.made:%Y-%m-%d %H:%M:%S} UTC" in third
    assert run("approvals", "list", "--data", approvals.data).out == told
    shown = json.loads(run("approvals", "show", made.id, "--json", "--data", approvals.data).out)
    assert shown["command"] == ["pinakes", *made.command]
    assert (shown["by"], shown["state"], shown["decided"]) == ("agent", "waiting", None)
    listed = json.loads(run("approvals", "list", "--json", "--data", approvals.data).out)
    assert listed == {"proposals": [shown]}


def test_approved_it_runs_here(run: Run, approvals: Approvals) -> None:
    Tokens(approvals.data).create("phone", "ask")
    id = approvals.propose("tokens revoke phone", "agent").proposal.id
    done = run("approvals", "approve", id, "--yes", "--data", approvals.data)
    assert done.status == 0
    assert f"pinakes tokens revoke phone --data {approvals.data}" in done.err
    assert Tokens(approvals.data).all() == ()
    known = approvals.find(id)
    assert known.state == "done"
    assert known.decided_by is not None
    assert known.decided_by.endswith("by a command, at no terminal")


def test_its_status_is_passed_on(run: Run, approvals: Approvals) -> None:
    id = approvals.propose("tokens revoke nobody", "agent").proposal.id
    assert run("approvals", "approve", id, "-y", "--data", approvals.data).status == 2
    assert approvals.find(id).status == 2
    again = run("approvals", "approve", id, "-y", "--data", approvals.data)
    assert again.status == 2
    assert "has run already, and an approval is used once" in again.err


@pytest.mark.parametrize("typed", ["n\n", "", "approve\n"])
def test_asked_at_a_terminal_and_not_told_yes(
    run: Run, approvals: Approvals, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(io, "StringIO", Terminal)
    id = approvals.propose("tokens revoke nobody", "agent").proposal.id
    done = run("approvals", "approve", id, "--data", approvals.data, lines=typed)
    assert done.status == 130
    assert "pinakes tokens revoke nobody" in done.out
    assert [entry.event for entry in approvals.log.entries()] == ["proposed"]


def test_denied(run: Run, approvals: Approvals) -> None:
    one, other = (approvals.propose(f"tokens revoke {name}", "a").proposal.id for name in "xy")
    done = run("approvals", "deny", one, "--data", approvals.data)
    assert done.out == f"{one} never runs.\n"
    assert run("approvals", "list", "--data", approvals.data).out.startswith(other)
    both = run("approvals", "list", "--all", "--data", approvals.data).out
    assert f"{one}  denied: " in both
    assert run("approvals", "deny", "--data", approvals.data).status == 2
    assert run("approvals", "deny", other, "--all", "--data", approvals.data).status == 2
    assert run("approvals", "deny", "--all", "--data", approvals.data).status == 0
    assert "Nothing waits" in run("approvals", "list", "--data", approvals.data).err


def test_verified(run: Run, approvals: Approvals) -> None:
    empty = run("approvals", "verify", "--json", "--data", approvals.data)
    assert json.loads(empty.out) == {"entries": 0, "sha256": None}
    id = approvals.propose("tokens revoke x", "agent").proposal.id
    approvals.deny(id, "me")
    told = run("approvals", "verify", "--data", approvals.data)
    assert told.status == 0
    assert told.out.startswith("2 entries, each as it was written.")
    assert approvals.log.entries()[-1].sha256 in told.out
    text = approvals.log.path.read_text()
    approvals.log.path.write_text(text.replace('"denied"', '"approved"'))
    broken = run("approvals", "verify", "--data", approvals.data)
    assert broken.status == 1
    assert broken.err.startswith("pinakes: entry 2 of the log of approvals is not what was written")
    assert broken.err.count("\n") == 1
