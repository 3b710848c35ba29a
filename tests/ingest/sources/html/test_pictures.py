"""Where pictures of a page stand: at captions, in cells and boxes, in lines."""

import pytest

from pinakes.ingest.layout import Picture, unpack_layout
from pinakes.ingest.sources.html.document import read_page
from pinakes.ingest.types import Document

IMG = '<img src="a.png" alt="An A" width="120" height="90">'
B = '<img src="b.png" width="120" height="90">'
ROW = "<tr><th>Name</th><th>Flag</th></tr>"


def document(html: str) -> Document:
    return read_page(
        html,
        "A",
        "A",
        1,
        "",
        lambda address: address,
        lambda address: None if "no" in address else address,
    )


def pictures(html: str) -> tuple[Picture, ...]:
    page = document(html)
    return unpack_layout(page.layout, page.text, page.links).pictures


@pytest.mark.parametrize(
    ("html", "followed_by"),
    [
        (f"<p>One.</p><figure>{IMG}<figcaption>Seen.</figcaption></figure><p>Two.", ["Seen."]),
        (f"<p>One.</p><div class=thumb>{IMG}<div class=thumbcaption>Seen.</div></div>", ["Seen."]),
        (f"<p>One {IMG} two.</p>", ["two."]),
        (f"<p>One <a href=x>of {IMG} two</a>.</p>", ["two."]),
        (f"<p>{IMG}One.</p>", ["One."]),
        (f"<p>One.</p><p>{IMG}</p>", [""]),
        (f"<h2>H</h2><p>One.</p>{IMG}<h2>I</h2><p>Two.</p>", ["\n\nI\nTwo."]),
        (f"<h2>H</h2>{IMG}<h2>I</h2><p>Two.</p>", ["Two."]),
        (f"<ul><li>One</li><li>{IMG}Two</li></ul>", ["Two"]),
        (f"<table>{ROW}<tr><td>Oslo{IMG}</td><td>red</td></tr></table>", ["; Flag: red"]),
        (f"<table>{ROW}<tr><td>{IMG}<br>Oslo</td><td>red</td></tr></table>", ["Oslo; Flag: red"]),
        (f"<table>{ROW}<tr><td>Oslo</td><td>{IMG}</td></tr></table>", [""]),
        (f"<table>{ROW}<tr><td>Oslo<td>x{IMG}<tr><td>Rome<td>{B}y", ["\nName: Rome; Flag: y", "y"]),
        (f"<table><tr><td rowspan=2>X{IMG}<td>1<tr><td>2</table>", ["; 1\nX; 2"]),
        (f"<table class=infobox><tr><td>{IMG}<tr><th>Born<td>1900</table>One.", ["Born: 1900"]),
        (f"<table class=infobox><tr><td>{IMG}<br>Seen<tr><th>Born<td>1900</table>One.",
         ["Seen\nBorn: 1900"]),
        (f"<table class=infobox><tr><td>{IMG}</table><p>One.", ["One."]),
        (f"<div class=infobox>{IMG}<p>Born: 1900</div>One.", ["Born: 1900"]),
        (f"{IMG}{B}<p>One.", ["One.", "One."]),
        (f"<p>One.{IMG}</p><pre>\n a = 1\n</pre>", ["\n\n a = 1"]),
    ],
)  # fmt: skip
def test_a_picture_stands_where_it_stood(html: str, followed_by: list[str]) -> None:
    page = document(html)
    found = unpack_layout(page.layout, page.text, page.links).pictures
    behind = [page.text[one.at :] for one in found]
    assert [
        text[: len(words) or None] for text, words in zip(behind, followed_by, strict=True)
    ] == (followed_by)
    assert [one.path for one in found] == ["a.png", "b.png"][: len(found)]


def test_the_text_is_what_it_is_without() -> None:
    html = (
        f"<p>One {IMG} two <a href=x>and {IMG} a link</a>.</p><table>{ROW}<tr><td>Oslo{IMG}<td>1"
        f"</table><ul><li>{IMG}a<li>b</ul><table class=infobox><tr><th>Born<td>{IMG}1900</table>"
    )
    bare = document(html.replace(IMG, ""))
    with_pictures = document(html)
    assert with_pictures.text == bare.text
    assert with_pictures.links == bare.links
    there = unpack_layout(with_pictures.layout, with_pictures.text, with_pictures.links)
    before = unpack_layout(bare.layout, bare.text, bare.links)
    assert (there.lines, there.spans) == (before.lines, before.spans)
    assert len(there.pictures) == 5


def test_what_is_told_of_a_picture() -> None:
    [one] = pictures('<p>A<img src=a.png alt=" An \n A " width=120 height=90.5>')
    assert one == Picture("a.png", "An A", 120, 90, 1)
    [one] = pictures(f'<p>A<img data-src=a.png alt="{"x" * 900}" width=50% height=-4>')
    assert (len(one.alternative), one.width, one.height) == (500, 0, 0)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="a.png" width="20" height="20">',
        '<img src="a.png" width="300" height="2">',
        '<img src="no.png">',
        "<img alt=x>",
        '<img src="a.png" class="noprint">',
        '<img src="a.png" style="display: none">',
        f'<div class="navbox">{IMG}</div>',
        '<img class="mwe-math-fallback-image" alt="x^2" src="a.png">',
        f'<span role="img" aria-label="4 stars">{IMG}</span>',
    ],
)
def test_icons_lines_and_formulas_are_none(html: str) -> None:
    assert pictures(f"<p>One.</p>{html}<p>Two.</p>") == ()
