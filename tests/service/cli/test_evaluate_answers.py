"""``pinakes eval answers`` and ``threshold`` as a user meets them, on the sample's questions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.retrieval.search import Index
from tests.index.toys import SAMPLE
from tests.service.cli.conftest import Script
from tests.service.conftest import Run

QUESTIONS = SAMPLE / "questions.jsonl"
LINEAR_B = {
    "qid": "b",
    "question": "Who deciphered Linear B?",
    "gold_pages": [{"title": "Linear B"}],
    "answers": ["Michael Ventris", "Ventris"],
}
WORDS_ONLY = {key: value for key, value in LINEAR_B.items() if key != "gold_pages"} | {"qid": "w"}
PAGE_ONLY = {key: value for key, value in LINEAR_B.items() if key != "answers"} | {"qid": "p"}
UNKNOWN = {"qid": "u", "question": "Who deciphered the Phaistos disc?", "gold_pages": []}
# A sentence that the sources hold, and one that they do not.
WORDS = ("Michael Ventris deciphered Linear B in 1952 [1]. ", "Bananas come from Ecuador.")


@pytest.fixture
def threshold_file(data: Path) -> Iterator[Path]:
    """Where the collection's threshold is written; gone again after the test."""
    path = data / "samplewiki" / "answerability.json"
    yield path
    path.unlink(missing_ok=True)


