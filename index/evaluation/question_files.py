"""Read questions from a file: JSON lines, SQuAD's JSON, or TREC's topics and judgments (qrels).

Which of the formats a file has shows in its content. Sets in SQuAD's format count, such as
XQuAD.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.questions import Evidence, Gold, Question
from pinakes.ingest.files import read_text
from pinakes.ingest.text.sentences import sentence_spans

__all__ = ["is_topics", "read_qrels", "read_questions", "squad_questions", "topic_questions"]


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


def squad_questions(path: Path, data: Sequence[Any]) -> Iterator[Question]:
    """The questions of the articles ``data``; those that have no answer without gold.

    A question's gold is its article, by title; the evidence is the sentence of its paragraph in
    which an answer stands, for each answer. Raises BadQuestions naming article and question.
    """
    for number, article in enumerate(data, start=1):
        place = f"{path}, article {number}"
        try:
            title = str(article["title"]).replace("_", " ")
            place += f" ({title})"
            for paragraph in article["paragraphs"]:
                context = str(paragraph["context"])
                spans = sentence_spans(context)
                for entry in paragraph["qas"]:
                    yield _question(place, title, context, spans, entry)
        except (KeyError, TypeError, AttributeError) as error:
            raise BadQuestions(
                f"{place}: needs title and paragraphs with context and qas ({error!r})"
            ) from None


def _question(
    place: str, title: str, context: str, spans: Sequence[tuple[int, int]], entry: dict[str, Any]
) -> Question:
    name = str(entry.get("id"))
    try:
        answers = [] if entry.get("is_impossible") else entry["answers"]
        evidence = [
            _evidence(context, spans, answer["answer_start"], answer["text"]) for answer in answers
        ]
        gold = [Gold(title=title, evidence=tuple(dict.fromkeys(evidence)))] if evidence else []
        words = tuple(dict.fromkeys(str(answer["text"]) for answer in answers))
        return Question(str(entry["id"]), str(entry["question"]), tuple(gold), words)
    except (KeyError, TypeError, ValueError) as error:
        raise BadQuestions(
            f"{place}, question {name}: needs id, question and answers with text and "
            f"answer_start ({error!r})"
        ) from None


def _evidence(context: str, spans: Sequence[tuple[int, int]], start: int, answer: str) -> Evidence:
    """The sentence, or the sentences, that hold the answer at ``start``."""
    end = start + len(answer)
    if not 0 <= start < end <= len(context):
        raise ValueError(f"answer {answer!r} at {start} lies outside its paragraph")
    touched = [span for span in spans if span[0] < end and start < span[1]]
    if not touched:
        raise ValueError(f"answer {answer!r} at {start} holds no word")
    return Evidence(context[touched[0][0] : touched[-1][1]], answer)


_TOPIC = re.compile(r"<top>(.*?)(?:</top>|(?=<top>)|\Z)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*([^<\s]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title>\s*(?:Topic:)?\s*([^<]*[^<\s])", re.IGNORECASE)


def is_topics(content: str) -> bool:
    """Whether this looks like topics: SGML, or a first line with a tab that is no JSON."""
    begin = content.lstrip()
    first = begin.partition("\n")[0]
    return begin[:5].lower() == "<top>" or ("\t" in first and first[0] not in "{[")


def read_qrels(path: Path, content: str) -> dict[str, list[Gold]]:
    """The gold pages of each topic: lines of topic, iteration, page and grade.

    Pages are ids if all of them are numbers, else titles, with underscores for spaces unless the
    columns are parted by tabs. Grades of 0 and below say that a page does not answer. Raises
    BadQuestions naming the line that does not fit.
    """
    rows: dict[tuple[str, str], int] = {}
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            topic, _, page, value = line.strip("\r\n").split("\t") if "\t" in line else line.split()
            rows[topic, page] = int(value)
        except ValueError as error:
            raise BadQuestions(
                f"{path}, line {number}: needs topic, iteration, page and grade ({error})"
            ) from None
    by_id = all(page.isdecimal() for _, page in rows)
    gold: dict[str, list[Gold]] = {}
    for (topic, page), grade in rows.items():
        if grade > 0:
            item = Gold(page_id=int(page), grade=grade) if by_id else Gold(title=page, grade=grade)
            gold.setdefault(topic, []).append(item)
    return gold


def topic_questions(
    path: Path, content: str, judgments: Mapping[str, list[Gold]]
) -> Iterator[Question]:
    """The topics with their judgments; one without any counts as unanswerable.

    Raises BadQuestions naming the line of a topic that does not fit.
    """
    read = _sgml if content.lstrip().startswith("<") else _lines
    for topic, text in read(path, content):
        yield Question(topic, text, tuple(judgments.get(topic, ())))


def _sgml(path: Path, content: str) -> Iterator[tuple[str, str]]:
    for match in _TOPIC.finditer(content):
        number, title = _NUMBER.search(match[1]), _TITLE.search(match[1])
        if not (number and title):
            line = content.count("\n", 0, match.start()) + 1
            raise BadQuestions(f"{path}, line {line}: a topic needs <num> and <title>")
        yield number[1], " ".join(html.unescape(title[1]).split())


def _lines(path: Path, content: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        topic, _, text = line.partition("\t")
        if not (topic.strip() and text.strip()):
            raise BadQuestions(f"{path}, line {number}: needs a topic's id, a tab and its text")
        yield topic.strip(), text.strip()
