"""TREC's topics and relevance judgments (qrels).

Formats: trec.nist.gov/data/topics_eng, "English test questions (topics)", and
trec.nist.gov/data/qrels_eng, "English relevance judgements file list". Topics are also read as
lines of ``qid<TAB>text``.
"""

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.questions import Gold, Question

__all__ = ["is_topics", "read_qrels", "topic_questions"]

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
            one = Gold(page_id=int(page), grade=grade) if by_id else Gold(title=page, grade=grade)
            gold.setdefault(topic, []).append(one)
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