def file_of(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def measures_of(kept: dict[str, Any], mode: str) -> dict[str, float]:
    (figures,) = [one for one in kept["figures"] if one["mode"] == mode]
    return {name: one["estimate"]["value"] for name, one in figures["measures"].items()}


def row_of(out: str, name: str) -> list[str]:
    line = next(line for line in out.splitlines() if line.strip().startswith(f"{name}  "))
    return line.strip().removeprefix(name).split()


def test_passages_on_the_samples_questions(run: Run, data: Path, tmp_path: Path) -> None:
    command = ("eval", "answers", QUESTIONS, "--mode", "quote", "--limit", "40", "--data", data)
    status, printed, _ = run(*command, "--json")
    assert status == 0
    kept = json.loads(printed)
    assert len(kept["questions"]) == 40
    assert (kept["model"], kept["left_out"], kept["split"]) == (None, False, None)
    measures = measures_of(kept, "quote")
    assert measures["citations exact"] == 1
    assert measures["gold page found"] > 0.9
    assert (measures["in the model's words"], measures["sentences unsupported"]) == (0, 0)
    assert 0 <= measures["F1"] < measures["answer in the text"] < 1
    assert kept["figures"][0]["errors"]["area"] > 0.5
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["question"] not in printed

    path = tmp_path / "run.json"
    path.write_text(printed)
    status, out, _ = run(*command, "--compare", path)
    assert status == 0
    assert "answerable and" in out
    assert "Refused at other thresholds (quote), area under the curve" in out
    assert row_of(out, "citations exact") == ["1", "1–1"]
    assert "quote, this run less the earlier one: 40 questions" in out
    (line,) = [line.split() for line in out.splitlines() if line.split()[:2] == ["F1", "+0.000"]]
    assert line[5:7] == ["0", "0"]

    status, out, _ = run("eval", "compare", path, path)
    assert status == 0
    assert "quote, this run less the earlier one: 40 questions" in out
    (comparison,) = json.loads(run("eval", "compare", path, path, "--json")[1])["comparisons"]
    assert comparison["differences"]["exact match"]["losses"] == 0


def test_modes_side_by_side_with_a_model(
    run: Run, data: Path, tmp_path: Path, script: Script
) -> None:
    model = script(*WORDS)
    path = file_of(tmp_path / "questions.jsonl", LINEAR_B, UNKNOWN)
    kept = json.loads(run("eval", "answers", path, "--no-strict", "--data", data, "--json")[1])
    assert [one["mode"] for one in kept["figures"]] == ["answer", "brief", "quote"]
    assert (kept["model"], kept["strict"]) == ("scripted", False)
    answer, brief = (measures_of(kept, mode) for mode in ("answer", "brief"))
    known, _ = kept["questions"]
    assert known["facts"]["answer"]["kind"] == "answer"
    assert (known["facts"]["answer"]["sentences"], known["facts"]["brief"]["sentences"]) == (2, 1)
    assert answer["sentences unsupported"] > brief["sentences unsupported"]
    assert answer["answer in the text"] == brief["answer in the text"] == 1
    assert "tokens a second" not in measures_of(kept, "quote")
    assert model.let_go

    command = ("eval", "answers", path, "--mode", "answer", "--data", data)
    strict = json.loads(run(*command, "--strict", "--json")[1])
    assert strict["questions"][0]["facts"]["answer"]["withheld"] >= 1
    assert measures_of(strict, "answer")["sentences unsupported"] == 0
    out = run(*command, "--strict", "--mode", "quote")[1]
    assert "scripted: 1 answerable and 1 unanswerable questions" in out
    assert row_of(out, "in the model's words")[2:] == [".000", ".000–.000"]


def test_without_a_model_only_passages_are_measured(run: Run, data: Path, tmp_path: Path) -> None:
    path = file_of(tmp_path / "questions.jsonl", LINEAR_B)
    command = ("eval", "answers", path, "--generator", "none", "--data", data, "--json")
    status, out, _ = run(*command)
    assert status == 0
    assert [one["mode"] for one in json.loads(out)["figures"]] == ["quote"]


def test_left_out_questions_are_all_unanswerable(run: Run, data: Path, tmp_path: Path) -> None:
    path = file_of(tmp_path / "questions.jsonl", LINEAR_B, WORDS_ONLY, UNKNOWN)
    command = ("eval", "answers", path, "--mode", "quote", "--data", data)
    whole = json.loads(run(*command, "--json")[1])
    left = json.loads(run(*command, "--left-out", "--json")[1])
    assert (whole["left_out"], left["left_out"]) == (False, True)
    assert left["skipped"] == {"pageless": ["w", "u"]}
    (question,) = left["questions"]
    assert question["is_answerable"] is False
    confidence = [one["questions"][0]["facts"]["quote"]["confidence"] for one in (left, whole)]
    assert confidence == sorted(confidence)
    assert confidence[0] < confidence[1]
    out = run(*command, "--left-out")[1]
    assert "1 unanswerable questions (gold pages left out)" in out
    assert "2 questions are left out because they name no gold page to leave out: w, u." in out


def test_what_cannot_be_measured_is_said(run: Run, data: Path, tmp_path: Path) -> None:
    elsewhere = LINEAR_B | {"qid": "e", "gold_pages": [{"title": "Caesar"}]}
    path = file_of(tmp_path / "questions.jsonl", LINEAR_B, WORDS_ONLY, PAGE_ONLY, elsewhere)
    out = run("eval", "answers", path, "--mode", "quote", "--data", data)[1]
    assert "3 answerable questions" in out
    assert "because none of their pages is in this collection: e." in out
    assert "1 answerable questions name no words that would be right" in out
    assert "1 answerable questions name no page that would be right" in out
    assert "unanswerable" not in out


def test_a_half_and_a_sample_are_the_same_every_time(run: Run, data: Path) -> None:
    command = ("eval", "answers", QUESTIONS, "--mode", "quote", "--data", data, "--json")
    few, more = (
        {one["qid"] for one in json.loads(run(*command, *options)[1])["questions"]}
        for options in (("--limit", 4, "--split", "test"), ("--limit", 9, "--split", "test"))
    )
    assert (len(few), len(more)) == (4, 9)
    assert few < more


def test_a_threshold_is_written_shown_and_used(
    run: Run, data: Path, tmp_path: Path, threshold_file: Path
) -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    path = file_of(tmp_path / "questions.jsonl", *rows[:40], rows[-1])
    # By name: other tests leave builds in the directory that have not finished.
    status = ("status", "--data", data, "--collection", "samplewiki", "--json")
    [before] = json.loads(run(*status)[1])["collections"]
    assert before["threshold"]["collection"] is None
    assert "better: pinakes threshold QUESTIONS" in run("status", "--data", data)[1]

    command = ("threshold", path, "--data", data)
    found = json.loads(run(*command, "--false-refusals", "0.25", "--json")[1])
    assert found["path"] == str(threshold_file)
    written = json.loads(threshold_file.read_text())
    assert written == {key: found[key] for key in written}
    assert written["questions"] == 40
    assert 0.2 <= written["false_refusals"] <= 0.25
    assert written["refusals"] > written["false_refusals"]
    thresholds = [one["threshold"] for one in found["errors"]["points"]]
    assert min(thresholds) < written["threshold"] < max(thresholds)

    after = json.loads(run(*status)[1])["collections"][0]["threshold"]
    assert after == written | {"ignored": None}
    assert after["collection"] == "samplewiki"
    chosen_by = after["chosen_by"]
    assert (chosen_by["encoder"], chosen_by["command"]) == (None, "pinakes threshold")
    assert chosen_by["corpus"].startswith("questions.jsonl over samplewiki ")
    out = run("status", "--data", data)[1]
    assert "chosen by 40 questions of this collection: refused" in out
    # As many are refused as was said, and with the pages left out too.
    ask = ("eval", "answers", path, "--mode", "quote", "--data", data, "--json")
    asked = measures_of(json.loads(run(*ask)[1]), "quote")
    assert asked["answerable: refused"] == pytest.approx(written["false_refusals"])
    left = measures_of(json.loads(run(*ask, "--left-out")[1]), "quote")
    assert left["unanswerable: refused"] == pytest.approx(written["refusals"])

    out = run(*command)[1]
    assert "40 questions, area under the curve" in out
    assert "Answers need a confidence of" in out
    assert json.loads(threshold_file.read_text())["threshold"] < written["threshold"]
    with Index.open(data / "samplewiki", None) as index:
        assert index.collection == threshold_file.parent  # a generation is not touched by it


def test_a_damaged_threshold_is_told(run: Run, data: Path, threshold_file: Path) -> None:
    threshold_file.write_text('{"threshold": 7}')
    status, out, _ = run("status", "--data", data)
    assert status == 0
    assert f"samplewiki: {threshold_file}: " in out
    assert "make it again with pinakes threshold" in out
    status, out, error = run("status", "--data", data, "--collection", "samplewiki")
    assert (status, out) == (2, "")
    assert error.startswith(f"pinakes: {threshold_file}")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([LINEAR_B, UNKNOWN], "2 questions, and a page that answers it is in the collection for 1"),
        (
            [WORDS_ONLY],
            "1 questions, and none names a page that answers it; at least 30 are needed",
        ),
        ([], "no question in it"),
    ],
)
def test_too_few_questions_choose_nothing(
    run: Run,
    data: Path,
    tmp_path: Path,
    threshold_file: Path,
    rows: list[dict[str, Any]],
    words: str,
) -> None:
    path = file_of(tmp_path / "questions.jsonl", *rows)
    status, out, error = run("threshold", path, "--data", data)
    assert (status, out) == (2, "")
    assert error.startswith("pinakes: ")
    assert words in error
    assert not threshold_file.exists()


