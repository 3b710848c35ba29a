"""``pinakes pack`` and ``unpack`` as people call them."""

import json
import shutil
from pathlib import Path

import pytest

from pinakes.index.generations import current_generation
from tests.service.cli.test_main import assert_refused
from tests.service.conftest import Run


def test_a_pack_is_handed_on(run: Run, two_dumps: Path, tmp_path: Path) -> None:
    to = tmp_path / "pack"
    made = run("pack", "toywiki", "--to", to, "--data", two_dumps.parent)
    assert made.status == 0
    first, second = made.out.splitlines()
    assert first.startswith("toywiki 20261101-1: ")
    assert "in 1 parts" in first
    there = ["--data", str(tmp_path / "data")]
    taken = run("unpack", to, *there)
    assert taken.status == 0
    assert taken.out.splitlines()[0].startswith("toywiki 20261101-1: 6 articles, 6 passages")
    # Both name the digest by which they can be compared.
    assert second.split()[-1] == taken.out.split()[-1]
    assert "Unpacking" in taken.err
    assert "nothing to do" in run("unpack", to, *there).out
    assert run("search", "palimpsest", *there).out == run(
        "search", "palimpsest", "--data", two_dumps.parent
    ).out  # fmt: skip


def test_json_says_the_same(run: Run, two_dumps: Path, tmp_path: Path) -> None:
    to, there = tmp_path / "pack", ["--data", str(tmp_path / "data")]
    made = json.loads(
        run("pack", "--to", to, "--data", two_dumps.parent, "--without", "vectors", "--json").out
    )
    assert (made["collection"], made["generation"]) == ("toywiki", "20261101-1")
    assert made["bytes"] == sum((to / name).stat().st_size for name in made["parts"])
    taken = json.loads(run("unpack", to, "-c", "mine", *there, "--json").out)
    assert (taken["collection"], taken["changed"], taken["linked"]) == ("mine", True, 0)
    assert taken["sha256"] == made["sha256"]
    assert json.loads(run("unpack", to, "-c", "mine", *there, "--json").out)["changed"] is False


@pytest.mark.parametrize("by_pack", [True, False])
def test_a_pack_against_an_older_one(
    run: Run, two_dumps: Path, tmp_path: Path, by_pack: bool
) -> None:
    old, new, there = tmp_path / "old", tmp_path / "new", ["--data", str(tmp_path / "data")]
    source = ["--data", str(two_dumps.parent)]
    run("pack", "--generation", "20261001-1", "--to", old, *source)
    against = old if by_pack else "20261001-1"
    made = json.loads(run("pack", "--to", new, "--against", against, *source, "--json").out)
    assert made["against"] == "toywiki 20261001-1"
    assert made["carried"] < made["files"]
    assert_refused(run("unpack", new, *there), 2, "differs from toywiki 20261001-1")
    run("unpack", old, *there)
    taken = run("unpack", new, *there)
    assert f"{made['files'] - made['carried']} of {made['files']} files were here" in taken.out
    assert current_generation(tmp_path / "data" / "toywiki").name == "20261101-1"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["pack", "--part-size", "12 apples"], "--part-size '12 apples': a number and M or G"),
        (["pack", "--part-size", "1k"], "6M or more"),
        (["pack", "--without", "text"], "--without 'text': choose vectors, encoder"),
        (["pack", "--generation", "20260101-1"], "no generation '20260101-1'; there are"),
        (["pack", "--against", "nothing"], "no generation 'nothing'; there are"),
        (["pack", "nowiki"], "nowiki"),
        (["unpack", "/nowhere"], "/nowhere/pack.json cannot be read"),
        (["unpack", "/nowhere", "--without", "encoder"], "choose vectors"),
    ],
)
def test_what_does_not_fit(
    run: Run, two_dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str], told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert_refused(run(*words, "--data", two_dumps.parent), 2, told)
    assert [*tmp_path.iterdir()] == []


def test_a_pack_lies_where_one_works_unless_said_otherwise(
    run: Run, two_dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for size in ("6M", "0.7 GB", "4g"):
        run("pack", "--part-size", size, "--data", two_dumps.parent)
        assert (tmp_path / "toywiki-20261101-1.pack" / "pack.json").is_file()
        assert_refused(run("pack", "--data", two_dumps.parent), 2, "holds a pack already", "--to")
        shutil.rmtree(tmp_path / "toywiki-20261101-1.pack")
