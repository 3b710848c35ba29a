"""The parts of a dump, the wiki they come from, and the units they are cut into."""

import bz2
from pathlib import Path

import pytest

from ingest.dumps import find_dump, plan_units, read_site_info
from ingest.errors import DumpNotFound, EmptyDump, IngestError, NotADump
from ingest.pages import read_pages
from tests.ingest.dumps_on_disk import END, HEADER, PAGES, export, write_multistream


def _write(path: Path, content: bytes | None = None) -> Path:
    path.write_bytes(export() if content is None else content)
    return path


@pytest.mark.parametrize(
    ("file_name", "name", "date"),
    [
        ("enwiki-20261101-pages-articles-multistream.xml.bz2", "enwiki", "20261101"),
        ("enwiki-20261101-pages-articles7.xml-p100p200.bz2", "enwiki", "20261101"),
        ("dewiki-2026-11-01-p1p4500.xml.bz2", "dewiki-2026-11-01", None),
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


@pytest.mark.parametrize("unit_bytes", [1, 300, 10_000_000])
def test_units_hold_every_page_once_however_they_are_cut(tmp_path: Path, unit_bytes: int) -> None:
    dump = find_dump([write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")])
    units = list(plan_units(dump, unit_bytes))
    assert len(units) == {1: 8, 300: len(units), 10_000_000: 1}[unit_bytes]
    ids = [found.page_id for unit in units for found in read_pages(unit)]
    assert ids == list(range(1, 31))
    assert [unit.number for unit in units] == list(range(len(units)))


def test_units_count_the_bytes_of_their_part(tmp_path: Path) -> None:
    path = write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")
    units = list(plan_units(find_dump([path]), 300))
    assert len(units) > 3
    assert sum(unit.byte_count for unit in units) == path.stat().st_size - units[0].start


def test_without_an_index_a_part_is_one_unit_with_the_same_pages(tmp_path: Path) -> None:
    path = write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")
    next(tmp_path.glob("*index*")).unlink()
    (unit,) = plan_units(find_dump([path]), 1)
    assert [found.page_id for found in read_pages(unit)] == list(range(1, 31))


def test_an_index_of_another_file_is_refused(tmp_path: Path) -> None:
    path = write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")
    index = next(tmp_path.glob("*index*"))
    index.write_bytes(bz2.compress(b"999999999:1:Page 1\n"))
    with pytest.raises(NotADump, match="beyond the end"):
        list(plan_units(find_dump([path])))
    index.write_bytes(bz2.compress(b"Page one\n"))
    with pytest.raises(NotADump, match="not a multistream index"):
        list(plan_units(find_dump([path])))


def test_numbered_parts_find_their_own_index(tmp_path: Path) -> None:
    path = write_multistream(tmp_path / "toywiki-20261101-pages-articles-multistream.xml.bz2")
    part = path.rename(tmp_path / "toywiki-20261101-pages-articles-multistream3.xml-p1p30.bz2")
    next(tmp_path.glob("*index*")).rename(
        tmp_path / "toywiki-20261101-pages-articles-multistream-index3.txt-p1p30.bz2"
    )
    assert len(list(plan_units(find_dump([part]), 1))) == 8


def test_the_real_dumps_are_recognised(shared_data: Path) -> None:
    tiny = find_dump([shared_data / "dumps/enwiki-20250201-tiny_dump.xml.bz2"])
    assert (tiny.name, tiny.date, tiny.site.language) == ("enwiki", "20250201", "en")
    latgalian = find_dump(sorted((shared_data / "dumps").glob("ltgwiki*")))
    assert (latgalian.site.database, latgalian.site.language) == ("ltgwiki", "ltg")
    assert latgalian.site.namespace_names(14) == {"kategoreja"}
