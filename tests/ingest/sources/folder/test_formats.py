"""What files of each format say: titles, sections, code, lists, links, pages."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from pinakes.ingest.layout import CODE, FORMULA
from pinakes.ingest.sources.folder.formats.docx import read_docx
from pinakes.ingest.sources.folder.formats.epub import epub_title, read_epub
from pinakes.ingest.sources.folder.formats.html_text import read_html
from pinakes.ingest.sources.folder.formats.man_page import read_man_page
from pinakes.ingest.sources.folder.formats.markdown import read_markdown
from pinakes.ingest.sources.folder.formats.pdf import pdf_title, read_pdf
from pinakes.ingest.sources.folder.formats.plain_text import decoded, read_plain_text
from pinakes.ingest.sources.folder.formats.restructured_text import read_restructured_text
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile
from pinakes.ingest.sources.folder.reading import read_file, title_at_top
from tests.ingest.manuals import write_docx, write_epub, write_pdf

Lines = list[tuple[str, str]]


def said(outline: Outline) -> dict[str, Lines]:
    """Kind and text of the lines of each section, by its headings."""
    return {
        " / ".join(path): [(line.kind, line.text) for line in lines if line.text]
        for path, lines in outline.blocks
        if any(line.text for line in lines)
    }


MARKDOWN = """\
---
title: 'From the front'
---

# Pumps

