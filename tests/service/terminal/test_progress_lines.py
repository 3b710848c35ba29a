"""What a log is told while a build runs: few lines, whoever long it takes."""

import pytest

from pinakes.service.terminal.progress_lines import ProgressLines, amounts, duration


class Hours:
    """A step that is told of, and the time that it takes, which passes only here."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.lines = ProgressLines(self.said.append, lambda: self.now)

    def pass_by(self, seconds: float, amount: int, times: int = 1) -> list[str]:
        """``amount`` more every ``seconds``; what is said meanwhile."""
        before = len(self.said)
        for _ in range(times):
            self.now += seconds
            self.lines.advance(amount)
        return self.said[before:]


def test_a_quick_step_is_one_line() -> None:
    log = Hours()
    log.lines.step("Reading the dump", 2_400_000, "bytes")
    log.pass_by(0.1, 24_000, 100)
    log.lines.step("Counting links", 1, "steps")
    log.pass_by(1, 1)
    log.lines.end()
    assert log.said == ["Reading the dump: 2.4 MB", "Counting links"]


def test_one_that_lasts_says_how_far_it_is_and_how_long_it_took() -> None:
    log = Hours()
    log.lines.step("Embedding passages", 1_000, "passages")
    said = log.pass_by(1, 10, 99)
    assert said == [
        "Embedding passages: 30 %, 300/1,000 passages, 10.0 passages/s, about 70 s left",
        "Embedding passages: 60 %, 600/1,000 passages, 10.0 passages/s, about 40 s left",
        "Embedding passages: 90 %, 900/1,000 passages, 10.0 passages/s, about 10 s left",
    ]
    assert log.pass_by(1, 10) == []
    log.lines.end()
    assert log.said[-1] == "Embedding passages: done in 2 min"


def test_one_of_days_does_not_fill_the_log() -> None:
    log = Hours()
    log.lines.step("Embedding passages", 10_000_000, "passages")
    said = log.pass_by(1, 40, 36_000)  # ten hours of seventy
    assert 10 * 6 - 5 <= len(said) <= 10 * 6
    assert said[-1].endswith("about 59.4 h left")


def test_nothing_is_said_of_the_end_where_there_was_none() -> None:
    log = Hours()
    log.lines.end()
    assert log.said == []


def test_a_step_of_nothing() -> None:
    log = Hours()
    log.lines.step("Carrying vectors over", 0, "passages")
    assert log.pass_by(60, 0, 20) == []


@pytest.mark.parametrize(
    ("unit", "speed", "text"),
    [
        ("bytes", 1.5e6, "2.0/4.0 MB, 1.5 MB/s"),
        ("passages", 0.1, "2,000,000/4,000,000 passages, 0.1 passages/s"),
        ("steps", None, "2,000,000/4,000,000 steps"),
    ],
)
def test_a_rate_has_the_unit_of_its_step(unit: str, speed: float | None, text: str) -> None:
    assert amounts(2e6, 4e6, unit, speed) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(40, "40 s"), (90, "2 min"), (5_400, "1.5 h"), (360_000, "100.0 h")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
