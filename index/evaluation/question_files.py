"""Read questions from a file; which of the formats it has shows in its content.

JSON lines of our own are read here, SQuAD's JSON and TREC's topics and judgments in files of
their own.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.questions import Gold, Question
from pinakes.index.evaluation.squad import squad_questions
from pinakes.index.evaluation.trec import is_topics, read_qrels, topic_questions
from pinakes.ingest.files import read_text

__all__ = ["read_questions"]


def read_questions(path: Path, qrels: Path | None = None) -> list[Question]:
    """Questions from JSON lines, SQuAD's JSON, or TREC topics with the judgments ``qrels``.

    JSON lines: ``qid``, ``question``, and what answers it: ``gold_pages`` of ``{"id", "title"}``,
    either suffices, ``answers`` of words, or both; where these are empty, nothing does.
    Raises BadQuestions naming file, place and what is wrong there.
    """
    content = _read(path)
    if is_topics(content):
        if qrels is None:
            raise BadQuestions(f"{path}: TREC topics; name the judgments too, with --qrels FILE")
        questions = list(topic_questions(path, content, read_qrels(qrels, _read(qrels))))
        if not any(question.gold for question in questions):
            raise BadQuestions(f"{path}: no question with a gold page in {qrels}")
    elif qrels is not None:
        raise BadQuestions(f"{path}: judgments (--qrels) go with TREC topics, which this is not")
    elif (data := _squad_data(path, content)) is not None:
        questions = list(squad_questions(path, data))
    else:
        questions = list(_json_lines(path, content))
    _check(path, questions)
    return questions


def _read(path: Path) -> str:
    try:
        return read_text(path, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{path}: cannot be read ({error})") from None


def _squad_data(path: Path, content: str) -> list[Any] | None:
    """The articles of a SQuAD file; None if this is none."""
    try:
        first = json.loads(content.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        first = None  # whole JSON over several lines, or nothing of the kind
    if isinstance(first, dict) and "data" not in first:
        return None
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError) as error:
        if '"paragraphs"' in content:
            raise BadQuestions(f"{path}: not whole JSON ({error})") from None
        return None
    data = whole.get("data") if isinstance(whole, dict) else None
    return data if isinstance(data, list) else None


def _json_lines(path: Path, content: str) -> Iterator[Question]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pages = row.get("gold_pages", []) if "answers" in row else row["gold_pages"]
            gold = tuple(_gold(page) for page in pages)
            yield Question(str(row["qid"]), str(row["question"]), gold, _answers(row))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadQuestions(
                f"{path}, line {number}: needs qid, question, and gold_pages or answers "
                f"({error!r}); other formats read: SQuAD's JSON, TREC topics"
            ) from None


def _gold(page: dict[str, object]) -> Gold:
    title = page.get("title")
    page_id = page["id"] if title is None else page.get("id")
    return Gold(
        page_id=None if page_id is None else int(str(page_id)),
        title=None if title is None else str(title),
    )


def _answers(row: dict[str, object]) -> tuple[str, ...]:
    answers = row.get("answers", [])
    if not isinstance(answers, list):
        raise TypeError(f"answers {answers!r}: not a list")
    return tuple(str(answer) for answer in answers)


def _check(path: Path, questions: list[Question]) -> None:
    if not questions:
        raise BadQuestions(f"{path}: no question in it")
    seen: set[str] = set()
    for question in questions:
        if question.question_id in seen:
            raise BadQuestions(f"{path}: question {question.question_id!r} comes twice")
        seen.add(question.question_id)
