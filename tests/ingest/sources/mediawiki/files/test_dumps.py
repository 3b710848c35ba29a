"""The parts of a dump, the wiki they come from, and the units they are cut into."""

import bz2
import gzip
import random
from pathlib import Path

import pytest
import zstandard

from pinakes.ingest.errors import DumpNotFound, EmptyDump, IngestError, NotADump, TruncatedDump
from pinakes.ingest.sources.mediawiki.files import dumps
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.sources.mediawiki.xml.site_info import read_site_info
from tests.ingest.dumps_on_disk import END, HEADER, PAGES, export, page, write_multistream
from tests.ingest.sources.mediawiki.files.test_archives import seven_zip


def _write(path: Path, content: bytes | None = None) -> Path:
    path.write_bytes(export() if content is None else content)
    return path


@pytest.mark.parametrize(
    ("file_name", "name", "date"),
    [
        ("enwiki-20261101-pages-articles-multistream.xml.bz2", "enwiki", "20261101"),
        ("enwiki-20261101-pages-articles7.xml-p100p200.bz2", "enwiki", "20261101"),
        ("dewiki-2026-11-01-p1p4500.xml.bz2", "dewiki", "20261101"),
        ("zh_yuewiki-20261101-p1p4500.xml.bz2", "zh_yuewiki", "20261101"),
        ("simplewiki-latest-pages-articles.xml.gz", "simplewiki", None),
        ("my notes.xml", "my-notes", None),
    ],
)
def test_name_and_date_come_from_the_file(
    tmp_path: Path, file_name: str, name: str, date: str | None
) -> None:
    dump = find_dump([_write(tmp_path / file_name)])
    assert (dump.name, dump.date) == (name, date)


def test_the_wiki_comes_from_the_header(sample_dump: Path) -> None:
    site = find_dump([sample_dump]).site
    assert (site.database, site.language) == ("samplewiki", "en")
    assert "category" in site.namespace_names(14)
    assert site.base_url.endswith("/wiki/Main_Page")


def test_an_export_without_siteinfo_takes_wiki_and_language_from_its_name(tmp_path: Path) -> None:
    bare = b'<mediawiki version="0.11">' + PAGES[0].encode() + END.encode()
    site = read_site_info(_write(tmp_path / "frwiki-20261101-tiny.xml", bare))
    assert (site.database, site.language) == ("frwiki", "fr")
    assert site.namespaces == ()


def test_a_directory_gives_its_parts_in_numeric_order(tmp_path: Path) -> None:
    numbers = [10, 2, 1]
    for number in numbers:
        _write(tmp_path / f"toywiki-20261101-pages-articles{number}.xml")
    (tmp_path / "toywiki-20261101-pages-articles-index1.txt.bz2").write_bytes(b"")
    (tmp_path / "README").write_text("no dump")
    parts = [part.name for part in find_dump([tmp_path]).parts]
    assert parts == [f"toywiki-20261101-pages-articles{number}.xml" for number in sorted(numbers)]


def test_a_part_named_twice_is_read_once(tmp_path: Path) -> None:
    path = _write(tmp_path / "toywiki-20261101-p1p9.xml")
    assert len(find_dump([path, path, tmp_path]).parts) == 1


def test_parts_of_different_wikis_or_dates_are_refused(tmp_path: Path) -> None:
    one = _write(tmp_path / "onewiki-20261101-p1p9.xml")
    with pytest.raises(IngestError, match="onewiki, twowiki"):
        find_dump([one, _write(tmp_path / "twowiki-20261101-p1p9.xml")])
    with pytest.raises(IngestError, match="20261001, 20261101"):
        find_dump([one, _write(tmp_path / "onewiki-20261001-p1p9.xml")])


@pytest.mark.parametrize(
    "names",
    [
        ("pages-articles1.xml-p1p41242.bz2", "pages-articles27.xml-p999p1234.bz2"),
        ("pages-articles-multistream2.xml-p5p9.bz2", "pages-articles-multistream10.xml-p10p19.bz2"),
        ("p1p4500.xml.bz2", "p4501p9000.xml.bz2"),
    ],
)
def test_all_parts_of_one_dump_go_together(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        _write(tmp_path / f"toywiki-20261101-{name}")
    assert [part.name for part in find_dump([tmp_path]).parts] == [
        f"toywiki-20261101-{name}" for name in names
    ]


@pytest.mark.parametrize(
    "other",
    [
        "pages-articles-multistream.xml.bz2",
        "pages-articles.xml",
        "pages-articles1.xml-p1p41242.bz2",
        "pages-meta-current.xml.bz2",
    ],
)
def test_the_same_pages_in_two_dumps_are_refused(tmp_path: Path, other: str) -> None:
    """A mirrored directory holds each dump several times; every page would come twice."""
    for name in ("pages-articles.xml.bz2", other):
        _write(tmp_path / f"toywiki-20261101-{name}")
    with pytest.raises(IngestError, match=r"several dumps of the same pages.*name one"):
        find_dump([tmp_path])


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", NotADump, "empty"),
        (b"<html><p>Moved</p></html>", NotADump, "not a MediaWiki XML export"),
        (b"\x00\x01\x02" * 999, NotADump, "not a MediaWiki XML export"),
        (b"<mediawiki>" + b"x" * 2_000_000, NotADump, "not a MediaWiki XML export"),
        (b"<mediawiki><siteinfo></wrong><page>", NotADump, "not well-formed"),
        (b'<mediawiki><siteinfo><namespace key="x"/></siteinfo><page>', NotADump, "numbered 'x'"),
        ((HEADER + END).encode(), EmptyDump, "holds no page"),
        (bz2.compress((HEADER + END).encode()), EmptyDump, "holds no page"),
    ],
)
def test_what_is_no_dump_is_named(
    tmp_path: Path, content: bytes, error: type[IngestError], words: str
) -> None:
    path = _write(tmp_path / "odd.xml", content)
    with pytest.raises(error, match=rf"odd\.xml.*{words}"):
        find_dump([path])


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DumpNotFound, match="no such file"):
        find_dump([tmp_path / "nowhere.xml.bz2"])
    with pytest.raises(DumpNotFound, match="no dump file"):
        find_dump([tmp_path])
    with pytest.raises(DumpNotFound, match="no dump file given"):
        find_dump([])


