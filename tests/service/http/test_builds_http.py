"""``/api/builds`` of the human door: a build beside the service, seen while it goes on."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pinakes.index.build import progress_file
from pinakes.index.build.progress_file import told_in_file
from pinakes.index.locks import hold_collection
from pinakes.service.approvals.door import create_door
from pinakes.service.approvals.door_guard import DoorGuard
from pinakes.service.http import builds_api
from pinakes.service.http.security.caller import Caller
from pinakes.service.settings import Settings
from tests.index.toys import QuietProgress
from tests.service.approvals.doors import DOOR
from tests.service.conftest import local_client, make_app, running
from tests.yardstick import PATIENCE_S


@pytest.fixture(autouse=True)
def a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes to the door is let in; who may is tested elsewhere."""
    monkeypatch.setattr(DoorGuard, "caller", lambda *_: Caller("me", "admin"))


def door_of(collection: Path, **serve: Any) -> FastAPI:
    return create_door(
        Settings.model_validate(
            {"data": collection.parent, "serve": serve, "approvals": {"door": DOOR}}
        )
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds_api, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(progress_file, "_SECONDS", 0.0)


@pytest.mark.usefixtures("quick")
def test_events_follow_a_build(two_dumps: Path) -> None:
    with (
        running(door_of(two_dumps)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE_S) as client,
    ):
        assert client.get("/api/builds").json() == {"builds": []}
        headers = {"accept": "text/event-stream"}
        with client.stream("GET", "/api/builds", headers=headers) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            events = (
                json.loads(line.removeprefix("data: "))["builds"]
                for line in stream.iter_lines()
                if line.startswith("data: ")
            )
            assert next(events) == []
            with hold_collection(two_dumps), told_in_file(two_dumps, QuietProgress()) as told:
                told.step("Embedding passages", 10, "passages")
                [seen] = next(events)
                assert (seen["collection"], seen["state"]) == ("toywiki", "at work")
                told.advance(4)
                while seen["done"] != 4:
                    [seen] = next(events)
                assert (seen["step"], seen["total"]) == ("Embedding passages", 10)
            while seen:
                found = next(events)
                seen = found[0] if found else None


@pytest.mark.usefixtures("quick")
def test_an_event_comes_now_and_then_though_nothing_happens(
    two_dumps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds_api, "_REPEAT_SECONDS", 0.02)
    with (
        running(door_of(two_dumps)) as address,
        httpx.stream(
            "GET", f"{address}/api/builds", headers={"accept": "text/event-stream"},
            timeout=PATIENCE_S,
        ) as stream,
    ):  # fmt: skip
        lines = (line for line in stream.iter_lines() if line.startswith("event: "))
        assert [next(lines) for _ in range(3)] == ["event: builds"] * 3


def test_only_of_collections_that_are_served(two_dumps: Path) -> None:
    with hold_collection(two_dumps), told_in_file(two_dumps, QuietProgress()) as told:
        told.step("Reading", 10, "bytes")
        for only, seen in ((["toywiki"], 1), (["otherwiki"], 0), ([], 1)):
            with local_client(door_of(two_dumps, collections=only)) as client:
                assert len(client.get("/api/builds").json()["builds"]) == seen


def test_not_at_the_reading_door(two_dumps: Path) -> None:
    with local_client(make_app(two_dumps)) as client:
        assert client.get("/api/builds").status_code == 404


def test_the_door_shows_a_person_how_far_builds_are(two_dumps: Path) -> None:
    with local_client(door_of(two_dumps), f"http://{DOOR}") as client:
        assert "Builds" not in client.get("/").text
        with hold_collection(two_dumps), told_in_file(two_dumps, QuietProgress()) as told:
            told.step("Embedding <passages>", 1_000, "passages")
            page = client.get("/").text
            assert 'At work: <span lang="en">Embedding &lt;passages&gt;</span>' in page
            assert "0 of 1,000" in page
            assert '<progress value="0" max="1000" aria-label="toywiki">' in page
            assert " left" not in page
    with (
        local_client(door_of(two_dumps, collections=["other"]), f"http://{DOOR}") as client,
        hold_collection(two_dumps),
        told_in_file(two_dumps, QuietProgress()) as told,
    ):
        told.step("Embedding", 10, "passages")
        assert "toywiki" not in client.get("/").text
