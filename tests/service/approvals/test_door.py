"""The human door, as the person finds it who may go through it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.door import opened_door
from pinakes.service.errors import BadInput
from pinakes.service.http.security.guard import RESPONSE_HEADERS
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.static_files import STATIC
from pinakes.service.settings import Settings, load_settings
from tests.service.approvals.doors import Doors, two_doors
from tests.service.conftest import local_client, make_app
from tests.yardstick import PATIENCE_S, wait_until


@pytest.fixture(scope="module")
def both(awkward: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with two_doors(awkward, tmp_path_factory.mktemp("data")) as doors:
        yield doors


@pytest.fixture
def doors(both: Doors) -> Doors:
    both.begin_anew()
    return both


def test_approved_on_the_page_it_runs_and_says_how_it_went(doors: Doors) -> None:
    made = doors.propose("tokens revoke phone").json()
    page = doors.page()
    assert "Revoke the token phone" in page
    assert "Proposed by agent at" in page
    assert doors.shown() == [f"pinakes tokens revoke phone --data {doors.data}"]
    answer = doors.decide(doors.form(made["id"]), "approve")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#{made['id']}")
    wait_until(lambda: doors.approvals.find(made["id"]).state == "done")
    assert [token.name for token in Tokens(doors.data).all()] == ["agent", "me"]
    page = doors.page()
    assert "The token phone is revoked." in page
    assert "Done · decided by me at" in page
    assert doors.reading.get(f"/api/proposals/{made['id']}").json()["state"] == "done"


def test_denied_on_the_page_it_never_runs(doors: Doors) -> None:
    made = doors.propose("tokens revoke me").json()
    assert doors.decide(doors.form(made["id"]), "deny").status_code == 303
    assert doors.events() == ["proposed", "denied"]
    assert doors.reading.get(f"/api/proposals/{made['id']}").json()["state"] == "denied"
    assert "Nothing waits for a decision." in doors.page()


def test_what_a_proposer_is_told(doors: Doors) -> None:
    made = doors.propose("rollback -c toywiki").json()
    assert set(made) == {"id", "state", "would", "look", "expires"}
    assert made["would"] == (
        "Let the generation of toywiki from before the present one answer again."
    )
    assert made["look"] == (
        f"pinakes approvals show {made['id']}, or http://127.0.0.1:8708/#{made['id']}"
    )
    assert str(doors.data) not in str(made)


@pytest.mark.parametrize(
    "action",
    [
        "rollback -c otherwiki", "update /srv/dumps -c otherwiki", "collections remove otherwiki",
        "collections rename otherwiki toywiki", "generations use 20261101-1 -c otherwiki",
    ],
)  # fmt: skip
def test_what_is_for_a_collection_that_nobody_serves_is_refused(doors: Doors, action: str) -> None:
    refused = doors.propose(action)
    assert refused.status_code == 400
    assert "no collection 'otherwiki' is served here" in refused.json()["detail"]
    assert doors.propose(action.replace("otherwiki", "toywiki")).status_code == 200
    assert doors.propose("build /srv/dumps -c newwiki").status_code == 200


def test_the_page_loads_one_script_which_it_does_not_need(doors: Doors) -> None:
    doors.propose("rollback -c toywiki")
    page = doors.human.get("/", auth=("", doors.admin))
    assert page.text.count("<script") == 1
    assert f'<script src="{STATIC}/builds.js" type="module"></script>' in page.text
    assert " style=" not in page.text
    for name, value in RESPONSE_HEADERS.items():
        if name != "referrer-policy":
            assert page.headers[name] == value
    assert page.headers["referrer-policy"] == "same-origin"  # or browsers send Origin: null
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers


def test_a_program_may_use_it_as_well(doors: Doors) -> None:
    headers = {"authorization": f"Bearer {doors.admin}"}
    assert doors.human.get("/", headers=headers).status_code == 200
    assert doors.human.get("/api/builds", headers=headers).json() == {"builds": []}


def test_a_log_that_is_broken_is_told(doors: Doors) -> None:
    doors.propose("rollback -c toywiki")
    path = doors.approvals.log.path
    path.write_text(path.read_text().replace("toywiki", "otherwiki"))
    told = doors.human.get("/", auth=("", doors.admin))
    assert told.status_code == 503
    assert "entry 1 of the log" in told.json()["detail"]
    refused = doors.propose("rollback -c toywiki")
    assert refused.status_code == 503
    assert str(doors.data) not in refused.text


def test_a_proposer_is_told_of_no_place(doors: Doors) -> None:
    """Whatever keeps proposals from being kept."""
    made = doors.propose("rollback -c toywiki").json()
    directory = doors.approvals.log.directory
    elsewhere = directory.rename(directory.with_name("elsewhere"))
    for break_it in (
        lambda: directory.write_text("a file"),
        lambda: directory.symlink_to(elsewhere),
        lambda: directory.mkdir() or directory.chmod(0o777),
    ):
        break_it()
        answers = (
            doors.propose("rollback -c toywiki"),
            doors.reading.get(f"/api/proposals/{made['id']}"),
        )
        for answer in answers:
            assert answer.status_code == 503
            assert str(doors.data) not in answer.text
        if directory.is_dir() and not directory.is_symlink():
            directory.rmdir()
        else:
            directory.unlink()
    elsewhere.rename(directory)
    assert doors.reading.get(f"/api/proposals/{made['id']}").status_code == 200


def _settings(data: Path, door: Path | str) -> Settings:
    return Settings.model_validate({"data": data, "approvals": {"door": str(door)}})


def test_a_socket_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "run" / "human.sock"
    Approvals(tmp_path).propose("tokens revoke phone", "agent")
    with opened_door(_settings(tmp_path, path)) as name:
        assert name == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(
            transport=transport, base_url="http://localhost", timeout=PATIENCE_S
        ) as person:
            assert "Revoke the token phone" in person.get("/").text
            assert person.get("/", headers={"host": "evil.test"}).status_code == 421
    assert not path.exists()


def test_a_peer_of_another_user_is_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel tells it, were the socket ever open to others."""
    path = tmp_path / "run" / "human.sock"
    with opened_door(_settings(tmp_path, path)):
        monkeypatch.setattr("pinakes.service.http.security.limits._user_of_peer", lambda _: 12345)
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, timeout=PATIENCE_S) as other:
            refused = other.get("http://localhost/", headers={"x-forwarded-for": "127.0.0.1"})
    assert refused.status_code == 403


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
def test_no_socket_where_others_may_enter(tmp_path: Path, mode: int) -> None:
    directory = tmp_path / "run"
    directory.mkdir()
    directory.chmod(mode)
    with (
        pytest.raises(BadInput, match="chmod 700"),
        opened_door(_settings(tmp_path, directory / "human.sock")),
    ):
        pass
    assert os.listdir(directory) == []


