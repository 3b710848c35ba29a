import fcntl
import os
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path

import httpx
import pytest

from tests.index.toys import republish
from tests.service.conftest import MakeServer, make_app, running
from tests.service.http.test_ask_http import CHECKED, WORDS, parse_events
from tests.service.scripted_generator import ScriptedGenerator

EVENTS = {"accept": "text/event-stream"}
SILENT = ("It was ", 60.0)
TALKING = tuple(piece for _ in repeat(None, 3000) for piece in ("word ", 0.02))


@pytest.mark.parametrize(
    "script", [pytest.param(SILENT, id="silent"), pytest.param(TALKING, id="talking")]
)
@pytest.mark.parametrize(
    "headers", [pytest.param(EVENTS, id="events"), pytest.param({}, id="JSON")]
)
def test_when_the_client_goes_the_model_stops(
    make_server: MakeServer, script: tuple[str | float, ...], headers: dict[str, str]
) -> None:
    generator = ScriptedGenerator(*script)
    address = make_server(generator)
    with ExitStack() as stack:
        client = stack.enter_context(httpx.Client(base_url=address, timeout=2))
        if headers:
            request = client.stream(
                "POST", "/api/ask", json={"question": "library"}, headers=headers
            )
            lines = stack.enter_context(request).iter_lines()
            while next(lines) != "event: token":
                pass
        else:
            with pytest.raises(httpx.ReadTimeout):
                client.post("/api/ask", json={"question": "library"})
        assert generator.speaking.is_set()
    assert generator.closed.wait(1), "the model goes on for nobody"
    generator.script = WORDS
    answer = httpx.post(f"{address}/api/ask", json={"question": "Timon birds cage"}, timeout=10)
    assert answer.json()["model"] == "scripted"


def test_pieces_are_sent_as_they_come(make_server: MakeServer) -> None:
    generator = ScriptedGenerator("It was ", 0.7, "Timon.")
    question = {"question": "library"}
    with httpx.stream(
        "POST", f"{make_server(generator)}/api/ask", json=question, headers=EVENTS, timeout=10
    ) as answer:
        came = [
            (line.removeprefix("event: "), time.monotonic())
            for line in answer.iter_lines()
            if line.startswith("event: ")
        ]
    names = [name for name, _ in came if name != "status"]
    assert names == ["sources", "token", "token", "token", "sentence", "done"]
    (_, sources), (_, first), (_, second), *_, (_, done) = [
        one for one in came if one[0] != "status"
    ]
    assert first - sources < 0.5
    assert second - first > 0.5
    assert done - second < 0.5


def test_the_server_ends_although_an_answer_does_not(sample: Path) -> None:
    generator = ScriptedGenerator(*SILENT)
    with httpx.Client(timeout=10) as client, running(make_app(sample, generator)) as address:
        request = client.build_request(
            "POST", f"{address}/api/ask", json={"question": "library"}, headers=EVENTS
        )
        answer = client.send(request, stream=True)
        assert generator.speaking.wait(5)
        began = time.monotonic()
    answer.close()
    assert time.monotonic() - began < 5
    assert generator.let_go


def test_an_answer_keeps_its_generation_to_its_end(
    sample: Path, tmp_path: Path, make_server: MakeServer
) -> None:
    collection = tmp_path / "samplewiki"
    shutil.copytree(sample, collection, symlinks=True)
    before = (collection / "current").resolve()
    generator = ScriptedGenerator(WORDS[0], 2.5, *WORDS[1:])
    address = make_server(generator, collection)
    question = {"question": "Which satirist compared the members to birds fed in a cage?"}
    with httpx.stream(
        "POST", f"{address}/api/ask", json=question, headers=EVENTS, timeout=10
    ) as answer:
        assert generator.speaking.wait(5)
        republish(collection)
        wait_until(lambda: generation_of(address) != before.name)
        assert is_held(before)
        events = parse_events(answer.read().decode())
    assert events[-1][1]["text"] == CHECKED
    assert events[-1][1]["generation"] == before.name
    wait_until(lambda: not is_held(before))


def generation_of(address: str) -> str:
    return str(httpx.get(f"{address}/readyz").json()["generation"])


def is_held(generation: Path) -> bool:
    """Whether a reader has the generation open."""
    handle = os.open(generation, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
