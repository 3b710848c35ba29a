"""Pages as mwxml reads them: newest revision, namespaces, redirects; the broken set aside."""

import bz2
from pathlib import Path

import pytest

from pinakes.ingest.errors import NotADump, TruncatedDump
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit, find_dump, plan_units
from pinakes.ingest.sources.mediawiki.types import Page
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Damage, QuarantinedPage
from tests.ingest.dumps_on_disk import (
    END,
    HEADER,
    PAGES,
    export,
    page,
    write_damaged,
)


def _entries(path: Path) -> list[Page | QuarantinedPage | Damage]:
    return [found for unit in plan_units(find_dump([path])) for found in read_pages(unit)]


def _pages(path: Path) -> list[Page]:
    entries = _entries(path)
    assert all(isinstance(entry, Page) for entry in entries)
    return [entry for entry in entries if isinstance(entry, Page)]


def _write(tmp_path: Path, *pages: str) -> Path:
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export(pages))
    return path


def test_a_page_with_all_it_carries(tmp_path: Path) -> None:
    text = "It&apos;s &lt;b&gt;bold&lt;/b&gt; &amp;amp; ἀλφα 𐎀"
    (found,) = _pages(_write(tmp_path, page(7, "A title", text)))
    assert found == Page(
        page_id=7,
        namespace=0,
        title="A title",
        revision_id=107,
        timestamp="2026-01-02T03:04:05Z",
        redirect_to=None,
        wikitext="It's <b>bold</b> &amp; ἀλφα 𐎀",
    )


@pytest.mark.parametrize("newest", [0, 1, 2])
def test_of_several_revisions_the_newest_is_read(tmp_path: Path, newest: int) -> None:
    """Histories are in the order of ids; an imported revision has a high id and an old date."""
    years = [2001, 2002, 2003]
    years[newest] = 2026
    revisions = "".join(
        f"<revision><id>{200 + place}</id><timestamp>{year}-01-01T00:00:00Z</timestamp>"
        f"<text>Words of {year}.</text></revision>"
        for place, year in enumerate(years)
    )
    history = f"<page><title>Old</title><ns>0</ns><id>1</id>{revisions}</page>"
    (found,) = _pages(_write(tmp_path, history))
    assert (found.revision_id, found.wikitext) == (200 + newest, "Words of 2026.")


def test_of_two_revisions_of_one_second_the_later_in_the_file_is_read(tmp_path: Path) -> None:
    twice = page(1, "A", "First.").replace(
        "</page>",
        "<revision><id>102</id><timestamp>2026-01-02T03:04:05Z</timestamp>"
        "<text>Second.</text></revision></page>",
    )
    assert _pages(_write(tmp_path, twice))[0].wikitext == "Second."


def test_namespaces_and_redirects_are_told(tmp_path: Path) -> None:
    redirect = page(2, "Alias", "#REDIRECT [[Target]]").replace(
        "</ns>", '</ns><redirect title="Target"/>'
    )
    category = page(3, "Category:Things", namespace=14)
    plain, alias, other = _pages(_write(tmp_path, page(1, "Target"), redirect, category))
    assert plain.redirect_to is None
    assert alias.redirect_to == "Target"
    assert (other.namespace, other.title) == (14, "Category:Things")


def test_a_page_without_text_is_read_as_empty(tmp_path: Path) -> None:
    empty = page(1, "Blank").replace("<text>Words.</text>", '<text bytes="0" />')
    assert _pages(_write(tmp_path, empty))[0].wikitext == ""


def test_xml_that_ends_between_pages_is_named(tmp_path: Path) -> None:
    path = tmp_path / "short.xml"
    path.write_text(HEADER + "".join(PAGES[:3]))
    with pytest.raises(TruncatedDump, match=r"short\.xml: the file breaks off"):
        _pages(path)


