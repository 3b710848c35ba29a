"""ZIM files: read in runs of entries, accounted for, known again, and refused in one line."""

from pathlib import Path

import pytest

from pinakes.ingest.errors import DumpNotFound, IngestError, NotADump, ReaderMissing, TruncatedDump
from pinakes.ingest.report import count_entry
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.sources.zim import source as zim_source
from pinakes.ingest.sources.zim.archive import StoredPicture, ZimArchive
from pinakes.ingest.sources.zim.languages import wiki_language
from pinakes.ingest.sources.zim.source import ZimSource
from pinakes.ingest.types import (
    MADE_REVISIONS,
    Document,
    Entry,
    Link,
    OtherPage,
    PageCounts,
    QuarantinedPage,
    Redirect,
    Unchanged,
)
from tests.ingest.dumps_on_disk import export
from tests.ingest.zim_files import ABOUT, ZimPage, png, write_zim

FOOT = (
    "<!--htdig_noindex--><div>This article is issued from <a class='x' title=\"Last edited on "
    '2025-11-30" href="https://en.wikipedia.org/?title=Papyrus&amp;oldid=123456">Wikipedia</a>'
    "</div><!--/htdig_noindex-->"
)
PAGES = [
    ZimPage("Papyrus", "Papyrus", f"<h1>Papyrus</h1><p>A <a href='Reed_plant'>reed</a>.</p>{FOOT}"),
    ZimPage("Reed_plant", "Reed plant", to="Papyrus"),
    ZimPage("Books/Scroll", "Scroll", "<p>Of <a href='../Papyrus#x'>papyrus</a>"
            "<a href='../x.png'>.</a> <a href='Nowhere'>No</a> <a href='https://x.org/'>X</a>"),
    ZimPage("Books/Codex_%3F", "Codex ?", "<p>Unlike a <a href='Scroll?a=b'>scroll</a>, bound."),
    ZimPage("index", "Welcome", "<p><a href='Papyrus'>Papyrus</a>"),
    ZimPage("x.png", "", "picture", mimetype="image/png"),
    ZimPage("picture", "picture", to="x.png"),
]  # fmt: skip


@pytest.fixture
def museum(tmp_path: Path) -> ZimSource:
    return ZimSource.open([write_zim(tmp_path / "museum.zim", PAGES, cover="index")])


def entries(source: ZimSource) -> list[Entry]:
    return [entry for unit in source.units() for entry in source.read(unit)]


def test_every_page_is_read_and_accounted_for(museum: ZimSource) -> None:
    found = {entry.key: entry for entry in entries(museum)}  # type: ignore[union-attr]
    assert sum(map(count_entry, found.values()), PageCounts()) == PageCounts(
        read=5, documents=3, redirects=1, other_namespaces=1
    )
    papyrus = found["Papyrus"]
    assert isinstance(papyrus, Document)
    assert (papyrus.title, papyrus.text) == ("Papyrus", "A reed.")
    assert (papyrus.revision_id, papyrus.timestamp) == (123456, "2025-11-30T00:00:00Z")
    assert papyrus.links == (Link("Reed plant", "reed"),)
    assert found["Reed_plant"] == Redirect("Reed_plant", "Reed plant", "Papyrus", 0, "")
    assert found["index"] == OtherPage("index", "Welcome", -1)
    scroll, codex = found["Books/Scroll"], found["Books/Codex_%3F"]
    assert isinstance(scroll, Document)
    assert scroll.links == (Link("Papyrus", "papyrus"),)
    assert isinstance(codex, Document)
    assert codex.links == (Link("Scroll", "scroll"),)
    assert codex.revision_id >= MADE_REVISIONS


def test_what_it_says_of_itself(museum: ZimSource) -> None:
    about = museum.identity
    assert (about.kind, about.name, about.date) == ("zim", "wikipedia_en_museum", "20260115")
    assert (about.language, about.site_name) == ("en", "Museum")
    assert about.base_url == "https://en.wikipedia.org/wiki/"


def test_a_wiki_that_is_not_named_is_known_by_its_pages(tmp_path: Path) -> None:
    about = {key: value for key, value in ABOUT.items() if key not in ("Source", "Name", "Date")}
    path = write_zim(tmp_path / "Old Museum_2019-08.zim", PAGES, about)
    found = ZimSource.open([path]).identity
    assert (found.name, found.date) == ("old-museum", None)
    assert found.base_url == "https://en.wikipedia.org/wiki/"
    bare = ZimSource.open([write_zim(tmp_path / "bare.zim", PAGES[2:3], about)])
    assert bare.identity.base_url == ""


