"""The threshold that was chosen for a collection, in a file beside its generations."""

from pathlib import Path

from pydantic import ValidationError

from pinakes.index.types import EncoderRecord
from pinakes.ingest.files import read_text
from pinakes.service.errors import BadInput
from pinakes.service.reading.answerability import Answerability, ChosenBy, Threshold

__all__ = ["THRESHOLD_FILE", "threshold_of"]

THRESHOLD_FILE = "answerability.json"


def threshold_of(
    collection: Path, answerability: Answerability, encoder: EncoderRecord | None
) -> Threshold:
    """What was chosen for this collection (``pinakes threshold``), else the usual one.

    One that was chosen for another model or encoder is ignored, and the usual one says so. Raises
    BadInput naming a file that is not such a record.
    """
    usual = answerability.usual_threshold(encoder)
    path = collection / THRESHOLD_FILE
    try:
        chosen = Threshold.model_validate_json(read_text(path))
    except FileNotFoundError:
        return usual
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({error}); remove it") from None
    except ValidationError as error:
        raise BadInput(
            f"{path}: {error.errors()[0]['msg']}; make it again with pinakes threshold, "
            "or remove it"
        ) from None
    why = _misfit(chosen.chosen_by, answerability, encoder)
    return chosen if why is None else usual.model_copy(update={"ignored": f"{path}: {why}"})


def _misfit(
    chosen_by: ChosenBy | None, answerability: Answerability, encoder: EncoderRecord | None
) -> str | None:
    """What a threshold was chosen for instead, if it was."""
    again = "make it again with pinakes threshold"
    if chosen_by is None:
        return f"does not say what it was chosen for; {again}"
    if chosen_by.model != answerability.name:
        return f"was chosen for the model {chosen_by.model}, not {answerability.name}; {again}"
    if chosen_by.encoder_sha256 != (encoder.sha256 if encoder else None):
        now = encoder.name if encoder else "keywords alone"
        return f"was chosen for {chosen_by.encoder or 'keywords alone'}, not {now}; {again}"
    return None
