"""Tables and boxes of a page, row by row, in the form that they have in all text kept here.

A table's values stand beside its headings; the rows of a box are facts: "Capital: Bern". Knows
nothing of elements: its cells are text already.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pinakes.ingest.layout import is_picture
from pinakes.ingest.sources.mediawiki.markup.laid_lines import LaidLine, cells_of, with_places
from pinakes.ingest.sources.mediawiki.markup.located import Located, joined, moved
from pinakes.ingest.sources.mediawiki.markup.tables import joined_parts, table_lines

__all__ = ["Cell", "Table"]


@dataclass(slots=True)
class Cell:
    """A cell with the lines in it; ``are_facts``: those of a box inside of it.

    ``pictures``: behind its last line, as spans.
    """

    is_header: bool
    rows: int
    columns: int
    lines: list[str] = field(default_factory=list)
    are_facts: bool = False
    pictures: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it on one line, which knows the spans of its lines.

        What stands in brackets belongs to the line before it.
        """
        lines: list[str] = []
        for line in self.lines:
            if lines and (self.is_header or line.startswith("(")):
                lines[-1] = f"{lines[-1]} {line}"
            else:
                lines.append(line)
        text = joined_parts(lines).rstrip(",")
        written = joined([piece for line in self.lines for piece in (_located(line), "\n")])
        places = moved(written, written.places, text) if isinstance(written, Located) else ()
        places = [*places, *((len(text), len(text), what) for what in self.pictures if text)]
        return Located(text, places) if places else text

    @property
    def all_pictures(self) -> list[int]:
        """Those in its lines, and behind them."""
        laid = (line for line in self.lines if isinstance(line, LaidLine))
        return [*(what for line in laid for *_, what in line.spans if is_picture(what)),
                *self.pictures]  # fmt: skip


@dataclass(slots=True)
class Table:
    """A table as far as it has been read.

    ``is_box``: its rows are facts. ``is_inner``: it stands inside of another box. ``pictures``:
    those that stand beside none of its ``lines``, as spans, once these are told.
    """

    is_box: bool
    is_inner: bool = False
    captions: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The table as text, a line for each of its rows, which knows its cells."""
        head: list[str] = [LaidLine(caption, "caption") for caption in self.captions if caption]
        if self.is_box:
            return head + self._facts()
        self._settle_pictures()
        cells = (
            [(cell.text, cell.is_header, cell.rows, cell.columns) for cell in row]
            for row in self.rows
        )
        return head + [_row(line) for line in table_lines(cells)]

    def _facts(self) -> list[str]:
        """What a box says; pictures stand before what their row says, or the next one that does.

        Of two cells the first is a label if it is a heading, or if no row of the box has such a
        one.
        """
        all_labels = not self.is_inner and not any(_is_labelled(row) for row in self.rows)
        facts: list[str] = []
        waiting: list[int] = []
        for row in self.rows:
            waiting += [what for cell in row for what in cell.all_pictures]
            told = list(map(str, _facts(row, all_labels=all_labels)))
            if told and waiting:
                told[0] = with_places(told[0], [(0, 0, what) for what in waiting])
                waiting = []
            facts += told
        if facts and waiting:
            end = len(facts[-1])
            facts[-1] = with_places(facts[-1], [(end, end, what) for what in waiting])
        else:
            self.pictures = waiting
        return facts

    def _settle_pictures(self) -> None:
        """Pictures of cells without text stand in the next cell of their row, or the one before."""
        for row in self.rows:
            told: Cell | None = None
            waiting: list[int] = []
            for cell in row:
                if any(cell.lines):
                    told = cell
                    cell.pictures = [*waiting, *cell.pictures]
                    waiting = []
                else:
                    waiting += cell.pictures
            (told or self).pictures += waiting


def _located(line: str) -> str:
    return Located(line, line.spans) if isinstance(line, LaidLine) else line


def _row(line: str) -> str:
    if not isinstance(line, Located):
        return line
    parts = next((parts for _, _, parts in line.blocks if parts), None)
    cells = cells_of(line, parts) if parts else ()
    return LaidLine(line, "row" if cells else "paragraph", 0, cells, line.places)


def _facts(row: list[Cell], *, all_labels: bool) -> Iterator[str]:
    """What a row of a box says, a line; of a box in it, all of its lines."""
    filled = [cell for cell in row if any(cell.lines)]
    if len(filled) == 1 and filled[0].are_facts:
        yield from filled[0].lines
        return
    texts = [cell.text for cell in filled]
    if len(filled) == 2 and (all_labels or _is_labelled(filled)):
        yield f"{texts[0].rstrip(' :：')}: {texts[1]}"
    elif texts:
        yield "; ".join(texts)


def _is_labelled(row: list[Cell]) -> bool:
    return len(row) == 2 and row[0].is_header and not row[1].is_header
