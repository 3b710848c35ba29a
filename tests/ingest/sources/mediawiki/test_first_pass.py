"""The templates of a dump are known before its first article is read, and bz2 is unpacked once."""

import bz2
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pinakes.index.build.progress import Silence
from pinakes.ingest.sources.mediawiki import first_pass
from pinakes.ingest.sources.mediawiki.files import archives
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump
from pinakes.ingest.sources.mediawiki.first_pass import holds_templates
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.mediawiki.xml.unpacked import read_unpacked, write_unpacked
from pinakes.ingest.types import Damage, Document, Entry, QuarantinedPage, TrailingBytes
from tests.ingest.dumps_on_disk import HEADER, PAGES, export, page, write_multistream

ARTICLES = [page(n, f"Page {n}", f"Text {{{{numbered|{n}}}}}.") for n in range(1, 201)]
# The last one of the dump, so that all articles come before it.
TEMPLATE = page(999, "Template:Numbered", "No. {{{1}}}", namespace=10)
# They name no namespace, as old exports do.
OLD = [text.replace("<ns>0</ns>", "").replace("<ns>10</ns>", "") for text in (*ARTICLES, TEMPLATE)]


def prepared(path: Path, unit_bytes: int | None = None) -> MediaWikiSource:
    source = MediaWikiSource(find_dump([path]), unit_bytes)
    directory = path.parent / "prepared"
    directory.mkdir(exist_ok=True)
    with ThreadPoolExecutor(1) as executor:
        found = source.prepared(directory, executor, 3, Silence())
    assert isinstance(found, MediaWikiSource)
    return found


def entries(source: MediaWikiSource) -> Iterator[Entry]:
    for unit in source.units():
        yield from source.read(unit)
        source.release(unit)


def texts(source: MediaWikiSource) -> list[str]:
    return [entry.text for entry in entries(source) if isinstance(entry, Document)]


@pytest.mark.parametrize("kind", ["xml", "xml.bz2", "multistream.xml.bz2"])
@pytest.mark.parametrize("unit_bytes", [None, 1000])
def test_templates_are_known_wherever_they_lie(
    tmp_path: Path, kind: str, unit_bytes: int | None
) -> None:
    path = tmp_path / f"toywiki-20261101-pages.{kind}"
    pages = [*ARTICLES, TEMPLATE]
    if kind.startswith("multistream"):
        write_multistream(path, pages)
    else:
        path.write_bytes(bz2.compress(export(pages)) if "bz2" in kind else export(pages))
    path.with_name("toywiki-20261101-pages.multistream-index.txt.bz2").unlink(missing_ok=True)
    source = prepared(path, unit_bytes)
    assert texts(source) == [f"Text No. {n}." for n in range(1, 201)]
    # Again, though nothing is set aside any more.
    assert list((tmp_path / "prepared").glob("*.zst")) == []
    assert texts(source) == [f"Text No. {n}." for n in range(1, 201)]


def test_namespaces_that_are_not_named_are_seen_by_the_title(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    header = HEADER.replace(
        "</namespaces>", '<namespace key="10">Template</namespace></namespaces>'
    )
    path.write_text(header + "".join(OLD) + "</mediawiki>", encoding="utf-8")
    assert texts(prepared(path))[0] == "Text No. 1."


def test_a_dump_of_articles_alone_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its index without a look at it; else a few places are looked at."""
    path = write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")
    monkeypatch.setattr(first_pass, "sample_units", lambda *_: pytest.fail("looked at"))
    source = prepared(path)
    assert (source.templates, source.set_aside) == (None, None)
    monkeypatch.undo()
    next(tmp_path.glob("*-index.txt.bz2")).unlink()
    assert prepared(path).set_aside is None
    assert list((tmp_path / "prepared").iterdir()) == []
    assert texts(source) == [f"Text of page {n}." for n in range(1, 31)]


def test_an_index_tells_of_templates_by_their_titles(tmp_path: Path) -> None:
    path = write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2", [*PAGES, TEMPLATE])
    index = next(tmp_path.glob("*-index.txt.bz2"))
    lines = bz2.decompress(index.read_bytes()).decode()
    index.write_bytes(bz2.compress(lines.replace(":Page 31", ":Template:Numbered").encode()))
    assert holds_templates(find_dump([path]))


def test_bz2_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml.bz2"
    path.write_bytes(bz2.compress(export([*ARTICLES, TEMPLATE])))
    source = prepared(path)
    monkeypatch.setattr(archives, "read_blocks", lambda *_: pytest.fail("unpacked again"))
    found = [entry for unit in source.units() for entry in source.read(unit)]
    assert len(found) == 201


def test_what_a_first_pass_made_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export([*ARTICLES, TEMPLATE]))
    prepared(path)
    monkeypatch.setattr(first_pass, "map_units", lambda *_: pytest.fail("read again"))
    assert texts(prepared(path))[0] == "Text No. 1."


def test_damage_is_told_once_more(tmp_path: Path) -> None:
    """What the first pass sees of a damaged file reaches the second."""
    path = write_multistream(tmp_path / "toywiki-20261101-pages.xml.bz2", [*ARTICLES, TEMPLATE])
    next(tmp_path.glob("*-index.txt.bz2")).unlink()
    data = bytearray(path.read_bytes())
    data[data.index(b"BZh", 900) + 25] ^= 0xFF
    path.write_bytes(data)
    plain = list(entries(MediaWikiSource.open([path])))
    found = list(entries(prepared(path)))
    assert [type(entry) for entry in found] == [type(entry) for entry in plain]
    assert any(isinstance(entry, Damage) for entry in found)
    assert [one for one in found if isinstance(one, Damage | QuarantinedPage)] == [
        one for one in plain if isinstance(one, Damage | QuarantinedPage)
    ]


def test_items_are_read_as_they_were_written(tmp_path: Path) -> None:
    items = [
        b"<page>\xc3\xa9</page>", b"", QuarantinedPage(7, "Title\0", "reason"),
        QuarantinedPage(None, None, "é"), Damage(12, "damaged"), TrailingBytes(3), b"x" * 3_000_000,
    ]  # fmt: skip
    with write_unpacked(tmp_path / "items") as add:
        for item in items:
            add(item)
    assert list(read_unpacked(tmp_path / "items")) == items


def test_redirects_and_modules_of_a_dump(tmp_path: Path) -> None:
    redirect = page(50, "Template:Leads to it", "#REDIRECT [[Template:Numbered]]", namespace=10)
    redirect = redirect.replace("<revision>", '<redirect title="Template:Numbered" /><revision>')
    pages = [
        page(1, "One", "{{leads to it|1}}, {{how long|2}}"),
        page(3, "Template:How long", "{{#invoke:Maß|x|{{{1}}}|km|mi}}", namespace=10),
        TEMPLATE,
        redirect,
        page(60, "Module:Maß", "return require [[Module:Convert]]", namespace=828),
    ]
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export(pages))
    assert texts(prepared(path)) == ["No. 1, 2 kilometres (1.2 mi)"]
