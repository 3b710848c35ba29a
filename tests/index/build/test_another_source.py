"""A source that is no MediaWiki, with text for keys: planned, built, resumed, searched, cited."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.build import plan
from pinakes.index.build.pipeline import build_collection
from pinakes.index.build.plan import plan_build
from pinakes.index.errors import OtherWiki
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.ingest.errors import DumpChanged
from pinakes.ingest.sources import opening
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.types import PageCounts
from pinakes.service.asking.citations import make_citation
from tests.index.collections import PAGES, files_of, make, quarantine, store_content
from tests.index.toys import HashingEncoder, QuietProgress, Stopped, in_threads, write_dump
from tests.ingest.json_lines import JsonLinesSource, write_json_lines

pytestmark = pytest.mark.usefixtures("thread_executor")

ROWS: Sequence[Any] = [
    {"path": "/plants/papyrus", "title": "Papyrus", "text": "A reed of the Nile. " * 9,
     "links": [["Scroll", "rolls"], ["Papyrus", "itself"]]},
    {"path": "/reed", "title": "Reed", "redirect_to": "Papyrus"},
    {"path": "/books/scroll", "title": "Scroll", "text": "A roll of papyrus or parchment. " * 9,
     "links": [["Reed", "reed sheets"]]},
    "no JSON",
    {"path": "/books/codex", "title": "Codex", "text": "Leaves bound on one side. " * 9,
     "links": [["Reed", "reed sheets"], ["Scroll", "rolls"]]},
    {"path": "/plants/papyrus", "title": "Papyrus again", "text": "The same path."},
]  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> JsonLinesSource:
    return JsonLinesSource.open([write_json_lines(tmp_path / "museum.jsonl", ROWS)])


def test_it_is_read_accounted_for_and_found(tmp_path: Path, source: JsonLinesSource) -> None:
    assert len(list(source.units())) > 2
    collection = tmp_path / "data" / "museum"
    manifest = make(collection, source).manifest
    assert manifest.pages == PageCounts(6, documents=3, redirects=1, quarantined=2)
    assert (manifest.dump.kind, manifest.dump.name) == ("json lines", "museum")
    assert manifest.dump.digests == [source.digest_of(source.files[0], lambda _: None)]
    assert [(row["page_id"], row["part"]) for row in quarantine(collection)] == [
        (None, "museum.jsonl"),
        ("/plants/papyrus", "museum.jsonl"),
    ]
    with Index.open(collection, HashingEncoder.open) as index:
        hit = index.search("papyrus or parchment")[0]
        page = index.page(hit.passage.page_id)
        assert page is not None
        assert (page.page_id, page.source_key, page.title) == (2, "/books/scroll", "Scroll")
        citation = make_citation(1, hit, index.manifest)
        assert (str(citation.ref), citation.title) == ("museum/2@1:0-287", "Scroll")
        assert citation.permalink is None
        assert page.text[citation.ref.start : citation.ref.end] == hit.passage.text


def test_links_lead_to_pages_by_any_key(tmp_path: Path, source: JsonLinesSource) -> None:
    make(tmp_path / "museum", source, "none")
    with Store(current_generation(tmp_path / "museum") / "pages.db") as store:
        links = {page.title: page.links_in for page in map(store.page, (1, 2, 3)) if page}
        assert links == {"Papyrus": 2, "Scroll": 2, "Codex": 0}  # none to itself
        assert store.aliases_of_page(1, "anchor", 9) == ["reed sheets"]
        assert store.aliases_of_page(1, "redirect", 9) == ["Reed"]


def test_an_interrupted_build_goes_on(tmp_path: Path, source: JsonLinesSource) -> None:
    for step in ("Reading the dump", "Writing the keyword index"):
        stopped = QuietProgress(stop_at=("advance", step))
        with pytest.raises(Stopped):
            build_collection(tmp_path / "museum", source, None, "none", stopped)
    make(tmp_path / "museum", source)
    make(tmp_path / "straight" / "museum", source)
    assert store_content(tmp_path / "museum") == store_content(tmp_path / "straight" / "museum")
    before = files_of(tmp_path / "museum")
    assert not make(tmp_path / "museum", source).changed
    assert files_of(tmp_path / "museum") == before


def test_what_changed_is_noticed(tmp_path: Path, source: JsonLinesSource) -> None:
    make(tmp_path / "museum", source, "none")
    write_json_lines(source.files[0], [*ROWS, {"path": "/ink", "title": "Ink", "text": "Soot."}])
    with pytest.raises(DumpChanged, match=r"museum\.jsonl: the file has changed"):
        make(tmp_path / "elsewhere", source)
    again = JsonLinesSource.open(source.files)
    assert make(tmp_path / "museum", again, "none").manifest.pages.documents == 4


def test_no_collection_becomes_another_kind_of_source(
    tmp_path: Path, source: JsonLinesSource
) -> None:
    make(tmp_path / "museum", source, "none")
    dump = write_dump(tmp_path / "dump", PAGES)
    with pytest.raises(OtherWiki, match="museum holds museum in"):
        make(tmp_path / "museum", dump, "none")
    assert read_manifest(current_generation(tmp_path / "museum")).dump.kind == "json lines"


def test_a_build_of_it_is_planned(source: JsonLinesSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "worker_processes", in_threads)
    planned = plan_build(source, 1, HashingEncoder(), QuietProgress())
    assert planned.share == 1.0
    assert (planned.pages.documents, planned.passages) == (4, 3)


def test_the_kind_is_told_by_the_files(
    source: JsonLinesSource, sample_dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "KINDS", [JsonLinesSource, *opening.KINDS])
    assert isinstance(open_source(source.files), JsonLinesSource)
    assert isinstance(open_source([sample_dump]), MediaWikiSource)