Run `git add .` and see [the *valves*](valves.md#x).

## Priming `it`

- one
- two
  1. deep

> A quotation.

```sh
prime   --now

  --slowly
```

| part | price |
|------|-------|
| seal | 3 €   |

<script>alert("x")</script>
"""
RST = """\
=====
Pumps
=====

Run ``git add .`` and see :ref:`the valves <valves>` or :py:func:`os.path`.

.. include:: /etc/passwd

.. code-block:: python

   if x:
       y()

.. versionadded:: 3.2
   They are *new*.

Terms
-----

seal
  what keeps the water in

.. note:: Turn it off.
"""
HTML = """\
<html><head><title>Pumps &amp; more — a site</title><style>p{}</style></head><body>
<nav><a href="/">home</a></nav>
<h2>Basics<a class="headerlink" href="#x">¶</a></h2><p class="reference">Water <b>goes</b> up.</p>
<dl><dt>seal</dt><dd>keeps it in</dd></dl>
<p hidden>not seen</p></body></html>
"""
MAN = r""".\" a comment
.TH PUMP 8 2026-01-01
.SH NAME
pump \- raises water
.SH SYNOPSIS
.B pump
.RI [ "a litre" ]
.SH OPTIONS
.TP
.BR \-s ", " \-\-slow
Slowly\(em\fIvery\fR slowly.
.SS Example
.nf
pump \-s \e
    now
.fi
.ie n \{\
\h'-04'\(bu\h'+03'\c
.\}
.el \{\
.IP \(bu 2
.\}
First it
rises.
.IP 2. 2
Then it falls.
.PP
Then it rests.
"""
MDOC = """\
.Dd January 1, 2026
.Dt PUMP 8
.Os
.Sh NAME
.Nm pump
.Nd raises water
.Sh SYNOPSIS
.Nm
.Op Fl s
.Ar litres
.Sh DESCRIPTION
See
.Xr valve 4 .
.Bl -tag
.It Fl s
Slowly.
.El
"""
TEXT = """\
PUMPS
=====

Water goes up. It was carried in
buck-
ets before.

Parts
-----
* seal, which keeps
  the water in
* lever

    prime --now
"""
CASES: list[tuple[str, Callable[[str], Outline], str, str, dict[str, Lines]]] = [
    ("markdown", read_markdown, MARKDOWN, "From the front", {
        "Pumps": [("paragraph", "Run git add . and see the valves.")],
        "Priming it": [
            ("item", "- one"), ("item", "- two"), ("item", "  1. deep"),
            ("quote", "A quotation."), ("code", "prime   --now\n\n  --slowly"),
            ("row", "part: seal; price: 3 €"),
        ],
    }),
    ("rst", read_restructured_text, RST, "Pumps", {
        "": [
            ("paragraph", "Run git add . and see the valves or os.path."),
            ("code", "if x:\n    y()"), ("paragraph", "3.2 They are new."),
        ],
        "Terms": [
            ("term", "seal"), ("indent", "what keeps the water in"),
            ("paragraph", "Note"), ("paragraph", "Turn it off."),
        ],
    }),
    ("html", read_html, HTML, "Pumps & more — a site", {
        "Basics": [
            ("paragraph", "Water goes up."), ("term", "seal"), ("indent", "keeps it in"),
        ],
    }),
    ("man", read_man_page, MAN, "pump(8)", {
        "NAME": [("paragraph", "pump - raises water")],
        "SYNOPSIS": [("paragraph", "pump [a litre]")],
        "OPTIONS": [("term", "-s, --slow"), ("indent", "Slowly—very slowly.")],
        "OPTIONS / Example": [
            ("code", "pump -s \\\n    now"), ("item", "- First it rises."),
            ("item", "2. Then it falls."), ("paragraph", "Then it rests."),
        ],
    }),
    ("mdoc", read_man_page, MDOC, "pump(8)", {
        "NAME": [("paragraph", "pump – raises water")],
        "SYNOPSIS": [("paragraph", "pump [-s] litres")],
        "DESCRIPTION": [
            ("paragraph", "See valve(4)."), ("term", "-s"), ("indent", "Slowly."),
        ],
    }),
    ("text", read_plain_text, TEXT, "PUMPS", {
        "": [("paragraph", "Water goes up. It was carried in buckets before.")],
        "Parts": [
            ("item", "- seal, which keeps the water in"), ("item", "- lever"),
            ("code", "prime --now"),
        ],
    }),
]  # fmt: skip


@pytest.mark.parametrize(
    ("read", "source", "title", "sections"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_text_comes_out_in_sections(
    read: Callable[[str], Outline], source: str, title: str, sections: dict[str, Lines]
) -> None:
    outline = read(source)
    assert outline.title == title
    assert said(outline) == sections


def test_formulas_of_markdown_are_told_from_prices_and_variables() -> None:
    text = "Let $n$ be $x^2$: $5 or $6, `$y_1$`, $HOME/$USER=$A; A$=b$c; $B `$`.\n\n$$\na<b\n$$\n"
    outline = read_markdown(text)
    ((_, lines),) = outline.blocks
    said = [line for line in lines if line.text]
    assert [line.text for line in said] == [
        "Let n be x^2: $5 or $6, $y_1$, $HOME/$USER=$A; A$=b$c; $B $.",
        "a<b",
    ]
    formulas = [
        line.text[start:end] for line in said for start, end, what in line.spans if what == FORMULA
    ]
    assert formulas == ["n", "x^2", "a<b"]


def test_code_and_links_have_their_places() -> None:
    outline = read_markdown(MARKDOWN)
    [line] = [line for line in outline.blocks[0][1] if line.text]
    marked = [(line.text[start:end], what) for start, end, what in line.spans]
    assert marked == [("git add .", CODE), ("the valves", 0)]
    assert outline.links == [("valves.md#x", "the valves")]


@pytest.mark.parametrize("front", ["---\ntitle: Pumps\n---\n", "% Pumps\n"])
def test_a_title_may_stand_before_the_text(front: str) -> None:
    outline = read_markdown(f"{front}\nVersion 2\n=========\n\nWater.\n")
    assert outline.title == "Pumps"
    assert said(outline) == {"Version 2": [("paragraph", "Water.")]}


def test_strings_and_macros_of_a_manual_are_its_own() -> None:
    source = ".TH PUMP 8\n.ds n pump\n.de bP\n.IP x\n..\n.SH NAME\n\\fB\\*n\\fP goes\n.bP\nup"
    assert said(read_man_page(source)) == {
        "NAME": [("paragraph", "pump goes"), ("paragraph", "up")]
    }


def test_strings_cannot_grow_without_end() -> None:
    doubled = "".join(f".ds {b} \\*{a}\\*{a}\n" for a, b in pairwise("abcdefghijklmnopqrstuvwxyz"))
    outline = read_man_page(f".TH PUMP 8\n.ds a {'x' * 99}\n{doubled}.SH NAME\n\\*z\n")
    [(_, text)] = said(outline)["NAME"]
    assert len(text) == 1000


@pytest.mark.parametrize("depth", [1, 9, 10, 40, 100])
def test_deep_lists_and_quotations_are_read(depth: int) -> None:
    listed = "".join(f"{'  ' * number}- item {number}\n" for number in range(depth))
    items = [text.strip() for _, text in said(read_markdown(listed))[""]]
    assert items == [f"- item {number}" for number in range(depth)]
    [(_, text)] = said(read_markdown(f"{'> ' * depth}words"))[""]
    assert text == "words"


def test_the_title_of_a_file_that_is_too_deep_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\n" + "> " * 1500 + "x")
    with pytest.raises(UnreadableFile, match="nested too deeply"):
        title_at_top(tmp_path / "a.md", "markdown")


def test_brackets_inside_of_each_other_take_no_time() -> None:
    [(_, text)] = said(read_markdown("[" * 5000 + "x" + "]" * 5000))[""]
    assert len(text) == 10_001


def test_the_title_is_not_said_twice() -> None:
    outline = read_markdown("# Pumps\n\nWater goes up.\n\n# Valves\n\nThey close.\n")
    assert outline.title == "Pumps"
    assert list(said(outline)) == ["", "Valves"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<del>2</del><ins>3</ins> bar", "3 bar"),
        ("from 1<s>2</s>3 bar", "from 1 3 bar"),
        ("from 1<strike>2</strike>.5 bar", "from 1 .5 bar"),
        ("at 1.<del>2</del><b>5</b> bar", "at 1. 5 bar"),
        ('<span style="text-decoration: line-through">500</span> 50 mg', "50 mg"),
        ("It opens <del>slowly</del>.", "It opens ."),
        ("It opens<del> slowly</del>.", "It opens."),
        ("<code>a<del>b</del></code> c", "a c"),
        ("10<sup>6</sup> litres", "10⁶ litres"),
        ('4 bar<sup><a href="#fn">4</a></sup> at most', "4 bar[4] at most"),
        ('4 bar<sup>[<a href="notes.html#n">4</a>]</sup> at most', "4 bar[4] at most"),
        ('4 bar<a href="#fn"><sup>4</sup></a> at most', "4 bar[4] at most"),
        ('4 bar<a href="#fn" role="doc-noteref">4</a> at most', "4 bar[4] at most"),
        ('4 bar<sup><a href="#fn">*</a></sup> at most', "4 bar* at most"),
        ('see <a href="#powers">10<sup>6</sup> litres</a>', "see 10⁶ litres"),
    ],
)
def test_what_is_struck_is_not_said_and_a_note_is_no_power(source: str, text: str) -> None:
    assert said(read_html(f"<p>{source}</p>")) == {"": [("paragraph", text)]}


def test_markdown_leaves_out_what_is_struck() -> None:
    outline = read_markdown("# Dose ~~old~~\n\nTake ~~500~~ 50 mg, 1~~0~~5 times.\n")
    assert outline.title == "Dose"
    assert said(outline) == {"": [("paragraph", "Take 50 mg, 1 5 times.")]}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Größe".encode(), "Größe"),
        ("Größe".encode("cp1252"), "Größe"),
        ("\ufeffGröße".encode("utf-16-le"), "Größe"),
        ("\ufeffa\r\nb".encode(), "a\nb"),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(content: bytes, text: str) -> None:
    assert decoded(content) == text


@pytest.mark.parametrize(
    ("head", "encoding", "words"),
    [
        ('<meta charset="utf-8">', "utf-8", "Größe ж"),
        ('<META CHARSET="windows-1251">', "cp1251", "Насос"),
        ("<meta charset=koi8-r>", "koi8-r", "Насос"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">',
            "cp932", "ポンプ①",
        ),
        ('<meta charset="gb2312">', "gbk", "水泵鎔"),
        ('<meta charset="iso-8859-1">', "cp1252", "3 € – “pump”"),
        ('<meta charset="utf-16">', "utf-8", "Größe"),
        ('<?xml version="1.0" encoding="ISO-8859-2"?>', "iso8859-2", "Čerpadlo"),
        ('<meta charset="iso-8859-1">', "utf-8-sig", "Größe"),
        ('<!-- <meta charset="koi8-r"> --><meta charset="cp1251">', "cp1251", "Насос"),
        ('<meta charset="unicode_escape">', "utf-8", "\\x41"),
        ('<meta charset="utf-8">', "cp1252", "Größe"),
        ('<meta charset="zip">', "cp1252", "Größe"),
    ],
)  # fmt: skip
def test_html_is_in_the_encoding_that_it_names(
    tmp_path: Path, head: str, encoding: str, words: str
) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f"{head}<p>{words}</p>".encode(encoding))
    assert said(read_file(path, "html")) == {"": [("paragraph", words)]}


def test_letters_that_are_damaged_leave_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b'<meta charset="shift_jis"><p>' + "ポンプ".encode("cp932") + b" \x81 3</p>")
    assert said(read_file(path, "html")) == {"": [("paragraph", "ポンプ \ufffd 3")]}


def test_bytes_are_no_text() -> None:
    with pytest.raises(UnreadableFile, match="zero bytes"):
        decoded(b"\x7fELF\0\0\1")


def test_a_pdf_is_read_by_its_pages(tmp_path: Path) -> None:
    foot = "Pump Company, page"
    pages = [
        ["The pump is primed by turn-", "ing the lever.", f"{foot} 1"],
        ["It needs 3 litres.", f"{foot} 2"],
        ["Valves close.", f"{foot} 3"],
        ["They open, too.", f"{foot} 4"],
    ]
    path = write_pdf(
        tmp_path / "a.pdf", pages, "Pump manual", {"Priming": 0, "Litres": 0, "Valves": 2}
    )
    assert pdf_title(path) == "Pump manual"
    assert said(read_pdf(path)) == {
        "Priming / Page 1": [("paragraph", "The pump is primed by turning the lever.")],
        "Litres / Page 2": [("paragraph", "It needs 3 litres.")],
        "Valves / Page 3": [("paragraph", "Valves close.")],
        "Valves / Page 4": [("paragraph", "They open, too.")],
    }


def test_a_line_whose_number_is_not_the_page_s_is_kept(tmp_path: Path) -> None:
    flows = (85, 120, 96, 40, 300)
    pages = [
        [f"Pump model {flow + 17}", f"Flow: {flow} litres a minute", f"Sheet {number + 7} of 99"]
        for number, flow in enumerate(flows)
    ]
    assert said(read_pdf(write_pdf(tmp_path / "a.pdf", pages))) == {
        f"Page {number}": [("paragraph", f"Pump model {flow + 17} Flow: {flow} litres a minute")]
        for number, flow in enumerate(flows, 1)
    }


def test_lines_that_are_the_same_everywhere_are_left_out_at_the_edges_only(tmp_path: Path) -> None:
    pages = [
        [
            "Pump Co 12",
            "Parts of",
            "this sheet",
            "Pump Co 12",
            f"weigh {weight} kg",
            "Berlin",
            "2024",
        ]
        for weight in (3, 4, 9, 2, 7)
    ]
    found = said(read_pdf(write_pdf(tmp_path / "a.pdf", pages)))
    assert found["Page 3"] == [("paragraph", "this sheet Pump Co 12 weigh 9 kg")]


@pytest.mark.parametrize("line", ["The same words", "Page"])
def test_a_pdf_that_says_the_same_on_each_page_is_not_pictures(tmp_path: Path, line: str) -> None:
    pages = [[f"{line} {number}" if line == "Page" else line] for number in range(4)]
    assert len(said(read_pdf(write_pdf(tmp_path / "a.pdf", pages)))) == 4


@pytest.mark.parametrize("title", ["", "untitled", "Microsoft Word - pump.doc", "pump_v3.indd"])
def test_what_a_program_calls_a_pdf_is_no_title(tmp_path: Path, title: str) -> None:
    assert pdf_title(write_pdf(tmp_path / "a.pdf", [["x"]], title)) == ""


def test_a_book_is_read_chapter_by_chapter(tmp_path: Path) -> None:
    chapters = [
        "<h1>Water</h1><p>It goes <code>up</code>.</p>",
        "<h1>Valves</h1><h2>Closing</h2><p>They close.</p>",
    ]
    path = write_epub(tmp_path / "a.epub", chapters, "The Pump Book")
    assert epub_title(path) == "The Pump Book"
    assert said(read_epub(path)) == {
        "Water": [("paragraph", "It goes up.")],
        "Valves / Closing": [("paragraph", "They close.")],
    }


def test_fonts_of_a_book_may_be_scrambled(tmp_path: Path) -> None:
    def listed(name: str) -> dict[str, bytes]:
        xml = f'<encryption><CipherData><CipherReference URI="{name}"/></CipherData></encryption>'
        return {"META-INF/encryption.xml": xml.encode()}

    path = tmp_path / "a.epub"
    assert said(read_epub(write_epub(path, ["<p>Water</p>"], "A", listed("OPS/f.otf"))))
    with pytest.raises(UnreadableFile, match="encrypted"):
        read_epub(write_epub(path, ["<p>Water</p>"], "A", listed("OPS/text/c%200.xhtml")))


def test_a_word_document_has_its_styles(tmp_path: Path) -> None:
    paragraphs = [
        ("Title", "Pumps"), ("", "Water goes up."), ("Heading1", "Priming"),
        ("Code", "prime"), ("Code", "  --now"), ("", "Done."),
    ]  # fmt: skip
    outline = read_docx(write_docx(tmp_path / "a.docx", paragraphs))
    assert outline.title == "Pumps"
    assert said(outline) == {
        "": [("paragraph", "Water goes up.")],
        "Priming": [("code", "prime\n  --now"), ("paragraph", "Done.")],
    }
    assert read_docx(write_docx(tmp_path / "b.docx", paragraphs, "Pump book")).title == "Pump book"


def test_hidden_words_of_a_word_document_are_left_out(tmp_path: Path) -> None:
    def run(mark: str, words: str) -> str:
        return f"</w:t></w:r><w:r><w:rPr>{mark}</w:rPr><w:t>{words}</w:t></w:r><w:r><w:t>"

    text = f"Open{run('<w:vanish/>', ' secret')}{run('<w:strike/>', ' never')}"
    text += run('<w:vanish w:val="0"/>', " wide") + "."
    outline = read_docx(write_docx(tmp_path / "a.docx", [("Heading1", "Valves"), ("", text)]))
    assert (outline.title, said(outline)) == ("Valves", {"": [("paragraph", "Open wide.")]})
