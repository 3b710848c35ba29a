"""Questions and what answers them, as a file says it. Knows nothing of any collection."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Evidence", "Gold", "Question", "Split", "sample_of", "split_of"]

Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a page that bear an answer: the sentence in which it stands, and the answer."""

    sentence: str
    answer: str


@dataclass(frozen=True, slots=True)
class Gold:
    """A page that answers a question, by title, by id or both, and how well: ``grade`` above 0."""

    page_id: int | None = None
    title: str | None = None
    grade: int = 1
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the pages that answer it and the words that do, as far as its file names them.

    An unanswerable one has neither.
    """

    question_id: str
    text: str
    gold: tuple[Gold, ...]
    answers: tuple[str, ...] = ()

    @property
    def is_unanswerable(self) -> bool:
        """Whether nothing answers it."""
        return not (self.gold or self.answers)

    @property
    def gold_pages(self) -> frozenset[int]:
        """Ids of the gold pages, as far as the file gives ids."""
        return frozenset(gold.page_id for gold in self.gold if gold.page_id is not None)


def split_of(question_id: str) -> Split:
    """The split a question belongs to, frozen by its id: tune on dev, judge on test.

    By the first bit of information that SHA-256 gives: whether its first byte is even.
    """
    digest = hashlib.sha256(question_id.encode()).digest()
    return "test" if digest[0] % 2 else "dev"


def sample_of(question_ids: Iterable[str], limit: int) -> frozenset[str]:
    """At most ``limit`` of the questions, by the hash of their ids.

    Whatever else is asked, the same are chosen, and a larger sample holds the smaller ones.
    """
    by_hash = sorted(
        question_ids,
        key=lambda question_id: hashlib.sha256(f"sample {question_id}".encode()).digest(),
    )
    return frozenset(by_hash[:limit])
