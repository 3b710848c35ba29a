"""Real questions asked of no particular wiki, each with the strings by which its answer is known.

1,500 by hash are set aside, and no model is trained on them: a thousand judge; by the rest
thresholds and the like are fitted, and the everyday questions were drawn of it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bench.quality.everyday_questions import EVERYDAY, OPEN_QUESTIONS
from pinakes.index.evaluation import sample_of

__all__ = [
    "OpenQuestion",
    "fitting_questions",
    "judging_questions",
    "listed",
    "training_questions",
]

_SET_ASIDE, _JUDGING = 1_500, 1_000
_AROUND = re.compile(r"^[`'\s]+|[`'\s]+$")


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


def training_questions() -> list[OpenQuestion]:
    """Those that are not set aside."""
    found = _by_id()
    aside = sample_of(found, _SET_ASIDE)
    return [question for qid, question in found.items() if qid not in aside]


def listed(answers: Sequence[str] | str) -> list[str]:
    """The answers of a row; in some rows they are a list as it was printed, some without quotes.

    Those without are the ones that hold an apostrophe; what follows a comma in one is no answer.
    Signs of quotation around a title ("`` Dog ''") are not part of it.
    """
    if isinstance(answers, str):
        found = re.findall(r"""\s*(?:(['"])(.+?)\1(?=,|$)|([^,]+))""", answers.strip()[1:-1])
        answers = [quoted or bare for _, quoted, bare in found if quoted or "'" in bare]
    plain = [_AROUND.sub("", answer) for answer in answers]
    return [answer for answer in plain if any(letter.isalnum() for letter in answer)]


def _by_id() -> dict[str, OpenQuestion]:
    with OPEN_QUESTIONS.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {
        row["qid"]: OpenQuestion(row["qid"], row["question"], tuple(listed(row["answers"])))
        for row in rows
    }
