"""Everyday questions, and whether an answer is right: judged by the words it must hold.

Reads bench/quality/questions/everyday.jsonl; questions that were drawn stand in the file they were
drawn from. Knows nothing of how they are asked.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.quality.development import QUESTIONS
from pinakes.index.evaluation import Split

__all__ = ["EVERYDAY", "OPEN_QUESTIONS", "Everyday", "holds_answer", "read_everyday"]

EVERYDAY = Path(__file__).parent / "questions" / "everyday.jsonl"
_NOT_COUNTED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))|\[\d{1,3}\]")
OPEN_QUESTIONS = QUESTIONS.with_name("open-questions-with-answers.jsonl")


@dataclass(frozen=True, slots=True)
class Everyday:
    """A question, what a right answer must hold, and a right and a wrong sentence for it.

    ``answers``: of each group one wording must stand in a right answer, and none of ``wrong``.
    One that cannot be answered has no ``answers``, no ``pages`` and no ``true`` sentence.
    """

    question_id: str
    split: Split
    kind: str
    drawn: bool
    question: str
    answers: tuple[tuple[str, ...], ...]
    wrong: tuple[str, ...]
    pages: tuple[str, ...]
    true: str | None
    false: str

    @property
    def is_answerable(self) -> bool:
        """Whether the collection has the answer."""
        return bool(self.answers)

    def is_right(self, text: str) -> bool:
        """Whether ``text`` holds what a right answer must, and nothing that makes it wrong."""
        return self.is_answerable and holds_answer(text, self.answers, self.wrong)


def read_everyday() -> list[Everyday]:
    """All of them, in the order of the file."""
    rows = [json.loads(line) for line in EVERYDAY.read_text(encoding="utf-8").splitlines()]
    drawn = _drawn({row["qid"] for row in rows if row["drawn"]})
    return [
        Everyday(
            question_id=row["id"],
            split=row["split"],
            kind=row["kind"],
            drawn=row["drawn"],
            question=drawn[row["qid"]] if row["drawn"] else row["question"],
            answers=tuple(map(tuple, row.get("answers", ()))),
            wrong=tuple(row.get("wrong", ())),
            pages=tuple(row.get("pages", ())),
            true=row.get("true"),
            false=row["false"],
        )
        for row in rows
    ]


def holds_answer(text: str, answers: Iterable[Sequence[str]], wrong: Iterable[str] = ()) -> bool:
    """Whether a wording of each group stands in ``text``, as whole words, and none of ``wrong``.

    Case, accents, marks, the commas of large numbers and markers of sources ([1]) do not matter.
    ``^`` before a wording: only at the beginning; ``*`` after it: it may begin a word.
    """
    plain = _plain(text)
    return all(any(_stands_in(plain, one) for one in group) for group in answers) and not any(
        _stands_in(plain, one) for one in wrong
    )


def _stands_in(plain: str, wording: str) -> bool:
    words = _plain(wording.removeprefix("^").removesuffix("*"))
    words = words.rstrip() if wording.endswith("*") else words
    return plain.startswith(words) if wording.startswith("^") else words in plain


def _plain(text: str) -> str:
    letters = (
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter)
    )
    joined = _NOT_COUNTED.sub("", "".join(letters))
    return " ".join(["", *re.findall(r"\w+", joined), ""])


def _drawn(wanted: set[str]) -> dict[str, str]:
    with OPEN_QUESTIONS.open(encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        return {row["qid"]: row["question"] for row in rows if row["qid"] in wanted}
