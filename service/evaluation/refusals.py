"""Which questions are refused: what a threshold of confidence costs, and the choice of one.

A question is refused where its confidence is below the threshold. Refusing questions that could be
answered, and answering those that cannot, are the two errors; each threshold trades one for the
other. It is chosen by questions of people, or by questions made of the collection itself. Only
searches and reads: no model that words answers has a part in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor
from pathlib import Path

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation import Question
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest, Mode
from pinakes.ingest.files import write_whole
from pinakes.service.asking.retrieve import find
from pinakes.service.evaluation.made_questions import made_questions
from pinakes.service.evaluation.targets import Target, Targets
from pinakes.service.reading.answerability import ChosenBy, Threshold
from pinakes.service.reading.models import ReadingModels
from pinakes.service.reading.threshold import CALIBRATION_FILE, THRESHOLD_FILE

__all__ = [
    "ASKING_MEMORY",
    "MADE_QUESTIONS",
    "SECONDS_A_QUESTION",
    "ChosenThreshold",
    "CurvePoint",
    "ErrorCurve",
    "calibrated_threshold",
    "carried_threshold",
    "choose_threshold",
    "error_curve",
    "largest_threshold",
    "refusing_threshold",
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
# Four of a hundred more or less are chance.
MADE_QUESTIONS = 100
# Each is asked twice. Measured with 80,000 passages and with 367,000: how many hardly matters.
SECONDS_A_QUESTION, ASKING_MEMORY = 0.36, 350_000_000
_MOST_CHANGED = 0.04
# Of questions that name their page and are asked with it. Where more look unanswerable, it is the
# language that is little known, or the pages.
_EASY_REFUSALS = 0.05


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
    answerable, unanswerable = _confidences(index, models, targets, mode, on_done)
    threshold = largest_threshold(answerable, false_refusals)
    chosen = _threshold(index, threshold, answerable, unanswerable)
    corpus = f"{corpus} over {index.manifest.collection} {index.manifest.generation}".strip()
    return ChosenThreshold(
        chosen.model_copy(
            update={"chosen_by": _chosen_by(index, models, corpus, "pinakes threshold")}
        ),
        error_curve(answerable, unanswerable),
    )


def calibrated_threshold(
    index: Index, models: ReadingModels, on_done: Callable[[], None] = lambda: None
) -> Threshold | None:
    """What a collection chooses by itself, by MADE_QUESTIONS questions made of its own pages.

    These are easier than people's: what is found with their pages tells little, what is found
    without is like what is found for any question that nothing answers, and the likelier to look
    like an answer the larger the collection. So the threshold refuses of them, asked without their
    pages, the share that suited people's questions (``Threshold.made_refusals``), and of them as
    they are next to none. None where the collection is too small, or the model knows no such share.
    ``on_done`` is called after each question.
    """
    encoder = index.encoder.record if index.encoder is not None else None
    share = models.answerability.usual_threshold(encoder).made_refusals
    if share is None or index.manifest.pages.documents < MADE_QUESTIONS:
        return None
    targets = made_questions(index, MADE_QUESTIONS)
    if len(targets) < MADE_QUESTIONS:
        return None
    answerable, unanswerable = _confidences(index, models, targets, "hybrid", on_done)
    threshold = min(
        refusing_threshold(unanswerable, share), largest_threshold(answerable, _EASY_REFUSALS)
    )
    manifest = index.manifest
    corpus = f"{len(targets)} questions made of {manifest.collection} {manifest.generation}"
    by = _chosen_by(index, models, corpus, "pinakes build")
    return _threshold(index, threshold, answerable, unanswerable).model_copy(
        update={
            "made_refusals": share,
            "chosen_by": by.model_copy(update={"generation": manifest.generation}),
        }
    )


def carried_threshold(threshold: Threshold, before: Manifest, now: Manifest) -> Threshold | None:
    """What ``before`` chose by itself, as it holds for ``now``; None where it chooses again.

    That is where, since it was chosen, more than four in a hundred pages have changed, which of a
    hundred questions made of them is chance; or where what searches and reads has, or the share of
    passages with vectors.
    """
    by = threshold.chosen_by
    if by is None or by.holds_for != before.generation or not before.pages.articles:
        return None
    same = now.pages.unchanged + now.pages.kept
    other = max(now.pages.articles, before.pages.articles) - same
    changed = by.changed + other / before.pages.articles
    is_alike = now.versions == before.versions and (
        abs(now.coverage - before.coverage) <= _MOST_CHANGED
    )
    if changed > _MOST_CHANGED or not is_alike:
        return None
    carried = {"carried_to": now.generation, "changed": round(changed, 4)}
    return threshold.model_copy(update={"chosen_by": by.model_copy(update=carried)})


def refusing_threshold(unanswerable: Sequence[float], share: float) -> float:
    """The confidence below which about ``share`` of the unanswerable questions lie, 1 at most."""
    place = ceil(share * len(unanswerable) - 1e-9)
    return sorted(unanswerable)[place] if place < len(unanswerable) else 1.0


def _confidences(
    index: Index,
    models: ReadingModels,
    targets: Sequence[Target],
    mode: Mode,
    on_done: Callable[[], None],
) -> tuple[list[float], list[float]]:
    """Of each question as it is, and as if its gold pages were not there."""
    answerable, unanswerable = [], []
    for target in targets:
        answerable.append(_confidence(index, models, target.question, mode))
        without = index.without(target.pages)
        unanswerable.append(_confidence(without, models, target.question, mode))
        on_done()
    return answerable, unanswerable


def _threshold(
    index: Index,
    threshold: float,
    answerable: Sequence[float],
    unanswerable: Sequence[float],
) -> Threshold:
    return Threshold(
        threshold=threshold,
        collection=index.manifest.collection,
        questions=len(answerable),
        false_refusals=round(share_below(answerable, threshold), 4),
        refusals=round(share_below(unanswerable, threshold), 4),
    )


def _chosen_by(index: Index, models: ReadingModels, corpus: str, command: str) -> ChosenBy:
    encoder = index.encoder.record if index.encoder is not None else None
    return ChosenBy(
        model=models.answerability.name,
        encoder=encoder.name if encoder else None,
        encoder_sha256=encoder.sha256 if encoder else None,
        corpus=corpus,
        command=command,
        date=datetime.now(UTC).date().isoformat(),
    )


def write_threshold(collection: Path, threshold: Threshold) -> Path:
    """Write what was chosen by questions, or by ``collection`` itself; where it is written."""
    by_itself = threshold.made_refusals is not None
    path = collection / (CALIBRATION_FILE if by_itself else THRESHOLD_FILE)
    with write_whole(path) as file:
        file.write(threshold.model_dump_json(indent=2, exclude={"ignored"}).encode() + b"\n")
    return path


def _confidence(index: Index, models: ReadingModels, question: str, mode: Mode) -> float:
    # In as many digits as answers have, so that the threshold is met by the same questions.
    return round(find(index, models, question, mode).confidence, 3)
