"""How far a build is, kept where others can read it."""

import json
from pathlib import Path

import pytest

from pinakes.index.build import progress_file
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.build.progress_file import BuildReport, builds, told_in_file
from pinakes.index.generations import building_directory
from pinakes.index.locks import hold_collection
from tests.index.collections import ENCODER, PAGES
from tests.index.toys import QuietProgress, in_threads, write_dump


def test_a_build_at_work_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_file, "_SECONDS", 0.0)
    (tmp_path / "other").mkdir()
    (tmp_path / "file").touch()
    shown = QuietProgress()
    with hold_collection(tmp_path / "toywiki"), told_in_file(tmp_path / "toywiki", shown) as told:
        assert builds(tmp_path) == []  # it has said nothing, and made nothing
        told.step("Embedding passages", 10, "passages")
        told.advance(3)
        told.advance(1)
        told.note("published 20261101-1")
        [report] = builds(tmp_path)
        assert (report.collection, report.state) == ("toywiki", "at work")
        assert (report.step, report.done, report.total, report.unit) == (
            "Embedding passages", 4, 10, "passages",
        )  # fmt: skip
        assert report.note == "published 20261101-1"
        told.step("Verifying", 7, "bytes")
        assert [(one.step, one.done) for one in builds(tmp_path)] == [("Verifying", 0)]
    assert builds(tmp_path) == []
    assert [*(tmp_path / "toywiki").iterdir()] == []
    assert shown.calls == [
        ("step", "Embedding passages"),
        ("advance", "Embedding passages"),
        ("advance", "Embedding passages"),
        ("note", "Embedding passages"),
        ("step", "Verifying"),
    ]


def test_it_is_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_file, "_SECONDS", 1e9)
    collection, shown = tmp_path / "toywiki", QuietProgress()
    with hold_collection(collection), told_in_file(collection, shown) as told:
        told.step("Reading", 10, "bytes")
        for _ in range(5):
            told.advance(1)
        assert [report.done for report in builds(tmp_path)] == [0]


def test_what_was_killed_is_unfinished(tmp_path: Path) -> None:
    building_directory(tmp_path / "toywiki", "some-dump").joinpath("plan.json").touch()
    assert builds(tmp_path) == [BuildReport("toywiki", "unfinished")]
    said = {"process": 1, "step": "Reading", "done": 3, "total": 9, "unit": "bytes"}
    (tmp_path / "toywiki" / "progress.json").write_text(json.dumps(said))
    assert builds(tmp_path) == [BuildReport("toywiki", "unfinished", 1, "Reading", 3, 9, "bytes")]


@pytest.mark.parametrize("content", ["", "[]", '{"more": 1}', '{"state": "x"}', "[" * 100_000])
def test_a_file_that_is_something_else(tmp_path: Path, content: str) -> None:
    building_directory(tmp_path / "toywiki", "some-dump").joinpath("plan.json").touch()
    (tmp_path / "toywiki" / "progress.json").write_text(content)
    assert builds(tmp_path) == [BuildReport("toywiki", "unfinished")]


def test_where_nothing_can_be_written_the_build_goes_on(tmp_path: Path) -> None:
    shown = QuietProgress()
    with told_in_file(tmp_path / "nowhere", shown) as told:
        told.step("Reading", 10, "bytes")
        told.advance(1)
    assert shown.totals == {"Reading": (1, 10)}


def test_no_data_directory_has_no_builds(tmp_path: Path) -> None:
    assert builds(tmp_path / "nowhere") == []


def test_a_build_keeps_it_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_file, "_SECONDS", 0.0)
    seen: list[BuildReport] = []

    class Watching(QuietProgress):
        """Looks at what others see."""

        def _called(self, kind: str) -> None:
            super()._called(kind)
            seen.extend(builds(tmp_path / "data"))

    source = write_dump(tmp_path / "dump", PAGES)
    collection = tmp_path / "data" / "toywiki"
    options = BuildOptions(1, executors=in_threads)
    build_collection(collection, source, ENCODER, "all", Watching(), options)
    assert {report.state for report in seen} == {"at work"}
    steps = list(dict.fromkeys(report.step for report in seen))
    assert steps[0] == "Reading the templates"
    assert steps[-1] == "Embedding passages"
    assert not (collection / "progress.json").exists()
    assert builds(tmp_path / "data") == []
