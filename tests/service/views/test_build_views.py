"""Builds as JSON: how long a step may still take."""

import pytest

from pinakes.index.build.progress_file import BuildReport
from pinakes.service.views.build_views import builds_view

BEGAN, LATER = "2026-11-01T12:00:00+00:00", "2026-11-01T12:01:00+00:00"


@pytest.mark.parametrize(
    ("report", "left"),
    [
        (BuildReport("w", "at work", 1, "Reading", 25, 100, "bytes", BEGAN, LATER), 180),
        (BuildReport("w", "at work", 1, "Reading", 120, 100, "bytes", BEGAN, LATER), 0),
        (BuildReport("w", "at work", 1, "Reading", 0, 100, "bytes", BEGAN, BEGAN), None),
        (BuildReport("w", "at work", 1, "Reading", 0, 0, "bytes", BEGAN, BEGAN), None),
        (BuildReport("w", "unfinished", 1, "Reading", 25, 100, "bytes", BEGAN, LATER), None),
        (BuildReport("w", "at work"), None),
    ],
)
def test_what_is_left_goes_on_as_until_now(report: BuildReport, left: int | None) -> None:
    assert builds_view([report]).builds[0].seconds_left == left
