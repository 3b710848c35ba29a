"""What cases cannot say well: limits, and every kind of infobox parameter."""

import pytest

from pinakes.ingest.sources.mediawiki.markup.infoboxes import infobox_facts
from pinakes.ingest.sources.mediawiki.markup.tables import cell_text, render_table


def test_spans_cannot_multiply_a_table() -> None:
    row = '| rowspan="999" colspan="999" | a\n|-\n'
    lines = render_table("{|\n" + row * 300).split("\n")
    assert len(lines) == 300
    assert lines[0] == "a"
    assert max(map(len, lines)) < 1000


def test_more_columns_than_any_table_has_are_still_read() -> None:
    cells = [f"c{number}" for number in range(1000)]
    assert render_table("{|\n| " + " || ".join(cells)) == "; ".join(cells)


def test_a_row_with_fewer_cells_than_headers() -> None:
    assert render_table("{|\n! A !! B\n|-\n| 1\n|-\n| 1 || 2 || 3") == "A: 1\nA: 1; B: 2; 3"


def test_a_span_ends_with_its_rows() -> None:
    table = "{|\n! A !! B\n|-\n| rowspan=2 | x || 1\n|-\n| 2\n|-\n| y || 3"
    assert render_table(table) == "A: x; B: 1\nA: x; B: 2\nA: y; B: 3"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("* a\n:* b,\n #\tc", "a, b, c"),
        ("* '''a'''c '''d ''e", "'ac d e"),  # the mark's space does not count before bold
        ("a.\n\n* b", "a. b"),
    ],
)
def test_a_list_in_a_cell(markup: str, text: str) -> None:
    assert cell_text(markup) == text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("image", "A.jpg"), ("image2", "B.png"), ("image_size", "200"), ("logo_size", "9"),
        ("image_alt", "x"), ("mapframe_zoom", "9"), ("pushpin_map", "UK"),
        ("above_style", "x"), ("datastyle3", "x"), ("rowclass4", "x"), ("refs", "x"),
        ("anything", "300px"), ("anything", "#fff"), ("anything", "200x300px"),
        ("anything", "Song.ogg"), ("anything", "background: red; width: 3em"), ("anything", " "),
    ],
)  # fmt: skip
def test_layout_parameters_are_dropped(key: str, value: str) -> None:
    assert infobox_facts({key: value}) == []


@pytest.mark.parametrize(
    ("key", "value", "fact"),
    [
        ("size", "3 m", "Size: 3 m"),
        ("map_caption", "Where it is", "Map caption: Where it is"),
        ("coach", "Ann", "Coach: Ann"),
        ("imagery", "satellite", "Imagery: satellite"),
        ("logo_designer", "Bob", "Logo designer: Bob"),
        ("dimensions", "Width: 3 m; height: 4 m", "Dimensions: Width: 3 m; height: 4 m"),
        ("floor_count", "#1", "Floor count: 1"),
        ("label", "EMI", "Label: EMI"),
        ("website", "https://example.org/a.html", "Website: https://example.org/a.html"),
    ],
)
def test_facts_are_kept(key: str, value: str, fact: str) -> None:
    assert infobox_facts({key: value}) == [fact]
