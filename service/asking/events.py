"""What happens while a question is answered, in order: what is shown as it comes."""

import math
from dataclasses import dataclass
from typing import Literal

from pinakes.service.generators.generator import Thought
from pinakes.service.types import Answer, Citation, Sentence

__all__ = [
    "AnswerEvent",
    "Best",
    "Checked",
    "Done",
    "Sources",
    "Status",
    "Thought",
    "Token",
    "Withdrawn",
]


@dataclass(frozen=True, slots=True)
class Status:
    """What is being done now; in the queue also how many are before, and for how long about."""

    stage: Literal["searching", "queued", "loading", "reading", "thinking", "writing"]
    position: int | None = None
    wait_s: float | None = None

    @property
    def text(self) -> str:
        """It for a reader."""
        if self.stage == "loading":
            return "The model is being loaded…"
        if self.stage != "queued":
            return f"{self.stage.capitalize()}…"
        before = f"{self.position} before you" if self.position else "you are next"
        seconds = self.wait_s or 0.0
        wait = f"{math.ceil(seconds)} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"
        return f"In the queue: {before}, about {wait}…"


@dataclass(frozen=True, slots=True)
class Best:
    """What a search has found, before a model says anything: the passage that most likely answers.

    ``said``: its sentence that most likely does, as offsets into its quote, in code points.
    ``lead``: how its page begins; "" where the passage is that beginning, or it is no sentence.
    """

    citation: Citation
    said: tuple[int, int] | None
    lead: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The passages that the answer is written from, numbered as the model sees them."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer's text. All of them since the last ``Withdrawn`` are that text."""

    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that is complete, with its verdict; its text has been sent."""

    sentence: Sentence
    text: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """All text shown so far was the model's thinking, which shows only at its end: see reasoning.

    Never where the model is known to think.
    """


@dataclass(frozen=True, slots=True)
class Done:
    """The finished answer."""

    answer: Answer


AnswerEvent = Status | Best | Sources | Thought | Token | Checked | Withdrawn | Done
