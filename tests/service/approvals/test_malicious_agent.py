"""An agent that tries to have its way without a person's word, by every door that it can reach.

It has a token for the reading door, and loopback; of the data directory it sees nothing, where a
test does not say otherwise.
"""

import base64
import json
import os
import shlex
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Mount

from pinakes.service.approvals import running
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.http.security.tokens import Tokens
from tests.service.approvals.doors import Doors, two_doors
from tests.service.conftest import Run, local_client, make_app
from tests.service.http.checked_replies import check_problem
from tests.yardstick import wait_until

ACTION = "tokens revoke phone"


@pytest.fixture(scope="module")
def both(awkward: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with two_doors(awkward, tmp_path_factory.mktemp("data")) as doors:
        yield doors


@pytest.fixture
def doors(both: Doors) -> Doors:
    both.begin_anew()
    return both


def _unharmed(doors: Doors) -> bool:
    """Whether what was proposed has not happened."""
    return "phone" in {token.name for token in Tokens(doors.data).all()}


def _refused(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    check_problem(answer.json())


def _taking(routes: Iterable[Any]) -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from (f"{route.path}{path}" for path in _taking(route.routes or ()))
        elif hasattr(route, "effective_candidates"):  # FastAPI's, of an included router
            yield from _taking(route.effective_candidates())
        elif not route.methods or route.methods - {"GET", "HEAD"}:
            yield route.path


class TestOverTheReadingDoor:
    WORDS = "approve", "deny", "decide", "confirm", "run", "verify"

    def test_no_address_decides(self, doors: Doors) -> None:
        id = doors.propose(ACTION).json()["id"]
        form = doors.form(id)
        for word in self.WORDS:
            for path in (f"/{word}", f"/api/{word}", f"/api/proposals/{id}/{word}"):
                for method in ("POST", "PUT", "PATCH", "DELETE", "GET"):
                    answer = doors.reading.request(method, path, data=form)
                    assert answer.status_code in (404, 405), (method, path)
        for method in ("PUT", "PATCH", "DELETE", "POST"):
            answer = doors.reading.request(method, f"/api/proposals/{id}", json={"state": "done"})
            assert answer.status_code == 405
        assert doors.events() == ["proposed"]

    def test_nothing_there_changes_anything_but_by_proposing(self, doors: Doors) -> None:
        """What takes another method than GET, all of it."""
        app: Any = doors.reading.app
        assert set(_taking(app.routes)) == {
            "/api/ask",
            "/c/{collection}/api/ask",
            "/v1/chat/completions",
            "/v1/embeddings",
            "/v1/responses",
            "/mcp",
            "/enter",
            "/api/proposals",
        }

    @pytest.mark.parametrize(
        "body",
        [
            {"action": ACTION, "state": "approved"},
            {"action": ACTION, "by": "me"},
            {"action": ["tokens", "revoke", "phone"]},
            {"action": None},
            {"action": "x" * 5_000},
            [ACTION],
            {},
        ],
    )
    def test_a_proposal_is_words_and_nothing_else(self, doors: Doors, body: object) -> None:
        _refused(doors.reading.post("/api/proposals", json=body), 400)
        assert doors.events() == []

    def test_an_admins_token_decides_nothing_there(self, doors: Doors) -> None:
        id = doors.propose(ACTION).json()["id"]
        doors.reading.headers["authorization"] = f"Bearer {doors.admin}"
        for word in self.WORDS:
            assert doors.reading.post(f"/api/proposals/{id}/{word}").status_code == 404
        assert doors.events() == ["proposed"]

    def test_forged_ids(self, doors: Doors) -> None:
        doors.propose(ACTION)
        for id in ("x", "../../.tokens.json", "%2e%2e%2fhead.json", "\u202e", "a" * 3_000):
            _refused(doors.reading.get(f"/api/proposals/{id}"), 404)

    def test_nothing_is_told_of_this_machine(self, doors: Doors) -> None:
        """Not whether a file is there, either: both are taken alike."""
        there = doors.propose(f"unpack {doors.data} -c wiki").json()
        gone = doors.propose(f"unpack {doors.data}-gone -c wiki").json()
        assert there.keys() == gone.keys()
        assert there["state"] == gone["state"] == "waiting"


class TestOverTheHumanDoor:
    def _credentials(self, doors: Doors) -> dict[str, dict[str, str]]:
        def basic(secret: str) -> dict[str, str]:
            sent = base64.b64encode(f"me:{secret}".encode()).decode()
            return {"authorization": f"Basic {sent}"}

        return {
            "none": {},
            "its own": {"authorization": f"Bearer {doors.agent}"},
            "its own, as a password": basic(doors.agent),
            "a guess": basic("pinakes_" + "a" * 43),
            "none as a password": basic(""),
            "no Basic": {"authorization": "Basic %%%"},
            "no text": {"authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()},
            "its own as a cookie": {"cookie": f"pinakes={doors.agent}"},
            "a proxy's word": {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"},
            "a name": {"x-remote-user": "me", "remote-user": "me"},
        }

    def test_no_credential_of_its_own_opens_it(self, doors: Doors) -> None:
        id = doors.propose(ACTION).json()["id"]
        form = doors.form(id)
        for name, headers in self._credentials(doors).items():
            for method, path in (("GET", "/"), ("POST", "/decide"), ("GET", "/static/style.css")):
                data = form | {"decision": "approve"} if method == "POST" else None
                answer = doors.human.request(method, path, headers=headers, data=data)
                _refused(answer, 401, 403)
                assert doors.agent not in answer.text, name
        assert doors.events() == ["proposed"]
        assert _unharmed(doors)

    def test_a_cookie_opens_nothing_for_it_goes_to_every_port(self, doors: Doors) -> None:
        """A browser that knows the admin's token from the reading door sends it along."""
        form = doors.form(doors.propose(ACTION).json()["id"])
        cookie = {"cookie": f"pinakes={doors.admin}; __Host-pinakes={doors.admin}"}
        _refused(doors.decide(form, "approve", headers=cookie, auth=None), 401)
        assert doors.events() == ["proposed"]

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            pytest.param({"origin": "http://127.0.0.1:8707"}, 403, id="the reading door's page"),
            pytest.param({"origin": "http://localhost:3000"}, 403, id="another page"),
            pytest.param({"origin": "null"}, 403, id="an origin that is not told"),
            pytest.param({"sec-fetch-site": "same-site"}, 403, id="another port"),
            pytest.param({"sec-fetch-site": "cross-site"}, 403, id="another site"),
            pytest.param({"host": "evil.test"}, 421, id="another name"),
        ],
    )
    def test_a_page_of_its_own_cannot_use_the_persons_browser(
        self, doors: Doors, headers: dict[str, str], status: int
    ) -> None:
        """The browser sends the password by itself, wherever a form comes from."""
        form = doors.form(doors.propose(ACTION).json()["id"])
        _refused(doors.decide(form, "approve", headers=headers), status)
        assert doors.events() == ["proposed"]

    def test_a_form_of_another_proposal_or_none(self, doors: Doors) -> None:
        """The seal of one does not open another, and none is guessed."""
        one, other = (doors.propose(f"tokens revoke {name}").json()["id"] for name in "ab")
        form = doors.form(one)
        for forged in (
            form | {"id": other},
            form | {"seal": ""},
            form | {"seal": "0" * 64},
            form | {"seal": "é\udcff".encode("utf-8", "replace").decode()},
            {"id": one},
        ):
            _refused(doors.decide(forged, "approve"), 403)
        _refused(doors.decide(form | {"id": "x"}, "approve"), 404)
        _refused(doors.decide(form, "approve or so"), 400)
        assert doors.events() == ["proposed", "proposed"]

    def test_a_replay(self, doors: Doors) -> None:
        id = doors.propose(ACTION).json()["id"]
        form = doors.form(id)
        assert doors.decide(form, "approve").status_code == 303
        wait_until(lambda: doors.approvals.find(id).state == "done")
        Tokens(doors.data).create("phone", "ask")
        _refused(doors.decide(form, "approve"), 400)
        _refused(doors.decide(form, "deny"), 400)
        assert doors.events() == ["proposed", "approved", "ended"]
        assert _unharmed(doors)

    def test_two_approvals_at_once_run_it_once(
        self, doors: Doors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[str] = []
        monkeypatch.setattr(running.Runs, "start", lambda _, proposal: started.append(proposal.id))
        form = doors.form(doors.propose(ACTION).json()["id"])
        gate = threading.Barrier(6)
        answers: list[int] = []

        def approve() -> None:
            gate.wait()
            answers.append(doors.decide(form, "approve").status_code)

        threads = [threading.Thread(target=approve) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [303, 400, 400, 400, 400, 400]
        assert started == [form["id"]]


class TestThroughTheCommandLine:
    def test_without_the_folder_there_is_nothing_to_approve(
        self, doors: Doors, run: Run, tmp_path: Path
    ) -> None:
        """In a sandbox the folder is not there, and another one is another service's."""
        id = doors.propose(ACTION).json()["id"]
        for data in (tmp_path / "sandbox", tmp_path / "nothing" / "there"):
            done = run("approvals", "approve", id, "--yes", "--data", data)
            assert done.status in (1, 2)
            assert done.err.startswith("pinakes: ")
        assert doors.events() == ["proposed"]
        assert _unharmed(doors)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_without_the_right_to_read_it(self, doors: Doors, run: Run) -> None:
        id = doors.propose(ACTION).json()["id"]
        directory = doors.approvals.log.directory
        directory.chmod(0)
        try:
            for words in (("approve", id, "--yes"), ("show", id), ("list",), ("deny", id)):
                assert run("approvals", *words, "--data", doors.data).status == 1
        finally:
            directory.chmod(0o700)
        assert doors.events() == ["proposed"]

    def test_as_another_user(self, doors: Doors, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Root as well: what is approved runs as the service's user, and as nobody else."""
        id = doors.propose(ACTION).json()["id"]
        with monkeypatch.context() as patch:
            patch.setattr(os, "geteuid", lambda: 12345)
            done = run("approvals", "approve", id, "--yes", "--data", doors.data)
        assert done.status == 1
        assert "be the user that the service runs as" in done.err
        assert _unharmed(doors)

    def test_nobody_there_to_be_asked(self, doors: Doors, run: Run) -> None:
        id = doors.propose(ACTION).json()["id"]
        done = run("approvals", "approve", id, "--data", doors.data, lines="y\n")
        assert done.status == 2
        assert "--yes" in done.err
        assert doors.events() == ["proposed"]

    @pytest.mark.parametrize("id", ["--all", "-y", "../log", "*", "", "\x1b[2K", "--data=/"])
    def test_forged_ids(self, doors: Doors, run: Run, id: str) -> None:
        doors.propose(ACTION)
        for word in ("approve", "show"):
            done = run("approvals", word, "--data", doors.data, *(["--yes"] * (word == "approve")),
                       "--", id)  # fmt: skip
            assert done.status == 2
            assert done.err.isprintable() or done.err.count("\n") == 1
        assert doors.events() == ["proposed"]


# What is shown of each is not what its letters seem to say, were they shown as they are.
DECEITS = {
    "direction": "unpack '/srv/\u202e\u2066gpj.kcap\u2069' -c wiki",
    "isolates": "unpack '/srv/a\u2067b\u2069' -c wiki",
    "a terminal's colours": "unpack '/srv/\x1b[8mx\x1b[0m' -c wiki",
    "a line drawn over": "unpack '/srv/evil\r/srv/good' -c wiki",
    "a title": "unpack '/srv/\x1b]0;approved\x07' -c wiki",
    "the end of a text": "unpack '/srv/good\x00/srv/evil' -c wiki",
    "a new line": "unpack '/srv/x\n  pinakes approvals verify' -c wiki",
    "hidden letters": "unpack '/srv/\u2060\u200d\ufeff' -c wiki",
    "tags": "unpack '/srv/\U000e0052\U000e004d' -c wiki",
    "climbing": "unpack /srv/dumps/../../etc -c wiki",
    "climbing names": "generations remove ../../../etc -c wiki",
    "another directory": "collections remove wiki --data /",
    "an option": "collections remove --yes --data=/",
    "an option behind a stop": "tokens revoke -- --help",
    "an option as a collection": "rollback --collection=--help",
    "more than one command": "tokens revoke phone; tokens revoke me",
    "a substitution": "tokens revoke $(id)",
    "a shell": "sh -c 'pinakes tokens revoke me'",
    "markup": "tokens revoke '<script>alert(1)</script>'",
}


class TestWordsThatDeceive:
    @pytest.mark.parametrize("action", DECEITS.values(), ids=DECEITS)
    def test_they_are_not_taken(self, doors: Doors, action: str) -> None:
        _refused(doors.propose(action), 400)
        assert doors.events() == []

    def test_letters_that_look_alike_are_spelled(self, doors: Doors, run: Run) -> None:
        """Cyrillic, Hebrew, which turns around what stands beside it, marks on other letters."""
        path = "/srv/p\u0430yp\u0430l/\u05d0\u05d1/1/e\u0301/\uff0e\uff0e/\u2215etc"
        made = doors.propose(f"unpack {path} -c wiki").json()
        runs = doors.approvals.find(made["id"]).proposal.command
        told = run("approvals", "show", made["id"], "--data", doors.data)
        listed = json.loads(
            run("approvals", "show", made["id"], "--json", "--data", doors.data).out
        )
        for shown in (*doors.shown(), told.out.splitlines()[1].strip(), listed["runs"]):
            assert shown.isascii()
            assert shown.isprintable()
            assert (
                r"$'/srv/p\u0430yp\u0430l/\u05d0\u05d1/1/e\u0301/\uff0e\uff0e/\u2215etc'" in shown
            )
        assert path in runs
        assert made["would"].isascii()

    def test_shells_make_nothing_of_them(self, doors: Doors) -> None:
        path = "/srv/$(touch owned) `id`; rm -rf ~ #&|<>*?\"'\\"
        made = doors.propose(f"unpack {shlex.quote(path)} -c wiki").json()
        proposal = doors.approvals.find(made["id"]).proposal
        assert proposal.command[1] == path
        assert doors.shown() == [proposal.shown]
        assert shlex.split(proposal.shown) == ["pinakes", *proposal.command]

    def test_a_link_laid_afterwards(self, doors: Doors, tmp_path: Path) -> None:
        """The name that a person has agreed to leads elsewhere by the time that it is approved."""
        good, evil = tmp_path / "good", tmp_path / "evil"
        good.mkdir()
        evil.mkdir()
        id = doors.propose(f"unpack {good} -c wiki").json()["id"]
        form = doors.form(id)
        good.rmdir()
        good.symlink_to(evil)
        answer = doors.decide(form, "approve")
        _refused(answer, 400)
        assert "is a link" in answer.json()["detail"]
        assert doors.events() == ["proposed"]


class TestFloods:
    def test_of_one_token(self, doors: Doors) -> None:
        answers = [doors.propose(f"tokens revoke a{n}") for n in range(20)]
        assert [answer.status_code for answer in answers] == [200] * 8 + [429] * 12
        for answer in answers[8:]:
            _refused(answer, 429)
            assert int(answer.headers["retry-after"]) >= 1
        assert len(doors.events()) == 8
        assert doors.reading.get("/api/search", params={"q": "zebrafish"}).status_code == 200

    def test_of_many_tokens(self, doors: Doors) -> None:
        tokens = Tokens(doors.data)
        size = 0
        for one in range(6):
            doors.reading.headers["authorization"] = f"Bearer {tokens.create(f'f{one}', 'read')}"
            for n in range(10):
                answer = doors.propose(f"tokens revoke a{n}")
                assert answer.status_code in (200, 429)
            if one == 4:
                size = doors.approvals.log.path.stat().st_size
        assert len(doors.events()) == 32
        assert doors.approvals.log.path.stat().st_size == size

    def test_a_person_is_rid_of_it_with_one_word(self, doors: Doors, run: Run) -> None:
        for n in range(10):
            doors.propose(f"tokens revoke a{n}")
        done = run("approvals", "deny", "--all", "--data", doors.data)
        assert done.out.count("never runs") == 8
        assert doors.propose("tokens revoke b").status_code == 200

    def test_the_same_again_and_again_is_kept_once(self, doors: Doors) -> None:
        ids = {doors.propose(ACTION).json()["id"] for _ in range(20)}
        assert len(ids) == 1
        assert doors.events() == ["proposed"]


class TestWithTheFilesInItsHands:
    """What it could not do in its sandbox: change the log itself. It is seen, not prevented."""

    def _kept(self, doors: Doors) -> tuple[str, list[str]]:
        id = doors.propose(ACTION).json()["id"]
        return id, doors.approvals.log.path.read_text().splitlines()

    def test_other_words_for_a_proposal(self, doors: Doors, run: Run) -> None:
        id, lines = self._kept(doors)
        form = doors.form(id)
        doors.approvals.log.path.write_text(f"{lines[0].replace('phone', 'agent')}\n")
        _refused(doors.decide(form, "approve"), 503)
        done = run("approvals", "approve", id, "--yes", "--data", doors.data)
        assert done.status == 1
        verified = run("approvals", "verify", "--data", doors.data)
        assert verified.status == 1
        assert "entry 1 of the log" in verified.err
        assert len(Tokens(doors.data).all()) == 3

    def test_an_approval_cut_off_to_be_used_again(self, doors: Doors, run: Run) -> None:
        id, _ = self._kept(doors)
        before = doors.approvals.log.path.read_bytes()
        doors.approvals.approve(id, "me")
        doors.approvals.ended(id, 0)
        doors.approvals.log.path.write_bytes(before)
        done = run("approvals", "approve", id, "--yes", "--data", doors.data)
        assert done.status == 1
        assert "entry 2 of the log of approvals is missing" in done.err
        assert _unharmed(doors)

    def test_other_words_with_a_chain_that_holds(self, doors: Doors) -> None:
        """A form that shows other words than would run now is not taken."""
        id, _ = self._kept(doors)
        form = doors.form(id)
        kept = doors.approvals.find(id).proposal.as_json()
        for path in doors.approvals.log.directory.iterdir():
            path.unlink()
        with doors.approvals.log.opened() as log:
            log.append("proposed", kept | {"words": ["tokens", "revoke", "agent"]})
        _refused(doors.decide(form, "approve"), 403)
        assert len(Tokens(doors.data).all()) == 3

    def test_a_log_laid_by_another(self, doors: Doors, tmp_path: Path, run: Run) -> None:
        """A directory that others may enter holds no approvals."""
        laid = Approvals(tmp_path / "laid")
        laid.data.mkdir()
        id = laid.propose(ACTION, "me").proposal.id
        laid.log.directory.chmod(0o777)
        done = run("approvals", "approve", id, "--yes", "--data", laid.data)
        assert done.status == 1
        assert "others may enter" in done.err


def test_proposals_are_off_unless_somebody_has_opened_them(awkward: Path, tmp_path: Path) -> None:
    with local_client(make_app(awkward, None, data=tmp_path)) as client:
        assert client.post("/api/proposals", json={"action": ACTION}).status_code == 404
        assert "/api/proposals" not in client.get("/openapi.json").json()["paths"]
    assert list(tmp_path.iterdir()) == []
