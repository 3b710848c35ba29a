import functools
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import build
from index.build import BuildResult, build_collection
from index.errors import BuildInProgress, EncoderMismatch, NoCollection
from index.generations import current_generation, hold_collection, read_manifest
from index.search import Index
from index.types import Manifest
from ingest import dumps
from ingest.dumps import Dump
from ingest.errors import EmptyDump
from tests.index.toys import (
    ROOT,
    HashingEncoder,
    QuietProgress,
    Stopped,
    article,
    in_threads,
    redirect,
    write_dump,
)

ENCODER = HashingEncoder()
QUESTIONS = ["papyrus reed", "Bayt al-Hikma", "Who deciphered Linear B?", "paper sizes", "the"]
PAGES = [
    article(1, "Papyrus", "A [[reed]] of the Nile, made into [[scroll]]s. " * 3),
    redirect(2, "Reed", "Papyrus"),
    article(3, "Scroll", "A roll of [[papyrus]] or parchment. " * 3),
    article(4, "Template:Box", "a box", namespace=10),
]


@pytest.fixture(autouse=True)
def _in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_executor", in_threads)


def make(collection: Path, dump: Dump, scope: Any = "all", **options: Any) -> BuildResult:
    return build_collection(collection, dump, ENCODER, scope, QuietProgress(), **options)


def store_content(collection: Path) -> list[str]:
    """Everything in the store, row by row."""
    path = current_generation(collection) / "pages.db"
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def answers(collection: Path) -> list[tuple[int, str, float, dict[str, int]]]:
    """What the questions find, with scores and ranks."""
    with Index.open(collection, HashingEncoder) as index:
        return [
            (hit.passage.passage_id, hit.passage.title, round(hit.score, 5), dict(hit.ranks))
            for question in QUESTIONS
            for hit in index.search(question, 20)
        ]


