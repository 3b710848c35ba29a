"""Which questions are refused: what a threshold of confidence costs, and the choice of one.

A question is refused where its confidence is below the threshold. Refusing questions that could be
answered, and answering those that cannot, are the two errors; each threshold trades one for the
other. Only searches and reads: no model that words answers has a part in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from pathlib import Path

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation import Question
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode
from pinakes.ingest.files import write_whole
from pinakes.service.asking.retrieve import find
from pinakes.service.evaluation.targets import Target, Targets
from pinakes.service.reading.answerability import ChosenBy, Threshold
from pinakes.service.reading.models import ReadingModels
from pinakes.service.reading.threshold import THRESHOLD_FILE

__all__ = [
    "ChosenThreshold",
    "CurvePoint",
    "ErrorCurve",
    "choose_threshold",
    "error_curve",
    "largest_threshold",
    "share_below",
    "usable_targets",
    "write_threshold",
]

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
    return sum(confidence < threshold for confidence in confidences) / len(confidences)


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


# Of fewer, a tenth is less than three: chance would choose.
_FEWEST_QUESTIONS = 30


@dataclass(frozen=True, slots=True)
class ChosenThreshold:
    """The threshold chosen, and what others would cost."""

    threshold: Threshold
    errors: ErrorCurve


def usable_targets(questions: Sequence[Question], targets: Targets) -> tuple[Target, ...]:
    """Those of ``targets``, made of ``questions``, that have a gold page here.

    Raises BadQuestions where there are too few.
    """
    usable = tuple(target for target in targets.asked if target.pages)
    if len(usable) < _FEWEST_QUESTIONS:
        found = "none names a page that answers it"
        if any(question.gold for question in questions):
            found = f"a page that answers it is in the collection for {len(usable):,} of them"
        raise BadQuestions(
            f"{len(questions):,} questions, and {found}; at least {_FEWEST_QUESTIONS} are needed "
            "to choose a threshold"
        )
    return usable


def choose_threshold(
    index: Index,
    models: ReadingModels,
    targets: Sequence[Target],
    mode: Mode,
    false_refusals: float,
    corpus: str = "",
    on_done: Callable[[], None] = lambda: None,
) -> ChosenThreshold:
    """The largest threshold that refuses at most a share of ``false_refusals`` of the questions.

    Each is asked as it is, and as if its gold pages were not there; ``on_done`` is called after
    both. ``corpus``: what the questions are called.
    """
    answerable, unanswerable = [], []
    for target in targets:
        answerable.append(_confidence(index, models, target.question, mode))
        without = index.without(target.pages)
        unanswerable.append(_confidence(without, models, target.question, mode))
        on_done()
    threshold = largest_threshold(answerable, false_refusals)
    encoder = index.encoder.record if index.encoder is not None else None
    manifest = index.manifest
    return ChosenThreshold(
        Threshold(
            threshold=threshold,
            collection=manifest.collection,
            questions=len(targets),
            false_refusals=round(share_below(answerable, threshold), 4),
            refusals=round(share_below(unanswerable, threshold), 4),
            chosen_by=ChosenBy(
                model=models.answerability.name,
                encoder=encoder.name if encoder else None,
                encoder_sha256=encoder.sha256 if encoder else None,
                corpus=f"{corpus} over {manifest.collection} {manifest.generation}".strip(),
                command="pinakes threshold",
                date=datetime.now(UTC).date().isoformat(),
            ),
        ),
        error_curve(answerable, unanswerable),
    )


def write_threshold(collection: Path, threshold: Threshold) -> Path:
    """Write what answers of ``collection`` go by from now on; where it is written."""
    path = collection / THRESHOLD_FILE
    with write_whole(path) as file:
        file.write(threshold.model_dump_json(indent=2, exclude={"ignored"}).encode() + b"\n")
    return path


def _confidence(index: Index, models: ReadingModels, question: str, mode: Mode) -> float:
    # In as many digits as answers have, so that the threshold is met by the same questions.
    return round(find(index, models, question, mode).confidence, 3)
