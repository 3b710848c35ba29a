"""Measure retrieval against questions with known pages: hit@k, MRR@10 and latency.

Page level: a page counts at the rank of its best passage.
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from index.errors import BadQuery
from index.search import Index
from index.types import Hit, Mode

__all__ = ["Question", "RetrievalReport", "evaluate", "first_gold_rank", "read_questions"]

# Enough passages that ten different pages are among them.
_PASSAGES = 60
_PAGES = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the pages that answer it; none for an unanswerable one."""

    question_id: str
    text: str
    gold_pages: frozenset[int]


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Page-level figures of one mode; latencies in milliseconds, one question at a time."""

    mode: Mode
    questions: int
    hit_at_1: float
    hit_at_5: float
    hit_at_10: float
    mrr_at_10: float
    p50_ms: float
    p95_ms: float


def read_questions(path: Path) -> list[Question]:
    """Questions from JSON lines: ``qid``, ``question``, ``gold_pages`` of ``{"id", "title"}``.

    Raises BadQuery naming the line that does not fit.
    """
    questions = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuery(f"{path}: cannot be read ({error})") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            gold = frozenset(int(page["id"]) for page in row["gold_pages"])
            questions.append(Question(str(row["qid"]), str(row["question"]), gold))
        except (ValueError, KeyError, TypeError) as error:
            raise BadQuery(
                f"{path}, line {number}: needs qid, question and gold_pages ({error!r})"
            ) from None
    if not any(question.gold_pages for question in questions):
        raise BadQuery(f"{path}: no question with a gold page in it")
    return questions


def evaluate(
    index: Index,
    questions: Sequence[Question],
    modes: Iterable[Mode],
    on_done: Callable[[], None] = lambda: None,
) -> list[RetrievalReport]:
    """One report for each mode, over the questions that have a gold page."""
    answerable = [question for question in questions if question.gold_pages]
    reports = []
    for mode in modes:
        ranks: list[int | None] = []
        times: list[float] = []
        index.search(answerable[0].text, _PASSAGES, mode)  # loads the encoder, warms the caches
        for question in answerable:
            began = time.perf_counter()
            hits = index.search(question.text, _PASSAGES, mode)
            times.append((time.perf_counter() - began) * 1000)
            ranks.append(first_gold_rank(hits, question.gold_pages))
            on_done()
        reports.append(_report(mode, ranks, times))
    return reports


def first_gold_rank(hits: Sequence[Hit], gold_pages: frozenset[int]) -> int | None:
    """Rank (from 1) of the first gold page among the distinct pages of ``hits``, best ten only."""
    pages = list(dict.fromkeys(hit.passage.page_id for hit in hits))[:_PAGES]
    return next((rank for rank, page in enumerate(pages, start=1) if page in gold_pages), None)


def _report(mode: Mode, ranks: Sequence[int | None], times: Sequence[float]) -> RetrievalReport:
    def hit_at(k: int) -> float:
        return sum(1 for rank in ranks if rank is not None and rank <= k) / len(ranks)

    return RetrievalReport(
        mode=mode,
        questions=len(ranks),
        hit_at_1=hit_at(1),
        hit_at_5=hit_at(5),
        hit_at_10=hit_at(10),
        mrr_at_10=sum(1 / rank for rank in ranks if rank is not None) / len(ranks),
        p50_ms=median(times),
        p95_ms=quantiles(times, n=20)[-1] if len(times) > 1 else times[0],
    )
