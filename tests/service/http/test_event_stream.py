import fcntl
import os
import shutil
import threading
from itertools import repeat
from pathlib import Path

import httpx
import pytest

from tests.index.toys import republish
from tests.service.conftest import MakeServer, make_app, running
from tests.service.http.leaving import leave_at
from tests.service.http.test_ask_http import CHECKED, WORDS, parse_events
from tests.service.scripted_generator import ScriptedGenerator
from tests.yardstick import PATIENCE_S, wait_until

EVENTS = {"accept": "text/event-stream"}
SILENT = ("It was ", 600.0)
TALKING = tuple(piece for _ in repeat(None, 30_000) for piece in ("word ", 0.02))


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
    question = {"question": "Who deciphered Linear B?"}
    if headers:
        with httpx.stream(
            "POST", f"{address}/api/ask", json=question, headers=headers, timeout=PATIENCE_S
        ) as reply:
            lines = reply.iter_lines()
            while next(lines) != "event: token":
                pass
    else:
        leave_at(generator.speaking, f"{address}/api/ask", question)
    assert generator.speaking.is_set()
    assert generator.closed.wait(PATIENCE_S), "the model goes on for nobody"
    generator.script = WORDS
    answer = httpx.post(
        f"{address}/api/ask", json={"question": "Timon birds cage"}, timeout=PATIENCE_S
    )
    assert answer.json()["model"] == "scripted"


def test_pieces_are_sent_as_they_come(make_server: MakeServer) -> None:
    """Each is there before the model says the next."""
    second, last = threading.Event(), threading.Event()
    generator = ScriptedGenerator("Michael ", second, "Ventris deciphered ", last, "Linear B.")
    question = {"question": "Who deciphered Linear B?"}
    names: list[str] = []
    with httpx.stream(
        "POST",
        f"{make_server(generator)}/api/ask",
        json=question,
        headers=EVENTS,
        timeout=PATIENCE_S,
    ) as answer:
        for line in answer.iter_lines():
            if not line.startswith("event: ") or line == "event: status":
                continue
            names.append(line.removeprefix("event: "))
            if names.count("token") == 1:
                second.set()
            elif names.count("token") == 2:
                last.set()
    assert names[:2] == ["best", "sources"]
    assert names[2:-2] == ["token"] * (len(names) - 4)
    assert len(names) > 6
    assert names[-2:] == ["sentence", "done"]


def test_the_server_ends_although_an_answer_does_not(sample: Path) -> None:
    generator = ScriptedGenerator(*SILENT)
    with (
        httpx.Client(timeout=PATIENCE_S) as client,
        running(make_app(sample, generator)) as address,
    ):
        request = client.build_request(
            "POST",
            f"{address}/api/ask",
            json={"question": "Who deciphered Linear B?"},
            headers=EVENTS,
        )
        answer = client.send(request, stream=True)
        assert generator.speaking.wait(PATIENCE_S)
    answer.close()
    assert generator.let_go


def test_an_answer_keeps_its_generation_to_its_end(
    sample: Path, tmp_path: Path, make_server: MakeServer
) -> None:
    collection = tmp_path / "samplewiki"
    shutil.copytree(sample, collection, symlinks=True)
    before = (collection / "current").resolve()
    published = threading.Event()
    generator = ScriptedGenerator(WORDS[0], published, *WORDS[1:])
    address = make_server(generator, collection)
    question = {"question": "Which satirist compared the members to birds fed in a cage?"}
    with httpx.stream(
        "POST", f"{address}/api/ask", json=question, headers=EVENTS, timeout=PATIENCE_S
    ) as answer:
        assert generator.speaking.wait(PATIENCE_S)
        republish(collection)
        wait_until(lambda: generation_of(address) != before.name)
        assert is_held(before)
        published.set()
        events = parse_events(answer.read().decode())
    assert events[-1][1]["text"] == CHECKED
    assert events[-1][1]["generation"] == before.name
    wait_until(lambda: not is_held(before))


def generation_of(address: str) -> str:
    return str(httpx.get(f"{address}/c/samplewiki/readyz").json()["generation"])


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