def test_what_is_no_wiki_has_no_address_of_one(tmp_path: Path) -> None:
    about = ABOUT | {"Scraper": "sotoki 3", "Source": "https://stackexchange.example/wiki"}
    found = ZimSource.open([write_zim(tmp_path / "x.zim", PAGES, about)]).identity
    assert found.base_url == "https://stackexchange.example/wiki"


def test_units_hold_every_entry_and_byte_once(tmp_path: Path) -> None:
    pages = [ZimPage(f"P{n}", f"Page {n}", f"<p>{n}</p>") for n in range(100)]
    source = ZimSource.open([write_zim(tmp_path / "many.zim", pages)])
    units = list(source.units())
    assert len(units) > 3
    assert sum(unit.byte_count for unit in units) == source.byte_count
    assert sorted(entry.title for entry in entries(source)) == sorted(p.title for p in pages)  # type: ignore[union-attr]
    whole = b"".join(map(source.digest, units))
    assert len(whole) == 16  # one piece, which begins in the first of them


def test_pages_are_known_again_by_their_content(tmp_path: Path, museum: ZimSource) -> None:
    first = {e.key: e.made_from for e in entries(museum) if isinstance(e, Document)}
    changed = [
        *PAGES[:3],
        ZimPage("Books/Codex_%3F", "Codex ?", "<p>Now bound in leather."),
        *PAGES[4:],
    ]
    again = ZimSource.open([write_zim(tmp_path / "later.zim", changed, cover="index")])
    found = [
        entry
        for unit in again.units()
        for entry in again.read_changed(
            unit, lambda key, made_from: first.get(key) == made_from(b"")
        )
    ]
    assert [type(entry) for entry in found if getattr(entry, "key", "") == "Books/Codex_%3F"] == [
        Document
    ]
    assert sum(isinstance(entry, Unchanged) for entry in found) == 2
    before = next(e for e in entries(museum) if e.key == "Books/Codex_%3F")  # type: ignore[union-attr]
    after = next(e for e in found if e.key == "Books/Codex_%3F")  # type: ignore[union-attr]
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert before.revision_id != after.revision_id


