import json
from pathlib import Path

import pytest

from index.errors import BadQuery
from index.evaluation import Question, _report, evaluate, first_gold_rank, read_questions
from index.search import Index
from index.types import Hit
from ingest.types import Passage
from tests.index.toys import SAMPLE


def hits(*page_ids: int) -> list[Hit]:
    return [
        Hit(Passage(n, page_id, f"Page {page_id}", (), "text", 0, 4), 1, 1.0, {})
        for n, page_id in enumerate(page_ids)
    ]


@pytest.mark.parametrize(
    ("found", "gold", "rank"),
    [
        ([3], {3}, 1),
        ([1, 2, 3], {3}, 3),
        ([1, 1, 1, 2, 2, 3], {3}, 3),  # pages count, not passages
        ([1, 2, 3], {3, 2}, 2),
        (range(1, 11), {10}, 10),
        (range(1, 12), {11}, None),
        ([1, 2], {3}, None),
        ([], {3}, None),
        ([1], set(), None),
    ],
)
def test_first_gold_rank(found: list[int], gold: set[int], rank: int | None) -> None:
    assert first_gold_rank(hits(*found), frozenset(gold)) == rank


def test_figures_by_hand() -> None:
    report = _report("keyword", [1, 2, 5, 6, None], [10.0, 20.0, 30.0, 40.0, 50.0])
    assert (report.mode, report.questions) == ("keyword", 5)
    assert (report.hit_at_1, report.hit_at_5, report.hit_at_10) == (0.2, 0.6, 0.8)
    assert report.mrr_at_10 == pytest.approx((1 + 1 / 2 + 1 / 5 + 1 / 6) / 5)
    assert report.p50_ms == 30.0
    assert 40.0 <= report.p95_ms <= 60.0
    assert _report("keyword", [1], [7.0]).p95_ms == 7.0


LINE = '{"qid": "q1", "question": "Who?", "gold_pages": [{"id": 7, "title": "Someone"}]}'


def test_questions_are_read_with_blank_lines_and_odd_separators(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    odd = json.loads(LINE) | {"qid": 2, "question": "Which\u2028line\x85is it?", "gold_pages": []}
    path.write_text(f"\n{LINE}\r\n\n{json.dumps(odd, ensure_ascii=False)}", encoding="utf-8")
    assert read_questions(path) == [
        Question("q1", "Who?", frozenset({7})),
        Question("2", "Which\u2028line\x85is it?", frozenset()),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{LINE}\nnot json", "line 2: needs qid, question and gold_pages"),
        (f"\n\n{LINE}\n[1, 2]", "line 4: needs"),
        ('{"qid": "q1", "question": "Who?"}', "line 1: needs .*gold_pages"),
        (LINE.replace('"id": 7', '"id": "seven"'), "line 1: needs"),
        (LINE.replace('{"id": 7, "title": "Someone"}', "7"), "line 1: needs"),
        (LINE.replace('{"id": 7, "title": "Someone"}', ""), "no question with a gold page"),
        ("", "no question with a gold page"),
    ],
)
def test_what_is_wrong_with_a_question_file_is_said_with_its_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadQuery, match=rf"questions\.jsonl.*{message}"):
        read_questions(path)


def test_a_question_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="cannot be read"):
        read_questions(tmp_path / "missing.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadQuery, match="cannot be read"):
        read_questions(tmp_path / "latin.jsonl")


def test_the_sample_answers_its_questions(sample_index: Index) -> None:
    questions = read_questions(SAMPLE / "questions.jsonl")
    answerable = [question for question in questions if question.gold_pages]
    assert 0 < len(answerable) < len(questions)
    done: list[None] = []
    keyword, hybrid = evaluate(
        sample_index, questions, ["keyword", "hybrid"], lambda: done.append(None)
    )
    assert len(done) == 2 * len(answerable)
    assert (keyword.mode, hybrid.mode) == ("keyword", "hybrid")
    assert hybrid.questions == len(answerable)
    assert hybrid.hit_at_5 >= 0.95
    assert hybrid.hit_at_1 >= 0.85
    assert min(hybrid.mrr_at_10, keyword.mrr_at_10) >= 0.95
    assert 0 < hybrid.p50_ms <= hybrid.p95_ms
