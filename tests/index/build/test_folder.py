"""A folder of manuals: built, found by its pages, and updated file by file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pinakes.index.build.guards import Guards
from pinakes.index.build.update import check_update
from pinakes.index.errors import OtherWiki, Withheld
from pinakes.index.generations import current_generation
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.types import StoredPage
from pinakes.ingest.errors import DumpChanged, DumpNotFound, IngestError
from pinakes.ingest.layout import link_titles
from pinakes.ingest.sources.folder.child_process import FileReader
from pinakes.ingest.sources.folder.source import FolderSource
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.types import PageCounts
from tests.index.collections import make, quarantine
from tests.index.toys import HashingEncoder
from tests.ingest.manuals import write_epub, write_pdf

pytestmark = pytest.mark.usefixtures("thread_executor")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Manuals in four formats, two with one title, and one that cannot be read."""
    top = tmp_path / "My Manuals"
    (top / "net").mkdir(parents=True)
    (top / "backup.md").write_text(
        "# Backups\n\nThe password is in the blue safe. See [it](net/router.md) "
        "and [that](https://example.org/net/router.md).\n\n## Restore\n\n```\nrestic restore\n```\n"
    )
    (top / "net" / "router.md").write_text("# Setup\n\nThe router answers at 192.168.77.1.\n")
    (top / "net" / "printer.md").write_text("# Setup\n\nThe printer takes A3 paper.\n")
    (top / "notes.txt").write_text("The spare key hangs behind the clock.")
    write_pdf(top / "pump.pdf", [["Cover"], ["The pump needs three litres."]], "Pump")
    write_epub(top / "bees.epub", ["<h1>Swarms</h1><p>Swarms leave in May.</p>"], "Bees")
    (top / "broken.pdf").write_text("no PDF")
    return top


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files whose text was read."""
    names: list[str] = []
    outline = FileReader.outline

    def noted(reader: FileReader, path: Path, kind: str) -> object:
        names.append(path.name)
        return outline(reader, path, kind)

    monkeypatch.setattr(FileReader, "outline", noted)
    return names


def pages(collection: Path) -> list[tuple[StoredPage, list[str]]]:
    """All pages in the order of files, each with the titles of those that it leads to."""
    database = current_generation(collection) / "pages.db"
    with Store(database) as store, closing(sqlite3.connect(database)) as connection:
        ids = connection.execute("SELECT page_id FROM pages ORDER BY first_passage")
        found = filter(None, (store.page(page_id) for (page_id,) in ids))
        return [(page, link_titles(store.layout(page))) for page in found]


def test_it_is_read_accounted_for_and_found(tmp_path: Path, folder: Path) -> None:
    source = open_source([folder])
    assert isinstance(source, FolderSource)
    assert source.identity.name == "my-manuals"
    collection = tmp_path / "data" / "manuals"
    manifest = make(collection, source).manifest
    assert manifest.pages == PageCounts(7, documents=6, quarantined=1)
    assert manifest.dump.digests == [source.digest_of(source.files[0], lambda _: None)]
    [aside] = quarantine(collection)
    assert (aside["page_id"], aside["reason"][:6]) == ("broken.pdf", "no PDF")
    with Index.open(collection, HashingEncoder.open) as index:
        hit = index.search("how many litres does the pump need", mode="keyword")[0]
        assert (hit.passage.title, hit.passage.heading_path) == ("Pump", ("Page 2",))
        assert "three litres" in hit.passage.text
        hit = index.search("when do swarms leave", mode="keyword")[0]
        assert (hit.passage.title, hit.passage.heading_path) == ("Bees", ("Swarms",))
        hit = index.search("where does the spare key hang", mode="keyword")[0]
        assert hit.passage.title == "notes"
        page = index.page(hit.passage.page_id)
        assert page is not None
        assert (page.source_key, page.text) == (
            "notes.txt",
            "The spare key hangs behind the clock.",
        )


@pytest.mark.parametrize(("most", "sizes"), [(64, [50] * 8), (3, [133, 133, 133, 1])])
def test_many_files_are_few_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, sizes: list[int]
) -> None:
    """Before and after each the whole folder is looked at."""
    monkeypatch.setattr("pinakes.ingest.sources.folder.source._MOST_UNITS", most)
    for number in range(400):
        (tmp_path / f"{number}.md").write_text("words")
    units = list(open_source([tmp_path]).units())
    assert [len(unit.files) for unit in units] == sizes
    assert [file.path for unit in units for file in unit.files] == sorted(
        f"{number}.md" for number in range(400)
    )


def test_titles_that_are_the_same_name_their_files(tmp_path: Path, folder: Path) -> None:
    make(tmp_path / "manuals", open_source([folder]), "none")
    assert [page.title for page, _ in pages(tmp_path / "manuals")] == [
        "Backups", "Bees", "Setup (net/printer.md)", "Setup (net/router.md)", "notes", "Pump",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("shift", range(4))
def test_a_title_is_read_from_the_beginning_of_a_long_file(
    tmp_path: Path, encoding: str, shift: int
) -> None:
    (tmp_path / "öl").mkdir()
    text = "# Ölpumpen\n\n" + "x" * shift + "ß und Öl: €5. " * 2000
    (tmp_path / "öl" / "a.md").write_bytes(text.encode(encoding))
    make(tmp_path / "data" / "oil", open_source([tmp_path / "öl"]), "none")
    [(page, _)] = pages(tmp_path / "data" / "oil")
    assert (page.title, page.text[shift : shift + 13]) == ("Ölpumpen", "ß und Öl: €5.")


def test_a_page_keeps_its_number_when_others_come_and_go(tmp_path: Path, folder: Path) -> None:
    make(tmp_path / "manuals", open_source([folder]), "none")
    before = {page.source_key: page.page_id for page, _ in pages(tmp_path / "manuals")}
    (folder / "a first one.md").write_text("# Ahead\n\nOf all others.\n")
    (folder / "backup.md").rename(folder / "zz.md")
    make(tmp_path / "manuals", open_source([folder]), "none")
    after = {page.source_key: page.page_id for page, _ in pages(tmp_path / "manuals")}
    kept = before.keys() & after.keys()
    assert len(kept) == len(before) - 1
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}
    assert max(after.values()) < 1 << 52


def test_code_and_links_are_laid_out(tmp_path: Path, folder: Path) -> None:
    make(tmp_path / "manuals", open_source([folder]), "none")
    with Store(current_generation(tmp_path / "manuals") / "pages.db") as store:
        [page] = [page for page, _ in pages(tmp_path / "manuals") if page.title == "Backups"]
        layout = store.layout(page)
        assert layout is not None
        [link] = layout.spans
        assert (page.text[link.start : link.end], link.target) == ("it", "Setup (net/router.md)")
        [code] = layout.lines
        assert (code.kind, page.text[code.start : code.end]) == ("code", "restic restore")


def test_an_update_reads_what_has_changed(tmp_path: Path, folder: Path, read: list[str]) -> None:
    collection = tmp_path / "manuals"
    make(collection, open_source([folder]))
    assert len(read) == 6
    read.clear()
    assert not make(collection, open_source([folder])).changed
    (folder / "notes.txt").write_text("The spare key lies under the mat.")
    (folder / "net" / "modem.md").write_text("# Modem\n\nIt blinks.\n")
    (folder / "bees.epub").unlink()
    (folder / "pump.pdf").touch()
    manifest = make(collection, open_source([folder])).manifest
    assert sorted(read) == ["modem.md", "notes.txt"]
    assert (manifest.pages.documents, manifest.pages.unchanged) == (6, 4)
    assert manifest.carried_over is not None
    with Index.open(collection, HashingEncoder.open) as index:
        assert index.search("spare key", mode="keyword")[0].passage.text.endswith("the mat.")
        assert not index.search("swarms", mode="keyword")
    make(tmp_path / "straight" / "manuals", open_source([folder]))
    assert pages(collection) == pages(tmp_path / "straight" / "manuals")


def test_a_page_is_read_anew_whose_link_has_another_title(
    tmp_path: Path, folder: Path, read: list[str]
) -> None:
    collection = tmp_path / "manuals"
    make(collection, open_source([folder]), "none")
    read.clear()
    (folder / "net" / "router.md").write_text("# The router\n\nIt answers at 192.168.77.2.\n")
    make(collection, open_source([folder]), "none")
    assert sorted(read) == ["backup.md", "printer.md", "router.md"]  # "Setup" is one's alone now
    assert [(page.title, links) for page, links in pages(collection)] == [
        ("Backups", ["The router"]), ("Bees", []), ("Setup", []), ("The router", []),
        ("notes", []), ("Pump", []),
    ]  # fmt: skip


def test_files_may_be_removed_but_not_most_of_them(tmp_path: Path, folder: Path) -> None:
    collection = tmp_path / "manuals"
    guards = Guards(open_encoder=HashingEncoder.open)
    make(collection, open_source([folder]), "none", guards=guards)
    for path in ("bees.epub", "notes.txt"):
        (folder / path).unlink()
    assert make(collection, open_source([folder]), "none", guards=guards).changed
    for path in ("pump.pdf", "backup.md", "net/router.md"):
        (folder / path).unlink()
    with pytest.raises(Withheld, match=r"3 of 4 pages \(75.0%\)"):
        make(collection, open_source([folder]), "none", guards=guards)


def test_an_update_asks_for_no_checksums(tmp_path: Path, folder: Path) -> None:
    make(tmp_path / "manuals", open_source([folder]), "none")
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  notes.txt\n")
    check_update(tmp_path / "manuals", open_source([folder]), without_checksums=False)


def test_a_folder_that_changes_while_it_is_read(tmp_path: Path, folder: Path) -> None:
    source = open_source([folder])
    (folder / "new.md").write_text("# New\n")
    with pytest.raises(DumpChanged, match="a file has changed while the folder was being read"):
        make(tmp_path / "manuals", source, "none")


def test_another_folder_is_no_update(tmp_path: Path, folder: Path) -> None:
    make(tmp_path / "manuals", open_source([folder]), "none")
    with pytest.raises(OtherWiki, match="recipes, not my-manuals"):
        make(tmp_path / "manuals", open_source([folder.rename(tmp_path / "recipes")]), "none")


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_text("x")
    (tmp_path / "pictures" / "old.doc").write_text("x")
    with pytest.raises(DumpNotFound, match="no text that can be read"):
        open_source([tmp_path / "pictures"])


def test_a_folder_that_holds_a_dump_is_a_dump(tmp_path: Path, sample_dump: Path) -> None:
    assert (sample_dump.parent / "README.md").exists()
    assert isinstance(open_source([sample_dump.parent]), MediaWikiSource)
    (tmp_path / "pom.xml").write_text("<project/>")
    (tmp_path / "README.md").write_text("# A program")
    assert isinstance(open_source([tmp_path]), FolderSource)


def test_a_folder_may_say_its_language(tmp_path: Path, folder: Path) -> None:
    assert open_source([folder]).identity.language == "en"
    (folder / ".pinakes-language").write_text("de\n")
    assert open_source([folder]).identity.language == "de"
    (folder / ".pinakes-language").write_text("klingon")
    with pytest.raises(IngestError, match="no language that is known"):
        open_source([folder])
