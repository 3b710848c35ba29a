import pytest

from pinakes.index.types import StoredPage
from pinakes.ingest.layout import Layout, unpack_layout
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.types import Section
from pinakes.service.http.article_blocks import Block, opening, page_blocks


def page(*sections: tuple[tuple[str, ...], str]) -> StoredPage:
    """An article as ingest lays it out: each heading on the line above its section."""
    text = ""
    placed = []
    for path, body in sections:
        text += ("\n\n" if text else "") + (path[-1] + "\n" if path else "")
        placed.append(Section(path, len(text), len(text) + len(body)))
        text += body
    return StoredPage(1, "Title", 2, "2026-01-01T00:00:00Z", False, 0, text, tuple(placed))


def shown(block: Block) -> str:
    """The block's text, the highlight between ‹ ›."""
    text = "".join(f"‹{piece.text}›" if piece.marked else piece.text for piece in block.pieces)
    return text.replace("›‹", "")


HORSES = page(
    ((), "The horse 🐎 runs. 𠮷野 sees it.\n\nIt stops."),
    (("Food",), "Grass.\n- Hay\n  - Old hay\n1. Oats"),
    (("Life", "Young", "Foals"), "They are small."),
)

# name, the highlighted slice, the highlighted lines
HIGHLIGHTS = [
    ("no highlight", None, []),
    ("nothing between start and end", (5, 5), []),
    ("end before start", (9, 4), []),
    ("wholly before the text", (-9, -2), []),
    ("wholly after the text", (900, 1000), []),
    ("inside a line", (4, 9), ["The ‹horse› 🐎 runs. 𠮷野 sees it."]),
    ("from the very beginning", (0, 3), ["‹The› horse 🐎 runs. 𠮷野 sees it."]),
    ("from before the beginning", (-5, 3), ["‹The› horse 🐎 runs. 𠮷野 sees it."]),
    ("after an astral letter", (12, 17), ["The horse 🐎 ‹runs.› 𠮷野 sees it."]),
    ("only astral letters", (18, 20), ["The horse 🐎 runs. ‹𠮷野› sees it."]),
    ("a whole line", (0, 29), ["‹The horse 🐎 runs. 𠮷野 sees it.›"]),
    ("over an empty line", (21, 33), ["The horse 🐎 runs. 𠮷野 ‹sees it.›", "‹It› stops."]),
    ("beginning on the empty line", (30, 33), ["‹It› stops."]),
    ("over a heading", (34, 53), ["It ‹stops.›", "‹Food›", "‹Grass.›"]),
    ("list items", (54, 71), ["‹- Hay›", "‹  - Old hay›"]),
    ("to beyond the end", (87, 999), ["‹They are small.›"]),
]


@pytest.mark.parametrize(
    ("highlight", "lines"), [case[1:] for case in HIGHLIGHTS], ids=[case[0] for case in HIGHLIGHTS]
)
def test_highlight(highlight: tuple[int, int] | None, lines: list[str]) -> None:
    blocks = list(page_blocks(HORSES, highlight))
    assert [text for text in map(shown, blocks) if "‹" in text] == lines
    first = [piece.text for block in blocks for piece in block.pieces if piece.first]
    marked = [piece.text for block in blocks for piece in block.pieces if piece.marked]
    assert first == marked[:1]


def test_every_letter_is_shown_once_whatever_is_highlighted() -> None:
    plain = [shown(block) for block in page_blocks(HORSES, None)]
    for start in range(-2, len(HORSES.text) + 3):
        for end in (start - 3, start, start + 1, start + 7, start + 40):
            blocks = list(page_blocks(HORSES, (start, end)))
            assert [shown(block).replace("‹", "").replace("›", "") for block in blocks] == plain
            marked = "".join(p.text for block in blocks for p in block.pieces if p.marked)
            wanted = HORSES.text[max(start, 0) : max(end, 0)] if start < end else ""
            assert marked == wanted.replace("\n", "")


def test_headings_and_their_levels() -> None:
    headings = [
        (block.level, shown(block))
        for block in page_blocks(HORSES, None)
        if block.kind == "heading"
    ]
    # "Life" and "Young" have no text of their own, so that only their names are stored.
    assert headings == [(2, "Food"), (2, "Life"), (3, "Young"), (4, "Foals")]


def test_a_heading_is_not_repeated_for_its_next_section_and_levels_end_at_six() -> None:
    stored = page(
        (("A", "B"), "one"),
        (("A", "C"), "two"),
        (("A",), "three"),
        (("A",), "four"),
        (tuple("ABCDEFG"), "five"),
    )
    headings = [(b.level, shown(b)) for b in page_blocks(stored, None) if b.kind == "heading"]
    assert headings[:5] == [(2, "A"), (3, "B"), (3, "C"), (2, "A"), (2, "A")]
    assert headings[5:] == [(3, "B"), (4, "C"), (5, "D"), (6, "E"), (6, "F"), (6, "G")]


