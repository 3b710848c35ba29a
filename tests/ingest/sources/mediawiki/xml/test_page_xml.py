"""XML is cut into pages that are safe to parse, wherever its pieces end."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.sources.mediawiki.types import Piece
from pinakes.ingest.sources.mediawiki.xml import page_xml
from pinakes.ingest.sources.mediawiki.xml.page_xml import cut_pages
from pinakes.ingest.types import Damage, QuarantinedPage
from tests.ingest.dumps_on_disk import PAGES, export, page
from tests.yardstick import assert_in_proportion

XML = export(PAGES[:6])
WHOLE = [text.encode().strip() for text in PAGES[:6]]


def pieces(xml: bytes, *cuts: int) -> list[Piece]:
    edges = sorted({0, *cuts, len(xml)})
    return [Piece(begin, xml[begin:end]) for begin, end in pairwise(edges)]


@given(st.sets(st.integers(1, len(XML) - 1), max_size=40))
def test_pages_are_whole_wherever_the_pieces_end(cuts: set[int]) -> None:
    assert list(cut_pages(pieces(XML, *cuts))) == WHOLE


@given(st.sets(st.integers(1, len(XML) - 1), max_size=40))
def test_every_page_belongs_to_one_unit(cuts: set[int]) -> None:
    """Each piece is a unit's only one; the unit reads on until its last page is complete."""
    parts = pieces(XML, *cuts)
    found = [
        entry
        for number, piece in enumerate(parts)
        for entry in cut_pages(parts[number:], piece.offset + len(piece.data))
    ]
    assert found == WHOLE


def test_reading_stops_as_soon_as_nothing_more_can_follow() -> None:
    def then_fail() -> Iterator[Piece]:
        yield Piece(0, XML[: XML.rindex(b"</mediawiki>")])
        yield Piece(10, b" ")
        raise AssertionError("read on")

    assert list(cut_pages(then_fail(), 10)) == WHOLE


def test_damage_costs_the_page_under_way_and_is_told_once() -> None:
    half = XML.index(b"Page 3") + 3
    parts = [Piece(0, XML[:half]), Piece(half, b"", "CRC"), Piece(half + 50, XML[half + 50 :])]
    found = list(cut_pages(parts))
    assert found[:2] == WHOLE[:2]
    assert found[2:4] == [
        QuarantinedPage(None, None, f"cut off by damage at byte {half} of the file"),
        Damage(half, "CRC"),
    ]
    assert found[4:] == WHOLE[3:]
    # The damaged piece is the next unit's to tell.
    first, second = list(cut_pages(parts, half)), list(cut_pages(parts[1:]))
    assert first + second == found


def test_the_page_cut_off_by_damage_is_named() -> None:
    half = XML.index(b"Text of page 3")
    cut_off = list(cut_pages([Piece(0, XML[:half]), Piece(half, b"", "CRC")]))[2]
    assert isinstance(cut_off, QuarantinedPage)
    assert (cut_off.key, cut_off.title) == (3, "Page 3")


def test_the_end_of_the_file_inside_a_page_is_told() -> None:
    cut_off = list(cut_pages([Piece(0, XML[: XML.index(b"Text of page 2")])]))[-1]
    assert cut_off == QuarantinedPage(2, "Page 2", "cut off by the end of the file")


def history(revisions: int, size: int) -> Iterator[Piece]:
    """One page with many revisions; the one in the middle is the newest."""
    yield Piece(0, b"<mediawiki><page><title>Old</title><ns>0</ns><id>4</id>")
    for number in range(revisions):
        year = 2026 if number == revisions // 2 else 2001 + number % 20
        text = f"{number} ".encode() * (size // 4)
        yield Piece(
            number + 1,
            b"<revision><id>%d</id><timestamp>%d-01-01T00:00:00Z</timestamp><text>%b</text>"
            b"</revision>" % (number + 100, year, text),
        )
    yield Piece(revisions + 1, b"</page>" + WHOLE[0] + b"</mediawiki>")


@pytest.mark.parametrize("revisions", [3, 40])
def test_of_a_history_only_the_newest_revision_is_kept(
    revisions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_xml, "_LONGEST_REVISION", 50_000)
    found, following = cut_pages(history(revisions, 10_000))
    assert isinstance(found, bytes)
    assert found.count(b"<revision>") == 1
    assert f"<id>{100 + revisions // 2}</id>".encode() in found
    assert found.startswith(b"<page><title>Old</title>")
    assert found.endswith(b"</revision></page>")
    assert following == WHOLE[0]


def test_memory_stays_flat_over_a_long_history_and_an_endless_page() -> None:
    def endless() -> Iterator[Piece]:
        yield Piece(0, b"<mediawiki><page><title>Endless</title><id>1</id><revision><text>")
        for number in range(120):
            yield Piece(number, b"x" * (1 << 20))
        yield Piece(999, b"</text></revision></page>" + WHOLE[0])

    tracemalloc.start()
    try:
        newest, _ = cut_pages(history(300, 1 << 19))
        assert isinstance(newest, bytes)
        too_long, following = cut_pages(endless())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert too_long == QuarantinedPage(1, "Endless", "a revision of more than 16 MiB")
    assert following == WHOLE[0]
    assert peak < 60 << 20


def test_a_page_that_is_never_closed_costs_itself_only() -> None:
    parts = [WHOLE[0], WHOLE[1].removesuffix(b"</page>"), WHOLE[2]]
    unclosed = QuarantinedPage(2, "Page 2", "not closed before the next page begins")
    for cut in range(1, sum(map(len, parts))):
        found = pieces(b"".join(parts), cut)
        assert list(cut_pages(found)) == [WHOLE[0], unclosed, WHOLE[2]]
        units = [*cut_pages(found, found[0].offset + len(found[0].data)), *cut_pages(found[1:])]
        assert units == [WHOLE[0], unclosed, WHOLE[2]]


def test_a_page_too_long_is_set_aside_also_where_one_piece_holds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A block of bz2 may hold 46 MB."""
    monkeypatch.setattr(page_xml, "_LONGEST_REVISION", 1000)
    xml = export([PAGES[0], page(2, "Long", "x" * 2000), PAGES[2]])
    assert list(cut_pages([Piece(0, xml)])) == [
        WHOLE[0],
        QuarantinedPage(2, "Long", "a revision of more than 0 MiB"),
        WHOLE[2],
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda n: [b"<revision></revision>" * 2 + b"<revision>" * n],
        lambda n: [b"<revision>x</revision>"] * n,
        lambda n: [b"<revision>" + b"x" * 990, *([b"</revision><revision>"] * n)],
    ],
    ids=["never closed", "in small pieces", "a long one and many short"],
)
def test_time_grows_with_the_revisions(
    make: Callable[[int], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_xml, "_LONGEST_REVISION", 100_000)

    def cut(size: int) -> None:
        parts = [b"<page><title>A</title>", *make(size), b"</page>"]
        list(cut_pages(Piece(number, part) for number, part in enumerate(parts)))

    assert_in_proportion(cut, 5_000, 40_000)


def test_a_page_with_all_that_real_ones_carry_is_no_danger() -> None:
    full = page(1, "A &amp; B").replace(
        "<text>", "<origin>1</origin><sha1>x</sha1>" * 30 + '<text bytes="7" xml:space="preserve">'
    )
    assert list(cut_pages([Piece(0, full.encode())])) == [full.strip().encode()]
