"""Layout lies beside the text: it changes nothing there, and holds together whatever the markup."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings

from pinakes.ingest.layout import (
    Layout,
    PackedLine,
    Picture,
    pack_layout,
    picture_span,
    unpack_layout,
)
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Document, Link
from tests.ingest.test_fuzz import mutated_wikitext

SITE = SiteInfo("Wikipedia", "enwiki", "https://en.wikipedia.org/wiki/Main", "en", ())


def parsed(wikitext: str) -> Document:
    return parse_document(Page(1, 0, "Title", 2, "", None, wikitext), SITE)


def layout_of(document: Document) -> Layout:
    return unpack_layout(document.layout, document.text, document.links)


def laid(wikitext: str) -> list[str]:
    """Lines with their kinds and cells, spans with what they are; in the order of the text."""
    document = parsed(wikitext)
    text, layout = document.text, layout_of(document)
    found: list[tuple[int, str]] = []
    for line in layout.lines:
        shown = text[line.start : line.end]
        if line.cells:
            cells = [
                f"{cell.column}{'h' * cell.is_header}{'r' * cell.repeated}{'n' * cell.is_name} "
                f"{text[cell.start : cell.value]}|{text[cell.value : cell.end]}"
                for cell in line.cells
            ]
            shown = " / ".join(cells)
        found.append((line.start, f"{line.kind} {line.level or ''}: {shown}"))
    for span in layout.spans:
        where = f" -> {span.target}{'#' * bool(span.fragment)}{span.fragment}" * bool(span.target)
        found.append((span.start, f"{span.kind}: {text[span.start : span.end]}{where}"))
    return [shown for _, shown in sorted(found, key=lambda one: one[0])]


_BOX = "{{Quux squad\n| captain = Ann\n| keeper = Ben\n| coach = Cy\n| town = Bern\n}}"
CASES = [
    ("a link", "See [[Rome]].", ["link: Rome -> Rome"]),
    ("its words", "The [[Roman Empire#Fall|fall]].", ["link: fall -> Roman Empire#Fall"]),
    ("not the same words before it", "Mercury, or [[Mercury (god)|Mercury]], is Mercury.",
     ["link: Mercury -> Mercury (god)"]),
    ("words in italics", "A ''[[Iliad]]'' and [[Odyssey|''The Odyssey'']].",
     ["link: Iliad -> Iliad", "link: The Odyssey -> Odyssey"]),
    ("words with an entity", "In [[AT&amp;T|AT&amp;T]] now.", ["link: AT&T -> AT&T"]),
    ("behind boxes of a section", "Lead [[A]].\n\n== S ==\n" + _BOX + "\nThe [[Nile]].\n" + _BOX
     + "\nThe [[Rhine]].", ["link: A -> A", "link: Nile -> Nile", "link: Rhine -> Rhine"]),
    ("behind a box of the lead", _BOX + "\nThe [[Nile]] and the [[Rhine]].",
     ["link: Nile -> Nile", "link: Rhine -> Rhine"]),
    ("behind a box in a line", "Lead.\n\n== S ==\nIt " + _BOX.replace("\n", "") + " of [[Nile]].",
     ["link: Nile -> Nile"]),
    ("other namespaces are none", "[[Help:A]] [[Category:B]] [[:Category:C]] [[wikt:d]] [[de:E]]",
     []),
    ("inside a template", "{{nowrap|the [[Nile]]}} and the [[Nile]]",
     ["link: Nile -> Nile", "link: Nile -> Nile"]),
    ("in a box", "{{Infobox town|country=[[France]]|river=[[Seine]]}}\nText.",
     ["link: France -> France", "link: Seine -> Seine"]),
    ("in a caption", "[[File:A.jpg|thumb|The [[Seine]] in May]]\nParis, on the [[Seine|river]].",
     ["link: river -> Seine", "caption : The Seine in May", "link: Seine -> Seine"]),
    ("lists", "* a\n** b [[C]]\n# d", ["item : - a", "item :   - b C", "link: C -> C",
                                       "item : 1. d"]),
    ("a line that only looks like an item", "- a\n1. b", []),
    ("definitions", "; term : what it is\n:: deep", ["term : term: what it is", "indent 2: deep"]),
    ("a table", "{|\n! Year !! Ship\n|-\n| 1912 || [[RMS Titanic|Titanic]]\n|-\n| 1915 || a; b\n|}",
     ["row : 0 Year: |1912 / 1 Ship: |Titanic", "link: Titanic -> RMS Titanic",
      "row : 0 Year: |1915 / 1 Ship: |a; b"]),
    ("cells over rows and columns",
     "{|\n! A !! B !! C\n|-\n| rowspan=2 | x || 1 || 2\n|-\n| colspan=2 | y\n|}",
     ["row : 0 A: |x / 1 B: |1 / 2 C: |2", "row : 0r A: |x / 1 |y"]),
    ("names of rows", "{|\n! Height\n| 3 m\n|-\n! Age !! 4\n|}", ["row : 1n Height: |3 m",
                                                              "row : 0h |Age / 1h |4"]),
    ("cells with markup", "{|\n! <small>A</small> !! B\n|-\n| <small>x</small> || ''y''\n|}",
     ["row : 0 A: |x / 1 B: |y"]),
    ("cells that begin with a sign",
     "{|\n! Name !! A !! B !! C\n|-\n| Mass || ? 180, ? 220 || ! || ,\n|}",
     ["row : 0 Name: |Mass / 1 A: |? 180, ? 220 / 2 B: |! / 3 C: |,"]),
    ("a table in a table", "{|\n| a\n{|\n| b || [[c]]\n|}\n|}",
     ["row : 0 |b / 1 |c", "link: c -> C"]),
    ("a table in a table with headings is text", "{|\n! H !! I\n|-\n|\n{|\n| b || c\n|}\n| d\n|}",
     ["row : 0 H: |b; c / 1 I: |d"]),
    ("quotations", "He said:\n<blockquote>To be.\nOr [[not]].</blockquote>\nSo.",
     ["quote : To be.", "quote : Or not.", "link: not -> Not"]),
    ("a quotation by template", "{{quote|To be.|Hamlet}}\nSo.", ["quote : To be.",
                                                               "quote : — Hamlet"]),
    ("formulas and code", "So <math>a^2</math>, <math>b</math>.\n<pre>if x:\n\n  y</pre>",
     ["formula: a^2", "formula: b", "code : if x:", "code : ", "code :   y"]),
    ("nowiki is text", "<nowiki>[[a]]</nowiki>", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wikitext", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_lines_and_spans_are(wikitext: str, expected: list[str]) -> None:
    assert laid(wikitext) == expected


def test_of_words_that_are_alike_the_linked_ones_are_the_link() -> None:
    for wikitext in ("<b>Rome</b> or [[Rome]], Rome", "{|\n| <b>Rome</b> or [[Rome]], Rome\n|}"):
        document = parsed(wikitext)
        [span] = layout_of(document).spans
        assert (document.text, span.start) == ("Rome or Rome, Rome", 8)


@pytest.mark.parametrize(
    ("wikitext", "before"),
    [
        ("The mean of <math>n</math> is n.", "The mean of "),
        ("* The mean  of <math>n</math>", "- The mean of "),
        ("#one\n# mean <math>n</math>", "1. one\n2. mean "),
        ("Count:\n:: mean <math>n</math>", "Count:\nmean "),
        ("; mean <math>n</math> : a count", "mean "),
        ("; mean : a count, <math>n</math>", "mean: a count, "),
        ("; mean :a count, <math>n</math>", "mean: a count, "),
        ("{|\n! Unit !! Name\n|-\n| mean || <math>n</math>\n|}", "Unit: mean; Name: "),
        ("[[Union]] of <code>n</code>&nbsp;n, <nowiki>n</nowiki> <math>n</math>",
         "Union of n n, n "),
        ("<blockquote>An <math>n</math></blockquote>", "An "),
    ],
)  # fmt: skip
def test_a_formula_stands_where_it_is_written(wikitext: str, before: str) -> None:
    document = parsed(wikitext)
    [span] = [span for span in layout_of(document).spans if span.kind == "formula"]
    assert document.text[: span.start] == before
    assert document.text[span.start : span.end] == "n"


def test_a_formula_whose_place_is_not_known_is_none() -> None:
    document = parsed("; f <math>a : n</math>")
    assert document.text == "f a: n"
    assert not layout_of(document).spans


def check(wikitext: str, title: str = "Title", site: SiteInfo = SITE) -> Document:
    """Text, sections and links are the same without a layout; the layout holds together."""
    page = Page(1, 0, title, 2, "", None, wikitext)
    document, plain = (parse_document(page, site, with_layout=on) for on in (True, False))
    assert document.text == plain.text
    assert document.sections == plain.sections
    assert (document.links, document.bold_names) == (plain.links, plain.bold_names)
    layout = layout_of(document)
    text, end = document.text, 0
    for line in layout.lines:
        assert end <= line.start <= line.end <= len(text)
        assert "\n" not in text[line.start : line.end]
        assert line.start == 0 or text[line.start - 1] == "\n"
        assert line.end == len(text) or text[line.end] == "\n"
        end, inner, column = line.end, line.start, 0
        for cell in line.cells:
            assert inner <= cell.start <= cell.value <= cell.end <= line.end
            assert column <= cell.column
            inner, column = cell.end + 2, cell.column + cell.columns
        assert not line.cells or inner == line.end + 2
    end = 0
    for span in layout.spans:
        assert end <= span.start < span.end <= len(text)
        end = span.end
        shown = text[span.start : span.end]
        if span.kind == "link":
            assert Link(span.target, shown[:200]) in document.links
            assert "#" not in span.target
        if span.kind != "code":
            assert "\n" not in shown
    return document


CORPORA = [
    "minidumps/*.bz2",
    "wtfwiki-*.bz2",
    "enwiki-table-markup.xml.bz2",
    "enwiki-20250201-tiny_dump.xml.bz2",
]


def pages(paths: list[Path]) -> Iterator[tuple[Page, SiteInfo]]:
    for path in paths:
        dump = find_dump([path])
        for unit in plan_units(dump):
            for page in read_pages(unit):
                if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None:
                    yield page, dump.site


@pytest.mark.parametrize("corpus", CORPORA)
def test_real_pages_of_many_languages(shared_data: Path, corpus: str) -> None:
    paths = sorted((shared_data / "dumps").glob(corpus))
    placed = links = 0
    for page, site in pages(paths):
        document = check(page.wikitext, page.title, site)
        placed += sum(span.kind == "link" for span in layout_of(document).spans)
        links += len(document.links)
    assert links
    assert placed > 0.55 * links


@settings(max_examples=60)
@given(mutated_wikitext())
def test_broken_markup(wikitext: str) -> None:
    check(wikitext)


HOSTILE = [
    ("marks as they are", "\ue00c0\ue00da; b\n\ue00eq\ue00f\n\ue0000\ue001[[A]]"),
    ("marks as entities", "&#xE00C;0&#xE00D;a; b\n&#57358;q&#57359;\n&#xE000;0&#xE001;[[A]]"),
    ("marks in cells", "{|\n| \ue00c0\ue00d || &#xE00C;0&#xE00D; || [[A|\ue00e]]\n|}"),
    ("marks in kept text", "<pre>\ue00c0\ue00d &#xE00C;0&#xE00D;</pre><nowiki>&#xE00E;</nowiki>"),
    ("marks in arguments", "{{quote|\ue00c0\ue00da|&#xE00F;}}{{nowrap|\ue00e}}"),
    ("a quotation that never ends", "<blockquote>" * 50 + "a\n== B ==\nc"),
    ("the end of none", "</blockquote>" * 50 + "a\n<blockquote>b</blockquote>"),
    ("separators in cells", "{|\n! a; b !! c: d\n|-\n| ; || ; ; || : || x;&nbsp;y\n|}"),
    ("a row that is a heading", "{|\n| = a =\n|-\n| == b ==\n|}\n=\n=="),
    ("links in links", "[[A|[[B|[[C|d]]]]]] [[A]] [[B"),
    ("empty words", "[[A|]] [[|b]] [[#c]] [[A# |d]] [[A|<!-- -->]] [[A|''''']]"),
    ("words that are tidied on", "[[x & y ,]]suh [[B|c &d ,]]suh"),
    ("a long link", f"[[A|{'b ' * 4000}]]"),
]


@pytest.mark.parametrize("wikitext", [case[1] for case in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_nothing_on_a_page_makes_a_layout_that_is_not_its_own(wikitext: str) -> None:
    document = check(wikitext)
    assert not set(document.text) & set(map(chr, range(0xE000, 0xE010)))


def test_a_heading_ends_a_quotation() -> None:
    assert laid("<blockquote>a\n== B ==\nc") == ["quote : a"]


TEXT = "one\n- two\n- three\n\nfour"
LINES = [
    PackedLine(0, "one", spans=[(0, 3, 1)]),
    PackedLine(4, "- two", "item", spans=[(2, 5, 0)]),
    PackedLine(10, "- three", "item"),
    PackedLine(19, "four", "quote", spans=[(1, 2, -1)]),
]
LINKS = (Link("Two", "two"), Link("One", "one"))


def test_packed_and_unpacked() -> None:
    layout = unpack_layout(pack_layout(TEXT, LINES, {1: "Ä"}), TEXT, LINKS)
    assert [(line.kind, TEXT[line.start : line.end]) for line in layout.lines] == [
        ("item", "- two"),
        ("item", "- three"),
        ("quote", "four"),
    ]
    assert [(*span,) for span in layout.spans] == [
        ("link", 0, 3, "One", "Ä"),
        ("link", 6, 9, "Two", ""),
        ("formula", 20, 21, "", ""),
    ]


def test_a_layout_of_another_text_is_refused() -> None:
    packed = pack_layout(TEXT, LINES, {})
    for text, links in (("one", LINKS), (TEXT, ()), ("", ())):
        with pytest.raises(ValueError, match="not of this text"):
            unpack_layout(packed, text, links)
    for length in range(1, len(packed)):
        with pytest.raises(ValueError, match="not of this text"):
            unpack_layout(packed[:length], TEXT, LINKS)


def test_plain_text_has_no_layout() -> None:
    assert parsed("One.\n\nTwo.").layout == b""
    assert unpack_layout(b"", "One.", ()) == Layout((), ())


PICTURES = (
    Picture("I/m/a b.jpg", "Ä", 120, 90),
    Picture("I/c.svg"),
    Picture("never", "placed nowhere"),
)


def test_pictures_are_found_again_each_once() -> None:
    spans = [(0, 0, picture_span(1)), (2, 2, picture_span(0)), (3, 3, picture_span(1))]
    lines = [PackedLine(4, "two", spans=spans)]
    layout = unpack_layout(pack_layout("One\ntwo", lines, {}, PICTURES), "One\ntwo", ())
    assert layout.pictures == (PICTURES[1]._replace(at=4), PICTURES[0]._replace(at=6))
    assert layout.spans == ()
    packed = pack_layout("One\ntwo", lines, {}, PICTURES)
    with pytest.raises(ValueError, match="not of this text"):
        unpack_layout(packed, "One", ())


def test_without_pictures_earlier_programs_read_it() -> None:
    assert zstandard.decompress(pack_layout(TEXT, LINES, {}, PICTURES))[0] == 1
    line = PackedLine(0, "One", spans=[(0, 0, picture_span(0))])
    assert zstandard.decompress(pack_layout("One", [line], {}, PICTURES))[0] == 2
