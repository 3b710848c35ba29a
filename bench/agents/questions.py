"""A hundred questions whose answers are known by their words, as agents ask them.

Of the everyday questions those that the collection can answer, then the plain ones, and a few that
take two pages. Knows nothing of tools.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.quality.everyday_questions import holds_answer, read_everyday
from pinakes.index.evaluation import Split

__all__ = ["AgentQuestion", "answered_questions", "refused_questions"]

_QUESTIONS = Path(__file__).parents[1] / "quality" / "questions"


@dataclass(frozen=True, slots=True)
class AgentQuestion:
    """A question, and groups of wordings: of each one stands in whatever answers."""

    question: str
    answers: tuple[tuple[str, ...], ...]

    def is_answered(self, text: str) -> bool:
        """Whether the text holds the answer."""
        return holds_answer(text, self.answers)


def answered_questions(split: Split, most: int = 100) -> list[AgentQuestion]:
    """The first so many of a split."""
    everyday = [
        AgentQuestion(one.question, one.answers)
        for one in read_everyday()
        if one.split == split and one.is_answerable
    ]
    plain = [
        AgentQuestion(row["question"], (tuple(row["answers"]),)) for row in _rows("plain", split)
    ]
    bridges = [
        AgentQuestion(row["question"], ((row["answer"],),))
        for row in _rows("two_pages", split)
        if row["kind"] == "bridge"
    ]
    return [*everyday, *plain, *bridges][:most]


def refused_questions(split: Split) -> list[str]:
    """What the collection cannot answer."""
    unanswerable = [
        one.question for one in read_everyday() if one.split == split and not one.is_answerable
    ]
    return [*(row["question"] for row in _rows("refusals", split)), *unanswerable]


def _rows(name: str, split: Split) -> Iterator[dict[str, Any]]:
    lines = (_QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return (row for row in map(json.loads, lines) if row["split"] == split)
