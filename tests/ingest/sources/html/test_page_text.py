"""HTML as text: what a reader of the page saw, in the form that wikitext is given."""

from itertools import pairwise
from pathlib import Path

import pytest

from pinakes.ingest.errors import ReaderMissing
from pinakes.ingest.layout import unpack_layout
from pinakes.ingest.sources.html import elements
from pinakes.ingest.sources.html.document import read_page
from pinakes.ingest.sources.html.elements import UnreadableHtml, require_parser
from pinakes.ingest.types import Document, Link
from tests.ingest.sources.mediawiki.test_wikitext import parse


def read(html: str) -> Document:
    return read_page(html, 7, "Some page", 70, "", _title_of)


def _title_of(address: str) -> str:
    return address.removeprefix("./").partition("#")[0]


BOX = """
<table class="infobox vcard"><tbody><tr><th colspan="2">Bern</th></tr>
<tr><td colspan="2"><img src="x.jpg"><div>Bern in 2020</div></td></tr>
<tr><th scope="row">Country:</th><td>Switzerland</td></tr>
<tr><th>Languages</th><td><ul><li>German</li><li>French</li></ul></td></tr>
<tr><th>Owner</th><td><ul><li>Ann Ltd.</li><li>Bob</li></ul></td></tr>
<tr><th>Born</th><td><span style="display:none">(<i>1191-01-01</i>)</span>1191<br>here</td></tr>
<tr><td colspan="2"><table><tbody><tr><td>Before<br>(1190)</td><td>After<br>(1192)</td></tr>
<tr><td>Of</td><td>them</td></tr></tbody></table></td></tr></tbody></table>"""
LABELS_IN_CELLS = (
    "<table class='infobox toptextcells'><tr><td>Land</td><td>Schweiz</td></tr>"
    "<tr><td>Höhe</td><td>542 m</td></tr></table>"
)
NAVIGATION = [
    "<div class='hatnote'>For others, see X</div>",
    "<sup class='reference'><a href='#n'>[1]</a></sup>",
    "<span class='mw-ref'>[1]</span>",
    "<span class='mw-editsection'>[edit]</span>",
    "<div class='navbox' role='navigation'><table><tr><td>nav</td></tr></table></div>",
    "<div role='note'>see</div>",
    "<table class='ambox metadata'><tr><td>needs sources</td></tr></table>",
    "<div class='reflist'><ol class='references'><li>Smith 1990</li></ol></div>",
    "<style>.x{}</style><script>var a</script><noscript>no</noscript>",
    "<span style='DISPLAY : none'>sort</span>",
    "<span hidden>h</span>",
    "<span class='geo-nondefault'>1;2</span>",
]
CASES = {
    "paragraphs": ("<p>One\n two.</p><p>Three.</p>", "One two.\n\nThree."),
    "line break": ("<p>One<br/>two</p>", "One\ntwo"),
    "inline elements join": ("<p>sun<b>flow</b>er<wbr>s &amp;&nbsp;co</p>", "sunflowers & co"),
    "title is no heading": ("<h1>Some page</h1><p>x</p>", "x"),
    "a heading": (
        "<p>x</p><h2>Life <span class='mw-editsection'>[edit]</span></h2><p>y", "x\n\nLife\ny"
    ),
    "heading without text": ("<p>x</p><h2>References</h2><ol class='references'><li>r</ol>", "x"),
    "nested lists": (
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><p>d</p>", "- a\n  - b\n- c\n\nd"
    ),
    "numbered list": ("<ol start=3><li>a<li>b<ol><li>c</ol></ol>", "3. a\n4. b\n  1. c"),
    "definitions": ("<dl><dt>Term</dt><dd>what it is</dd></dl>", "Term\nwhat it is"),
    "powers and bases": (
        "<p>10<sup>6</sup>, 20<sub>16</sub>, H<sub>2</sub>O, 1<sup>st</sup>, x<sup>a+1</sup></p>",
        "10⁶, 20₁₆, H2O, 1st, x^a+1",
    ),
    "fractions": (
        "<p>1<span class='frac'><sup>1</sup>⁄<sub>4</sub></span> and "
        "<span class='frac'>3<span class='sr-only'>+</span><i>1</i>⁄<i>2</i></span></p>",
        "1 1/4 and 3 1/2",
    ),
    "formula once": (
        "<p>So <span class='mwe-math-element'><span class='mwe-math-mathml-inline' style='display:"
        "none'><math alttext='{\\displaystyle E=mc^{2}}'><mi>E</mi></math></span><img class="
        "'mwe-math-fallback-image-inline' alt='{\\displaystyle E=mc^{2}}'></span>.</p>",
        "So E=mc^{2}.",
    ),
    "formula as a picture": (
        "<p>So <span class='mwe-math-element'><img class='mwe-math-fallback-image-inline' "
        "alt='x^2'></span></p>", "So x^2"
    ),
    "code": ("<pre>if x:\n    y  = 1\n</pre><p>z</p>", "if x:\n    y  = 1\n\nz"),
    "captions": ("<figure><img><figcaption>A map</figcaption></figure><p>x</p>", "A map\n\nx"),
    "gallery": (
        "<ul class='gallery'><li class='gallerybox'><div class='thumb'><img></div>"
        "<div class='gallerytext'>One</div></li><li><div>Two</div></li></ul>", "One\nTwo"
    ),
    "a table for layout": (
        "<table role='presentation'><tr><td><p>Said</p></td><td><ul><li>a</ul></td></tr></table>",
        "Said\n\n- a",
    ),
    "heading of two lines": (
        "<table><tr><th>Peak<br>place<th>Year<tr><td>3<td>1990</table>",
        "Peak place: 3; Year: 1990",
    ),
    "note across a table": (
        "<table><tr><th>Year<th>Place<tr><td>1990<td>3<tr><td colspan=2><sup>*</sup>estimated",
        "Year: 1990; Place: 3\n*estimated",
    ),
    "a picture that says something": (
        "<p><span role='img' aria-label='4/5 stars'><img><img></span></p>", "4/5 stars"
    ),
    "table in a cell": (
        "<table><tr><td>a<td><table><tr><th>b<td>c</table></table>", "a; b: c"
    ),
    "a brackets emptied": ("<p>Bern (<sup class='reference'>1</sup>) lies</p>", "Bern lies"),
    "box": (
        f"<p>Bern is a city.</p>{BOX}<p>More.</p>",
        "Bern is a city.\n\nMore.\n\nInfobox\nBern\nBern in 2020\nCountry: Switzerland\n"
        "Languages: German, French\nOwner: Ann Ltd., Bob\nBorn: 1191, here\n"
        "Before (1190); After (1192)\nOf; them",
    ),
    "box whose labels are no headings": (
        f"<p>x</p>{LABELS_IN_CELLS}", "x\n\nInfobox\nLand: Schweiz\nHöhe: 542 m"
    ),
    "box that is no table": (
        "<p>x</p><div class='infobox_v3'><div>Titre</div><table><tr><th>Pays<td>Suisse</table>",
        "x\n\nInfobox\nTitre\nPays: Suisse",
    ),
    "coordinates": (
        "<span id='coordinates'><a>Coordinates</a>: 46°57′N 7°27′E</span><p>x</p>",
        "x\n\nInfobox\nCoordinates: 46°57′N 7°27′E",
    ),
    "only the page's own part": (
        "<body><div>menu</div><div id='mw-content-text'><p>x</p></div><footer>f</footer>", "x"
    ),
    "a page folded for a telephone": (
        "<div id='mw-content-text'><section data-mw-section-id='0'><div class='pcs-collapse-table-"
        "container'><div class='pcs-collapse-table-collapsed-container'>Quick facts</div><div "
        "class='pcs-collapse-table-content' style='display: none;'><table class='infobox'><tr><th>"
        "Area<td>5 km</table></div></div><p>x</p></section><section data-mw-section-id='1' "
        "style='display: none;'><div class='pcs-edit-section-header'><h2>Life</h2><span class="
        "'pcs-edit-section-link-container'><a>edit</a></span></div><p>y</p></section></div>",
        "x\n\nInfobox\nArea: 5 km\n\nLife\ny",
    ),
    "broken markup": ("<p>a<b>b<p>c</i></div><td>d<table><tr><td>e", "ab\n\ncd\ne"),
    "nothing": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text"), CASES.values(), ids=CASES)
def test_the_text_of_a_page(html: str, text: str) -> None:
    assert read(html).text == text


@pytest.mark.parametrize("html", NAVIGATION)
def test_what_is_no_text_of_the_page_is_left_out(html: str) -> None:
    assert read(f"<p>a</p>{html}<p>b</p>").text == "a\n\nb"


WIKITEXT = """
* one
** two

{| class="wikitable"
|+ Moons
! rowspan="2" | Name !! colspan="2" | Size
|-
! km !! miles
|-
| rowspan="2" | Io || 3,643 || 2,264
|-
| 3,630 || 2,256
|}
"""
SAME_IN_HTML = """<ul><li>one<ul><li>two</li></ul></li></ul>
<table class="wikitable"><caption>Moons</caption><tbody>
<tr><th rowspan="2">Name</th><th colspan="2">Size</th></tr><tr><th>km</th><th>miles</th></tr>
<tr><td rowspan="2">Io</td><td>3,643</td><td>2,264</td></tr>
<tr><td>3,630</td><td>2,256</td></tr></tbody></table>"""


def test_it_reads_as_the_wikitext_does() -> None:
    text = read(SAME_IN_HTML).text
    assert "Name: Io; Size km: 3,643; Size miles: 2,264" in text
    assert text == parse(WIKITEXT).text


def test_sections_are_slices_under_their_headings() -> None:
    page = read("<p>l</p><h2>A</h2><p>a</p><h3>B</h3><p>b</p><h2>C</h2><p>c</p>")
    assert [(part.heading_path, page.text[part.start : part.end]) for part in page.sections] == [
        ((), "l"),
        (("A",), "a"),
        (("A", "B"), "b"),
        (("C",), "c"),
    ]


def test_links_and_names_in_bold() -> None:
    page = read(
        "<table class='infobox'><tr><th><b>Box</b></table><p>no bold</p>"
        "<p><b>Some page</b>, or <b>an <i>old</i> page</b>, is <a href='./A_page'>one <b>of</b></a>"
        "<a href='#x'>no</a><a href='./File:X'><img></a>.</p><p><b>Later</b></p>"
    )
    assert page.links == (Link("A_page", "one of"),)
    assert page.bold_names == ("an old page", "of")


@pytest.mark.parametrize(
    "html",
    [
        "<meta property='mw:PageProp/disambiguation'/><p>x</p>",
        "<div id='disambigbox'>This page lists</div><p>x</p>",
        "<table class='dmbox metadata'><tr><td>lists</table><p>x</p>",
    ],
)
def test_disambiguation_pages_are_known(html: str) -> None:
    page = read(f"<body>{html}</body>")
    assert page.is_disambiguation
    assert page.text == "x"
    assert not read("<p>x</p>").is_disambiguation


@pytest.mark.parametrize("tag", ["div", "b", "span", "blockquote"])
def test_depth_costs_a_page_and_no_more(tag: str) -> None:
    """Up to a point it is read like any other; beyond it no parser is asked."""
    assert read(f"<{tag}>" * 1_500 + "deep" + f"</{tag}>" * 1_500).text == "deep"
    with pytest.raises(UnreadableHtml, match="2,000 deep"):
        read(f"<{tag}>" * 30_000 + "deep")


def test_many_elements_are_no_depth() -> None:
    assert read("<ul>" + "<li>x" * 25_000 + "</ul>").text.count("- x") == 25_000


def test_a_page_longer_than_any_is_refused() -> None:
    table = "<table>" + "<tr><td>a cell of many<td>another" * 300_000
    with pytest.raises(UnreadableHtml, match="8 MiB"):
        read(table)


def test_no_character_that_belongs_into_no_text() -> None:
    assert (
        read("<p>a&#27;[31m\u202eb\u2066c&#xFDD0;</p><h2>d\x1b</h2><p>e").text == "a[31mbc\n\nd\ne"
    )


def test_where_the_parser_is_missing_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "find_spec", lambda name: None)
    with pytest.raises(ReaderMissing, match=r"x\.zim: .*selectolax: pip install 'pinakes\[html\]'"):
        require_parser(Path("x.zim"))


