"""ZIM files and HTML dumps from end to end: built, found, cited, and brought up to date."""

from pathlib import Path

import pytest

from pinakes.index.errors import OtherWiki
from pinakes.index.retrieval.search import Index
from pinakes.ingest.sources.cirrus.source import CirrusSource
from pinakes.ingest.sources.html.dump_source import HtmlDumpSource
from pinakes.ingest.sources.zim.source import ZimSource
from pinakes.ingest.types import PageCounts
from pinakes.service.asking.citations import make_citation
from tests.index.collections import make
from tests.index.toys import HashingEncoder
from tests.ingest.rendered_dumps import article, index_page, lines, write_tar
from tests.ingest.zim_files import ABOUT, ZimPage, write_zim

pytestmark = pytest.mark.usefixtures("thread_executor")

CODEX = "<p>Leaves bound on one side, unlike a <a href='Scroll'>roll</a>.</p>"
PAGES = [
    ZimPage("Papyrus", "Papyrus", "<p>A reed of the Nile.</p><h2>Use</h2><p>Sheets were made.</p>"),
    ZimPage("Reed", "Reed", to="Papyrus"),
    ZimPage("Scroll", "Scroll", "<p>Of <a href='Reed'>reed sheets</a>.</p>"),
    ZimPage("Codex", "Codex", CODEX),
]


def test_a_zim_is_built_cited_and_brought_up_to_date(tmp_path: Path) -> None:
    source = ZimSource.open([write_zim(tmp_path / "museum.zim", PAGES)])
    collection = tmp_path / "data" / source.identity.name
    manifest = make(collection, source).manifest
    assert manifest.pages == PageCounts(4, documents=3, redirects=1)
    assert (manifest.dump.kind, manifest.dump.date) == ("zim", "20260115")
    assert manifest.dump.digests == [source.digest_of(source.path, lambda _: None)]
    with Index.open(collection, HashingEncoder.open) as index:
        hit = index.search("Sheets were made", mode="keyword")[0]
        assert hit.passage.title == "Papyrus"
        citation = make_citation(1, hit, index.manifest)
        assert citation.permalink == "https://en.wikipedia.org/wiki/Papyrus"
        page = index.page(hit.passage.page_id)
        assert page is not None
        assert (page.source_key, page.links_in) == ("Papyrus", 1)
    newer = [*PAGES[:3], ZimPage("Codex", "Codex", CODEX.replace("bound", "sewn"))]
    later = write_zim(tmp_path / "museum_2026-02.zim", newer, ABOUT | {"Date": "2026-02-15"})
    manifest = make(collection, ZimSource.open([later])).manifest
    assert (manifest.dump.date, manifest.pages.unchanged) == ("20260215", 2)
    with Index.open(collection, HashingEncoder.open) as index:
        found = index.search("leaves sewn on one side", mode="keyword")[0]
        assert found.passage.text.startswith("Leaves sewn")
        assert found.revision_id != hit.revision_id


def test_another_zim_is_another_collection(tmp_path: Path) -> None:
    first = ZimSource.open([write_zim(tmp_path / "a.zim", PAGES)])
    make(tmp_path / "data" / "museum", first, "none")
    about = ABOUT | {"Name": "wikipedia_en_birds"}
    other = ZimSource.open([write_zim(tmp_path / "b.zim", PAGES, about)])
    with pytest.raises(OtherWiki, match="wikipedia_en_birds"):
        make(tmp_path / "data" / "museum", other, "none")


def test_an_html_dump_is_built_with_what_only_its_readers_see(tmp_path: Path) -> None:
    box = "<table class='infobox'><tr><th>Mayor<td>Ann Lee (from Wikidata)</table><p>A town.</p>"
    rows = [article(1, "Bern", box, redirects=[{"name": "Berne"}]), article(2, "Thun", "<p>Town 2")]
    path = write_tar(tmp_path / "dewiki-NS0-20250320-ENTERPRISE-HTML.json.tar.gz", [lines(rows)])
    manifest = make(tmp_path / "dewiki", HtmlDumpSource.open([path]), "none").manifest
    assert manifest.pages == PageCounts(3, documents=2, redirects=1)
    with Index.open(tmp_path / "dewiki", HashingEncoder.open) as index:
        hit = index.search("Who is mayor of Berne?", mode="keyword")[0]
        assert "Mayor: Ann Lee" in hit.passage.text
        citation = make_citation(1, hit, index.manifest)
        assert citation.permalink == "https://de.wikipedia.org/w/index.php?title=Bern&oldid=5001"


def test_a_search_index_is_built(tmp_path: Path) -> None:
    path = tmp_path / "dewiki_content-20260816-00000.json"
    rows = [
        *index_page(1, "Bern", "A town. It lies by a river.", auxiliary_text=["Mayor Ann Lee"]),
        *index_page(2, "Thun", "Another town.", outgoing_link=["Bern"]),
    ]
    path.write_bytes(lines(rows))
    manifest = make(tmp_path / "dewiki", CirrusSource.open([path]), "none").manifest
    assert (manifest.pages.documents, manifest.dump.date) == (2, "20260816")
    with Index.open(tmp_path / "dewiki", HashingEncoder.open) as index:
        assert index.search("mayor", mode="keyword")[0].passage.title == "Bern"
        page = index.page(1)
        assert page is not None
        assert page.links_in == 1
