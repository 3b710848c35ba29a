"""The questions that a collection keeps to itself: each with the page that is expected to answer.

A new generation is asked them before it goes live. ``questions.jsonl`` beside the generations has
them, in the form that ``pinakes eval`` reads.
"""

import json
from pathlib import Path

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.gold import judge
from pinakes.index.evaluation.question_files import read_questions
from pinakes.index.evaluation.questions import Gold, Question
from pinakes.index.retrieval.search import Index
from pinakes.ingest.files import write_whole

__all__ = ["DEPTH", "OWN_QUESTIONS", "add_question", "own_questions", "rank_of", "remove_question"]

OWN_QUESTIONS = "questions.jsonl"
# A page counts as found by its first passage among so many.
DEPTH = 10


def own_questions(collection: Path) -> list[Question]:
    """The questions of a collection, in the order they were added. Raises BadQuestions."""
    path = collection / OWN_QUESTIONS
    return read_questions(path) if path.exists() else []


def add_question(collection: Path, text: str, title: str) -> Question:
    """Keep a question and the title of the page expected. Raises BadQuestions if it is there."""
    known = own_questions(collection)
    if any(question.text == text for question in known):
        raise BadQuestions(f"{collection.name} has this question already: {text!r}")
    numbers = [int(question.question_id) for question in known if question.question_id.isdecimal()]
    question = Question(str(max(numbers, default=0) + 1), text, (Gold(title=title),))
    _write(collection, [*known, question])
    return question


def remove_question(collection: Path, question_id: str) -> Question:
    """Forget the question of this id. Raises BadQuestions where there is none."""
    known = own_questions(collection)
    gone = next((question for question in known if question.question_id == question_id), None)
    if gone is None:
        ids = ", ".join(question.question_id for question in known) or "none"
        raise BadQuestions(f"{collection.name} has no question {question_id[:40]!r}; there: {ids}")
    _write(collection, [question for question in known if question is not gone])
    return gone


def rank_of(question: Question, index: Index) -> int | None:
    """The rank of the first passage of an expected page, from 1; None if none is among the first.

    Also where the collection has none of its pages, by title or redirect.
    """
    judged = judge([question], index.store).questions
    if not judged:
        return None
    hits = index.search(question.text, DEPTH)
    ranks = [n for n, hit in enumerate(hits, 1) if hit.passage.page_id in judged[0].pages]
    return ranks[0] if ranks else None


def _write(collection: Path, questions: list[Question]) -> None:
    if not questions:
        (collection / OWN_QUESTIONS).unlink(missing_ok=True)
        return
    with write_whole(collection / OWN_QUESTIONS) as file:
        for question in questions:
            pages = [{"id": gold.page_id, "title": gold.title} for gold in question.gold]
            row = {
                "qid": question.question_id,
                "question": question.text,
                "gold_pages": [{k: v for k, v in page.items() if v is not None} for page in pages],
                "answers": list(question.answers),
            }
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
