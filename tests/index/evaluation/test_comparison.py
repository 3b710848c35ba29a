"""Two runs side by side: real ones over the sample, and small ones counted by hand."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation import (
    Run,
    compare,
    compare_stages,
    evaluate,
    judge,
    modes_of,
    read_questions,
)
from pinakes.index.evaluation.comparison import Change
from pinakes.index.evaluation.run import QuestionResult, Ranks, read_run
from pinakes.index.retrieval.search import Index
from tests.index.toys import SAMPLE


def run(ranks: dict[str, list[int | None]], **stages: dict[str, list[int | None]]) -> Run:
    """A run of the stage "keyword", and of others, with these ranks of each question's pages."""
    rows = [
        QuestionResult(
            qid=qid,
            question=f"Question {qid}?",
            pages=dict.fromkeys(range(len(found)), 1),
            passages={},
            ranks={
                name: Ranks(pages=all_ranks[qid], passages=[], milliseconds=1.0)
                for name, all_ranks in ({"keyword": ranks} | stages).items()
            },
        )
        for qid, found in ranks.items()
    ]
    return Run(
        collection="toy", generation="20261101-1", coverage=0.0, split=None,
        unanswerable=[], missing=[], missing_pages=0, questions=rows,
    )  # fmt: skip


def test_differences_by_hand() -> None:
    now = run({"a": [1], "b": [4], "c": [None], "d": [2]})
    before = run({"a": [2], "b": [2], "c": [None], "d": [None]})
    (comparison,) = compare(now, before)
    assert (comparison.stage, comparison.level, comparison.questions) == ("keyword", "pages", 4)
    mrr = comparison.differences["MRR@10"]
    assert mrr.estimate.value == pytest.approx((1 / 2 - 1 / 4 + 0 + 1 / 2) / 4)
    assert (mrr.wins, mrr.losses, mrr.ties) == (2, 1, 1)
    first = comparison.differences["hit@1"]
    assert (first.estimate.value, first.wins, first.losses, first.ties) == (0.25, 1, 0, 3)
    assert comparison.better == [
        Change("a", "Question a?", 1, 2),
        Change("d", "Question d?", 2, None),
    ]
    assert comparison.worse == [Change("b", "Question b?", 4, 2)]


def test_a_steady_gain_is_told_from_chance() -> None:
    qids = [f"q{number}" for number in range(100)]
    before = run({qid: [2 if number % 2 else 1] for number, qid in enumerate(qids)})
    better = run({qid: [1] for qid in qids})
    mixed = run({qid: [1 if number % 4 > 1 else 2] for number, qid in enumerate(qids)})
    gain = compare(better, before)[0].differences["hit@1"].estimate
    assert (gain.value, gain.low > 0.3, gain.high < 0.7) == (0.5, True, True)
    chance = compare(mixed, before)[0].differences["hit@1"].estimate
    assert chance.low < 0 < chance.high
    assert chance.value == 0


def test_the_largest_changes_come_first() -> None:
    qids = [f"q{number}" for number in range(2, 10)]
    later = run({qid: [int(qid[1:])] for qid in qids})
    first = run({qid: [1] for qid in qids})
    assert [change.qid for change in compare(later, first)[0].worse] == [
        "q9", "q8", "q7", "q6", "q5",
    ]  # fmt: skip
    assert [change.qid for change in compare(first, later)[0].better] == [
        "q9", "q8", "q7", "q6", "q5",
    ]  # fmt: skip


def test_two_stages_of_one_run() -> None:
    both = run({"a": [2], "b": [3]}, reranked={"a": [1], "b": [1]})
    (comparison,) = compare_stages(both, "reranked", both, "keyword")
    assert (comparison.stage, comparison.earlier_stage) == ("reranked", "keyword")
    assert comparison.differences["hit@1"].wins == 2


def test_only_stages_of_both_are_compared() -> None:
    now = run({"a": [1]}, hybrid={"a": [1]})
    before = run({"a": [1]}, vector={"a": [1]})
    assert [one.stage for one in compare(now, before)] == ["keyword"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (run({"a": [1]}), "b only in this one, none only in the earlier one"),
        (run({"a": [1], "b": [1], "c": [1]}), "none only in this one, c only in the earlier"),
        (run({str(n): [1] for n in range(9)}), "a, b only in this one, 0, 1, 2 and 6 more only"),
        (run({"a": [1], "b": [1, 2]}), "'b' has other gold pages"),
    ],
)
def test_runs_on_other_questions_are_refused(other: Run, message: str) -> None:
    with pytest.raises(BadQuestions, match=f"different questions: {message}"):
        compare(run({"a": [1], "b": [1]}), other)


def test_other_words_and_other_stages_are_refused() -> None:
    now = run({"a": [1]})
    row = now.questions[0]
    reworded = now.model_copy(update={"questions": [row.model_copy(update={"question": "Why?"})]})
    with pytest.raises(BadQuestions, match="'a' has other words"):
        compare(now, reworded)
    ranks = {"vector": row.ranks["keyword"]}
    renamed = now.model_copy(update={"questions": [row.model_copy(update={"ranks": ranks})]})
    with pytest.raises(BadQuestions, match="this one has keyword, the earlier one vector"):
        compare(now, renamed)


def test_two_real_runs_over_the_sample(sample_index: Index, tmp_path: Path) -> None:
    judgment = judge(read_questions(SAMPLE / "questions.jsonl"), sample_index.store)
    judgment = replace(judgment, questions=judgment.questions[:40])
    stages = modes_of(sample_index, "keyword", "hybrid")
    now = evaluate(sample_index.manifest, judgment, stages)
    # An earlier state of search, in which hybrid search knew vectors only.
    vectors = modes_of(sample_index, "vector")["vector"]
    before = evaluate(sample_index.manifest, judgment, stages | {"hybrid": vectors})
    path = tmp_path / "run.json"
    path.write_text(before.model_dump_json())
    kept = read_run(path)
    assert kept == before
    keyword, hybrid = compare(now, kept)
    for name, same in keyword.differences.items():
        assert (same.estimate.value, same.ties) == (0, 40), name
    assert keyword.better == keyword.worse == []
    gain = hybrid.differences["MRR@10"]
    assert gain.estimate.value > 0
    assert gain.estimate.low <= gain.estimate.value <= gain.estimate.high
    assert gain.wins > gain.losses
    assert gain.wins + gain.losses + gain.ties == 40
    assert hybrid.better


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a run of pinakes eval retrieval --json"),
        ("[1]", "not a run"),
        ("{}", r"not a run .*\(collection: Field required\)"),
        (json.dumps(run({"a": [1]}).model_dump() | {"questions": []}), "without a question"),
        (run({"a": [1]}).model_dump_json().replace('"pages":[1]', '"pages":[]'), "'a' has not"),
        (run({"a": [1]}).model_dump_json().replace('"pages":[1]', '"pages":["x"]'), r"ranks\.key"),
    ],
)
def test_a_file_that_is_no_run(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(BadQuestions, match=rf"run\.json: .*{message}"):
        read_run(path)


def test_a_run_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_run(tmp_path / "missing.json")
