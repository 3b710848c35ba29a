"""What the reading model is trained on, stopped by, and judged on: apart by article, page and id.

Decided by hashes of titles and ids alone, before anything else is done with the data. A question
that is judged on is trained on by no other name either: questions are compared by their words.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.quality.development import QUESTIONS
from pinakes.index.evaluation import sample_of

__all__ = [
    "Paragraph",
    "SquadQuestion",
    "claims",
    "gold_pages_of_judging",
    "is_judged_question",
    "judged_titles",
    "large_questions",
    "squad",
]

_QUERIES = QUESTIONS.parent
_BY_HAND = Path(__file__).parents[1] / "quality" / "questions"
_SQUAD_TRAIN, _SQUAD_DEV = "squad-reader-train.json", "squad2-dev-part.json"
_JUDGED_ARTICLES, _TUNED_ARTICLES = 4, 2
_CLAIMS_JUDGED = 800

Part = str
"""``train``, ``tune`` (early stopping and thresholds) or ``judge``."""


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question on a paragraph; no ``answers``: the paragraph has none."""

    id: str
    text: str
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of one of SQuAD's articles; ``number`` counts them there."""

    title: str
    number: int
    text: str
    questions: tuple[SquadQuestion, ...]


def squad(part: Part) -> Iterator[Paragraph]:
    """The paragraphs of one part's articles."""
    for name in (_SQUAD_TRAIN, _SQUAD_DEV):
        for article in _squad_articles(name):
            if _part_of_article(name, article["title"]) != part:
                continue
            title = article["title"].replace("_", " ")
            for number, paragraph in enumerate(article["paragraphs"]):
                questions = tuple(
                    SquadQuestion(
                        entry["id"],
                        entry["question"].strip(),
                        ()
                        if entry.get("is_impossible")
                        else tuple((a["answer_start"], a["text"]) for a in entry["answers"]),
                    )
                    for entry in paragraph["qas"]
                )
                yield Paragraph(title, number, paragraph["context"], questions)


def judged_titles() -> frozenset[str]:
    """Titles of the articles that only judge."""
    return frozenset(paragraph.title for paragraph in squad("judge"))


@cache
def _squad_articles(name: str) -> list[dict[str, Any]]:
    articles: list[dict[str, Any]] = json.loads((_QUERIES / name).read_text("utf-8"))["data"]
    return articles


@cache
def _ordered_articles() -> tuple[str, ...]:
    titles = [article["title"] for article in _squad_articles(_SQUAD_DEV)]
    judged = sample_of(titles, _JUDGED_ARTICLES)
    tuned = sample_of(titles, _JUDGED_ARTICLES + _TUNED_ARTICLES) - judged
    return (*sorted(judged), *sorted(tuned))


def _part_of_article(name: str, title: str) -> Part:
    if name == _SQUAD_DEV and title in _ordered_articles():
        place = _ordered_articles().index(title)
        return "judge" if place < _JUDGED_ARTICLES else "tune"
    return "train"


def claims(part: Part) -> list[dict[str, Any]]:
    """FEVER's claims with ``label`` and ``pages``; those about one page fall into one part."""
    rows = _rows(_QUERIES / "fever-claims.jsonl")
    keys = {_claim_key(row) for row in rows}
    judged = sample_of(keys, _CLAIMS_JUDGED * len(keys) // len(rows))
    return [row for row in rows if (_claim_key(row) in judged) == (part == "judge")]


def _claim_key(row: Mapping[str, Any]) -> str:
    """The page that a claim is about; without one, how it begins, for so claims on one go on."""
    if row["pages"]:
        return str(row["pages"][0]["title"])
    return " ".join(row["claim"].split()[:2])


def large_questions(part: Part) -> list[dict[str, Any]]:
    """The wiki questions with gold pages: those for choosing (``tune``) or for judging alone."""
    rows = _rows(QUESTIONS.with_name("wiki-questions-large.jsonl"))
    return [row for row in rows if row["in_dev_6k"] == (part == "tune")]


def gold_pages_of_judging() -> frozenset[int]:
    """The pages that answer the questions which judge: nothing is trained on their text."""
    gold = (row["gold_pages"] for row in large_questions("judge"))
    pages = (row["pages"] for row in claims("judge"))
    return frozenset(page["id"] for found in (*gold, *pages) for page in found)


def is_judged_question(text: str) -> bool:
    """Whether this question is one by which anything here is judged, as far as its words tell."""
    return _plain(text) in _judged_questions()


@cache
def _judged_questions() -> frozenset[str]:
    wiki = (row["question"] for part in ("tune", "judge") for row in large_questions(part))
    more = (row["question"] for row in _rows(QUESTIONS))
    by_hand = (
        str(row.get("question") or row.get("query") or "")
        for file in sorted(_BY_HAND.glob("*.jsonl"))
        for row in _rows(file)
    )
    of_squad = (
        question.text
        for part in ("tune", "judge")
        for paragraph in squad(part)
        for question in paragraph.questions
    )
    found = (_plain(text) for texts in (wiki, more, by_hand, of_squad) for text in texts)
    return frozenset(filter(None, found))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _lines(path)]


def _lines(path: Path) -> Iterable[str]:
    return filter(str.strip, path.read_text(encoding="utf-8").split("\n"))
