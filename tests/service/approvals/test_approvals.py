"""Proposals and decisions: kept, bounded, in time, decided once, whoever else is at it."""

import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from pinakes.service.approvals import approvals as approvals_module
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.log import Entry
from pinakes.service.approvals.proposals import Proposal
from pinakes.service.errors import BadInput, NotFound, TooManyProposals


@pytest.fixture
def approvals(tmp_path: Path) -> Approvals:
    return Approvals(tmp_path)


def _later(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    real = approvals_module._now
    monkeypatch.setattr(approvals_module, "_now", lambda: real() + timedelta(hours=hours))


def test_what_is_kept_is_there_for_another_process(approvals: Approvals, tmp_path: Path) -> None:
    made = approvals.propose("tokens revoke phone", "agent").proposal
    found = Approvals(tmp_path).find(made.id)
    assert (found.proposal, found.state) == (made, "waiting")
    assert made.command == ("tokens", "revoke", "phone", "--data", str(tmp_path))
    assert made.shown == f"pinakes tokens revoke phone --data {tmp_path}"
    assert made.expires - made.made == timedelta(hours=24)
    assert made.by == "agent"


def test_what_becomes_of_one(approvals: Approvals) -> None:
    ids = [approvals.propose(f"tokens revoke a{n}", "agent").proposal.id for n in range(4)]
    approvals.approve(ids[0], "me")
    approvals.ended(ids[0], 0)
    approvals.approve(ids[1], "me")
    approvals.ended(ids[1], 2)
    approvals.deny(ids[2], "me")
    approvals.approve(ids[3], "me")
    known = approvals.all()
    assert [one.state for one in known] == ["done", "failed", "denied", "approved"]
    assert [one.status for one in known] == [0, 2, None, None]
    assert {one.decided_by for one in known} == {"me"}


@pytest.mark.parametrize("first", ["approve", "deny"])
@pytest.mark.parametrize("then", ["approve", "deny"])
def test_a_decision_is_made_once(approvals: Approvals, first: str, then: str) -> None:
    id = approvals.propose("tokens revoke phone", "agent").proposal.id
    getattr(approvals, first)(id, "me")
    with pytest.raises(BadInput, match=rf"{id} was .* by me; have it proposed again"):
        getattr(approvals, then)(id, "me")
    assert len(approvals.log.entries()) == 2


def test_of_many_at_once_one_runs_it(approvals: Approvals, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where others look before the first has written down that it was approved."""
    id = approvals.propose("tokens revoke phone", "agent").proposal.id
    others = threading.Barrier(8)
    got: list[Proposal] = []
    real = approvals_module._waiting

    def waiting(entries: Iterable[Entry], id: str) -> Proposal:
        found = real(entries, id)
        with suppress(threading.BrokenBarrierError):  # nobody comes who is kept out
            others.wait(0.3)
        return found

    monkeypatch.setattr(approvals_module, "_waiting", waiting)

    def approve() -> None:
        with suppress(BadInput):
            got.append(Approvals(approvals.data).approve(id, "me"))

    threads = [threading.Thread(target=approve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert [entry.event for entry in approvals.log.entries()] == ["proposed", "approved"]


def test_in_time(approvals: Approvals, monkeypatch: pytest.MonkeyPatch) -> None:
    id = approvals.propose("tokens revoke phone", "agent").proposal.id
    _later(monkeypatch, 25)
    assert approvals.find(id).state == "expired"
    for decide in (approvals.approve, approvals.deny):
        with pytest.raises(BadInput, match="has expired"):
            decide(id, "me")
    assert approvals.propose("tokens revoke phone", "agent").proposal.id != id


@pytest.mark.parametrize("id", ["", "x" * 12, "../log", "x" * 100_000, "-1", "\x1b[2J", "\udcff"])
def test_ids_that_are_none(approvals: Approvals, id: str) -> None:
    approvals.propose("tokens revoke phone", "agent")
    for ask in (approvals.find, lambda one: approvals.approve(one, "me")):
        with pytest.raises(NotFound, match="no proposal"):
            ask(id)


def test_the_same_is_kept_once(approvals: Approvals) -> None:
    first = approvals.propose("tokens revoke phone", "agent").proposal
    assert approvals.propose(" pinakes tokens  revoke phone", "agent").proposal == first
    assert approvals.propose("tokens revoke phone", "other").proposal.id != first.id
    approvals.deny(first.id, "me")
    assert approvals.propose("tokens revoke phone", "agent").proposal.id != first.id


def test_one_proposer_has_so_many_waiting(
    approvals: Approvals, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [approvals.propose(f"tokens revoke a{n}", "agent").proposal for n in range(8)]
    with pytest.raises(TooManyProposals, match="8 proposals wait") as refused:
        approvals.propose("tokens revoke b", "agent")
    assert 23 * 3600 < refused.value.retry_after_s <= 24 * 3600
    assert len(approvals.log.entries()) == 8
    approvals.propose("tokens revoke b", "other")
    approvals.deny(made[3].id, "me")
    approvals.propose("tokens revoke b", "agent")
    with pytest.raises(TooManyProposals):
        approvals.propose("tokens revoke c", "agent")
    _later(monkeypatch, 25)
    approvals.propose("tokens revoke c", "agent")


def test_all_together_have_so_many_waiting(approvals: Approvals) -> None:
    for one in range(4):
        for n in range(8):
            approvals.propose(f"tokens revoke a{n}", f"agent{one}")
    with pytest.raises(TooManyProposals, match="32 proposals wait"):
        approvals.propose("tokens revoke a", "another")
    assert len(approvals.log.entries()) == 32


def test_a_path_that_is_a_link_is_not_approved(approvals: Approvals, tmp_path: Path) -> None:
    dumps, link = tmp_path / "dumps", tmp_path / "latest"
    link.symlink_to(dumps)
    for path in (link, link / "x.xml"):
        id = approvals.propose(f"update {path} -c wiki", "agent").proposal.id
        with pytest.raises(BadInput, match=rf"is a link, .* to {dumps}"):
            approvals.approve(id, "me")
        assert approvals.find(id).state == "waiting"
    made = approvals.propose(f"update {dumps} -c wiki", "agent").proposal
    assert approvals.approve(made.id, "me") == made


def test_the_data_directory_is_named_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data")
    made = Approvals(tmp_path / "link").propose("rollback -c wiki", "agent").proposal
    assert made.data == str(tmp_path / "data")
    Approvals(tmp_path / "data").approve(made.id, "me")


def test_words_of_the_log_that_are_not_on_the_list_never_run(approvals: Approvals) -> None:
    """Not even where the chain holds: somebody may write who should not."""
    made = approvals.propose("tokens revoke phone", "agent").proposal
    kept = made.as_json()
    for number, words in enumerate(
        (["serve"], ["tokens", "revoke", "-x"], ["rollback", "-c", "a"])
    ):
        with approvals.log.opened() as log:
            log.append("proposed", kept | {"id": f"x{number}", "words": words})
        with pytest.raises(NotFound):
            approvals.approve(f"x{number}", "me")
