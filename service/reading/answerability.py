"""What tells whether a collection holds the answer to a question at all, by what was found for it.

The door for models of every kind: a linear model over features is always there
(``linear_answerability``). Knows none of them, and no model that words answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from pinakes.index.types import EncoderRecord, Hit
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import Reading

__all__ = ["WEIGHED_HITS", "Answerability", "ChosenBy", "Findings", "Threshold"]

# So many hits are weighed; answers are written from the first of them.
WEIGHED_HITS = 20


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found for a question: at least one hit of hybrid search.

    ``reading`` is of the passages ``read``.
    """

    hits: Sequence[Hit]
    read: Sequence[Hit]
    reading: Reading


class ChosenBy(BaseModel):
    """What a threshold was chosen for and by: it says nothing of other models' confidences.

    ``model``: the answerability model. ``encoder_sha256``: of the collection's encoder, None where
    only keywords were searched for. ``corpus``: the questions and the generation. ``generation``:
    its name, where the collection chose by itself; ``carried_to``: the later one for which that
    still holds, ``changed``: the share of pages that changed on the way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    encoder: str | None
    encoder_sha256: str | None
    corpus: str
    command: str
    date: str
    generation: str | None = None
    carried_to: str | None = None
    changed: float = 0.0

    @property
    def holds_for(self) -> str | None:
        """The generation for which the collection need not choose again."""
        return self.carried_to or self.generation


class Threshold(BaseModel):
    """The least confidence with which a collection's questions are answered.

    ``collection``: whose questions chose it; None: the development set's. ``false_refusals`` and
    ``refusals``: the shares of answerable and of unanswerable questions that were refused with it
    when it was chosen. ``made_refusals``: of questions made of a collection's own pages, asked
    without these, the share that the model's usual threshold refuses; by it collections choose one
    by themselves. ``ignored``: why one that was chosen for the collection does not count.
    """

    model_config = ConfigDict(frozen=True)

    threshold: float = Field(ge=0, le=1)
    collection: str | None = None
    questions: int = 0
    false_refusals: float | None = None
    refusals: float | None = None
    made_refusals: float | None = None
    chosen_by: ChosenBy | None = None
    ignored: str | None = None


class Answerability(Protocol):
    """Tells how likely a collection holds the answer. Asked from several threads at once."""

    @property
    def name(self) -> str:
        """Which model this is, down to its weights: thresholds hold for one alone."""
        ...

    def confidence(self, question: Question, findings: Findings) -> float:
        """How likely the answer is there, 0 to 1."""
        ...

    def usual_threshold(self, encoder: EncoderRecord | None) -> Threshold:
        """From which confidence on collections of ``encoder`` answer that have chosen none."""
        ...
