"""Sources that are no MediaWiki, with text for keys: planned, built, resumed, searched, cited."""

from collections.abc import Iterator, Sequence
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
from pinakes.ingest.errors import DumpChanged, IngestError
from pinakes.ingest.sources import opening
from pinakes.ingest.sources.base import SourceIdentity, collection_name
from pinakes.ingest.sources.file_state import FileState, state_of
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.types import Entry, PageCounts
from pinakes.service.asking.citations import make_citation
from tests.index.collections import PAGES, files_of, make, quarantine, store_content
from tests.index.toys import HashingEncoder, QuietProgress, Stopped, in_threads, write_dump
from tests.ingest.json_lines import JsonLinesSource, LinesUnit, write_json_lines
from tests.ingest.text_folder import TextFolderSource

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


def test_an_interrupted_build_goes_on(
    tmp_path: Path, source: JsonLinesSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    units = JsonLinesSource.read

    def noted(source: JsonLinesSource, unit: LinesUnit) -> Iterator[Entry]:
        read.append(unit.number)
        return units(source, unit)

    monkeypatch.setattr(JsonLinesSource, "read", noted)
    for step in ("Reading the dump", "Writing the keyword index"):
        stopped = QuietProgress(stop_at=("advance", step))
        with pytest.raises(Stopped):
            build_collection(tmp_path / "museum", source, None, "none", stopped)
    assert read.count(0) == 1  # the unit that had been read when the build was stopped
    of_all = len(read)
    make(tmp_path / "museum", source)
    assert len(read) == of_all  # the store holds them
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
    with pytest.raises(OtherWiki, match=r"museum holds museum in .*\(mediawiki, not json lines\)"):
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Texts in two directories, two files of one name among them."""
    texts = {
        "papyrus.txt": "Papyrus is a reed of the Nile.",
        "stones/rosetta.txt": "The stone was found in 1799.",
        "stones/moabite.txt": "The stone was found at Dhiban.",
        "reeds/papyrus.txt": "Scrolls were made of it.",
    }
    for path, text in texts.items():
        file = tmp_path / "Library Notes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "Library Notes"


def test_many_small_files_are_one_to_the_build(tmp_path: Path, folder: Path) -> None:
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    source = TextFolderSource.open([folder])
    assert len(list(source.units())) == 3
    collection = tmp_path / "data" / source.identity.name
    manifest = make(collection, source).manifest
    assert manifest.collection == "library-notes"
    assert manifest.pages == PageCounts(5, documents=4, quarantined=1)
    assert manifest.dump.digests == [source.digest_of(source.files[0], lambda _: None)]
    [aside] = quarantine(collection)
    assert (aside["page_id"], aside["part"]) == ("latin.txt", "Library Notes")
    with Index.open(collection, HashingEncoder.open) as index:
        page = index.page(index.search("Dhiban", mode="keyword")[0].passage.page_id)
        assert page is not None
        assert (page.source_key, page.title) == ("stones/moabite.txt", "stones/moabite")
    assert not make(collection, TextFolderSource.open([folder])).changed


@pytest.mark.parametrize("path", ["papyrus.txt", "reeds/papyrus.txt", "stones/new.txt"])
def test_whichever_of_them_changes_is_noticed(tmp_path: Path, folder: Path, path: str) -> None:
    collection = tmp_path / "data" / "notes"
    source = TextFolderSource.open([folder])
    make(collection, source, "none")
    (folder / path).write_text("Now it tells of Champollion.")
    with pytest.raises(DumpChanged, match="Library Notes: a file has changed"):
        make(tmp_path / "elsewhere", source)
    assert make(collection, TextFolderSource.open([folder]), "none").changed


def test_two_files_of_one_name_are_refused(tmp_path: Path, folder: Path) -> None:
    """By their names the states of files are kept: of those a change could go unnoticed."""

    class OneFileEach(TextFolderSource):
        __slots__ = ()

        @property
        def files(self) -> tuple[Path, ...]:
            return tuple(sorted(folder.rglob("*.txt")))

        @property
        def states(self) -> tuple[FileState, ...]:
            return tuple(map(state_of, self.files))

    with pytest.raises(IngestError, match=r"reeds/papyrus\.txt: another file of this source"):
        make(tmp_path / "notes", OneFileEach.open([folder]), "none")


@pytest.mark.parametrize("name", ["", ".", "..", "Notes", "my notes", "-x", "a/b"])
def test_a_source_is_called_as_a_collection_may_be(name: str) -> None:
    """An empty name would build a collection over the data directory itself."""
    with pytest.raises(ValueError, match="no name of a collection"):
        SourceIdentity("texts", name, None, "en")
    assert SourceIdentity("texts", collection_name(name, "texts"), None, "en").name