def _packed(form: str) -> bytes:
    xml = export()
    return {
        "plain": lambda: xml,
        "bz2": lambda: bz2.compress(xml),
        "gzip": lambda: gzip.compress(xml),
        "zstd": lambda: zstandard.compress(xml),
        "7z": lambda: seven_zip({"toy.xml": xml}),
    }[form]()


@pytest.mark.parametrize("form", ["plain", "bz2", "gzip", "zstd", "7z"])
def test_every_form_holds_the_same_pages(tmp_path: Path, form: str) -> None:
    dump = find_dump([_write(tmp_path / "toywiki-20261101-pages.xml", _packed(form))])
    units = list(plan_units(dump))
    assert [found.page_id for unit in units for found in read_pages(unit)] == list(range(1, 31))
    assert sum(unit.byte_count for unit in units) == dump.parts[0].stat().st_size


@pytest.mark.parametrize("unit_bytes", [50, 300, 10_000_000])
def test_units_hold_every_page_once_however_they_are_cut(tmp_path: Path, unit_bytes: int) -> None:
    dump = find_dump([write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")])
    units = list(plan_units(dump, unit_bytes))
    size = dump.parts[0].stat().st_size
    assert len(units) == -(-size // unit_bytes)
    ids = [found.page_id for unit in units for found in read_pages(unit)]
    assert ids == list(range(1, 31))
    assert [unit.number for unit in units] == list(range(len(units)))
    assert sum(unit.byte_count for unit in units) == size


def test_a_stream_that_cannot_be_entered_becomes_units_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "_XML_UNIT_BYTES", 1_000)
    dump = find_dump([_write(tmp_path / "toywiki-20261101-pages.xml.gz", _packed("gzip"))])
    units = list(plan_units(dump))
    assert len(units) > 3
    assert [found.page_id for unit in units for found in read_pages(unit)] == list(range(1, 31))


def test_a_small_dump_keeps_several_processes_busy(tmp_path: Path) -> None:
    text = "".join(random.Random(7).choices("abcdefgh ", k=2_000_000))
    content = bz2.compress(export([page(1, "Long", text)] * 2))
    dump = find_dump([_write(tmp_path / "toywiki-20261101-pages.xml.bz2", content)])
    assert 4 <= len(list(plan_units(dump))) <= 16


def test_a_pattern_names_the_parts(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        _write(tmp_path / f"toywiki-20261101-pages-articles{number}.xml")
    dump = find_dump([tmp_path / "toywiki-*-articles?.xml"])
    assert [part.name[-5:] for part in dump.parts] == ["1.xml", "2.xml"]
    with pytest.raises(DumpNotFound, match="no file has such a name"):
        find_dump([tmp_path / "dewiki-*.xml"])


def test_in_a_directory_the_content_tells_a_dump(tmp_path: Path) -> None:
    _write(tmp_path / "toywiki-20261101-dump", bz2.compress(export()))
    (tmp_path / "SHA256SUMS").write_text("…")
    (tmp_path / "_SUCCESS").write_text("")
    assert [part.name for part in find_dump([tmp_path]).parts] == ["toywiki-20261101-dump"]


@pytest.mark.parametrize("form", ["plain", "multistream"])
def test_a_missing_end_is_named_before_anything_is_read(tmp_path: Path, form: str) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml.bz2"
    if form == "plain":
        path.write_bytes(export())
    else:
        write_multistream(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TruncatedDump, match=r"pages\.xml\.bz2.*the end is missing"):
        find_dump([path])


def test_the_real_dumps_are_recognised(shared_data: Path) -> None:
    tiny = find_dump([shared_data / "dumps/enwiki-20250201-tiny_dump.xml.bz2"])
    assert (tiny.name, tiny.date, tiny.site.language) == ("enwiki", "20250201", "en")
    latgalian = find_dump(sorted((shared_data / "dumps").glob("ltgwiki*")))
    assert (latgalian.site.database, latgalian.site.language) == ("ltgwiki", "ltg")
    assert latgalian.site.namespace_names(14) == {"kategoreja"}
