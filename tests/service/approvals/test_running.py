"""What was approved runs: exactly its words, without a shell, once, and its end is written down."""

import shlex
import sys
import threading
from pathlib import Path

import pytest

from pinakes.service.approvals import running
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.proposals import Proposal
from pinakes.service.approvals.running import Runs, run_here
from pinakes.service.http.security.tokens import Tokens
from tests.yardstick import wait_until


@pytest.fixture
def approvals(tmp_path: Path) -> Approvals:
    data = tmp_path / "data $(touch owned)"
    data.mkdir()
    return Approvals(data)


def _approved(approvals: Approvals, text: str) -> Proposal:
    return approvals.approve(approvals.propose(text, "agent").proposal.id, "me")


def test_it_does_what_it_says(approvals: Approvals, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a directory, too, where somebody has laid modules of the same names."""
    tokens = Tokens(approvals.data)
    tokens.create("phone", "ask")
    tokens.create("other", "ask")
    trap = approvals.data / "pinakes"
    trap.mkdir()
    (trap / "__init__.py").write_text("raise SystemExit(99)")
    (trap / "__main__.py").write_text("raise SystemExit(99)")
    monkeypatch.chdir(approvals.data)
    proposal = _approved(approvals, "tokens revoke phone")
    assert run_here(approvals, proposal) == 0
    assert [token.name for token in tokens.all()] == ["other"]
    assert approvals.find(proposal.id).state == "done"
    assert not any(path.name == "owned" for path in approvals.data.parent.rglob("*"))


def test_exactly_its_words(approvals: Approvals, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[list[str], dict[str, object]]] = []

    class Ended:
        returncode = 0

        def wait(self) -> int:
            return 0

    def popen(words: list[str], **options: object) -> Ended:
        called.append((words, options))
        return Ended()

    monkeypatch.setattr(running.subprocess, "Popen", popen)
    path = "/srv/a b'c;$(x)é"
    proposal = _approved(approvals, f"update {shlex.quote(path)} -c wiki")
    run_here(approvals, proposal)
    words, options = called[0]
    assert words == [
        sys.executable, "-P", "-m", "pinakes",
        "update", path, "--collection", "wiki", "--data", str(approvals.data),
    ]  # fmt: skip
    assert not options.get("shell")


def test_beside_a_service(approvals: Approvals) -> None:
    Tokens(approvals.data).create("phone", "ask")
    runs = Runs(approvals)
    good = _approved(approvals, "tokens revoke phone")
    bad = _approved(approvals, "tokens revoke nobody")
    runs.start(good)
    runs.start(bad)
    wait_until(lambda: {one.state for one in approvals.all()} == {"done", "failed"})
    assert "The token phone is revoked." in runs.said(good.id)
    assert "no token 'nobody'" in runs.said(bad.id)
    assert runs.said("x") == ""
    runs.stop()
    # The next service knows it, too.
    known = Approvals(approvals.data).find(bad.id)
    assert (known.status, "no token 'nobody'" in known.said) == (2, True)


def test_what_is_kept_of_what_it_said_is_its_end_and_plain(
    approvals: Approvals, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = running.subprocess.Popen

    def colourful(words: list[str], **options: object) -> object:
        told = "print('x' * 9_000 + '\\x1b[31mred\\x1b[0m\\nlast'); raise SystemExit(1)"
        return real([sys.executable, "-S", "-c", told], **options)

    monkeypatch.setattr(running.subprocess, "Popen", colourful)
    runs = Runs(approvals)
    proposal = _approved(approvals, "tokens revoke phone")
    runs.start(proposal)
    wait_until(lambda: approvals.find(proposal.id).state == "failed")
    runs.stop()
    said = approvals.find(proposal.id).said
    assert len(said) == 2_000
    assert said.endswith("xxred\nlast")


def test_what_still_runs_is_ended_with_the_service(
    approvals: Approvals, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = running.subprocess.Popen

    def slow(words: list[str], **options: object) -> object:
        told = "import time; print('x' * 100_000, flush=True); time.sleep(600)"
        return real([sys.executable, "-S", "-c", told], **options)

    monkeypatch.setattr(running.subprocess, "Popen", slow)
    runs = Runs(approvals)
    proposal = _approved(approvals, "tokens revoke phone")
    runs.start(proposal)
    wait_until(lambda: len(runs.said(proposal.id)) == 16 * 1024)
    runs.stop()
    known = approvals.find(proposal.id)
    assert (known.state, known.status) == ("failed", -15)
    assert not [one for one in threading.enumerate() if "_follow" in one.name]


def test_what_cannot_be_started(approvals: Approvals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nothing")
    proposal = _approved(approvals, "tokens revoke phone")
    with pytest.raises(FileNotFoundError):
        Runs(approvals).start(proposal)
    assert approvals.find(proposal.id).status == 126