def test_figures_are_drawn_beside_what_is_printed(
    run: Run, data: Path, tmp_path: Path, script: Script
) -> None:
    script(*WORDS)
    path = file_of(tmp_path / "questions.jsonl", LINEAR_B, UNKNOWN)
    plot = tmp_path / "figures.svg"
    command = ("eval", "answers", path, "--mode", "quote", "--mode", "brief", "--data", data)
    status, out, _ = run(*command, "--plot", plot, "--json")
    assert status == 0
    found = measures_of(json.loads(out), "brief")
    drawn = plot.read_text()
    refused = drawn.partition(">answerable: refused</text>")[2].partition("</g>")[0]
    assert f">{found['answerable: refused']:.3f} (" in refused.partition(">brief</text>")[2]
    assert "Answers by scripted." in drawn


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([LINEAR_B], ["--mode", "poem"], "--mode 'poem': choose answer, brief, quote"),
        ([LINEAR_B], ["--split", "third"], "--split 'third': choose dev, test"),
        ([LINEAR_B], ["--limit", "0"], "--limit"),
        ([LINEAR_B], ["--compare", "/nowhere"], "/nowhere: cannot be read"),
        ([LINEAR_B], ["--compare", QUESTIONS], "not a run of pinakes eval answers --json"),
        ([UNKNOWN], ["--left-out"], "no question whose page is in samplewiki"),
        ([LINEAR_B | {"question": "?"}], [], "no question that can be asked of samplewiki"),
        ([{"qid": "1", "question": "Who?"}], [], "line 1: needs qid, question, and gold_pages"),
    ],
)
def test_bad_input_exits_with_two_in_one_line(
    run: Run,
    data: Path,
    tmp_path: Path,
    rows: list[dict[str, Any]],
    options: list[object],
    words: str,
) -> None:
    path = file_of(tmp_path / "questions.jsonl", *rows)
    command = ("eval", "answers", path, "--mode", "quote", *options, "--data", data)
    status, out, error = run(*command)
    assert (status, out) == (2, "")
    assert error.startswith("pinakes: ")
    assert words in error


def test_runs_of_different_kinds_are_not_compared(run: Run, data: Path, tmp_path: Path) -> None:
    path = file_of(tmp_path / "questions.jsonl", LINEAR_B)
    kept = []
    for name, command in (("answers", ("answers", "--mode", "quote")), ("ranks", ("retrieval",))):
        kept.append(tmp_path / name)
        kept[-1].write_text(run("eval", *command, path, "--data", data, "--json")[1])
    for one, other, kind in ((*kept, "answers"), (*reversed(kept), "retrieval")):
        status, _, error = run("eval", "compare", one, other)
        assert status == 2
        assert f"not a run of pinakes eval {kind} --json" in error
    few = file_of(tmp_path / "few.jsonl", UNKNOWN | {"answers": ["nobody"]})
    command = ("eval", "answers", few, "--mode", "quote", "--compare", kept[0], "--data", data)
    status, out, error = run(*command)
    assert (status, out) == (2, "")
    assert "the runs asked different questions: u only in this one, b only in the earlier" in error


def test_a_profile_is_kept_and_says_how_strict_answers_are(
    run: Run, data: Path, tmp_path: Path, script: Script
) -> None:
    script(*WORDS)
    rows = [LINEAR_B | {"qid": str(number)} for number in range(20)]
    questions = file_of(tmp_path / "q.jsonl", *rows)
    command = ("eval", "answers", questions, "--profile", "--data", data)
    kept = data / "models.json"
    try:
        status, _, told = run(*command, "--mode", "quote")  # and answer, which is measured
        assert status == 0
        assert "right in 20 of 20 answers (1.00)" in " ".join(told.split())
        profile = json.loads(kept.read_text())["scripted"]
        assert (profile["answered"], profile["right"]) == (20, 20)
        status, _, told = run(*command, "--limit", "19")
        assert status == 2
        assert "19 answers of the model can be judged" in " ".join(told.split())
    finally:
        kept.unlink(missing_ok=True)
    status, _, told = run(*command, "--strict")
    assert status == 2
    assert "a model's own words" in " ".join(told.split())
