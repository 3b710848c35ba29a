"""Builds that were stopped, killed or find something damaged go on to the same end."""

import dataclasses
import functools
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pinakes.index.build import embed
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import NoCollection
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.keywords import writer as keyword_writer
from pinakes.index.retrieval.search import Index
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from tests.index.collections import (
    ENCODER,
    PAGES,
    QUESTIONS,
    answers,
    counts,
    files_of,
    make,
    names,
    store_content,
)
from tests.index.toys import (
    ROOT,
    UNIT_BYTES,
    HashingEncoder,
    QuietProgress,
    Stopped,
    reseal,
    write_dump,
)
from tests.yardstick import PATIENCE_S

pytestmark = pytest.mark.usefixtures("thread_executor")


@pytest.fixture(scope="session")
def sample_in_units(packed_sample: MediaWikiSource) -> Source:
    """The sample, cut into several work units."""
    return dataclasses.replace(packed_sample, unit_bytes=UNIT_BYTES)


def call_number(dump: Source, kind: str, step: str, which: int) -> int:
    """The number of the progress call of this kind in this step: ``which``, from 0 or the end."""
    settings = keyword_writer._ADVANCE, embed._LEAST_BATCH
    calls = _calls(dump, settings)
    return [n for n, call in enumerate(calls) if call == (kind, step)][which]


@functools.cache
def _calls(dump: Source, _settings: tuple[object, ...]) -> list[tuple[str, str]]:
    """What an undisturbed build calls, which depends on the settings that tests change."""
    progress = QuietProgress()
    with tempfile.TemporaryDirectory() as directory:
        build_collection(Path(directory) / "toy", dump, ENCODER, "all", progress)
    return progress.calls


@pytest.fixture
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hear of every passage that is indexed."""
    monkeypatch.setattr(keyword_writer, "_ADVANCE", 1)


STOPS = [
    ("step", "Reading the dump", 0),
    ("advance", "Reading the dump", 0),
    ("advance", "Reading the dump", -1),
    ("advance", "Reading the dump", 2),
    ("step", "Counting links", 0),
    ("advance", "Counting links", 0),
    ("step", "Writing the keyword index", 0),
    ("advance", "Writing the keyword index", 100),
    ("advance", "Writing the keyword index", -1),
    ("note", "Writing the keyword index", 0),
    ("step", "Embedding passages", 0),
    ("advance", "Embedding passages", 1),
]


@pytest.mark.usefixtures("in_small_steps")
@pytest.mark.parametrize(("kind", "step", "which"), STOPS)
def test_an_interrupted_build_goes_on_to_the_same_end(
    tmp_path: Path, sample_in_units: Source, toy_sample: Path, kind: str, step: str, which: int
) -> None:
    collection = tmp_path / toy_sample.name
    progress = QuietProgress(stop_at=call_number(sample_in_units, kind, step, which))
    with pytest.raises(Stopped, match=f"{kind} in {step}"):
        build_collection(collection, sample_in_units, ENCODER, "all", progress)
    if kind == "note" or step == "Embedding passages":
        assert read_manifest(current_generation(collection)).passages == 224
    else:
        with pytest.raises(NoCollection):
            current_generation(collection)
    result = make(collection, sample_in_units)
    assert counts(result.manifest) == counts(read_manifest(current_generation(toy_sample)))
    assert store_content(collection) == store_content(toy_sample)
    assert answers(collection) == answers(toy_sample)
    assert names(collection) == [result.manifest.generation]
    assert not (collection / "building").exists()


@pytest.mark.usefixtures("in_small_steps")
def test_what_is_done_is_not_done_again(tmp_path: Path, sample_in_units: Source) -> None:
    collection = tmp_path / "toy"

    def stopped(kind: str, step: str) -> QuietProgress:
        progress = QuietProgress(stop_at=(kind, step))
        with pytest.raises(Stopped):
            build_collection(collection, sample_in_units, ENCODER, "all", progress)
        return progress

    segments = collection / "building" / "20261101" / "segments"
    stopped("step", "Counting links")
    before = files_of(segments)
    assert len(before) > 2
    stopped("step", "Counting links")
    assert files_of(segments) == before
    stopped("advance", "Writing the keyword index")
    assert not segments.exists()
    assert "Reading the dump" not in stopped("advance", "Writing the keyword index").totals


@pytest.mark.parametrize(("kind", "points"), [("build", 14), ("update", 8)])
def test_a_build_killed_anywhere_goes_on_to_the_same_end(
    tmp_path: Path, kind: str, points: int
) -> None:
    """Seeded points; what is compared, and how, is told by ``collections.comparable``."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.index.kills", str(tmp_path), "20261101", str(points), kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30 * PATIENCE_S,
        check=True,
    )
    kills = json.loads(found.stdout)["kills"]
    assert [kill for kill in kills if kill["differs"]] == []
    assert len(kills) == points
    # A moment may come after the end where the machine is faster than before; an event may not.
    assert all(kill["killed"] for kill in kills if not kill["at"].endswith(" s"))
    steps = {kill["at"].partition(":")[0] for kill in kills if ":" in kill["at"]}
    assert {"", "Reading the dump"} <= steps  # and before the first step
    if kind == "build":
        assert steps - {"", "Reading the dump"} == {
            "Counting links",
            "Writing the keyword index",
            "Embedding passages",
        }