def test_no_port_without_somebody_who_could_go_through(tmp_path: Path) -> None:
    Tokens(tmp_path).create("agent", "ask")
    with (
        pytest.raises(BadInput, match="tokens create NAME --scope admin"),
        opened_door(_settings(tmp_path, "127.0.0.1:0")),
    ):
        pass
    Tokens(tmp_path).create("me", "admin")
    with opened_door(_settings(tmp_path, "127.0.0.1:0")) as name:
        assert name is not None
        assert httpx.get(name).status_code == 401


def test_there_is_no_door_unless_it_is_set(tmp_path: Path) -> None:
    with opened_door(Settings(data=tmp_path)) as name:
        assert name is None


@pytest.mark.parametrize(
    "door",
    ["0.0.0.0:8708", "8708", "localhost:8708", "human.sock", "127.0.0.1:65536", "", "[::]:1"],
)
def test_what_is_no_door(door: str) -> None:
    with pytest.raises(BadInput, match=r"approvals\.door"):
        load_settings(approvals__door=door)


def test_metrics_are_told_here_and_nowhere_else(doors: Doors) -> None:
    """Numbers with labels of which there are few, whatever is asked for."""
    for number in range(20):
        doors.reading.get(f"/api/search?q=zebrafish{number}")
        doors.reading.get(f"/zebrafish{number}")
        doors.reading.get(f"/c/zebrafish{number}/page/{number}")
        doors.reading.get(f"/v1/models/zebrafish{number}")
        doors.reading.get(f"/static/zebrafish{number}")
    doors.reading.post("/api/ask", json={"question": "zebrafish", "mode": "quote"})
    assert doors.reading.get("/metrics").status_code == 404
    assert doors.human.get("/metrics").status_code == 401
    shown = doors.human.get("/metrics", auth=("any", doors.admin))
    assert shown.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {
        f"{family.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(shown.text)
        for sample in family.samples
        if sample.name.endswith("_total") or family.type == "gauge"
    }
    requests = {key: value for key, value in found.items() if key.startswith("pinakes_requests[")}
    routes = {
        "/api/search": "2xx",
        "none": "4xx",
        "/c/{collection}/page/{name:path}": "4xx",
        "/v1/models/{model_id}": "4xx",
        "/static": "4xx",
    }
    for route, status in routes.items():
        key = f"pinakes_requests[('route', '{route}'), ('status', '{status}')]"
        assert requests[key] >= 20, requests
    assert "zebrafish" not in shown.text
    assert "agent" not in shown.text
    assert sum(v for k, v in found.items() if k.startswith("pinakes_answers")) >= 1
    assert found["pinakes_collection_ready[('collection', 'toywiki')]"] == 1
    assert found["pinakes_coverage[('collection', 'toywiki')]"] == 0
    assert found["pinakes_queue_slots[]"] == 1


def test_without_a_door_no_metrics_are_given(awkward: Path) -> None:
    with local_client(make_app(awkward, None)) as client:
        assert client.get("/metrics").status_code == 404
