"""Thresholds and what they cost, counted by hand."""

import pytest

from pinakes.service.evaluation.refusals import error_curve, largest_threshold, share_below

TENTHS = [number / 10 for number in range(1, 11)]


@pytest.mark.parametrize(
    ("confidences", "share", "threshold", "refused"),
    [
        (TENTHS, 0.0, 0.1, 0.0),
        (TENTHS, 0.1, 0.2, 0.1),
        (TENTHS[::-1], 0.1, 0.2, 0.1),
        (TENTHS, 0.19, 0.2, 0.1),
        (TENTHS, 0.3, 0.4, 0.3),
        (TENTHS, 1.0, 1.0, 0.9),  # no confidence is above 1, and 1 is not below it
        ([0.2] * 9 + [0.9], 0.5, 0.2, 0.0),  # all nine, or none
        ([number / 100 for number in range(100)], 0.07, 0.07, 0.07),
        ([0.4], 0.9, 0.4, 0.0),
    ],
)
def test_the_largest_threshold_within_a_share(
    confidences: list[float], share: float, threshold: float, refused: float
) -> None:
    found = largest_threshold(confidences, share)
    assert found == threshold
    assert share_below(confidences, found) == pytest.approx(refused)
    assert refused <= share


def test_both_errors_fall_and_rise_together() -> None:
    curve = error_curve([0.5 + one / 2 for one in TENTHS], TENTHS)
    points = [(p.threshold, p.false_refusals, p.refusals) for p in curve.points]
    assert points[0] == (0.55, 0.0, 0.5)
    assert points[1] == (0.6, 0.1, 0.5)
    assert points[-1] == (0.8, 0.5, 0.7)
    assert points == sorted(points)
    assert len(points) == 6  # .02 and .05 of ten are none: one threshold for both, and so on


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "area"),
    [
        ([0.8, 0.9], [0.1, 0.2], 1.0),
        ([0.1, 0.2], [0.8, 0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.4, 0.8], [0.2, 0.6], 0.75),
    ],
)
def test_the_area(answerable: list[float], unanswerable: list[float], area: float) -> None:
    assert error_curve(answerable, unanswerable).area == area
