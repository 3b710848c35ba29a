"""The trace sees what it is there for: each planted violation, where nothing can be reached."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pinakes.service.doctor.attempts import Attempt
from pinakes.service.doctor.isolation import cut_off
from tests.service.doctor import planted, watching
from tests.service.doctor.watching import Place, require_tracing
from tests.yardstick import PATIENCE_S


@pytest.fixture
def place(tmp_path: Path) -> Place:
    require_tracing(cut=True)
    return Place(tmp_path)


def _cut(place: Place, name: str, *arguments: str) -> Sequence[str]:
    words = place.words(name, [sys.executable, planted.__file__, name, *arguments])
    cut = cut_off(words)
    assert cut
    return cut


def _planted(place: Place, name: str) -> list[Attempt]:
    subprocess.run(_cut(place, name), env=place.environment, check=True, timeout=PATIENCE_S)
    return place.attempts(name)


def test_a_connection_is_seen(place: Place) -> None:
    [attempt] = _planted(place, "connect")
    assert (attempt.kind, attempt.target) == ("connection", "192.0.2.1:443")
    assert not attempt.reached


def test_a_datagram_is_seen(place: Place) -> None:
    [attempt] = _planted(place, "send")
    assert (attempt.kind, attempt.target) == ("connection", "203.0.113.9:4000")


def test_a_look_up_is_seen(place: Place) -> None:
    assert "name look-up" in {attempt.kind for attempt in _planted(place, "look_up")}


def test_a_look_up_through_a_resolver_on_loopback_is_seen(place: Place) -> None:
    [attempt] = _planted(place, "ask_local_resolver")
    assert (attempt.kind, attempt.target) == ("name look-up", "127.0.0.53:53")


def test_a_look_up_by_a_child_of_a_child_is_seen(place: Place) -> None:
    attempts = _planted(place, "in_a_child")
    assert "name look-up" in {attempt.kind for attempt in attempts}
    assert all(attempt.command.endswith("planted.py look_up") for attempt in attempts)


def test_a_file_left_in_the_home_is_seen(place: Place) -> None:
    attempts = _planted(place, "write_home")
    assert {attempt.kind for attempt in attempts} == {"file"}
    home = Path(place.environment["HOME"])
    assert str(home / ".cache" / "vendor" / "device-id") in {one.target for one in attempts}


def test_what_one_fork_does_is_seen_of_that_one(place: Place) -> None:
    with place.forking(planted.__name__, cut=True) as run:
        for name in ("connect", "io_uring", "write_home", "in_a_child"):
            run(name, [name])
    [attempt] = place.attempts("connect")
    assert attempt.target == "192.0.2.1:443"
    assert "file" in {attempt.kind for attempt in place.attempts("write_home")}
    assert "name look-up" in {attempt.kind for attempt in place.attempts("in_a_child")}
    assert place.attempts("io_uring") == place.attempts(planted.__name__) == []


def test_what_a_trace_would_not_show_is_refused(place: Place) -> None:
    assert _planted(place, "io_uring") == []


def _called(place: Place, name: str) -> bool:
    traces = place.directory.glob(f"traces-{name}/trace.*")
    return any("htons(53)" in path.read_text(errors="replace") for path in traces)


def test_onnxruntime_as_it_comes_is_seen_to_call_home(place: Place) -> None:
    """It waits some ten seconds before it does; this waits for the look-up, not for seconds."""
    with subprocess.Popen(
        _cut(place, "telemetry", "600"), env=place.environment, start_new_session=True
    ) as process:
        try:
            while not _called(place, "telemetry"):
                assert process.poll() is None, "it ended, and never called"
                time.sleep(0.5)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    left = {attempt.target for attempt in place.attempts("telemetry") if attempt.kind == "file"}
    assert any(target.endswith(".onnxruntime/deviceid") for target in left)


def test_onnxruntime_is_silent_once_the_switches_are_set(place: Place) -> None:
    assert _planted(place, "switched_off") == []


def test_where_it_is_required_a_missing_tool_fails_instead_of_skipping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "can_trace", lambda: False)
    monkeypatch.setattr(watching, "REQUIRED", True)
    with pytest.raises(pytest.fail.Exception, match="strace"):
        require_tracing()
    monkeypatch.setattr(watching, "REQUIRED", False)
    with pytest.raises(pytest.skip.Exception, match="strace"):
        require_tracing()
