"""Real questions asked of no particular wiki, each with the strings by which its answer is known.

1,500 by hash are set aside, and no model is trained on them: a thousand judge; by the rest
thresholds and the like are fitted, and the everyday questions were drawn of it.
"""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bench.quality.everyday_questions import EVERYDAY, OPEN_QUESTIONS
from pinakes.index.evaluation import sample_of

__all__ = ["OpenQuestion", "fitting_questions", "judging_questions"]

_SET_ASIDE, _JUDGING = 1_500, 1_000


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question, and the strings by which its answer is known."""

    question_id: str
    question: str
    answers: tuple[str, ...]


def judging_questions(most: int = _JUDGING) -> list[OpenQuestion]:
    """Of the thousand that judge so many, always the same; nothing is fitted on them."""
    found = _by_id()
    return [found[qid] for qid in sorted(sample_of(found, min(most, _JUDGING)))]


def fitting_questions() -> list[OpenQuestion]:
    """Those set aside that do not judge, but for the everyday questions."""
    found = _by_id()
    everyday = {json.loads(line).get("qid") for line in EVERYDAY.read_text("utf-8").splitlines()}
    left = sample_of(found, _SET_ASIDE) - sample_of(found, _JUDGING) - everyday
    return [found[qid] for qid in sorted(left)]


def _by_id() -> dict[str, OpenQuestion]:
    with OPEN_QUESTIONS.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {
        row["qid"]: OpenQuestion(row["qid"], row["question"], tuple(_strings(row["answers"])))
        for row in rows
    }


def _strings(answers: Sequence[str] | str) -> Sequence[str]:
    """Those of one row in twelve are a list as Python would print it, here and there damaged."""
    if not isinstance(answers, str):
        return answers
    try:
        listed = [str(answer) for answer in ast.literal_eval(answers)]
    except (SyntaxError, ValueError):
        listed = [part.strip("'\" ") for part in answers.strip("[]").split(", ")]
    return [answer for answer in listed if any(letter.isalnum() for letter in answer)]
