"""``pinakes eval`` as a user meets it: three kinds of questions, runs kept and compared."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.index.toys import SAMPLE
from tests.service.conftest import Run

QUESTIONS = SAMPLE / "questions.jsonl"
CONTEXT = (
    "The Rosetta Stone is part of an inscribed slab. Found in 1799, it was the key with which "
    "Jean-François Champollion deciphered the Egyptian hieroglyphs in 1822."
)


@pytest.fixture(scope="module")
def first_run() -> list[str]:
    """What the first test that needs it has printed."""
    return []


@pytest.fixture
def kept(run: Run, data: Path, tmp_path: Path, first_run: list[str]) -> Path:
    """A run over the sample's questions, in a file."""
    if not first_run:
        status, out, _ = run("eval", "retrieval", QUESTIONS, "--data", data, "--json")
        assert status == 0
        first_run.append(out)
    path = tmp_path / "earlier.json"
    path.write_text(first_run[0])
    return path


def test_a_run_is_printed_with_intervals_and_what_is_left_out(run: Run, data: Path) -> None:
    status, out, _ = run("eval", "retrieval", QUESTIONS, "--data", data)
    assert status == 0
    for words in ("91 questions, pages", "hit@10", "nDCG@10", "MRR@10", "keyword"):
        assert words in out
    assert "15 questions without an answer are left out" in out
    assert "vector " not in out


def test_json_holds_figures_and_ranks(kept: Path) -> None:
    found = json.loads(kept.read_text())
    (report,) = found["reports"]
    assert (report["stage"], report["level"], report["questions"]) == ("keyword", "pages", 91)
    hit = report["measures"]["hit@5"]
    assert 0.9 < hit["low"] <= hit["value"] <= hit["high"] <= 1
    assert len(found["questions"]) == 91
    row = found["questions"][0]
    assert row["qid"] == "s001"
    assert row["pages"] == {"617": 1}
    assert row["ranks"]["keyword"]["pages"] == [1]


def test_figures_are_drawn_beside_what_is_printed(run: Run, data: Path, tmp_path: Path) -> None:
    plot = tmp_path / "figures.svg"
    command = ("eval", "retrieval", QUESTIONS, "--data", data, "--plot", plot)
    status, out, error = run(*command, "--json")
    assert status == 0
    assert f"Drawn in {plot}" in error.replace("\n", "")
    (report,) = json.loads(out)["reports"]
    drawn = plot.read_text()
    for name in ("hit@1", "nDCG@10"):
        measured = report["measures"][name]
        assert f">{name}</text>" in drawn
        said = f">{measured['value']:.3f} ({measured['low']:.2f}–{measured['high']:.2f})</text>"
        assert said in drawn
    assert "91 questions" in drawn
    assert list(tmp_path.iterdir()) == [plot]


@pytest.mark.parametrize("command", [("retrieval",), ("answers", "--mode", "quote")])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("figures.png", "name a file that ends in .svg"),
        ("figures", "name a file that ends in .svg"),
        ("nowhere/figures.svg", "there is no directory"),
        ("taken.svg", "is no file"),
        ("pipe.svg", "is no file"),
    ],
)
def test_where_nothing_can_be_drawn_nothing_is_asked(
    run: Run, data: Path, tmp_path: Path, command: tuple[str, ...], name: str, words: str
) -> None:
    (tmp_path / "taken.svg").mkdir()
    os.mkfifo(tmp_path / "pipe.svg")
    plot = tmp_path / name
    status, out, error = run("eval", *command, QUESTIONS, "--data", data, "--plot", plot)
    assert (status, out) == (2, "")
    assert error.startswith(f"pinakes: --plot {plot}")
    assert words in error
    assert "Asking" not in error


def test_a_half(run: Run, data: Path) -> None:
    sizes = {}
    for split in ("dev", "test"):
        _, out, _ = run("eval", "retrieval", QUESTIONS, "--split", split, "--data", data, "--json")
        found = json.loads(out)
        assert found["split"] == split
        sizes[split] = len(found["questions"])
    assert sum(sizes.values()) == 91
    assert min(sizes.values()) > 25
    assert "split test" in run("eval", "retrieval", QUESTIONS, "--split", "test", "--data", data)[1]


def squad(*entries: dict[str, Any], title: str = "Rosetta_Stone") -> str:
    paragraphs = [{"context": CONTEXT, "qas": list(entries)}]
    return json.dumps({"version": "v2.0", "data": [{"title": title, "paragraphs": paragraphs}]})


def entry(qid: str, question: str, answer: str) -> dict[str, Any]:
    answers = [{"text": answer, "answer_start": CONTEXT.index(answer)}] if answer else []
    return {"id": qid, "question": question, "answers": answers, "is_impossible": not answer}


