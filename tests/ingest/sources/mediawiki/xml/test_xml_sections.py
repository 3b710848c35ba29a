"""What only looks like a page is none, wherever the pieces of the dump end."""

import bz2
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.types import Piece
from pinakes.ingest.sources.mediawiki.xml import xml_sections
from pinakes.ingest.sources.mediawiki.xml.page_xml import cut_pages
from pinakes.ingest.sources.mediawiki.xml.xml_sections import EMPTY, without_sections
from pinakes.ingest.types import Damage, Document, QuarantinedPage
from tests.ingest.dumps_on_disk import END, HEADER, PAGES, page

HIDDEN = page(900, "Hidden")
ODD = page(8, "Odd").replace("<page>", '<page xml:space="preserve" x="1">')
XML = (
    f"<?xml version='1.0'?>{PAGES[0]}<!-- {HIDDEN} -->{PAGES[1]}<![CDATA[{HIDDEN}]]>{ODD}"
    f"<?php {HIDDEN} ?><!----><!-->--><pages><page_id/></pages>{PAGES[2]}"
).encode()
TITLES = [b"Page 1", b"Page 2", b"Odd", b"Page 3"]


def pieces(xml: bytes, *cuts: int) -> list[Piece]:
    edges = sorted({0, *cuts, len(xml)})
    return [Piece(begin, xml[begin:end]) for begin, end in pairwise(edges)]


def titles(found: list[object]) -> list[bytes]:
    assert all(isinstance(one, bytes) for one in found), found
    return [one.split(b"<title>")[1].split(b"</title>")[0] for one in found]  # type: ignore[attr-defined]


@given(st.sets(st.integers(1, len(XML) - 1), max_size=60))
def test_pages_in_comments_are_none_wherever_the_pieces_end(cuts: set[int]) -> None:
    assert titles(list(cut_pages(pieces(XML, *cuts)))) == TITLES


def test_byte_by_byte() -> None:
    assert titles(list(cut_pages(pieces(XML, *range(len(XML)))))) == TITLES


@pytest.mark.parametrize(
    ("xml", "left"),
    [
        (b"a<!-- b -->c", b"a" + EMPTY + b"c"),
        (b"a<!--->-->c", b"a" + EMPTY + b"c"),
        (b"<![CDATA[<page>]]]]>x", EMPTY + b"x"),
        (b"<!DOCTYPE a>", b"<!DOCTYPE a>"),
        (b"a<!-", b"a<!-"),
        (b"a<", b"a<"),
        (b"a<?b", b"a" + EMPTY),
        (b"<<!-- -->", b"<" + EMPTY),
    ],
)
def test_what_is_left(xml: bytes, left: bytes) -> None:
    for cuts in ((), range(len(xml))):
        found = b"".join(piece.data for piece in without_sections(pieces(xml, *cuts)))
        assert found == left


def test_a_page_with_a_comment_inside_is_set_aside_and_nothing_in_it_is_a_page() -> None:
    xml = PAGES[0].replace("Text", f"<!-- {HIDDEN} -->Text") + PAGES[1]
    found, following = cut_pages(pieces(xml.encode()))
    assert isinstance(found, QuarantinedPage)
    assert (found.title, found.reason) == ("Page 1", "a declaration inside the page")
    assert titles([following]) == [b"Page 2"]


def test_a_comment_without_end_does_not_swallow_the_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_sections, "_LONGEST", 100)
    xml = f"{PAGES[0]}<!-- {'x' * 200}{PAGES[1]}{PAGES[2]}".encode()
    assert titles(list(cut_pages(pieces(xml, *range(0, len(xml), 50)))))[:2] == [
        b"Page 1",
        b"Page 2",
    ]


@pytest.mark.parametrize("begin", ["<!--", "<![CDATA[", "<?"])
def test_what_is_never_closed_is_told_of(begin: str) -> None:
    """As it hides pages, and the end of the file with them."""
    xml = f"{PAGES[0]}{begin} {HIDDEN}{PAGES[1]}</mediawiki>".encode()
    for cuts in ((), range(len(xml))):
        *found, damage = cut_pages(pieces(xml, *cuts))
        assert titles(found) == [b"Page 1"]
        assert isinstance(damage, Damage)
        assert "never closed" in str(damage)


def test_pages_read_from_inside_a_comment_are_told_of() -> None:
    """A unit that begins inside of one cannot know it, until it ends."""
    inside = f"{HIDDEN}--> {PAGES[0]} --> {PAGES[1]}".encode()
    entries = list(cut_pages(pieces(inside)))
    assert [type(entry) for entry in entries] == [bytes, Damage, bytes, Damage, bytes]
    assert "a comment or CDATA section ends here" in str(entries[1])


@pytest.mark.parametrize("form", ["xml", "bz2"])
def test_in_a_dump(tmp_path: Path, form: str) -> None:
    xml = HEADER.replace("<siteinfo>", f"<!-- {HIDDEN} --><siteinfo>").encode()
    xml += XML + END.encode()
    path = tmp_path / f"toywiki-20261101.xml{'' if form == 'xml' else '.bz2'}"
    path.write_bytes(xml if form == "xml" else bz2.compress(xml))
    dump = find_dump([path])
    entries = [one for unit in plan_units(dump, 100) for one in read_documents(unit, dump.site)]
    assert dump.site.database == "toywiki"
    assert [one.title for one in entries if isinstance(one, Document)] == [
        title.decode() for title in TITLES
    ]
    assert len(entries) == len(TITLES)
