"""The threshold of a collection: chosen by questions of its users, by itself, or for all alike.

What was chosen lies in files beside the generations.
"""

from pathlib import Path

from pydantic import ValidationError

from pinakes.index.types import EncoderRecord
from pinakes.ingest.files import read_text
from pinakes.service.errors import BadInput
from pinakes.service.reading.answerability import Answerability, ChosenBy, Threshold

__all__ = ["CALIBRATION_FILE", "THRESHOLD_FILE", "own_threshold", "threshold_of"]

# By questions (pinakes threshold), and by the collection itself at the end of a build.
THRESHOLD_FILE, CALIBRATION_FILE = "answerability.json", "calibration.json"
_AGAIN = {
    THRESHOLD_FILE: "make it again with pinakes threshold",
    CALIBRATION_FILE: "pinakes build makes it again",
}


def threshold_of(
    collection: Path, answerability: Answerability, encoder: EncoderRecord | None
) -> Threshold:
    """What was chosen for this collection by questions, by itself, or for all.

    One that was chosen for another model or encoder is ignored, and what counts instead says so.
    Raises BadInput naming a file that is not such a record.
    """
    ignored = None
    for name in (THRESHOLD_FILE, CALIBRATION_FILE):
        chosen = _chosen(collection / name)
        if chosen is None:
            continue
        why = _misfit(chosen.chosen_by, answerability, encoder)
        if why is None:
            return chosen.model_copy(update={"ignored": ignored})
        ignored = ignored or f"{collection / name}: {why}; {_AGAIN[name]}"
    return answerability.usual_threshold(encoder).model_copy(update={"ignored": ignored})


def own_threshold(
    collection: Path, answerability: Answerability, encoder: EncoderRecord | None
) -> Threshold | None:
    """What the collection has chosen by itself for this model and encoder, if that can be read."""
    try:
        chosen = _chosen(collection / CALIBRATION_FILE)
    except BadInput:
        return None
    if chosen is None or _misfit(chosen.chosen_by, answerability, encoder) is not None:
        return None
    return chosen


def _chosen(path: Path) -> Threshold | None:
    try:
        return Threshold.model_validate_json(read_text(path))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({error}); remove it") from None
    except ValidationError as error:
        raise BadInput(
            f"{path}: {error.errors()[0]['msg']}; {_AGAIN[path.name]}, or remove it"
        ) from None


def _misfit(
    chosen_by: ChosenBy | None, answerability: Answerability, encoder: EncoderRecord | None
) -> str | None:
    """What a threshold was chosen for instead, if it was."""
    if chosen_by is None:
        return "does not say what it was chosen for"
    if chosen_by.model != answerability.name:
        return f"was chosen for the model {chosen_by.model}, not {answerability.name}"
    if chosen_by.encoder_sha256 != (encoder.sha256 if encoder else None):
        now = encoder.name if encoder else "keywords alone"
        return f"was chosen for {chosen_by.encoder or 'keywords alone'}, not {now}"
    return None