def test_squad_is_measured_by_page_and_passage(run: Run, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    answerable = entry("a", "Who deciphered the Egyptian hieroglyphs?", "Jean-François Champollion")
    path.write_text(squad(answerable, entry("b", "Who made the slab?", "")))
    status, out, _ = run("eval", "retrieval", path, "--data", data)
    assert status == 0
    assert "1 questions, pages" in out
    assert "1 questions, passages" in out
    assert "1 questions without an answer are left out" in out
    found = json.loads(run("eval", "retrieval", path, "--data", data, "--json")[1])
    assert found["unanswerable"] == ["b"]
    assert len(found["questions"][0]["passages"]) == 1


def test_articles_that_are_not_here_are_named(run: Run, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    here, elsewhere = entry("here", "Found when?", "1799"), entry("there", "Found when?", "1799")
    both = json.loads(squad(here))
    both["data"] += json.loads(squad(elsewhere, title="Black_Death"))["data"]
    path.write_text(json.dumps(both))
    _, out, _ = run("eval", "retrieval", path, "--data", data)
    assert "1 questions are left out" in out
    assert "there." in out
    path.write_text(squad(elsewhere, title="Black_Death"))
    status, out, error = run("eval", "retrieval", path, "--data", data)
    assert (status, out) == (2, "")
    assert error.startswith("pinakes: ")
    assert "squad.json: no question whose page is in samplewiki" in error


def test_trec_topics_with_judgments(run: Run, data: Path, tmp_path: Path) -> None:
    topics, qrels = tmp_path / "topics.tsv", tmp_path / "qrels.txt"
    topics.write_text("1\tfinding of the Rosetta Stone\n2\tpapyrus\n")
    qrels.write_text(
        "1 0 Rosetta_Stone 2\n1 0 Jean-François_Champollion 1\n1 0 Cleopatra 1\n2 0 Papyrus 1\n"
    )
    found = json.loads(
        run("eval", "retrieval", topics, "--qrels", qrels, "--data", data, "--json")[1]
    )
    assert sorted(found["questions"][0]["pages"].values()) == [1, 2]
    assert found["missing_pages"] == 1
    assert found["reports"][0]["measures"]["nDCG@10"]["value"] > 0.8
    out = run("eval", "retrieval", topics, "--qrels", qrels, "--data", data)[1]
    assert "Gold pages that are not in this collection: 1." in out
    assert "recall@10" in out


def test_a_run_beside_an_earlier_one(run: Run, data: Path, kept: Path) -> None:
    status, out, _ = run("eval", "retrieval", QUESTIONS, "--compare", kept, "--data", data)
    assert status == 0
    assert "keyword, this run less the earlier one: 91 questions, pages" in out
    (row,) = [line.split() for line in out.splitlines() if line.strip().startswith("MRR@10 ")]
    assert row == ["MRR@10", "+0.000", "+0.000", "to", "+0.000", "0", "0", "91"]
    printed = run("eval", "retrieval", QUESTIONS, "--compare", kept, "--data", data, "--json")[1]
    (comparison,) = json.loads(printed)["comparisons"]
    assert comparison["differences"]["hit@1"]["ties"] == 91


def test_two_kept_runs_without_a_collection(run: Run, kept: Path, tmp_path: Path) -> None:
    worse = json.loads(kept.read_text())
    worse["questions"][2]["ranks"]["keyword"]["pages"] = [None]
    path = tmp_path / "worse.json"
    path.write_text(json.dumps(worse))
    status, out, _ = run("eval", "compare", path, kept)
    assert status == 0
    assert "Worse" in out
    assert "1 → –  s003  What was George Smith" in out
    (comparison,) = json.loads(run("eval", "compare", path, kept, "--json")[1])["comparisons"]
    assert comparison["differences"]["hit@10"]["losses"] == 1
    assert comparison["worse"][0]["qid"] == "s003"


def test_runs_that_do_not_go_together(run: Run, data: Path, kept: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("".join(QUESTIONS.read_text().splitlines(keepends=True)[:5]))
    status, out, error = run("eval", "retrieval", few, "--compare", kept, "--data", data)
    assert (status, out) == (2, "")
    assert "the runs asked different questions: none only in this one, s006" in error
    status, out, error = run("eval", "retrieval", QUESTIONS, "--compare", few, "--data", data)
    assert (status, out) == (2, "")
    assert "few.jsonl: not a run of pinakes eval retrieval --json" in error


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("Who?", [], "questions, line 1: needs qid, question, and gold_pages"),
        ("1\tWho?", [], "questions: TREC topics; name the judgments too, with --qrels"),
        ("1\tWho?", ["--qrels", "/nowhere"], "/nowhere: cannot be read"),
        (squad({"id": "x"}), [], "article 1 (Rosetta Stone), question x: needs"),
        ("", ["--split", "third"], "--split 'third': choose dev, test"),
        ("", ["--mode", "magic"], "magic"),
        ("", ["--compare", "/nowhere"], "/nowhere: cannot be read"),
    ],
)
def test_bad_input_exits_with_two_in_one_line(
    run: Run, data: Path, tmp_path: Path, content: str, options: list[str], words: str
) -> None:
    path = tmp_path / "questions"
    path.write_text(content)
    status, out, error = run("eval", "retrieval", path, *options, "--data", data)
    assert (status, out) == (2, "")
    assert error.startswith("pinakes: ")
    assert words in error