BAD_PAGES = {
    "page without an id": ("<page><title>Bad</title><revision><id>1</id></revision></page>", "id"),
    "page without a revision": ("<page><title>Bad</title><id>5</id></page>", "no revision"),
    "unknown element": (page(5, "Bad").replace("<ns>", "<odd/><ns>"), "odd"),
    "number that is none": (page(5, "Bad").replace("<id>5", "<id>five"), "five"),
    "date that is none": (page(5, "Bad").replace("2026-01-02T", "yesterday "), "yesterday"),
    "unclosed element": (page(5, "Bad").replace("</text>", ""), "mismatched tag"),
    "entity of nowhere": (page(5, "Bad", "&bomb;"), "undefined entity"),
    "surrogate": (page(5, "Bad", "&#xD800;"), "invalid character"),
    "NUL": (page(5, "Bad", "a\0b"), "not well-formed"),
    "declaration": (page(5, "Bad", "<![CDATA[x]]>"), "declaration"),
    "processing instruction": (page(5, "Bad", "<?php x ?>"), "declaration"),
    "deep nesting": (page(5, "Bad", "<b>" * 200_000 + "</b>" * 200_000), "tags"),
    "long attribute": (page(5, "Bad").replace("<text", f'<text a="{"x" * 8_000_000}"'), "a tag of"),
    "long text": (page(5, "Bad", "x" * (17 << 20)), "16 MiB"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_PAGES.values(), ids=BAD_PAGES)
def test_a_page_that_cannot_be_read_is_set_aside_with_its_name(
    tmp_path: Path, bad: str, reason: str
) -> None:
    before, found, after = _entries(_write(tmp_path, PAGES[0], bad, PAGES[1]))
    assert isinstance(before, Page)
    assert isinstance(after, Page)
    assert (before.title, after.title) == ("Page 1", "Page 2")
    assert isinstance(found, QuarantinedPage)
    assert found.title == "Bad"
    assert reason in found.reason


def test_broken_utf8_costs_its_page(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export().replace(b"Text of page 7.", b"Text \xff\xfe of page 7."))
    entries = _entries(path)
    assert len(entries) == 30
    [found] = [entry for entry in entries if not isinstance(entry, Page)]
    assert isinstance(found, QuarantinedPage)
    assert (found.key, found.title) == (7, "Page 7")
    assert "not well-formed" in found.reason


def test_a_damaged_block_costs_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-multistream.xml.bz2"
    offset = write_damaged(path)
    entries = _entries(path)
    ids = [entry.page_id for entry in entries if isinstance(entry, Page)]
    assert ids == [1, 2, 3, 4, *range(9, 31)]  # the second stream held four pages
    assert [entry for entry in entries if isinstance(entry, Damage)] == [
        Damage(offset, "Invalid data stream")
    ]


def test_entities_cannot_be_declared(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    path.write_text(bomb + HEADER + page(1, "A", "&b;&b;") + END)
    with pytest.raises(NotADump, match=r"bomb\.xml.*document type"):
        _pages(path)


def test_a_unit_in_the_middle_needs_neither_header_nor_end(tmp_path: Path) -> None:
    first, second = bz2.compress(PAGES[0].encode()), bz2.compress(PAGES[1].encode())
    path = tmp_path / "middle.bz2"
    path.write_bytes(bz2.compress(HEADER.encode()) + first + second + bz2.compress(END.encode()))
    start = len(bz2.compress(HEADER.encode()))
    unit = WorkUnit(0, path, len(first), start, start + len(first))
    assert [found.title for found in read_pages(unit)] == ["Page 1"]


@pytest.mark.parametrize(
    ("name", "pages", "redirects"),
    [
        ("aawiki/aawiki-20260101-pages-meta-history.xml.7z", None, None),
        ("ltgwiki-smallwiki-latest-pages-articles.xml.bz2", 2004, 147),
        ("enwiki-20250201-tiny_dump.xml.bz2", 70, 64),
        ("aawiki/aawiki-20260101-pages-meta-current.xml.bz2", None, None),
    ],
)
def test_real_dumps_of_three_schemas(
    shared_data: Path, name: str, pages: int | None, redirects: int | None
) -> None:
    found = _pages(shared_data / "dumps" / name)
    assert all(one.title and one.revision_id and one.timestamp for one in found)
    assert len({one.page_id for one in found}) == len(found)
    if pages is not None:
        in_articles = [one for one in found if one.redirect_to and one.namespace == 0]
        assert (len(found), len(in_articles)) == (pages, redirects)