def test_the_layout_says_what_lines_are_and_where_links_stand() -> None:
    page = read(
        "<table class='infobox'><tr><th>In</th><td><a href='./Kent'>Kent</a></td></tr></table>"
        "<p>Of ( ) <a href='./Moon#Far_side'>the <b>Moon</b></a> , by <code><a href='./Ls'>ls</a>"
        "</code>, see <a href='./Moon'>it</a><sup><a href='./Note'>2</a></sup>.</p>"
        "<dl><dt>Term</dt><dd>what<dl><dd>deeper</dd></dl></dd></dl><blockquote>Said.</blockquote>"
        "<pre>one\n  two</pre><figure><figcaption>Seen</figcaption></figure>"
        "<p>So <math alttext='x^2'></math> is.</p><ul><li><a href='./Item'>An item</a></li></ul>"
    )
    layout = unpack_layout(page.layout, page.text, page.links)
    assert [(line.kind, line.level, page.text[line.start : line.end]) for line in layout.lines] == [
        ("term", 0, "Term"),
        ("indent", 1, "what"),
        ("indent", 2, "deeper"),
        ("quote", 0, "Said."),
        ("code", 0, "one"),
        ("code", 0, "  two"),
        ("caption", 0, "Seen"),
        ("item", 0, "- An item"),
    ]
    assert [
        (span.kind, page.text[span.start : span.end], span.target, span.fragment)
        for span in layout.spans
    ] == [
        ("link", "the Moon", "Moon", "Far side"),
        ("link", "ls", "Ls", ""),
        ("link", "it", "Moon", ""),
        ("formula", "x^2", "", ""),
        ("link", "An item", "Item", ""),
        ("link", "Kent", "Kent", ""),
    ]