@pytest.mark.usefixtures("in_small_steps")
def test_killed_builds_go_on_and_leave_no_process(
    tmp_path: Path, sample_in_units: Source, toy_sample: Path
) -> None:
    collection = tmp_path / toy_sample.name
    chance = random.Random(20261101)
    for _ in range(2):
        build_process = subprocess.Popen(
            [sys.executable, "-m", "tests.index.toys", str(collection)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with build_process:
            assert build_process.stdout is not None
            for _ in range(chance.randrange(1, 330)):
                build_process.stdout.readline()
            build_process.kill()
            build_process.communicate(
                timeout=PATIENCE_S
            )  # ends only when its workers are gone, too
    make(collection, sample_in_units)
    manifest = read_manifest(current_generation(collection))
    assert counts(manifest) == counts(read_manifest(current_generation(toy_sample)))
    assert store_content(collection) == store_content(toy_sample)
    assert answers(collection) == answers(toy_sample)
    assert names(collection) == [manifest.generation]
    assert not (collection / "building").exists()


def test_what_a_killed_build_left_is_not_published(tmp_path: Path) -> None:
    """A manifest half written, and a journal of SQLite's."""
    collection = tmp_path / "toy"
    dump = write_dump(tmp_path / "dump", PAGES)
    number = call_number(dump, "advance", "Writing the keyword index", -1)
    with pytest.raises(Stopped):
        build_collection(collection, dump, None, "none", QuietProgress(number))
    work = collection / "building" / "20261101"
    (work / "stage" / "manifest.json.partial").write_text("{")
    (work / "pages.db-journal").write_bytes(bytes(1000))
    manifest = make(collection, dump, "none").manifest
    assert not [name for name in manifest.files if "partial" in name or "journal" in name]
    Index.open(collection, HashingEncoder.open).close()


@pytest.mark.usefixtures("in_small_steps")
def test_a_forced_build_that_was_killed_is_gone_on_with(
    tmp_path: Path, sample_in_units: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it has published, the same command does not begin anew; a later one does."""
    monkeypatch.setattr(embed, "_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(embed, "_LEAST_BATCH", 100)
    monkeypatch.setattr(embed, "_MOST_BATCH", 100)
    collection = tmp_path / "sample"
    assert make(collection, sample_in_units).manifest.generation == "20261101-4"
    progress = QuietProgress(call_number(sample_in_units, "step", "Embedding passages", 0) + 3)
    options = BuildOptions(force=True, publishes_early=True)
    with pytest.raises(Stopped, match="advance in Embedding passages"):
        build_collection(collection, sample_in_units, ENCODER, "all", progress, options)
    assert names(collection) == ["20261101-6"]
    progress = QuietProgress()
    build_collection(collection, sample_in_units, ENCODER, "all", progress, options)
    assert list(progress.totals) == ["Embedding passages"]
    assert names(collection) == ["20261101-8"]
    build_collection(collection, sample_in_units, ENCODER, "all", progress, options)
    assert names(collection) == ["20261101-12"]


def test_work_on_a_dump_that_changed_since_is_thrown_away(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    dump = write_dump(tmp_path / "dump", PAGES)
    with pytest.raises(Stopped):
        build_collection(collection, dump, None, "none", QuietProgress(3))
    changed = write_dump(tmp_path / "dump", PAGES[:1])
    manifest = make(collection, changed, "none").manifest
    assert (manifest.pages.read, manifest.pages.documents) == (1, 1)


def test_the_first_increment_holds_the_leads_of_much_linked_pages(
    tmp_path: Path, sample_in_units: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(embed, "_LEAST_BATCH", 5)
    monkeypatch.setattr(embed, "_MOST_BATCH", 5)
    collection = tmp_path / "sample"
    progress = QuietProgress(
        stop_at=call_number(sample_in_units, "advance", "Embedding passages", 2)
    )
    with pytest.raises(Stopped):
        build_collection(collection, sample_in_units, ENCODER, "all", progress)
    with Index.open(collection, HashingEncoder.open) as index:
        pages = sorted(
            (index.store.page(p.page_id) for p, _ in index.store.all_passages()),
            key=lambda page: -page.links_in if page else 0,
        )
        most_linked = list(dict.fromkeys(page.title for page in pages if page))[:3]
        held = index.store.passages(index.vectors.passage_ids().tolist())
        assert len(held) == 5
        assert set(most_linked) <= {passage.title for passage, _ in held}


@pytest.mark.parametrize("damage", ["manifest", "gone", "format"])
def test_a_damaged_collection_is_built_again(
    toy_collection: Path, sample_in_units: Source, damage: str
) -> None:
    generation = current_generation(toy_collection)
    manifest = generation / "manifest.json"
    if damage == "manifest":
        manifest.write_text("garbage")
    elif damage == "format":
        reseal(generation, {"format_version": 1})
    else:
        generation.rename(toy_collection / "elsewhere")
    assert make(toy_collection, sample_in_units).changed
    assert len(answers(toy_collection)) == 20 * len(QUESTIONS)
