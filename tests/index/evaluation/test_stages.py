"""Asking a real index, and the figures that follow from the ranks."""

from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.errors import BadQuery
from pinakes.index.evaluation import Run, evaluate, judge, modes_of, read_questions, reports
from pinakes.index.evaluation.questions import Evidence, Gold, Question
from pinakes.index.evaluation.stages import DEPTH
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.ingest.types import Passage
from tests.index.toys import SAMPLE

QUESTION = Question("q", "When was the Rosetta Stone found?", (Gold(title="Rosetta Stone"),))


@pytest.fixture(scope="module")
def sample_run(sample_index: Index) -> Run:
    questions = read_questions(SAMPLE / "questions.jsonl")
    judgment = judge(questions, sample_index.store)
    done: list[None] = []
    run = evaluate(
        sample_index.manifest,
        judgment,
        modes_of(sample_index),
        split=None,
        on_done=lambda: done.append(None),
    )
    assert len(done) == 3 * len(judgment.questions)
    return run


def test_the_sample_answers_its_questions(sample_run: Run) -> None:
    assert (len(sample_run.questions), len(sample_run.unanswerable)) == (91, 15)
    assert (sample_run.missing, sample_run.missing_pages) == ([], 0)
    keyword, vector, hybrid = reports(sample_run)
    assert (keyword.stage, vector.stage, hybrid.stage) == ("keyword", "vector", "hybrid")
    for report in (keyword, vector, hybrid):
        assert (report.level, report.questions) == ("pages", 91)
        assert 0 < report.p50_ms <= report.p95_ms
        for estimate in report.measures.values():
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert hybrid.measures["hit@1"].value >= 0.85
    assert hybrid.measures["hit@5"].value >= 0.95
    assert min(hybrid.measures["MRR@10"].value, keyword.measures["MRR@10"].value) >= 0.95
    two_pages = [row for row in sample_run.questions if len(row.pages) == 2]
    assert two_pages
    assert hybrid.measures["recall@1"].value < hybrid.measures["hit@1"].value


def test_the_ranks_are_those_of_the_search(sample_index: Index, sample_run: Run) -> None:
    row = next(row for row in sample_run.questions if len(row.pages) == 2)
    hits = sample_index.search(row.question, DEPTH, "keyword")
    found = list(dict.fromkeys(hit.passage.page_id for hit in hits))
    assert row.ranks["keyword"].pages == [
        found.index(page_id) + 1 if page_id in found else None for page_id in row.pages
    ]


def hits(*places: tuple[int, int]) -> list[Hit]:
    """Hits of these passages (page id, passage id)."""
    return [
        Hit(Passage(passage_id, page_id, f"Page {page_id}", (), "text", 0, 4), 1, "toy", 1.0, {})
        for page_id, passage_id in places
    ]


def test_pages_stand_at_the_rank_of_their_best_passage(sample_index: Index) -> None:
    stone = sample_index.page_by_name("Rosetta Stone")
    assert stone is not None
    sentence = "Found in 1799, it was the key with which Jean-François Champollion deciphered it."
    gold = Gold(title="Rosetta Stone", evidence=(Evidence(sentence, "1799"),))
    judgment = judge([Question("q", "When?", (gold,))], sample_index.store)
    (lead,) = judgment.questions[0].passages
    stages = {
        "first": lambda _: hits((stone.page_id, lead)),
        "late": lambda _: hits((1, 900), (1, 901), (2, 902), (stone.page_id, 903), (2, 904),
                               (stone.page_id, lead)),
        "none": lambda _: hits((1, 900)),
        "nothing": lambda _: [],
    }  # fmt: skip
    run = evaluate(sample_index.manifest, judgment, stages)
    ranks = run.questions[0].ranks
    assert {name: (r.pages, r.passages) for name, r in ranks.items()} == {
        "first": ([1], [1]),
        "late": ([3], [6]),
        "none": ([None], [None]),
        "nothing": ([None], [None]),
    }
    found = {(one.stage, one.level): one.measures for one in reports(run)}
    assert len(found) == 8
    assert found["late", "pages"]["MRR@10"].value == pytest.approx(1 / 3)
    assert found["late", "passages"]["MRR@10"].value == pytest.approx(1 / 6)
    assert found["late", "passages"]["hit@5"].value == 0
    assert found["none", "pages"]["recall@100"].value == 0


def test_passages_count_only_questions_that_know_theirs(sample_index: Index) -> None:
    sentence = "Found in 1799, it was the key with which Jean-François Champollion deciphered it."
    gold = Gold(title="Rosetta Stone", evidence=(Evidence(sentence, "1799"),))
    questions = [QUESTION, Question("p", "When was it found?", (gold,))]
    judgment = judge(questions, sample_index.store)
    run = evaluate(sample_index.manifest, judgment, modes_of(sample_index, "keyword"))
    assert [(one.level, one.questions) for one in reports(run)] == [("pages", 2), ("passages", 1)]


def test_a_question_that_cannot_be_asked_counts_as_not_found(sample_index: Index) -> None:
    questions = [replace(QUESTION, text=text, question_id=text[:9]) for text in ("?!", "a" * 9_999)]
    judgment = judge([QUESTION, *questions], sample_index.store)
    run = evaluate(sample_index.manifest, judgment, modes_of(sample_index, "keyword"))
    assert [row.ranks["keyword"].pages for row in run.questions] == [[1], [None], [None]]


def test_modes_of_an_index_without_vectors(sample_collection: Path, tmp_path: Path) -> None:
    with Index.open(sample_collection, None) as index:
        judgment = judge([QUESTION], index.store)
        with pytest.raises(BadQuery, match="no vectors"):
            evaluate(index.manifest, judgment, modes_of(index, "vector"))
