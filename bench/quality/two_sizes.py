"""One wiki in two sizes, 6,000 articles and 30,729 with those among them, and what both are asked.

What is fitted sees the split ``dev`` of the questions that both sizes can answer; judged is by
their split ``test``, and by the questions that only the larger size can answer.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.corpora.dumps import LARGE_TEXT_DUMP
from bench.quality.development import DUMP, QUESTIONS, development_collection
from pinakes.index.evaluation import Split, split_of
from pinakes.index.retrieval.search import Index

__all__ = ["CORPUS", "AnsweredByPages", "collections", "questions_of_both", "questions_of_larger"]

_QUESTIONS = QUESTIONS.with_name("wiki-questions-large.jsonl")
CORPUS = f"{_QUESTIONS.name} over {DUMP.name} and {LARGE_TEXT_DUMP.name}"


@dataclass(frozen=True, slots=True)
class AnsweredByPages:
    """A question, and the ids of the pages that answer it."""

    text: str
    pages: frozenset[int]

    def pages_in(self, index: Index) -> frozenset[int]:
        """Those of its pages that say anything there."""
        return frozenset(page for page in self.pages if index.store.passages_of_page(page))


def collections(data: Path) -> tuple[Path, Path]:
    """The smaller and the larger one, with vectors of leads; built where they are not."""
    return development_collection(data), development_collection(data, dump_file=LARGE_TEXT_DUMP)


def questions_of_both(split: Split) -> list[AnsweredByPages]:
    """Those of one split that both sizes can answer."""
    return [_question(row) for row in _rows() if row["in_dev_6k"] and split_of(row["qid"]) == split]


def questions_of_larger() -> list[AnsweredByPages]:
    """Those that only the larger size can answer: for judging alone."""
    return [_question(row) for row in _rows() if not row["in_dev_6k"]]


def _question(row: dict[str, Any]) -> AnsweredByPages:
    pages = row["gold_pages"]
    return AnsweredByPages(str(row["question"]), frozenset(page["id"] for page in pages))


def _rows() -> Iterable[dict[str, Any]]:
    with _QUESTIONS.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
