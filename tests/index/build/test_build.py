import dataclasses
import hashlib
from pathlib import Path

import pytest

from pinakes.index import swap
from pinakes.index.build import embed
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import BuildInProgress, EncoderMismatch, NoCollection
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.locks import build_state, hold_collection
from pinakes.index.retrieval.search import Index
from pinakes.ingest.errors import ChecksumMismatch, EmptyDump, UnreadablePage
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.files.bz2_blocks import read_blocks
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.types import PageCounts
from tests.index.collections import (
    ENCODER,
    PAGES,
    answers,
    counts,
    files_of,
    make,
    names,
    quarantine,
    store_content,
)
from tests.index.toys import HashingEncoder, QuietProgress, Stopped, article, redirect, write_dump
from tests.ingest.dumps_on_disk import write_damaged, write_multistream

pytestmark = pytest.mark.usefixtures("thread_executor")


def test_a_build_counts_every_page(toy_sample: Path, packed_sample: Source) -> None:
    manifest = read_manifest(current_generation(toy_sample))
    assert manifest.pages == PageCounts(60, documents=40, redirects=16, other_namespaces=4)
    assert manifest.passages == manifest.vectors > manifest.pages.documents
    assert manifest.coverage == 1.0
    assert manifest.encoder == ENCODER.record
    assert (manifest.dump.name, manifest.dump.date) == ("samplewiki", "20261101")
    assert manifest.dump.files == [part.name for part in packed_sample.files]
    assert manifest.collection == toy_sample.name
    assert not (toy_sample / "building").exists()
    assert names(toy_sample) == [manifest.generation]


