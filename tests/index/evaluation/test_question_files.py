"""Our own JSON lines, and telling the formats apart by content."""

import json
from pathlib import Path

import pytest

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation import read_questions, sample_of, split_of
from pinakes.index.evaluation.questions import Gold, Question

LINE = '{"qid": "q1", "question": "Who?", "gold_pages": [{"id": 7, "title": "Someone"}]}'
SQUAD = (
    '{"data": [{"title": "A_page", "paragraphs": [{"context": "It is red.", "qas": '
    '[{"id": "s1", "question": "Which?", "answers": [{"text": "red", "answer_start": 6}]}]}]}]}'
)


def test_json_lines_with_blank_lines_and_odd_separators(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    odd = json.loads(LINE) | {"qid": 2, "question": "Which\u2028line\x85is it?", "gold_pages": []}
    path.write_text(f"\n{LINE}\r\n\n{json.dumps(odd, ensure_ascii=False)}", encoding="utf-8-sig")
    questions = read_questions(path)
    assert questions == [
        Question("q1", "Who?", (Gold(7, "Someone"),)),
        Question("2", "Which\u2028line\x85is it?", ()),
    ]
    assert questions[0].gold_pages == {7}


@pytest.mark.parametrize(
    ("row", "gold", "answers", "unanswerable"),
    [
        ({"gold_pages": [{"id": 7}], "answers": ["Ada", "Ada L."]}, 1, ("Ada", "Ada L."), False),
        ({"gold_pages": [{"id": 7}]}, 1, (), False),
        ({"gold_pages": [{"id": 7}], "answers": []}, 1, (), False),
        ({"answers": ["Ada", 1815]}, 0, ("Ada", "1815"), False),
        ({"gold_pages": [], "answers": []}, 0, (), True),
        ({"gold_pages": []}, 0, (), True),
        ({"answers": []}, 0, (), True),
    ],
)
def test_answers_or_gold_pages_may_be_missing(
    tmp_path: Path,
    row: dict[str, object],
    gold: int,
    answers: tuple[str, ...],
    unanswerable: bool,
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps({"qid": "1", "question": "Who?"} | row))
    (question,) = read_questions(path)
    assert (len(question.gold), question.answers) == (gold, answers)
    assert question.is_unanswerable is unanswerable


def test_a_gold_page_needs_a_title_or_an_id(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    pages = '[{"id": 7}, {"title": "Someone"}, {"id": "8", "title": null}]'
    path.write_text(LINE.replace('[{"id": 7, "title": "Someone"}]', pages))
    assert read_questions(path)[0].gold == (Gold(7), Gold(None, "Someone"), Gold(8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{LINE}\nnot json", "line 2: needs qid, question, and gold_pages or answers"),
        (f"\n\n{LINE}\n[1, 2]", "line 4: needs"),
        ('{"qid": "q1", "question": "Who?"}', "line 1: needs .*gold_pages"),
        (LINE.replace('"id": 7, "title": "Someone"', '"id": "seven"'), "line 1: needs"),
        (LINE.replace('"id": 7, "title": "Someone"', ""), "line 1: needs"),
        (LINE.replace('{"id": 7, "title": "Someone"}', "7"), "line 1: needs"),
        (LINE.replace("}]}", '}], "answers": "Someone"}'), "line 1: .*'Someone': not a list"),
        (LINE.replace("}]}", '}], "answers": null}'), "line 1: .*None: not a list"),
        (f"{LINE}\n{LINE}", "'q1' comes twice"),
        ("", "no question in it"),
        ("Who was it?\nAnd when?", "line 1: .* other formats read: SQuAD's JSON, TREC topics"),
        ('{"data": {}}', "line 1: needs"),
        ("[]", "line 1: needs"),
        (SQUAD[:-40], "not whole JSON"),
        ("q1\tWho was it?", "--qrels"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadQuestions, match=rf"questions\.jsonl.*{message}"):
        read_questions(path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_questions(tmp_path / "missing.jsonl")
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_questions(tmp_path)
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_questions(tmp_path / "latin.jsonl")


@pytest.mark.parametrize("indent", [None, 2])
def test_squad_is_known_by_its_content(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "anything.txt"
    path.write_text(json.dumps(json.loads(SQUAD), indent=indent))
    (question,) = read_questions(path)
    assert (question.question_id, question.gold[0].title) == ("s1", "A page")


def test_judgments_go_with_topics_only(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(LINE)
    (tmp_path / "qrels").write_text("q1 0 7 1\n")
    with pytest.raises(BadQuestions, match="go with TREC topics"):
        read_questions(tmp_path / "q.jsonl", tmp_path / "qrels")


def test_halves_are_frozen() -> None:
    # printf %s ID | sha256sum begins with d4, 7e, 79 and 6b.
    splits = {qid: split_of(qid) for qid in ("2", "s001", "7", "1")}
    assert splits == {"2": "dev", "s001": "dev", "7": "test", "1": "test"}
    dev = sum(split_of(str(number)) == "dev" for number in range(1000))
    assert 450 < dev < 550


def test_a_sample_is_the_same_whatever_else_is_asked() -> None:
    qids = [f"q{number}" for number in range(200)]
    few, many = sample_of(qids, 20), sample_of(reversed(qids), 50)
    assert (len(few), len(many)) == (20, 50)
    assert few < many
    assert sample_of(few | {"another"}, 20) & few >= sample_of(few, 19)
    assert sample_of(qids[:3], 20) == set(qids[:3])
    # As many of either split, and not the first ones.
    splits = [split_of(qid) for qid in many]
    assert 15 < splits.count("dev") < 35
    assert 10 < sum(int(qid[1:]) < 100 for qid in many) < 40
