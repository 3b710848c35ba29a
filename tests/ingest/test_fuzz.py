"""Anything at all: no exception but the documented ones, no page twice, every page accounted for.

A few seconds in every run of the tests; ``make fuzz`` tries as many examples of each test as
``FUZZ_EXAMPLES`` says, others each time.
"""

import bz2
import os
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinakes.ingest.errors import IngestError
from pinakes.ingest.report import count_entry
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.bz2_blocks import read_blocks
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit, find_dump, plan_units
from pinakes.ingest.sources.mediawiki.types import Page, Piece, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.page_xml import cut_pages
from pinakes.ingest.types import Damage, PageCounts, QuarantinedPage, TrailingBytes
from tests.ingest.dumps_on_disk import PAGES, export, write_multistream
from tests.ingest.test_robustness import _TOKENS, check
from tests.yardstick import cpu_seconds

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "pages"
SITE = SiteInfo("toywiki", "Toy", "", "en", ((0, ""), (6, "File"), (14, "Category")))
TOKENS = [
    *_TOKENS.split(),
    "\n",
    "\n|-\n",
    "\n* ",
    "\n== ",
    " ==\n",
    "\r",
    "\x00",
    "\ud800",
    "\ue003",
]
EXAMPLES = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@cache
def articles() -> list[str]:
    """The wikitext of the sample."""
    return [
        path.read_text(encoding="utf-8") for path in sorted(SAMPLE.rglob("*")) if path.is_file()
    ]


@st.composite
def mutated_wikitext(draw: st.DrawFn) -> str:
    """A stretch of a real article with pieces cut out, doubled, moved, and markup thrown in."""
    article = draw(st.sampled_from(articles()))
    start = draw(st.integers(0, max(len(article) - 1, 0)))
    text = article[start : start + draw(st.integers(1, 8_000))]
    for _ in range(draw(st.integers(1, 12))):
        first, second = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        what = draw(st.sampled_from(("cut", "double", "insert", "reverse", "repeat")))
        piece = text[first:second]
        if what == "cut":
            piece = ""
        elif what == "double":
            piece *= 2
        elif what == "insert":
            piece += draw(st.sampled_from(TOKENS))
        elif what == "repeat":
            piece = draw(st.sampled_from(TOKENS)) * draw(st.integers(1, 300))
        else:
            piece = piece[::-1]
        text = (text[:first] + piece + text[second:])[:40_000]
    return text


def parse_checked(wikitext: str) -> None:
    check(parse_document(Page(1, 0, "Title", 2, "", None, wikitext), SITE))


@cache
def seconds_per_letter() -> float:
    """Of an ordinary article."""
    text = max(articles(), key=len)
    return cpu_seconds(lambda: parse_checked(text)) / len(text)


def parse_any(wikitext: str) -> None:
    """Documents hold together, and time stays in proportion: at most 300 times the ordinary."""
    began = time.thread_time()
    parse_checked(wikitext)
    seconds = time.thread_time() - began
    assert seconds < 300 * seconds_per_letter() * (10_000 + len(wikitext))


@EXAMPLES
@given(mutated_wikitext())
def test_mutated_articles(wikitext: str) -> None:
    parse_any(wikitext)


XML_TOKENS = [
    b"<page>", b"</page>", b"<revision>", b"</revision>", b"<title>", b"</title>", b"<id>",
    b"</id>", b"<text>", b"</text>", b"<timestamp>", b"<ns>0</ns>", b"<redirect/>", b"<![CDATA[",
    b"]]>", b"<!--", b"-->", b"<?x?>", b"<!DOCTYPE a>", b"&amp;", b"&lol;", b"&#0;", b"&#xD800;",
    b"\0", b"\xff", b"<", b">", b'"', b"</mediawiki>", b"<mediawiki>", b"<siteinfo>", b"<upload>",
    b"9" * 40, b"-1", b"",
]  # fmt: skip


@st.composite
def mutated_xml(draw: st.DrawFn) -> bytes:
    """An export with tokens in places where they do not belong."""
    xml = export(PAGES[:6])
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(xml)))
        end = min(place + draw(st.sampled_from((0, 0, 1, 7, 60, 300))), len(xml))
        xml = xml[:place] + draw(st.sampled_from(XML_TOKENS) | st.binary(max_size=6)) + xml[end:]
    return xml


def pieces_of(xml: bytes, cuts: Sequence[int]) -> list[Piece]:
    edges = sorted({0, len(xml), *(cut % (len(xml) + 1) for cut in cuts)})
    return [Piece(first, xml[first:end]) for first, end in pairwise(edges)]


def hides_pages(items: Iterable[object]) -> bool:
    """Whether a comment or its like that is never closed was told of."""
    return any(isinstance(item, Damage) and "never closed" in item.reason for item in items)


