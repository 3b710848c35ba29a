"""Match questions with a collection: which of its pages and passages are their gold."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pinakes.index.evaluation.questions import Evidence, Gold, Question
from pinakes.index.evaluation.run import JudgedQuestion
from pinakes.index.store.store import Store

__all__ = ["Judgment", "judge"]

_NO_LETTER = re.compile(r"[\W_]+")
# Letters in a row that are compared, and the share of a sentence's that a passage must hold.
_RUN = 5
_CONTAINED = 2 / 3


@dataclass(frozen=True, slots=True)
class Judgment:
    """What became of every question: judged, without an answer, or its pages are not here.

    ``missing`` holds the ids of the last, and of those whose file names words but no page;
    ``missing_pages`` counts gold pages that are not here, those of judged questions with other gold
    pages included.
    """

    questions: list[JudgedQuestion] = field(default_factory=list)
    unanswerable: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    missing_pages: int = 0


def judge(questions: Iterable[Question], store: Store) -> Judgment:
    """Find the gold of ``questions`` in a collection.

    A page is found by title or redirect, where the file gives one, else by id. Gold is the passage
    of a gold page that holds the answer and most of the sentence it stands in, at least two
    thirds, by the sentence's runs of five letters (containment, after Broder, "On the resemblance
    and containment of documents", 1997): case, marks and small edits do not count, and the same
    answer elsewhere on the page does not make a passage gold.
    """
    finder = _Finder(store)
    judged, unanswerable, missing = [], [], []
    missing_pages = 0
    for question in questions:
        if question.is_unanswerable:
            unanswerable.append(question.question_id)
            continue
        pages: dict[int, int] = {}
        passages: dict[int, int] = {}
        for gold in question.gold:
            page_id = finder.page_id(gold)
            if page_id is None:
                missing_pages += 1
                continue
            pages[page_id] = max(gold.grade, pages.get(page_id, 0))
            for passage_id in finder.passages(page_id, gold.evidence):
                passages[passage_id] = gold.grade
        if pages:
            judged.append(
                JudgedQuestion(
                    qid=question.question_id,
                    question=question.text,
                    pages=pages,
                    passages=passages,
                )
            )
        else:
            missing.append(question.question_id)
    return Judgment(judged, unanswerable, missing, missing_pages)


class _Finder:
    """Looks things up in one store; questions of one page follow each other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._letters_of_page = lru_cache(4)(self._read_letters)

    def page_id(self, gold: Gold) -> int | None:
        if gold.title is not None:
            return self._store.page_id_by_name(" ".join(gold.title.replace("_", " ").split()))
        return gold.page_id if gold.page_id and self._store.page(gold.page_id) else None

    def passages(self, page_id: int, evidence: Sequence[Evidence]) -> Iterator[int]:
        for item in evidence:
            runs, answer = _runs(_letters(item.sentence)), _letters(item.answer)
            held = {
                passage_id: sum(1 for run in runs if run in letters) / len(runs)
                for passage_id, letters in self._letters_of_page(page_id)
                if answer in letters
            }
            most = max(held.values(), default=0.0)
            if most >= _CONTAINED:
                yield from (passage_id for passage_id, share in held.items() if share == most)

    def _read_letters(self, page_id: int) -> list[tuple[int, str]]:
        passages = self._store.passages_of_page(page_id)
        return [(passage.passage_id, _letters(passage.text)) for passage in passages]


def _letters(text: str) -> str:
    """Letters and digits alone: scripts without spaces need no words, and marks do not count."""
    return _NO_LETTER.sub("", text.casefold())


def _runs(letters: str) -> set[str]:
    return {letters[i : i + _RUN] for i in range(max(1, len(letters) - _RUN + 1))}