def test_rows_know_their_cells_and_links() -> None:
    page = read(
        "<p>x</p><table><caption>Men</caption><tr><th>Year</th><th><a href='./Name'>Name</a></th>"
        "</tr><tr><td rowspan=2>1969; late</td><td>Ann, or <a href='./Bob'>Bob</a></td></tr>"
        "<tr><td><ul><li><a href='./C'>C</a></li><li>D</li></ul></td></tr></table>"
    )
    layout = unpack_layout(page.layout, page.text, page.links)
    rows = [
        [(page.text[cell.start : cell.value], page.text[cell.value : cell.end]) for cell in cells]
        for *_, cells in layout.lines
    ]
    assert [line.kind for line in layout.lines] == ["caption", "row", "row"]
    assert rows[1:] == [
        [("Year: ", "1969; late"), ("Name: ", "Ann, or Bob")],
        [("Year: ", "1969; late"), ("Name: ", "C, D")],
    ]
    assert layout.lines[2].cells[0].repeated
    links = [(page.text[s.start : s.end], s.target) for s in layout.spans if s.kind == "link"]
    assert links == [("Bob", "Bob"), ("C", "C")]  # those of headings stand beside no value


def test_cells_that_claim_more_columns_than_are_drawn_cost_nothing() -> None:
    page = read(f"<p>x</p><table><tr>{'<td colspan=500>q</td>' * 4}<td>r</td></tr></table>")
    [row] = unpack_layout(page.layout, page.text, page.links).lines
    assert [page.text[cell.start : cell.end] for cell in row.cells] == ["q", "q", "q", "q", "r"]
    assert all(a.column + a.columns <= b.column for a, b in pairwise(row.cells))
