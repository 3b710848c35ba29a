"""What is said while a build runs."""

import pytest

from pinakes.service.terminal.console import _amounts


@pytest.mark.parametrize(
    ("unit", "speed", "text"),
    [
        ("bytes", 1.5e6, "2.0/4.0 MB, 1.5 MB/s"),
        ("passages", 0.1, "2,000,000/4,000,000 passages, 0.1 passages/s"),
        ("steps", None, "2,000,000/4,000,000 steps"),
    ],
)
def test_a_rate_has_the_unit_of_its_step(unit: str, speed: float | None, text: str) -> None:
    assert _amounts(2e6, 4e6, unit, speed) == text