def test_a_page_that_cannot_be_read_costs_itself_only(
    museum: ZimSource, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = ZimPage("Deep", "Deep", "<b>" * 30_000)
    source = ZimSource.open([write_zim(tmp_path / "deep.zim", [*PAGES, deep], cover="index")])
    [aside] = (entry for entry in entries(source) if isinstance(entry, QuarantinedPage))
    assert (aside.key, aside.title) == ("Deep", "Deep")
    assert "2,000 deep" in aside.reason
    read = zim_source.ZimArchive.entry

    def fails(archive: zim_source.ZimArchive, number: int) -> zim_source.ZimEntry | None:
        if number == 1:
            raise RuntimeError("cluster damaged")
        return read(archive, number)

    monkeypatch.setattr(zim_source.ZimArchive, "entry", fails)
    [aside] = (entry for entry in entries(museum) if isinstance(entry, QuarantinedPage))
    assert aside.reason == "entry 1 cannot be read (cluster damaged)"


def test_what_is_no_whole_zim_is_refused(tmp_path: Path, museum: ZimSource) -> None:
    content = museum.path.read_bytes()
    half, noise, other = (tmp_path / name for name in ("half.zim", "noise.zim", "other.zim"))
    half.write_bytes(content[: len(content) // 2])
    noise.write_bytes(content[:80] + b"\xff" * (len(content) - 80))
    other.write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(TruncatedDump, match=r"half\.zim: no whole ZIM file .*fetch it again"):
        open_source([half])
    with pytest.raises(NotADump, match=r"noise\.zim: no whole ZIM file"):
        open_source([noise])
    with pytest.raises(NotADump, match=r"other\.zim: no ZIM file"):
        open_source([other])
    with pytest.raises(DumpNotFound, match=r"none\.zim: no such file"):
        open_source([tmp_path / "none.zim"])
    with pytest.raises(IngestError, match="one ZIM file"):
        open_source([museum.path, half])
    part = tmp_path / "big.zimaa"
    part.write_bytes(content)
    with pytest.raises(NotADump, match=r"cat big\.zim\?\? > big\.zim"):
        open_source([part])


def test_it_is_told_by_its_first_bytes(tmp_path: Path, museum: ZimSource) -> None:
    renamed = tmp_path / "museum.bin"
    renamed.write_bytes(museum.path.read_bytes())
    assert isinstance(open_source([renamed]), ZimSource)


def test_a_directory_of_a_zim_file_is_that_file(tmp_path: Path, museum: ZimSource) -> None:
    (tmp_path / "museum.zim.sha256").write_text("0  museum.zim")
    assert open_source([tmp_path]).files == museum.files
    with pytest.raises(IngestError, match=r"museum\.zim: a collection is made of one ZIM file"):
        open_source([tmp_path, museum.path])
    (tmp_path / "another.zim").write_bytes(museum.path.read_bytes())
    with pytest.raises(IngestError, match=r"museum\.zim: .*one ZIM file; name one of them"):
        open_source([tmp_path])


def test_a_dump_in_the_same_directory_is_what_is_meant(tmp_path: Path, museum: ZimSource) -> None:
    dump = tmp_path / "toywiki-20261101-pages-articles.xml"
    dump.write_bytes(export())
    assert open_source([museum.path.parent]).files == (dump,)


def test_without_libzim_the_way_out_is_named(
    museum: ZimSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "libzim.reader", None)
    with pytest.raises(ReaderMissing, match=r"pip install 'pinakes\[html\]'"):
        ZimSource.open([museum.path])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("eng", "en"), ("deu,fra", "de"), ("zho", "zh"), ("cmn", "zh"), ("als", "sq"),
        ("ltg", "ltg"), ("en", "en"), ("", ""),
    ],
)  # fmt: skip
def test_languages_are_called_as_wikis_call_them(said: str, code: str) -> None:
    assert wiki_language(said) == code


def test_a_real_file(shared_data: Path) -> None:
    pytest.importorskip("libzim")
    source = ZimSource.open([next((shared_data / "zim").glob("*.zim"))])
    assert (source.identity.language, source.identity.date) == ("en", "20190814")
    assert source.identity.base_url == "https://en.wikipedia.org/wiki/"
    found = entries(source)
    counts = sum(map(count_entry, found), PageCounts())
    assert counts == PageCounts(read=267, documents=124, redirects=142, other_namespaces=1)
    ray = next(e for e in found if isinstance(e, Document) and e.title == "Ray Charles")
    assert ray.revision_id == 909711625
    assert "Born: September 23, 1930, Albany, Georgia, U.S." in ray.text
    assert "Year: 2004; Title: Ray; Role: Himself; Notes: Uncredited" in ray.text
    assert "This article is issued from" not in ray.text
    assert "[edit]" not in ray.text
    assert "VIAF" not in ray.text  # authority control is navigation
    assert ("Early life and education",) in {part.heading_path for part in ray.sections}
    assert Link("The Raelettes", "The Raelettes") in ray.links


class TestPictures:
    @pytest.fixture
    def archive(self, tmp_path: Path) -> ZimArchive:
        pages = [
            ZimPage("Ann", "Ann", "<p>Ann."),
            ZimPage("I/a b?.png", "", png(30, 30), mimetype="image/png"),
            ZimPage("I/led.png", "led", to="I/a b?.png"),
            ZimPage("I/html.png", "", "<p>Here.", mimetype="text/html"),
            ZimPage("I/x.svg", "", "<svg/>", mimetype="image/svg+xml; charset=utf-8"),
            ZimPage("I/x.js", "", "run()", mimetype="text/javascript"),
            ZimPage("I/ann.png", "", to="Ann"),
        ]
        return ZimArchive(write_zim(tmp_path / "pictures.zim", pages))

    @pytest.mark.parametrize(
        ("address", "path"),
        [
            ("../I/a%20b%3F.png", "I/a b?.png"),
            ("/I/a%20b%3F.png#x", "I/a b?.png"),
            ("../../../../I/led.png", "I/led.png"),
            ("../I/x.svg?width=3", "I/x.svg"),
            ("../I/html.png", None),
            ("../I/x.js", None),
            ("../I/ann.png", None),
            ("../I/gone.png", None),
            ("https://example.org/I/led.png", None),
            ("data:image/png;base64,AAAA", None),
            ("//I/led.png", None),
            ("", None),
            ("../I/" + "x" * 1_000, None),
        ],
    )
    def test_what_an_address_leads_to(
        self, archive: ZimArchive, address: str, path: str | None
    ) -> None:
        assert archive.picture_of(address, "A/Ann") == path

    def test_pictures_alone_are_handed_out(self, archive: ZimArchive) -> None:
        whole = StoredPicture("image/png", png(30, 30))
        assert archive.picture("I/a b?.png", 1_000) == whole
        assert archive.picture("I/led.png", 1_000) == whole
        assert archive.picture("I/x.svg", 1_000) == StoredPicture("image/svg+xml", b"<svg/>")
        assert archive.picture("I/a b?.png", len(whole.content) - 1) is None
        for path in ("Ann", "I/html.png", "I/x.js", "I/ann.png", "gone", "../I/led.png", "", "/"):
            assert archive.picture(path, 1_000) is None