def test_kinds_of_lines() -> None:
    stored = page(
        ((), "Plain: as it is.\nNotes; more notes."),
        (("Infobox",), "Name: Alexandria\nKings: Ptolemy I: Soter\nRuins"),
        (("Heads",), "Director: Zenodotus; In office: c. 284–270; Known for: Homer"),
        (("See also",), "- Pergamum\n  - Pergamon\n12. Rhodes\n-5 degrees"),
    )
    found = [
        (block.kind, block.level, [piece.text for piece in block.pieces if piece.label])
        for block in page_blocks(stored, None)
        if block.kind != "heading"
    ]
    assert found == [
        ("text", 0, []),
        ("text", 0, []),
        ("fact", 0, ["Name", ": "]),
        ("fact", 0, ["Kings", ": "]),
        ("fact", 0, []),
        ("row", 0, ["Director: ", "In office: ", "Known for: "]),
        ("item", 1, ["- "]),
        ("item", 2, ["  - "]),
        ("item", 1, []),
        ("text", 0, []),
    ]


def test_a_highlight_cuts_through_labels() -> None:
    stored = page((("Infobox",), "Name: Alexandria"))
    [fact] = [block for block in page_blocks(stored, (10, 16)) if block.kind == "fact"]
    assert [(piece.text, piece.marked, piece.label) for piece in fact.pieces] == [
        ("Na", False, True),
        ("me", True, True),
        (": ", True, True),
        ("Al", True, False),
        ("exandria", False, False),
    ]


def test_an_empty_page() -> None:
    assert list(page_blocks(page(), (0, 10))) == []
    assert list(page_blocks(page(((), "")), (0, 10))) == []


def test_every_heading_has_an_anchor_of_its_own() -> None:
    article = page(((), "a"), (("Life",), "b"), (("Works",), "c"), (("Works", "life"), "d"))
    blocks = page_blocks(article, None)
    anchors = [block.anchor for block in blocks if block.kind == "heading"]
    assert anchors == ["_Life", "_Works", "_life_2"]
    assert {block.anchor for block in page_blocks(article, None) if block.kind == "text"} == {""}


def test_the_heading_of_a_box_is_not_shown() -> None:
    blocks = list(page_blocks(page(((), "a"), (("Infobox",), "Name: A")), None))
    assert [(block.kind, block.text) for block in blocks] == [("text", "a"), ("fact", "Name: A")]


def test_the_box_is_taken_out_of_its_place_behind_the_lead() -> None:
    stored = page(((), "a\nb"), (("Infobox",), "Name: A\nAge: 2"), (("C",), "c"))
    parts = opening(list(page_blocks(stored, None)))
    assert [[block.text for block in part] for part in parts] == [
        ["Name: A", "Age: 2"],
        ["a", "b"],
        ["C", "c"],
    ]
    without = list(page_blocks(HORSES, None))
    assert opening(without) == ([], [], without)


def test_a_sentence_with_colons_is_no_row_where_the_layout_says_nothing_of_it() -> None:
    text = "Algeria (Arabic: Jazair; Berber: Dzayer) is [[Africa|African]]."
    stored, layout = laid_out(text)
    assert [block.kind for block in page_blocks(stored, None, layout)] == ["text"]


SITE = SiteInfo("Toy", "toywiki", "", "en", ())
SHIPS = """Ships of [[Belfast]], by <math>E=mc^2</math>.

- no item
* big
** [[RMS Titanic|Titanic]]
** Olympic
* small

{|
! Year !! Ship
|-
| 1912 || [[RMS Titanic|Titanic]]; sunk
|-
| colspan=2 | none
|-
| || Nomadic
|-
! Height
| 53 m
|}

{|
! City
|-
| Belfast
|}

He said: {{quote|Ships [[sail]].|Ann}}
<pre>if x:

  y</pre>
: indented
; term
== Notes ==
See [[Belfast#Docks]]."""


def laid_out(wikitext: str) -> tuple[StoredPage, Layout]:
    document = parse_document(Page(1, 0, "Ships", 2, "2026", None, wikitext), SITE)
    stored = StoredPage(1, "Ships", 2, "2026", False, 0, document.text, document.sections)
    return stored, unpack_layout(document.layout, document.text, document.links)


def blocks_of(highlight: tuple[int, int] | None = None) -> list[Block]:
    stored, layout = laid_out(SHIPS)
    addresses = {"Belfast": "/b", "RMS Titanic": "/t"}
    return list(
        page_blocks(
            stored,
            highlight,
            layout,
            lambda link: addresses.get(link.target, "") + link.fragment,
        )
    )


