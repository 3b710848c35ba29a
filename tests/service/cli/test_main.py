"""The command line as a user meets it: results on standard output, every error one line."""

import bz2
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.locks import hold_collection
from tests.index.toys import reseal
from tests.service.conftest import Outcome, Run

SAMPLE = next(Path(__file__).parents[3].glob("data/sample/*-multistream.xml.bz2"))
EXPORT = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11">'


def assert_refused(outcome: Outcome, status: int, *words: str) -> None:
    """One line on standard error that holds ``words``, the exit status, and no traceback."""
    assert outcome.status == status, outcome
    assert "Traceback" not in outcome.err
    last = outcome.err.strip().splitlines()[-1]
    assert last.startswith("pinakes: "), outcome.err
    for word in words:
        assert word in last
    assert outcome.out == ""


def test_build_again_does_nothing_and_says_so(run: Run, data: Path) -> None:
    before = (data / "samplewiki" / "current").readlink()
    outcome = run("build", SAMPLE, "--vectors", "none", "--data", data)
    assert outcome.status == 0
    assert "up to date; nothing to do" in outcome.out
    assert (data / "samplewiki" / "current").readlink() == before


def test_a_built_collection_chooses_its_threshold_by_itself_once(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("build", SAMPLE, "--vectors", "none", "--data", data)
    path = data / "samplewiki" / "calibration.json"
    run(*command)
    assert not path.exists()  # sixty pages are too few
    monkeypatch.setattr("pinakes.service.evaluation.refusals.MADE_QUESTIONS", 12)
    try:
        assert "Asking itself: 12 questions" in run(*command).err
        chosen = json.loads(path.read_text())
        status = run("status", "--data", data, "-c", "samplewiki").out
        assert "chosen by itself, by 12 questions made of its pages" in " ".join(status.split())
        assert f"{chosen['threshold']:.3f}" in status
        assert "Asking itself" not in run(*command).err
        path.write_text(json.dumps(chosen | {"made_refusals": None, "chosen_by": None}))
        assert "Asking itself" in run(*command).err
        assert json.loads(path.read_text()) == chosen
    finally:
        path.unlink(missing_ok=True)


def test_a_plan_counts_the_questions_that_a_build_asks(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("plan", SAMPLE, "--vectors", "none", "--json")
    few = json.loads(run(*words).out)["steps"]
    monkeypatch.setattr("pinakes.service.evaluation.refusals.MADE_QUESTIONS", 12)
    *same, last = json.loads(run(*words).out)["steps"]
    assert [step["name"] for step in same] == [step["name"] for step in few]
    assert last["name"] == "Asking itself"
    assert last["seconds"] == pytest.approx(12 * 0.36)


def test_build_accounts_for_every_page(run: Run, data: Path) -> None:
    outcome = run("build", SAMPLE, "--vectors", "none", "--data", data, "--json")
    built = json.loads(outcome.out)
    parts = ("documents", "redirects", "other_namespaces", "quarantined")
    assert built["pages"]["read"] == sum(built["pages"][part] for part in parts) == 60
    assert built["changed"] is False


def test_search_prints_place_and_ranks(run: Run, data: Path) -> None:
    outcome = run("search", "who deciphered Linear B", "-k", "3", "--data", data)
    assert outcome.status == 0
    first = outcome.out.splitlines()[0]
    assert first.startswith(" 1. ")
    assert "Ventris" in first or "Linear B" in first
    assert "keyword 1" in first


def test_search_json_carries_ref_and_text(run: Run, data: Path) -> None:
    outcome = run("search", "Rosetta Stone", "-k", "2", "--json", "--data", data)
    found = json.loads(outcome.out)
    hit = found["hits"][0]
    assert hit["title"] == "Rosetta Stone"
    assert hit["ref"] == (
        f"samplewiki/{hit['page_id']}@{hit['revision_id']}:{hit['start']}-{hit['end']}"
    )
    assert hit["end"] - hit["start"] == len(hit["text"])


def test_search_explains_itself(run: Run, data: Path) -> None:
    outcome = run("search", "Bayt al-Hikma", "-k", "1", "--explain", "--data", data)
    assert outcome.status == 0
    header, space, row, excerpt, matched, total = outcome.out.splitlines()
    assert header.split() == ["score", "keyword", "passage"]
    assert space == ""
    assert row.endswith("  House of Wisdom")
    assert excerpt.startswith("    The House of Wisdom (Arabic: بيت الحكمة, romanized: Bayt al-")
    assert matched.startswith("    alias: “Bayt al-Hikma”")
    assert total.startswith("    = ")
    score, rank = float(row.split()[1]), int(row.split()[2])
    parts = re.findall(r"(?:([+−]) )?[a-z ]+ (\d+\.\d\d)", total)
    assert rank == 1
    assert sum(float(part) * (-1 if sign == "−" else 1) for sign, part in parts) == pytest.approx(
        score, abs=0.01 * len(parts)
    )


def test_json_explains_every_hit_unasked(run: Run, data: Path) -> None:
    found = json.loads(run("search", "Bayt al-Hikma", "--json", "--data", data).out)
    for hit in found["hits"]:
        parts = list(hit["contributions"].values())
        assert sum(parts) == pytest.approx(hit["score"])
        assert [abs(part) for part in parts] == sorted(map(abs, parts), reverse=True)
        words = {hit["text"][start:end].casefold() for start, end in hit["highlights"]}
        assert words == {word.casefold() for word in hit["matched"].get("text", ())}
    best = found["hits"][0]
    assert best["ranks"]["keyword"]["rank"] == 1
    assert best["ranks"]["keyword"]["score"] > found["hits"][1]["ranks"]["keyword"]["score"]
    assert best["alias"] == "Bayt al-Hikma"
    assert best["matched"]["aliases"] == ["Bayt al-Hikma"]


def test_one_search_alone_has_no_contributions(run: Run, data: Path) -> None:
    found = run("search", "Bayt al-Hikma", "--mode", "keyword", "--json", "--data", data)
    for hit in json.loads(found.out)["hits"]:
        assert hit["contributions"] == {}
        assert hit["alias"] is None
        assert hit["ranks"]["keyword"]["score"] == hit["score"]


@pytest.mark.parametrize(
    "command", [("search",), ("search", "--explain"), ("ask", "--mode", "quote")]
)
def test_missing_vectors_are_told_of(run: Run, data: Path, command: tuple[str, ...]) -> None:
    outcome = run(*command, "papyrus", "--data", data)
    assert outcome.err.splitlines()[-1] == "no vectors; found by words alone"
    assert "vectors" not in outcome.out


def test_of_an_unfinished_build_the_way_on_names_its_collection(run: Run, data: Path) -> None:
    unfinished = data / "samplewiki" / "building" / "stage"
    unfinished.mkdir(parents=True)
    try:
        told = run("search", "papyrus", "--data", data).err.splitlines()[-1]
    finally:
        shutil.rmtree(unfinished.parent)
    assert told == "no vectors; for more: pinakes build --vectors all DUMP -c samplewiki"


def test_while_a_build_is_at_work_none_other_is_advised(run: Run, data: Path) -> None:
    with hold_collection(data / "samplewiki"):
        for command in ("search",), ("ask", "--mode", "quote"):
            told = run(*command, "papyrus", "--data", data).err.splitlines()[-1]
            assert told == "no vectors; a build is at work here; pinakes status tells of it"


def test_a_search_that_asks_no_vectors_misses_none(run: Run, data: Path) -> None:
    assert run("search", "papyrus", "--mode", "keyword", "--data", data).err == ""


def test_search_without_a_match_is_no_error(run: Run, data: Path) -> None:
    outcome = run("search", "xyzzyplugh", "--data", data)
    assert outcome.status == 0
    assert outcome.out == ""
    assert "Nothing found" in outcome.err
    assert run("search", "xyzzyplugh", "--explain", "--data", data).out == ""
    assert json.loads(run("search", "xyzzyplugh", "--json", "--data", data).out)["hits"] == []


@pytest.mark.parametrize("more", [(), ("--explain",)])
def test_search_says_that_nothing_fits(run: Run, data: Path, more: tuple[str, ...]) -> None:
    for query, is_fitting in (("who deciphered Linear B", True), ("zzzqqq Rosetta flubber", False)):
        words = ("search", query, "--data", data, *more)
        assert json.loads(run(*words, "--json").out)["fits"] is is_fitting
        told = run(*words).out
        assert told.startswith("Nothing here fits") is not is_fitting
        assert " 1. " in told  # what is nearest, all the same


def test_show_follows_redirects(run: Run, data: Path) -> None:
    page = json.loads(run("show", "Great Library of Alexandria", "--json", "--data", data).out)
    assert page["title"] == "Library of Alexandria"
    printed = run("show", "library_of_alexandria", "--data", data)
    assert printed.out.splitlines()[0] == "Library of Alexandria"


def test_ask_without_a_model_quotes(run: Run, data: Path) -> None:
    outcome = run("ask", "Who deciphered Linear B?", "--mode", "quote", "--json", "--data", data)
    answer = json.loads(outcome.out)
    assert (answer["kind"], answer["model"]) == ("passage", None)
    first = answer["citations"][0]
    assert answer["text"].startswith(f"“{first['quote']}” [1]")
    page = json.loads(run("show", first["title"], "--json", "--data", data).out)
    assert page["text"][first["start"] : first["end"]] == first["quote"]


def test_ask_requires_a_citation_when_told_to(run: Run, data: Path) -> None:
    outcome = run("ask", "xyzzyplugh?", "--require-citation", "--data", data)
    assert outcome.status == 1
    assert "no resolved citation" in outcome.err


def test_the_version_help_and_completion(run: Run) -> None:
    outcome = run("--version")
    assert (outcome.status, outcome.out) == (0, f"pinakes {version('pinakes')}\n")
    for words in ((), ("search",), ("eval",), ("eval", "retrieval"), ("tokens", "create")):
        outcome = run(*words, "-h")
        assert outcome.status == 0
        assert outcome.out.startswith(" ".join(["Usage: pinakes", *words]))
    words_so_far = {"COMP_WORDS": "pinakes sea", "COMP_CWORD": "1"}
    done = subprocess.run(
        [Path(sys.executable).with_name("pinakes")],
        env=os.environ | words_so_far | {"_PINAKES_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["search"]


def test_status_lists_collections(run: Run, data: Path) -> None:
    shown = json.loads(run("status", "--json", "--data", data).out)
    (row,) = shown["collections"]
    assert row["collection"] == "samplewiki"
    assert row["pages"]["documents"] == 40
    assert row["coverage"] == 0.0


@pytest.mark.parametrize(
    ("vectors", "index", "said"),
    [
        (0, None, "no vectors"),
        (1, {"kind": "exact"}, "vectors for less than 1 % of the passages (1), exact search"),
        (18, {"kind": "exact"}, "vectors for 8 % of the passages (18), exact search"),
        (
            223,
            {"kind": "inverted lists", "lists": 4096, "probes": 64, "recall_at_10": 0.9814},
            "vectors for 99 % of the passages (223), 64 of 4,096 inverted lists, recall@10 0.981",
        ),
        (224, {"kind": "exact"}, "vectors for all passages, exact search"),
    ],
)
def test_status_says_how_many_passages_have_vectors(
    run: Run, data: Path, tmp_path: Path, vectors: int, index: Any, said: str
) -> None:
    shutil.copytree(data / "samplewiki", tmp_path / "red.wiki", symlinks=True)
    changed = {"collection": "red.wiki", "vectors": vectors, "vector_index": index}
    reseal(tmp_path / "red.wiki" / "current", changed)
    lines = run("status", "--data", tmp_path).out.splitlines()
    assert lines[0].startswith("red.wiki 20261101-1: 40 articles, 224 passages, ")
    assert lines[1] == f"  {said}"
    (row,) = json.loads(run("status", "--json", "--data", tmp_path).out)["collections"]
    assert row["coverage"] == vectors / 224
    assert row["vector_index"] is None or row["vector_index"]["kind"] == index["kind"]


def test_status_lists_what_cannot_be_asked_and_what_is_not_finished(
    run: Run, data: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(data / "samplewiki", whole, symlinks=True)
    (whole / "building" / "20261201").mkdir(parents=True)
    shutil.copytree(data / "samplewiki", tmp_path / "followed")
    shutil.copytree(data / "samplewiki", tmp_path / "unlinked", symlinks=True)
    (tmp_path / "unlinked" / "current").unlink()
    shutil.copytree(data / "samplewiki", tmp_path / "[red]wiki", symlinks=True)
    (tmp_path / "begun" / "building" / "20261101").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    with hold_collection(tmp_path / "working"):
        rows = {
            row["collection"]: row
            for row in json.loads(run("status", "--json", "--data", tmp_path).out)["collections"]
        }
        shown = run("status", "--data", tmp_path).out
    assert list(rows) == ["[red]wiki", "begun", "followed", "unlinked", "whole", "working"]
    assert rows["whole"]["generation"] == "20261101-1"
    states = {name: row["build"] for name, row in rows.items() if "build" in row}
    assert states == {"begun": "unfinished", "whole": "unfinished", "working": "at work"}
    for name, told in (
        ("[red]wiki", "rename the directory"),
        ("followed", "current is no link"),
        ("unlinked", "current is missing, as in a copy made without links"),
    ):
        assert told in rows[name]["error"]
        assert f"{name}: {rows[name]['error']}" in " ".join(shown.split())
    assert "begun: nothing published yet" in shown
    assert "goes on where it stopped" in shown


def test_a_copy_is_called_what_its_directory_is_called(
    run: Run, data: Path, tmp_path: Path
) -> None:
    for name in ("samplewiki", "copied"):
        shutil.copytree(data / "samplewiki", tmp_path / name, symlinks=True)
    rows = json.loads(run("status", "--json", "--data", tmp_path).out)["collections"]
    assert [row["collection"] for row in rows] == ["copied", "samplewiki"]
    found = json.loads(run("search", "papyrus", "--json", "--data", tmp_path, "-c", "copied").out)
    assert found["hits"][0]["url"].startswith("/c/copied/page/")


def test_status_names_the_model_that_would_answer(run: Run, data: Path, tmp_path: Path) -> None:
    def said(**environment: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            model = json.loads(run("status", "--json", "--data", data).out)
            last = run("status", "--data", data).out.splitlines()[-1]
        assert (model["model"] or model["model_problem"] or "none") in last
        return last

    assert said(PINAKES_GENERATOR__BACKEND="none") == "model none: answers quote the sources"
    server = "http://127.0.0.1:9"  # nobody is asked
    assert said(PINAKES_GENERATOR__URL=server) == f"model {server}"
    missing = str(tmp_path / "none.gguf")
    assert "none.gguf" in said(PINAKES_GENERATOR__MODEL_PATH=missing)


def test_status_says_that_pages_were_lost(run: Run, data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    generation = tmp_path / "samplewiki" / "current"
    pages = json.loads((generation / "manifest.json").read_text())["pages"]
    assert "damaged" not in run("status", "--data", tmp_path).out
    reseal(generation, {"pages": pages | {"damages": 1}})
    lines = run("status", "--data", tmp_path).out.splitlines()
    assert lines[1] == (
        "  the dump is damaged in 1 place, and the pages there are missing; fetch the file again, "
        f"then: pinakes build {SAMPLE.name}"
    )


def test_verify_reads_every_file(run: Run, data: Path) -> None:
    manifest = json.loads((data / "samplewiki" / "current" / "manifest.json").read_text())
    size = sum(record["size"] for record in manifest["files"].values())
    outcome = run("verify", "--json", "--data", data)
    assert json.loads(outcome.out) == {
        "collection": "samplewiki",
        "generation": manifest["generation"],
        "files": len(manifest["files"]),
        "bytes": size,
    }
    assert f"{size / 1e6:,.1f} MB, all as they were built" in run("verify", "--data", data).out


@pytest.mark.parametrize("damage", ["a byte", "a file"])
def test_verify_names_what_has_changed(run: Run, data: Path, tmp_path: Path, damage: str) -> None:
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    path = tmp_path / "samplewiki" / "current" / "pages.db"
    if damage == "a byte":
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        assert run("search", "library", "--data", tmp_path).status == 1
        words = "has changed since it was built"
    else:
        path.unlink()
        words = "is missing"
    assert_refused(run("verify", "--data", tmp_path), 1, "pages.db", words, "--force")


def test_verify_tells_all_that_is_damaged_as_json(run: Run, data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    generation = (tmp_path / "samplewiki" / "current").resolve()
    (generation / "pages.db").unlink()
    with (generation / "quarantine.jsonl").open("a") as file:
        file.write("x")
    size = (generation / "quarantine.jsonl").stat().st_size
    outcome = run("verify", "--json", "--data", tmp_path)
    assert outcome.status == 1
    assert json.loads(outcome.out) == {
        "collection": "samplewiki",
        "generation": generation.name,
        "damaged": [
            {"file": "pages.db", "problem": "is missing"},
            {"file": "quarantine.jsonl", "problem": f"has {size} bytes instead of {size - 1}"},
        ],
    }
    (generation / "manifest.json").write_text("{}")
    told = json.loads(run("verify", "--json", "--data", tmp_path).out)
    assert [one["file"] for one in told["damaged"]] == ["manifest.json"]


def test_status_of_nothing_says_how_to_begin(run: Run, tmp_path: Path) -> None:
    outcome = run("status", "--data", tmp_path)
    assert outcome.status == 0
    assert "pinakes build DUMP" in outcome.out


def test_extract_prints_json_lines(run: Run) -> None:
    rows = [json.loads(line) for line in run("extract", SAMPLE).out.splitlines()]
    keys = ["page_id", "title", "revision_id", "timestamp"]
    flags = ["redirect_to", "is_disambiguation", "bold_names", "sections", "text"]
    assert all(sorted(row) == sorted(keys + flags) and row["revision_id"] for row in rows)
    library = next(row for row in rows if row["title"] == "Library of Alexandria")
    for section in library["sections"]:
        assert library["text"][section["start"] : section["end"]].strip()
    redirects = [row for row in rows if row["redirect_to"]]
    assert "Great Library of Alexandria" in [row["title"] for row in redirects]
    assert any(row.get("is_disambiguation") for row in rows)


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _export(pages: str) -> bytes:
    return f"{EXPORT}{pages}</mediawiki>".encode()


def test_a_missing_dump(run: Run, tmp_path: Path) -> None:
    outcome = run("build", tmp_path / "nowhere.xml.bz2", "--data", tmp_path / "data")
    assert_refused(outcome, 2, "nowhere.xml.bz2", "no such file")


def test_a_directory_without_a_dump(run: Run, tmp_path: Path) -> None:
    assert_refused(run("build", tmp_path, "--data", tmp_path / "data"), 2, str(tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.xml", b"<html><body>No dump</body></html>", "not a MediaWiki XML export"),
        ("noise.xml.bz2", bytes(range(256)) * 40, "not a MediaWiki XML export"),
        ("nothing.xml", b"", "empty"),
        ("empty.xml.bz2", bz2.compress(_export("")), "no page"),
        ("cut.xml.bz2", bz2.compress(_export("<page>" + "x" * 99_999))[:-20], "breaks off"),
        ("half.xml", _export("")[:-12] + b"<page><title>A</title><id>1</id>", "breaks off"),
    ],
)
def test_a_file_that_is_no_whole_dump(
    run: Run, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = _write(tmp_path / name, content)
    data = tmp_path / "data"
    assert_refused(run("build", path, "--vectors", "none", "--data", data), 2, name, words)
    assert "Nothing built" in run("status", "--data", data).out


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "empty"), ("   ", "empty"), ("?!… —", "no word"), ("word " * 20_000, "characters")],
)
@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_question_that_is_none(
    run: Run, data: Path, command: str, query: str, words: str
) -> None:
    assert_refused(run(command, query, "--data", data), 2, words)


def test_an_unknown_title_names_a_near_one(run: Run, data: Path) -> None:
    assert_refused(run("show", "Library", "--data", data), 2, "'Library'", "did you mean")


def test_no_collection(run: Run, tmp_path: Path) -> None:
    assert_refused(run("search", "word", "--data", tmp_path), 2, "pinakes build DUMP")
    outcome = run("search", "word", "--data", tmp_path, "--collection", "nowiki")
    assert_refused(outcome, 2, "nowiki", "pinakes build DUMP")


def test_a_title_of_several_collections_asks_for_a_choice(run: Run, data: Path) -> None:
    run("build", SAMPLE, "--vectors", "none", "--data", data, "--collection", "other")
    try:
        ways_out = "-c NAME", "PINAKES_COLLECTION=NAME"
        assert_refused(run("show", "Index", "--data", data), 2, "other", *ways_out)
    finally:
        (data / "other" / "current").unlink()


def test_another_format_names_the_command_that_rebuilds(run: Run, tmp_path: Path) -> None:
    run("build", SAMPLE, "--vectors", "none", "--data", tmp_path)
    reseal(tmp_path / "samplewiki" / "current", {"format_version": 999})
    assert_refused(run("search", "word", "--data", tmp_path), 1, "999", "pinakes build --force")
    assert run("build", SAMPLE, "--vectors", "none", "--data", tmp_path).status == 0
    assert run("search", "Rosetta", "--data", tmp_path).status == 0


def test_a_generation_without_its_encoder(run: Run, tmp_path: Path) -> None:
    run("build", SAMPLE, "--vectors", "none", "--data", tmp_path)
    other = {"name": "other-model", "sha256": "0" * 64, "dimension": 384}
    reseal(tmp_path / "samplewiki" / "current", {"encoder": other})
    outcome = run("search", "word", "--data", tmp_path)
    assert_refused(outcome, 1, "encoder/encoder.json is missing", "pinakes build --force")
    assert run("search", "word", "--mode", "keyword", "--data", tmp_path).status == 0


def test_a_model_file_that_is_not_gguf(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(tmp_path / "model.gguf", b"PK\x03\x04 no model at all")
    monkeypatch.setenv("PINAKES_GENERATOR__MODEL_PATH", str(path))
    assert_refused(run("ask", "Who deciphered Linear B?", "--data", data), 2, "model.gguf", "GGUF")


def test_a_port_in_use(run: Run, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run("serve", "--port", str(port), "--data", data, "--generator", "none")
    assert_refused(outcome, 2, f"127.0.0.1:{port}", "--port")


@pytest.mark.parametrize(
    ("variable", "value", "key"),
    [
        ("PINAKES_SERVE__PORT", "lots", "serve.port"),
        ("PINAKES_GENERATOR__BACKEND", "gpt", "generator.backend"),
        ("PINAKES_COLLECTION", "../elsewhere", "collection"),
        ("PINAKES_COLLECTION", "encoders", "collection"),
    ],
)
def test_a_bad_setting_names_key_and_value(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, key: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert_refused(run("status", "--data", data), 2, key, value)


def test_an_unknown_mode(run: Run, data: Path) -> None:
    assert_refused(run("search", "word", "--mode", "magic", "--data", data), 2, "magic")


def test_unknown_options_exit_with_two(run: Run) -> None:
    outcome = run("search", "word", "--frobnicate")
    assert outcome.status == 2
    assert "--frobnicate" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("command", ["build", "plan", "extract"])
def test_more_workers_than_any_machine_uses_are_refused(run: Run, command: str) -> None:
    status, out, err = run(command, str(SAMPLE), "--workers", "100000")
    assert (status, out) == (2, "")
    assert "100000 are more than this machine's cores can use; at most" in err.replace("\n", " ")