def counts(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(exclude={"generation", "created", "files"})


def names(collection: Path) -> list[str]:
    return sorted(path.name for path in (collection / "generations").iterdir())


def files_of(collection: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every file."""
    return {
        str(path.relative_to(collection)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in collection.rglob("*")
    }


def test_a_build_counts_every_page(toy_sample: Path, packed_sample: Dump) -> None:
    manifest = read_manifest(current_generation(toy_sample))
    assert (manifest.pages_read, manifest.documents, manifest.redirects) == (60, 40, 16)
    assert manifest.other_namespaces == 4
    assert manifest.passages == manifest.vectors > manifest.documents
    assert manifest.coverage == 1.0
    assert manifest.encoder == ENCODER.record
    assert (manifest.dump.name, manifest.dump.date) == ("samplewiki", "20261101")
    assert manifest.dump.files == [part.name for part in packed_sample.parts]
    assert manifest.collection == toy_sample.name
    assert not (toy_sample / "building").exists()
    assert names(toy_sample) == [manifest.generation]


def test_progress_adds_up(tmp_path: Path, packed_sample: Dump) -> None:
    progress = QuietProgress()
    build_collection(tmp_path / "sample", packed_sample, ENCODER, "all", progress)
    assert list(progress.totals) == [
        "Reading the dump",
        "Writing the store",
        "Counting links",
        "Writing the keyword index",
        "Embedding passages",
    ]
    assert all(done == total for done, total in progress.totals.values())
    assert progress.notes == ["published 20261101-1: keyword search is complete"]


def test_the_process_pool_writes_what_a_thread_writes(
    sample_collection: Path, toy_sample: Path
) -> None:
    assert store_content(sample_collection) == store_content(toy_sample)


def test_a_second_run_does_nothing(toy_collection: Path, packed_sample: Dump) -> None:
    before = files_of(toy_collection)
    result = make(toy_collection, packed_sample)
    assert not result.changed
    assert result.manifest == read_manifest(current_generation(toy_collection))
    assert files_of(toy_collection) == before


def test_force_builds_the_same_again(toy_collection: Path, packed_sample: Dump) -> None:
    before = read_manifest(current_generation(toy_collection))
    content, found = store_content(toy_collection), answers(toy_collection)
    result = make(toy_collection, packed_sample, force=True)
    assert result.changed
    assert result.manifest.generation != before.generation
    assert counts(result.manifest) == counts(before)
    assert store_content(toy_collection) == content
    assert answers(toy_collection) == found
    assert names(toy_collection) == [result.manifest.generation]


@pytest.mark.parametrize(
    ("scope", "vectors"), [("none", 0), ("leads", "documents"), ("all", "passages")]
)
def test_scope_says_what_gets_a_vector(
    tmp_path: Path, packed_sample: Dump, scope: str, vectors: int | str
) -> None:
    manifest = make(tmp_path / "sample", packed_sample, scope).manifest
    assert manifest.vectors == (getattr(manifest, vectors) if isinstance(vectors, str) else vectors)
    with Index.open(tmp_path / "sample", HashingEncoder) as index:
        if scope == "leads":
            leads = {p.passage_id for p, place in index.store.all_passages() if place == 0}
            assert set(index.vectors.passage_ids().tolist()) == leads


def test_leads_are_those_of_pages_with_text(tmp_path: Path) -> None:
    pages = [
        article(1, "Papyrus", "A reed of the Nile, pressed into sheets for writing. " * 60),
        article(2, "Empty", ""),
        article(3, "Only a template", "{{stub}}"),
    ]
    manifest = make(tmp_path / "toy", write_dump(tmp_path / "dump", pages), "leads").manifest
    assert (manifest.documents, manifest.vectors) == (3, 1)
    assert manifest.passages > 1


def test_scopes_can_be_widened(tmp_path: Path, packed_sample: Dump, toy_sample: Path) -> None:
    collection = tmp_path / "sample"
    generations = [
        make(collection, packed_sample, scope).manifest.generation
        for scope in ("none", "leads", "all", "leads")
    ]
    assert generations == ["20261101-1", "20261101-2", "20261101-3", "20261101-3"]
    assert answers(collection) == answers(toy_sample)


def test_vectors_are_published_in_increments_that_share_their_files(
    tmp_path: Path, packed_sample: Dump, toy_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(build, "_ENCODE_BATCH", 100)
    collection = tmp_path / "sample"
    published: list[tuple[str, int, dict[str, int]]] = []

    def publish(*arguments: Any) -> Path:
        path = original(*arguments)
        manifest = read_manifest(path)
        inodes = {name: (path / name).stat().st_ino for name in manifest.files}
        published.append((path.name, manifest.vectors, inodes))
        return path

    original = build.publish
    monkeypatch.setattr(build, "publish", publish)
    make(collection, packed_sample)
    assert [(name, vectors) for name, vectors, _ in published] == [
        ("20261101-1", 0),
        ("20261101-2", 100),
        ("20261101-3", 200),
        ("20261101-4", 259),
    ]
    for (_, _, before), (_, _, after) in zip(published, published[1:], strict=False):
        assert before.items() < after.items()
    assert sorted(set(published[-1][2]) - set(published[0][2])) == [
        "vectors/000001.faiss",
        "vectors/000002.faiss",
        "vectors/000003.faiss",
    ]
    assert names(collection) == ["20261101-4"]
    assert answers(collection) == answers(toy_sample)


def test_the_first_increment_holds_the_leads_of_much_linked_pages(
    tmp_path: Path, packed_sample: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(build, "_ENCODE_BATCH", 5)
    collection = tmp_path / "sample"
    progress = QuietProgress(stop_at=call_number(packed_sample, "advance", "Embedding passages", 2))
    with pytest.raises(Stopped):
        build_collection(collection, packed_sample, ENCODER, "all", progress)
    with Index.open(collection, HashingEncoder) as index:
        pages = sorted(
            (index.store.page(p.page_id) for p, _ in index.store.all_passages()),
            key=lambda page: -page.links_in if page else 0,
        )
        most_linked = list(dict.fromkeys(page.title for page in pages if page))[:3]
        held = index.store.passages(index.vectors.passage_ids().tolist())
        assert len(held) == 5
        assert {title for title in most_linked} <= {passage.title for passage, _ in held}


@functools.cache
def call_number(dump: Dump, kind: str, step: str, which: int) -> int:
    """The number of the progress call of this kind in this step: ``which``, from 0 or the end."""
    import tempfile

    progress = QuietProgress()
    with tempfile.TemporaryDirectory() as directory:
        build_collection(Path(directory) / "toy", dump, ENCODER, "all", progress)
    return [n for n, call in enumerate(progress.calls) if call == (kind, step)][which]


@pytest.fixture
def in_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the sample into several work units."""
    plan = functools.partial(dumps.plan_units, unit_bytes=20_000)
    monkeypatch.setattr(build, "plan_units", plan)


STOPS = [
    ("step", "Reading the dump", 0),
    ("advance", "Reading the dump", 0),
    ("advance", "Reading the dump", -1),
    ("step", "Writing the store", 0),
    ("advance", "Writing the store", 30),
    ("advance", "Writing the store", -1),
    ("step", "Counting links", 0),
    ("advance", "Counting links", 0),
    ("step", "Writing the keyword index", 0),
    ("advance", "Writing the keyword index", 100),
    ("advance", "Writing the keyword index", -1),
    ("note", "Writing the keyword index", 0),
    ("step", "Embedding passages", 0),
    ("advance", "Embedding passages", 1),
]


@pytest.mark.usefixtures("in_units")
@pytest.mark.parametrize(("kind", "step", "which"), STOPS)
def test_an_interrupted_build_goes_on_to_the_same_end(
    tmp_path: Path, packed_sample: Dump, toy_sample: Path, kind: str, step: str, which: int
) -> None:
    collection = tmp_path / toy_sample.name
    progress = QuietProgress(stop_at=call_number(packed_sample, kind, step, which))
    with pytest.raises(Stopped, match=f"{kind} in {step}"):
        build_collection(collection, packed_sample, ENCODER, "all", progress)
    if kind == "note" or step == "Embedding passages":
        assert read_manifest(current_generation(collection)).passages == 259
    else:
        with pytest.raises(NoCollection):
            current_generation(collection)
    result = make(collection, packed_sample)
    assert counts(result.manifest) == counts(read_manifest(current_generation(toy_sample)))
    assert store_content(collection) == store_content(toy_sample)
    assert answers(collection) == answers(toy_sample)
    assert names(collection) == [result.manifest.generation]
    assert not (collection / "building").exists()


@pytest.mark.usefixtures("in_units")
def test_what_is_done_is_not_done_again(tmp_path: Path, packed_sample: Dump) -> None:
    number = call_number(packed_sample, "advance", "Writing the keyword index", 0)
    with pytest.raises(Stopped):
        build_collection(tmp_path / "toy", packed_sample, ENCODER, "all", QuietProgress(number))
    segments = tmp_path / "toy" / "building" / "20261101" / "segments"
    before = files_of(segments)
    assert len(before) > 2
    with pytest.raises(Stopped):
        build_collection(
            tmp_path / "toy", packed_sample, ENCODER, "all", progress := QuietProgress(len(before))
        )
    assert files_of(segments) == before
    assert "Writing the store" not in progress.totals


def test_killed_builds_go_on_and_leave_no_process(
    tmp_path: Path, packed_sample: Dump, toy_sample: Path
) -> None:
    collection = tmp_path / toy_sample.name
    chance = random.Random(20261101)
    for _ in range(3):
        build_process = subprocess.Popen(
            [sys.executable, "-m", "tests.index.toys", str(collection)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with build_process:
            assert build_process.stdout is not None
            for _ in range(chance.randrange(1, 300)):
                build_process.stdout.readline()
            build_process.kill()
            build_process.stdout.read()  # ends only when its workers are gone, too
    make(collection, packed_sample)
    manifest = read_manifest(current_generation(collection))
    assert counts(manifest) == counts(read_manifest(current_generation(toy_sample)))
    assert store_content(collection) == store_content(toy_sample)
    assert answers(collection) == answers(toy_sample)
    assert names(collection) == [manifest.generation]
    assert not (collection / "building").exists()


@pytest.mark.parametrize("unit_bytes", [1, 10_000, 30_000])
def test_the_size_of_units_changes_nothing(
    tmp_path: Path,
    packed_sample: Dump,
    toy_sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    unit_bytes: int,
) -> None:
    plan = functools.partial(dumps.plan_units, unit_bytes=unit_bytes)
    assert len(list(plan(packed_sample))) > 1
    monkeypatch.setattr(build, "plan_units", plan)
    collection = tmp_path / toy_sample.name
    result = make(collection, packed_sample)
    assert counts(result.manifest) == counts(read_manifest(current_generation(toy_sample)))
    assert store_content(collection) == store_content(toy_sample)


@pytest.mark.parametrize("sizes", [(20_000, 10**9), (10**9, 20_000)], ids=["lost", "found"])
def test_a_dump_cut_differently_since_the_interruption_is_read_again(
    tmp_path: Path,
    packed_sample: Dump,
    toy_sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    sizes: tuple[int, int],
) -> None:
    """As when its multistream index was fetched, or removed, in between."""
    collection = tmp_path / toy_sample.name
    for size, progress in zip(sizes, (QuietProgress(3), QuietProgress()), strict=True):
        plan = functools.partial(dumps.plan_units, unit_bytes=size)
        monkeypatch.setattr(build, "plan_units", plan)
        try:
            build_collection(collection, packed_sample, ENCODER, "all", progress)
        except Stopped:
            assert any((collection / "building" / "20261101" / "segments").iterdir())
    manifest = read_manifest(current_generation(collection))
    assert counts(manifest) == counts(read_manifest(current_generation(toy_sample)))
    assert store_content(collection) == store_content(toy_sample)


def test_a_newer_dump_is_a_new_generation_and_the_old_one_stays(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    for date in ("20260901", "20261001", "20261101"):
        pages = [*PAGES, article(50, f"News of {date}", "Something new about papyrus.")]
        dump = write_dump(tmp_path / date, pages, date)
        result = make(collection, dump)
        assert result.changed
        assert result.manifest.generation == f"{date}-2"
    assert names(collection) == ["20261001-2", "20261101-2"]
    with Index.open(collection, HashingEncoder) as index:
        assert index.page_by_name("News of 20261101") is not None
        assert index.page_by_name("News of 20261001") is None


def test_a_changed_dump_under_the_same_name_is_built_again(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    make(collection, write_dump(tmp_path / "dump", PAGES), "none")
    added = article(9, "Codex", "Leaves bound on one side.")
    result = make(collection, write_dump(tmp_path / "dump", [*PAGES, added]), "none")
    assert result.changed
    assert (result.manifest.generation, result.manifest.documents) == ("20261101-2", 3)
    assert names(collection) == ["20261101-2"]


def test_work_on_a_dump_that_changed_since_is_thrown_away(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    dump = write_dump(tmp_path / "dump", PAGES)
    with pytest.raises(Stopped):
        build_collection(collection, dump, None, "none", QuietProgress(3))
    changed = write_dump(tmp_path / "dump", PAGES[:1])
    manifest = make(collection, changed, "none").manifest
    assert (manifest.pages_read, manifest.documents) == (1, 1)


def test_pages_that_come_twice_are_kept_once(tmp_path: Path) -> None:
    again = [article(1, "Papyrus", "Later."), article(8, "Scroll", "Another id."), PAGES[1]]
    manifest = make(tmp_path / "toy", write_dump(tmp_path / "dump", [*PAGES, *again])).manifest
    assert (manifest.pages_read, manifest.documents) == (7, 2)
    with Index.open(tmp_path / "toy", HashingEncoder) as index:
        page = index.page_by_name("reed")
        assert page is not None
        assert page.text.startswith("A reed of the Nile")
        assert page.links_in == 1


@pytest.mark.parametrize(
    "pages", [[redirect(2, "Reed", "Papyrus")], [article(4, "Template:Box", "a box", 10)]]
)
def test_a_dump_without_an_article_publishes_nothing(tmp_path: Path, pages: list[str]) -> None:
    collection = tmp_path / "toy"
    with pytest.raises(EmptyDump, match=r"toywiki-20261201.*no article .*\(1 pages read\)"):
        make(collection, write_dump(tmp_path / "empty", pages, "20261201"))
    with pytest.raises(NoCollection):
        current_generation(collection)
    before = make(collection, write_dump(tmp_path / "dump", PAGES)).manifest
    with pytest.raises(EmptyDump):
        make(collection, write_dump(tmp_path / "empty", pages, "20261201"))
    assert read_manifest(current_generation(collection)) == before


def test_articles_without_text_make_an_empty_but_whole_collection(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump", [article(1, "Papyrus", "")])
    manifest = make(tmp_path / "toy", dump).manifest
    assert (manifest.documents, manifest.passages, manifest.vectors) == (1, 0, 0)
    with Index.open(tmp_path / "toy", HashingEncoder) as index:
        assert index.search("papyrus") == []
        assert [hit.title for hit in index.suggest("pap")] == ["Papyrus"]


def test_another_encoder_needs_a_new_build(toy_collection: Path, packed_sample: Dump) -> None:
    other = HashingEncoder("other")
    arguments = (toy_collection, packed_sample, other, "all", QuietProgress())
    with pytest.raises(EncoderMismatch, match=r"vectors of hashing; to embed it with other.*force"):
        build_collection(*arguments)
    manifest = build_collection(*arguments, force=True).manifest
    assert manifest.encoder == other.record


@pytest.mark.parametrize("damage", ["manifest", "gone", "format"])
def test_a_damaged_collection_is_built_again(
    toy_collection: Path, packed_sample: Dump, damage: str
) -> None:
    generation = current_generation(toy_collection)
    manifest = generation / "manifest.json"
    if damage == "manifest":
        manifest.write_text("garbage")
    elif damage == "format":
        manifest.write_text(
            manifest.read_text().replace('"format_version": 1', '"format_version": 0')
        )
    else:
        generation.rename(toy_collection / "elsewhere")
    assert make(toy_collection, packed_sample).changed
    assert len(answers(toy_collection)) == 20 * len(QUESTIONS)


def test_two_builds_at_once(tmp_path: Path, packed_sample: Dump) -> None:
    with hold_collection(tmp_path / "toy"), pytest.raises(BuildInProgress):
        make(tmp_path / "toy", packed_sample)


@pytest.fixture(scope="module", autouse=True)
def _forget_call_numbers() -> Iterator[None]:
    yield
    call_number.cache_clear()