def test_what_the_layout_says_lines_are() -> None:
    assert [(block.kind, block.level, block.opens, block.closes) for block in blocks_of()] == [
        ("text", 0, 0, 0),
        ("text", 0, 0, 0),
        ("item", 1, 1, 0),
        ("item", 2, 1, 0),
        ("item", 2, 0, 1),
        ("item", 1, 0, 1),
        ("table", 0, 0, 0),
        ("table", 0, 0, 0),
        ("text", 0, 0, 0),
        ("quote", 0, 0, 0),
        ("quote", 0, 0, 0),
        ("code", 0, 0, 0),
        ("indent", 1, 0, 0),
        ("term", 0, 0, 0),
        ("heading", 2, 0, 0),
        ("text", 0, 0, 0),
    ]


def test_tables_have_their_headings_once_and_cells_in_their_columns() -> None:
    ships, cities = (block for block in blocks_of() if block.kind == "table")
    assert (ships.head, cities.head) == (("Year", "Ship"), ("City",))
    cells = [
        [("".join(piece.text for piece in cell.pieces), cell.empty, cell.columns) for cell in row]
        for row in ships.rows
    ]
    assert cells == [
        [("1912", 0, 1), ("Titanic; sunk", 0, 1)],
        [("none", 0, 2)],
        [("Nomadic", 1, 1)],
        [("Height", 0, 1), ("53 m", 0, 1)],
    ]
    assert [cell.is_header for cell in ships.rows[3]] == [True, False]


def test_of_a_long_table_the_first_rows_are_shown_and_those_that_are_marked() -> None:
    rows = "".join(f"|-\n| {number} || n{number}\n" for number in range(50))
    stored, layout = laid_out(f"{{|\n! A !! B\n{rows}|}}\n\nEnd.\n\n{{|\n! C\n|-\n| 1\n|}}")
    at = stored.text.index("n40")
    for highlight, shown_rows in ((None, 10), ((at, at + 3), 11), ((0, len(stored.text)), 50)):
        blocks = list(page_blocks(stored, highlight, layout, most_rows=10))
        assert [block.kind for block in blocks] == ["table", "text", "table"]
        first, _, second = blocks
        assert (len(first.rows), first.left_out) == (shown_rows, 50 - shown_rows)
        assert (len(second.rows), second.left_out) == (1, 0)
        assert (first.anchor, second.anchor) == ("table-1", "table-2")
    [whole, *_] = page_blocks(stored, None, layout)
    assert (len(whole.rows), whole.left_out) == (50, 0)


def test_links_lead_to_pages_that_are_there() -> None:
    linked = [
        (piece.text, piece.address)
        for block in blocks_of()
        for piece in [
            *block.pieces,
            *(piece for row in block.rows for cell in row for piece in cell.pieces),
        ]
        if piece.address
    ]
    assert linked == [
        ("Belfast", "/b"),
        ("Titanic", "/t"),
        ("Titanic", "/t"),
        ("Belfast#Docks", "/bDocks"),
    ]


def test_formulas_and_code_are_shown_as_such() -> None:
    code = [piece.text for block in blocks_of() for piece in block.pieces if piece.is_code]
    assert code == ["E=mc^2"]
    [block] = [block for block in blocks_of() if block.kind == "code"]
    assert block.text == "if x:\n\n  y"


def test_with_a_layout_every_letter_is_shown_once_and_marked_where_it_stands() -> None:
    stored, _ = laid_out(SHIPS)
    plain = [block.text for block in blocks_of()]
    assert "".join(plain).replace("\n", "") == stored.text.replace("\n", "")
    for start in range(0, len(stored.text), 3):
        for end in (start + 1, start + 9, start + 60):
            blocks = blocks_of((start, end))
            assert [block.text for block in blocks] == plain
            pieces = [
                piece
                for block in blocks
                for piece in [
                    *block.pieces,
                    *(p for row in block.rows for cell in row for p in cell.before + cell.pieces),
                ]
            ]
            marked = "".join(piece.text for piece in pieces if piece.marked)
            assert marked.replace("\n", "") == stored.text[start:end].replace("\n", "")
            first = [piece.text for piece in pieces if piece.first]
            assert first == [piece.text for piece in pieces if piece.marked][:1]


def test_text_in_the_next_line_goes_on() -> None:
    stored = page(((), "a\nb\n\nc"), (("H",), "d\n- item\ne\nf"))
    blocks = page_blocks(stored, None)
    assert [block.text for block in blocks if block.goes_on] == ["b", "f"]
