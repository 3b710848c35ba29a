"""What is asked, and what would be right: questions matched with a collection.

Knows nothing of answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pinakes.index.errors import BadQuery
from pinakes.index.evaluation import Judgment, Question, sample_of
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import Passage

__all__ = ["SkipReason", "Target", "Targets", "targets_of"]

# missing: none of their gold pages is in the collection. unaskable: no word in them to search for.
# pageless: no gold page that could be left out.
SkipReason = Literal["missing", "unaskable", "pageless"]


@dataclass(frozen=True, slots=True)
class Target:
    """A question, and what is known of its answer in this collection.

    ``pages`` and ``passages`` are gold; ``answers`` are words, any of which is right. It is asked
    as if the pages ``left_out`` were not there.
    """

    qid: str
    question: str
    is_answerable: bool
    pages: frozenset[int] = frozenset()
    passages: tuple[Passage, ...] = ()
    answers: tuple[str, ...] = ()
    left_out: frozenset[int] = frozenset()

    def without_its_pages(self) -> "Target":
        """The same question, asked as if its gold pages were not there: nothing answers it."""
        return Target(self.qid, self.question, is_answerable=False, left_out=self.pages)


@dataclass(frozen=True, slots=True)
class Targets:
    """The questions to ask, and the ids of those that are not asked, by reason."""

    asked: tuple[Target, ...]
    skipped: Mapping[SkipReason, tuple[str, ...]] = field(default_factory=dict)

    def without_their_pages(self) -> "Targets":
        """Each question with gold pages, asked as if these were not there."""
        asked = tuple(target.without_its_pages() for target in self.asked if target.pages)
        pageless = tuple(target.qid for target in self.asked if not target.pages)
        return Targets(asked, {**self.skipped, "pageless": pageless} if pageless else self.skipped)

    def sample(self, limit: int) -> "Targets":
        """At most ``limit`` of the questions, always the same, in their order."""
        chosen = sample_of((target.qid for target in self.asked), limit)
        asked = tuple(target for target in self.asked if target.qid in chosen)
        return Targets(asked, self.skipped)


def targets_of(index: Index, questions: Iterable[Question], judgment: Judgment) -> Targets:
    """``questions`` with what ``judgment`` found of them in the collection."""
    judged = {row.qid: row for row in judgment.questions}
    asked: list[Target] = []
    skipped: dict[SkipReason, list[str]] = {}
    for question in questions:
        row = judged.get(question.question_id)
        if row is None and question.gold:
            skipped.setdefault("missing", []).append(question.question_id)
            continue
        try:
            index.checked(question.text)
        except BadQuery:
            skipped.setdefault("unaskable", []).append(question.question_id)
            continue
        passages = index.store.passages(list(row.passages)) if row else []
        asked.append(
            Target(
                question.question_id,
                question.text,
                not question.is_unanswerable,
                frozenset(row.pages if row else ()),
                tuple(passage for passage, _ in passages),
                question.answers,
            )
        )
    return Targets(tuple(asked), {reason: tuple(qids) for reason, qids in skipped.items()})
