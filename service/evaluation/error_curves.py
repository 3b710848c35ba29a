"""What a threshold of confidence costs: pure functions of the confidence in each question.

A question is refused where its confidence is below the threshold. Refusing questions that could be
answered, and answering those that cannot, are the two errors; each threshold trades one for the
other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

__all__ = ["CurvePoint", "ErrorCurve", "error_curve", "largest_threshold", "share_below"]

_SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A threshold, and the shares of answerable and of unanswerable questions it refuses."""

    threshold: float
    false_refusals: float
    refusals: float


@dataclass(frozen=True, slots=True)
class ErrorCurve:
    """Thresholds of growing false refusals.

    ``area``: how likely an answerable question has more confidence than an unanswerable one, ties
    by half (area under the ROC curve; Hanley and McNeil, Radiology 1982).
    """

    area: float
    points: tuple[CurvePoint, ...]


def largest_threshold(answerable: Sequence[float], share: float) -> float:
    """The largest threshold, 1 at most, that refuses no more than ``share`` of the answerable."""
    allowed = floor(share * len(answerable) + 1e-9)  # .07 * 100 is a little more than 7
    return sorted(answerable)[allowed] if allowed < len(answerable) else 1.0


def share_below(confidences: Sequence[float], threshold: float) -> float:
    """The share that the threshold refuses."""
    return sum(one < threshold for one in confidences) / len(confidences)


def error_curve(answerable: Sequence[float], unanswerable: Sequence[float]) -> ErrorCurve:
    """Both errors at the largest thresholds that falsely refuse 2 to 50 in a hundred at most.

    There is at least one question of each kind.
    """
    thresholds = dict.fromkeys(largest_threshold(answerable, share) for share in _SHARES)
    above = sum((yes > no) + (yes == no) / 2 for yes in answerable for no in unanswerable)
    return ErrorCurve(
        area=above / (len(answerable) * len(unanswerable)),
        points=tuple(
            CurvePoint(
                threshold,
                share_below(answerable, threshold),
                share_below(unanswerable, threshold),
            )
            for threshold in thresholds
        ),
    )
