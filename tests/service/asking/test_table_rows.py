"""What the rows of a table claim."""

import pytest

from pinakes.service.asking.table_rows import TableRows

RIVERS = "| River | km |"

# name, the lines, what the last one claims
ROWS = [
    ("headings", [RIVERS], []),
    ("what stands below them", [RIVERS, "|:--|--:|"], []),
    ("a row", [RIVERS, "|---|---|", "| Rhine | 1,230 |"], ["Rhine km 1,230."]),
    ("a mark of a source", [RIVERS, "|---|---|", "| Rhine [1] | 1,230 [2] |"], ["Rhine km 1,230."]),
    ("emphasis", [RIVERS, "|---|---|", "| **Rhine** | `1,230` |"], ["Rhine km 1,230."]),
    (
        "three columns",
        ["| River | km | Mouth |", "|---|---|---|", "| Rhine | 1,230 | North Sea |"],
        ["Rhine km 1,230.", "Rhine Mouth North Sea."],
    ),
    ("an empty cell", [RIVERS, "|---|---|", "| Rhine | – |"], []),
    ("a cell too many", [RIVERS, "|---|---|", "| Rhine | 1,230 | long |"],
     ["Rhine km 1,230.", "Rhine long."]),
    ("one column", ["| River |", "|---|", "| Rhine |"], ["Rhine."]),
    ("a bar in a cell", [RIVERS, "|---|---|", r"| Rhine | 1 \| 2 |"], [r"Rhine km 1 \| 2."]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "claims"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS])
def test_each_cell_is_said_of_the_first(lines: list[str], claims: list[str]) -> None:
    rows = TableRows()
    *before, last = lines
    for line in before:
        assert rows.claims(line) == []
    assert rows.claims(last) == claims


def test_another_table_has_headings_of_its_own() -> None:
    rows = TableRows()
    rows.claims(RIVERS)
    rows.end()
    assert rows.claims("| City | people |") == []
    assert rows.claims("| Bonn | 320,000 |") == ["Bonn people 320,000."]