def test_progress_adds_up(tmp_path: Path, packed_sample: Source) -> None:
    progress = QuietProgress()
    build_collection(tmp_path / "sample", packed_sample, ENCODER, "all", progress)
    assert list(progress.totals) == [
        "Reading the templates",
        "Reading the dump",
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


def test_a_second_run_does_nothing(toy_collection: Path, packed_sample: Source) -> None:
    before = files_of(toy_collection)
    result = make(toy_collection, packed_sample)
    assert not result.changed
    assert result.manifest == read_manifest(current_generation(toy_collection))
    assert files_of(toy_collection) == before


def test_force_builds_the_same_again(toy_collection: Path, packed_sample: Source) -> None:
    before = read_manifest(current_generation(toy_collection))
    content, found = store_content(toy_collection), answers(toy_collection)
    result = make(toy_collection, packed_sample, force=True)
    assert result.changed
    assert result.manifest.generation != before.generation
    assert counts(result.manifest) == counts(before)
    assert store_content(toy_collection) == content
    assert answers(toy_collection) == found
    assert names(toy_collection) == [result.manifest.generation]


@pytest.mark.parametrize(("scope", "vectors"), [("none", 0), ("leads", 40), ("all", 224)])
def test_scope_says_what_gets_a_vector(
    tmp_path: Path, packed_sample: Source, scope: str, vectors: int
) -> None:
    manifest = make(tmp_path / "sample", packed_sample, scope).manifest
    assert manifest.vectors == vectors
    with Index.open(tmp_path / "sample", HashingEncoder.open) as index:
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
    assert (manifest.pages.documents, manifest.vectors) == (3, 1)
    assert manifest.passages > 1


def test_scopes_can_be_widened(tmp_path: Path, packed_sample: Source, toy_sample: Path) -> None:
    collection = tmp_path / "sample"
    generations = [
        make(collection, packed_sample, scope).manifest.generation
        for scope in ("none", "leads", "all", "leads")
    ]
    assert generations == ["20261101-1", "20261101-2", "20261101-3", "20261101-3"]
    assert answers(collection) == answers(toy_sample)


def test_vectors_are_published_in_increments_that_share_their_files(
    tmp_path: Path, packed_sample: Source, toy_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(embed, "_LEAST_BATCH", 100)
    monkeypatch.setattr(embed, "_MOST_BATCH", 100)
    collection = tmp_path / "sample"
    published: list[tuple[str, int, dict[str, int]]] = []

    def make_current(path: Path) -> None:
        original(path)
        manifest = read_manifest(path)
        inodes = {name: (path / name).stat().st_ino for name in manifest.files}
        published.append((path.name, manifest.vectors, inodes))

    original = swap.make_current
    monkeypatch.setattr(swap, "make_current", make_current)
    make(collection, packed_sample)
    assert [(name, vectors) for name, vectors, _ in published] == [
        ("20261101-1", 0),
        ("20261101-2", 100),
        ("20261101-3", 200),
        ("20261101-4", 224),
    ]
    unchanged = published[0][2].items()
    assert all(unchanged < files.items() for _, _, files in published[1:])
    new = [set(files) - set(published[0][2]) for _, _, files in published[1:]]
    # The second shard joins the first, and the last increment leaves one shard.
    assert [sorted(files) for files in new] == [
        ["encoder/encoder.json", f"vectors/{number}.half.faiss", f"vectors/{number}.ids.npy"]
        for number in ("000001", "000003", "000005")
    ]
    assert names(collection) == ["20261101-4"]
    assert answers(collection) == answers(toy_sample)


@pytest.mark.parametrize("unit_bytes", [97, 10_000, 30_000])
def test_the_size_of_units_changes_nothing(
    tmp_path: Path,
    packed_sample: MediaWikiSource,
    toy_sample: Path,
    unit_bytes: int,
) -> None:
    source = dataclasses.replace(packed_sample, unit_bytes=unit_bytes)
    assert len(list(source.units())) > 1
    collection = tmp_path / toy_sample.name
    result = make(collection, source)
    assert counts(result.manifest) == counts(read_manifest(current_generation(toy_sample)))
    assert store_content(collection) == store_content(toy_sample)


def test_a_newer_dump_is_a_new_generation_and_the_old_one_stays(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    for date in ("20260901", "20261001", "20261101"):
        pages = [*PAGES, article(50, f"News of {date}", "Something new about papyrus.")]
        dump = write_dump(tmp_path / date, pages, date)
        result = make(collection, dump)
        assert result.changed
        assert result.manifest.generation.startswith(date)
    assert names(collection) == ["20261001-1", "20261101-1"]
    with Index.open(collection, HashingEncoder.open) as index:
        assert index.page_by_name("News of 20261101") is not None
        assert index.page_by_name("News of 20261001") is None


def test_a_changed_dump_under_the_same_name_is_built_again(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    make(collection, write_dump(tmp_path / "dump", PAGES), "none")
    added = article(9, "Codex", "Leaves bound on one side.")
    result = make(collection, write_dump(tmp_path / "dump", [*PAGES, added]), "none")
    assert result.changed
    assert (result.manifest.generation, result.manifest.pages.documents) == ("20261101-2", 3)
    assert names(collection) == ["20261101-1", "20261101-2"]  # for rollback


def test_pages_that_come_twice_are_kept_once(tmp_path: Path) -> None:
    again = [article(1, "Papyrus", "Later."), article(8, "Scroll", "Another id."), PAGES[1]]
    manifest = make(tmp_path / "toy", write_dump(tmp_path / "dump", [*PAGES, *again])).manifest
    assert manifest.pages == PageCounts(
        7, documents=2, redirects=2, other_namespaces=1, quarantined=2
    )
    rows = quarantine(tmp_path / "toy")
    assert [(row["page_id"], row["title"]) for row in rows] == [(1, "Papyrus"), (8, "Scroll")]
    assert all("occurs twice" in row["reason"] for row in rows)
    with Index.open(tmp_path / "toy", HashingEncoder.open) as index:
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
    assert (manifest.pages.documents, manifest.passages, manifest.vectors) == (1, 0, 0)
    with Index.open(tmp_path / "toy", HashingEncoder.open) as index:
        assert index.search("papyrus") == []
        assert [hit.title for hit in index.suggest("pap")] == ["Papyrus"]


def test_what_cannot_be_read_is_set_aside_and_told(tmp_path: Path) -> None:
    bad = article(8, "Bad", "").replace("<ns>", "<odd/><ns>")
    dump = write_dump(tmp_path / "dump", [*PAGES, bad])
    manifest = make(tmp_path / "toy", dump, "none").manifest
    assert manifest.pages == PageCounts(
        5, documents=2, redirects=1, other_namespaces=1, quarantined=1
    )
    (row,) = quarantine(tmp_path / "toy")
    assert (row["page_id"], row["title"], row["part"]) == (8, "Bad", dump.files[0].name)
    with pytest.raises(UnreadablePage, match=r"page 'Bad' cannot be read.*without --strict"):
        make(tmp_path / "strict", dump, "none", strict=True)
    with pytest.raises(NoCollection):
        current_generation(tmp_path / "strict")


def test_a_damaged_place_is_told_with_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-multistream.xml.bz2"
    offset = write_damaged(path)
    manifest = make(tmp_path / "toy", open_source([path]), "none").manifest
    assert manifest.pages == PageCounts(30, documents=26, quarantined=4, damages=1)
    row, *lost = quarantine(tmp_path / "toy")
    assert (row["part"], row["offset"]) == (path.name, offset)
    assert row["after"] == {"page_id": 4, "title": "Page 4"}
    assert row["before"] == {"page_id": 9, "title": "Page 9"}
    assert [one["title"] for one in lost] == ["Page 5", "Page 6", "Page 7", "Page 8"]
    with pytest.raises(UnreadablePage, match=rf"damaged at byte {offset} .*without --strict"):
        make(tmp_path / "strict", open_source([path]), "none", strict=True)


def test_damage_without_end_is_one_line(tmp_path: Path) -> None:
    """Of marks of blocks alone a file may hold millions."""
    path = write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")
    data = path.read_bytes()
    place = [block.offset for block in read_blocks(path, 0)][3] - 4
    path.write_bytes(data[:place] + bytes.fromhex("314159265359") * 1000 + data[place:])
    manifest = make(tmp_path / "toy", open_source([path]), "none").manifest
    assert manifest.pages == PageCounts(30, documents=30, damages=1000)
    (row,) = quarantine(tmp_path / "toy")
    assert row["places"] == 1000
    assert (row["after"]["page_id"], row["before"]["page_id"]) == (8, 9)


def test_another_encoder_needs_a_new_build(toy_collection: Path, packed_sample: Source) -> None:
    other = HashingEncoder("other")
    arguments = (toy_collection, packed_sample, other, "all", QuietProgress())
    with pytest.raises(EncoderMismatch, match=r"vectors of hashing; to embed it with other.*force"):
        build_collection(*arguments)
    manifest = build_collection(*arguments, BuildOptions(force=True)).manifest
    assert manifest.encoder == other.record


def test_two_builds_at_once(tmp_path: Path, packed_sample: Source) -> None:
    with hold_collection(tmp_path / "toy"), pytest.raises(BuildInProgress):
        make(tmp_path / "toy", packed_sample)


def test_checksums_beside_the_dump_are_verified_once(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump", PAGES)
    (part,) = dump.files
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    (part.parent / "SHA256SUMS").write_text(f"{digest}  {part.name}\n")
    with pytest.raises(Stopped):
        build_collection(tmp_path / "toy", dump, None, "none", QuietProgress(4))
    progress = QuietProgress()
    result = build_collection(tmp_path / "toy", dump, None, "none", progress)
    assert "Checking checksums" not in progress.totals
    assert result.manifest.dump.verified
    assert not make(
        tmp_path / "plain", write_dump(tmp_path / "other", PAGES)
    ).manifest.dump.verified


def test_a_dump_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump", PAGES)
    (dump.files[0].parent / "SHA256SUMS").write_text(f"{'0' * 64}  {dump.files[0].name}\n")
    with pytest.raises(ChecksumMismatch, match="fetch the file again"):
        make(tmp_path / "toy", dump)
    with pytest.raises(NoCollection):
        current_generation(tmp_path / "toy")
    assert build_state(tmp_path / "toy") is None


def test_what_was_read_before_is_kept_when_a_wrong_checksum_comes_beside_it(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump", PAGES)
    with pytest.raises(Stopped):
        build_collection(tmp_path / "toy", dump, None, "none", QuietProgress(4))
    (dump.files[0].parent / "SHA256SUMS").write_text(f"{'0' * 64}  {dump.files[0].name}\n")
    with pytest.raises(ChecksumMismatch):
        make(tmp_path / "toy", dump)
    assert build_state(tmp_path / "toy") == "unfinished"
