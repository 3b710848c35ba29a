"""The figures of small runs, counted by hand, and two of them side by side."""

import json
from pathlib import Path

import pytest

from pinakes.index.errors import BadQuestions
from pinakes.service.evaluation.answer_figures import compare_answers, figures_of
from pinakes.service.evaluation.answer_run import (
    AnswerFacts,
    AnswerRun,
    is_answer_run,
    read_answer_run,
)
from tests.service.evaluation.runs import answered, run_of

LONG = AnswerFacts(kind="answer", confidence=0.9, sentences=9, unsupported=9, exact_match=1.0)
GOOD = AnswerFacts(kind="answer", confidence=0.8, sentences=1, exact_match=1.0, total_s=2.0)
WRONG = AnswerFacts(kind="passage", confidence=0.6, sentences=1, quoted=1, exact_match=0.0)
NO = AnswerFacts(kind="refusal", confidence=0.2, total_s=1.0)


def test_each_measure_is_a_mean_over_what_it_counts() -> None:
    run = run_of(
        answered("a", answer=LONG, quote=WRONG),
        answered("b", answer=GOOD, quote=WRONG),
        answered("c", is_answerable=False, answer=NO, quote=NO),
    )
    answer, quote = figures_of(run)
    assert (answer.mode, quote.mode) == ("answer", "quote")
    unsupported = answer.measures["sentences unsupported"]
    assert (unsupported.estimate.value, unsupported.of) == (0.9, 10)
    assert answer.measures["in the model's words"].estimate.value == pytest.approx(2 / 3)
    assert answer.measures["exact match"].estimate.value == 1
    assert quote.measures["exact match"].estimate.value == 0
    refused = answer.measures["unanswerable: refused"]
    assert (refused.estimate.value, refused.of) == (1, 1)
    assert "citation precision" not in answer.measures
    assert answer.times == {"in all": (1.5, pytest.approx(1.95))}
    assert answer.errors is not None
    assert answer.errors.area == 1
    assert [(one.threshold, one.refusals) for one in answer.errors.points] == [(0.8, 1), (0.9, 1)]


def test_no_curve_of_questions_of_one_kind() -> None:
    (figures,) = figures_of(run_of(answered("a", answer=GOOD), answered("b", answer=NO)))
    assert figures.errors is None
    (figures,) = figures_of(run_of(answered("a", is_answerable=False, answer=NO)))
    assert figures.errors is None
    assert "answerable: refused" not in figures.measures


def test_differences_by_hand() -> None:
    now = run_of(answered("a", answer=GOOD), answered("b", answer=LONG), answered("c", answer=NO))
    before = run_of(
        answered("c", answer=NO, quote=WRONG),
        answered("b", answer=GOOD, quote=WRONG),
        answered("a", answer=WRONG, quote=WRONG),
    )
    (comparison,) = compare_answers(now, before)
    assert (comparison.mode, comparison.questions) == ("answer", 3)
    exact = comparison.differences["exact match"]
    assert exact.estimate.value == 0.5
    assert (exact.wins, exact.losses, exact.ties) == (1, 0, 1)
    unsupported = comparison.differences["sentences unsupported"]
    assert unsupported.estimate.value == 0.9
    assert (unsupported.wins, unsupported.losses, unsupported.ties) == (1, 0, 1)
    # Only the earlier run has a passage, and none of either a citation.
    assert comparison.differences["passages"].losses == 1
    assert "citation precision" not in comparison.differences
    (same,) = compare_answers(now, now)
    for name, difference in same.differences.items():
        assert (difference.estimate.value, difference.wins, difference.losses) == (0, 0, 0), name


@pytest.mark.parametrize(
    ("earlier", "message"),
    [
        (run_of(answered("b", answer=GOOD)), "a only in this one, b only in the earlier one"),
        (run_of(answered("a", is_answerable=False, answer=NO)), "'a' can be answered in only one"),
        (run_of(answered("a", brief=GOOD)), "no mode in common: this one has answer, .* brief"),
    ],
)
def test_runs_that_do_not_go_together(earlier: AnswerRun, message: str) -> None:
    with pytest.raises(BadQuestions, match=message):
        compare_answers(run_of(answered("a", answer=GOOD)), earlier)


def test_a_kept_run_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    run = run_of(answered("a", answer=GOOD, quote=WRONG), left_out=True)
    path.write_text(json.dumps(run.model_dump(mode="json") | {"figures": []}))
    assert is_answer_run(path)
    assert read_answer_run(path) == run


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a run of pinakes eval answers --json"),
        ("[1]", "not a run of pinakes eval answers --json"),
        ('{"questions": []}', "not a run of pinakes eval answers --json"),
        ('{"measured": "answers"}', r"not a run .*\(collection: Field required\)"),
        (run_of().model_dump_json(), "without a question"),
        (run_of(answered("a")).model_dump_json(), "without a question"),
        (
            run_of(answered("a", answer=GOOD), answered("b", brief=GOOD)).model_dump_json(),
            "question 'b' was not asked in every mode",
        ),
    ],
)
def test_a_file_that_is_no_run(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(BadQuestions, match=rf"run\.json: .*{message}"):
        read_answer_run(path)


def test_a_run_that_cannot_be_read(tmp_path: Path) -> None:
    assert not is_answer_run(tmp_path / "missing.json")
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_answer_run(tmp_path / "missing.json")