def without_offsets(items: Iterable[object]) -> list[object]:
    """Damage is told with the beginning of the piece it lies in: pieces decide that."""
    return [replace(item, offset=0) if isinstance(item, Damage) else item for item in items]


def without_damage(items: Iterable[object]) -> list[object]:
    return [item for item in items if not isinstance(item, Damage)]


def cut_any(xml: bytes, cuts: Sequence[int]) -> None:
    """Pages are those of the bytes wherever pieces end; units share them, none lost or doubled."""
    pieces = pieces_of(xml, cuts)
    found = list(cut_pages(pieces))
    whole = list(cut_pages([Piece(0, xml)]))
    if hides_pages(found):  # what such a section hides depends on where reading begins
        assert hides_pages(whole)
        return
    assert without_offsets(found) == without_offsets(whole)
    by_unit = [
        item
        for number, piece in enumerate(pieces)
        for item in cut_pages(pieces[number:], piece.offset + len(piece.data))
    ]
    # Where a unit begins inside a comment or its like, its pages are told as damage or seen; and
    # of the end of one before its first page a unit cannot know whether it began anywhere.
    if not any(opening in xml for opening in (b"<!--", b"<![CDATA[", b"<?")):
        assert without_damage(by_unit) == without_damage(found)
    for item in found:
        if isinstance(item, bytes):
            assert len(re.findall(rb"<page[ \t\r\n>/]", item)) == 1
            assert item.endswith(b"</page>")


@EXAMPLES
@given(mutated_xml(), st.lists(st.integers(0, 1 << 20), max_size=12))
def test_mutated_xml_is_cut(xml: bytes, cuts: list[int]) -> None:
    cut_any(xml, cuts)


def read_any(path: Path) -> list[object]:
    """All entries of a file; the counts balance, and units of any size say the same."""
    try:
        dump = find_dump([path])
        units = list(plan_units(dump, 700))
        entries = [entry for unit in units for entry in read_documents(unit, dump.site)]
    except IngestError:
        return []
    counts = sum(map(count_entry, entries), PageCounts())
    parts = counts.documents + counts.redirects + counts.other_namespaces + counts.quarantined
    trailing = sum(isinstance(entry, TrailingBytes) for entry in entries)
    assert counts.read == parts == len(entries) - counts.damages - trailing
    size = path.stat().st_size
    whole = WorkUnit(0, path, size, 0, size)
    if units[0].items is None and not hides_pages(entries):
        together = list(read_documents(whole, dump.site))
        told = Damage | QuarantinedPage | TrailingBytes
        pages = [entry for entry in together if not isinstance(entry, told)]
        assert pages == [one for one in entries if not isinstance(one, told)]
    return list(entries)


@EXAMPLES
@given(mutated_xml(), st.sampled_from(["plain", "bz2"]))
def test_mutated_exports_are_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, xml: bytes, kind: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "toywiki-20261101-mutated.xml"
    path.write_bytes(bz2.compress(xml) if kind == "bz2" else xml)
    read_any(path)


@cache
def small_bz2() -> bytes:
    """Thirty pages in eight streams."""
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"pinakes-fuzz-{os.getpid()}.xml.bz2"
    try:
        return write_multistream(path).read_bytes()
    finally:
        for leftover in path.parent.glob(f"pinakes-fuzz-{os.getpid()}*"):
            leftover.unlink()


@st.composite
def mutated_bz2(draw: st.DrawFn) -> bytes:
    """Bits flipped, and runs of bytes cut out, doubled or moved."""
    data = bytearray(small_bz2())
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(data) - 1))
        end = place + draw(st.sampled_from((1, 1, 8, 100, 400)))
        what = draw(st.sampled_from(("flip", "cut", "double", "zero")))
        if what == "flip":
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif what == "cut":
            del data[place:end]
        elif what == "double":
            data[place:place] = data[place:end]
        else:
            data[place:end] = bytes(len(data[place:end]))
        data = data or bytearray(b"B")
    return bytes(data)


@EXAMPLES
@given(mutated_bz2(), st.integers(0, 5_000))
def test_mutated_bz2_costs_only_what_is_damaged(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, start: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "toywiki-20261101-mutated.xml.bz2"
    path.write_bytes(data)
    blocks = list(read_blocks(path, 0))
    assert list(read_blocks(path, start)) == [block for block in blocks if block.offset >= start]
    sound = bz2.decompress(small_bz2())
    assert all(block.data in sound for block in blocks)  # a checksum guards every block
    entries = read_any(path)
    titles = [str(getattr(entry, "title", "")) for entry in entries]
    assert all(re.fullmatch(r"Page \d+|None|", title) for title in titles)
