"""Tables as text that reads on its own: every value beside its heading.

Works on table markup whose inner templates and links are already text. Layout rules follow
MediaWiki's Help:Tables.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pinakes.ingest.sources.mediawiki.markup.debris import DROPPED, without_dropped
from pinakes.ingest.sources.mediawiki.markup.emphasis import without_emphasis
from pinakes.ingest.sources.mediawiki.markup.hidden import is_hidden
from pinakes.ingest.sources.mediawiki.markup.located import (
    Located,
    Part,
    Place,
    TextBlock,
    joined,
    moved,
)

__all__ = [
    "APART",
    "BREAK",
    "CAPTION",
    "CELL",
    "DROPPED",
    "ROW",
    "cell_text",
    "joined_parts",
    "render_table",
    "table_lines",
]

# Stands for <br> until the end: a line break in prose, a comma inside a cell.
BREAK = "\ue002"
# Stand for marks of a table that a template makes: of a cell, of a row with its first cell.
CELL, ROW = "\ue00a", "\ue00b"
# Stands before a picture's caption, at the beginning of its line.
CAPTION = "\ue009"
# Before a number that must not run together with one before it: 1 and 1/4 is not 11/4.
APART = "\ue006"

_ROW = re.compile(r"\n[ \t]*\|-[^\n]*")
_CELL = re.compile(r"\n[ \t]*(!|\|(?![-}+]))|\|(\|)|!(!)")
_CAPTION = re.compile(r"\n[ \t]*\|\+((?:(?!\n[ \t]*[|!]).)*)", re.DOTALL)
_SPAN = re.compile(r"(row|col)span\s*=\s*[\"']?\s*(\d{1,3})", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"^(nowrap|[^|\[\]{}<>]*?=[^|]*)$", re.IGNORECASE)
# At the head of a cell whose bar stands inside a template: colspan="2" {{n/a}}.
_ATTRIBUTE_RUN = re.compile(
    r"\s*(?:(?:colspan|rowspan|style|class|v?align|bgcolor|scope|width|height|id|data-sort-value)"
    r"\s*=\s*(?:\"[^\"\n]*\"|'[^'\n]*'|[\w#%.-]+)\s*)+",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(r"</?(?:div|p|center|ul|ol|li|dl|dt|dd|hr)\b[^<>]*>", re.IGNORECASE)
# Rows and cells that are closed as in HTML.
_CLOSED = re.compile(r"(?:</(?:t[rdh]|tbody|thead)\s*>\s*)+$", re.IGNORECASE)
_COMMA_TOO_MANY = re.compile(r",(?<=[,;:.],)(?= )")
_VALUE = re.compile(r"[-+−–±$€£¥]?\d[\d.,\xa0 ]*(?:%| ?(?:million|mln|M))?(?: \([^()]*\))?")
# Numbers beside each other, such as a record of wins and losses: 26–17, 60 / 343.
_RECORD = re.compile(r"\d[\d.,]*%?(?: ?[-–−/:] ?\d[\d.,]*%?)+(?: \([^()]*\))?")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:[-–/]\d{2,4})?")
_MAX_SPAN = 100
# What stands in so many columns is said of no one of them.
_MOST_LABELS = 3
# Cells beyond are read, but no longer repeated where they span: 100 × 100 cells from 30 letters.
_MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    is_header: bool
    rows: int
    columns: int

    @property
    def is_value(self) -> bool:
        """Whether it holds a number, which is no heading of others unless it is a year."""
        return _VALUE.fullmatch(self.text) is not None and _YEAR.fullmatch(self.text) is None

    @property
    def is_record(self) -> bool:
        """Whether it holds several numbers, which may be classes, too: ages 15–64."""
        return _RECORD.fullmatch(self.text) is not None and _YEAR.fullmatch(self.text) is None


def render_table(markup: str) -> str:
    """The rows of ``{| … |}``, one line each: "Year: 1969; Mission: Apollo 11".

    A table without header cells gives its cells, joined by semicolons; if there are tables in them,
    it only places these beside each other, and their rows stay lines. The text knows its rows, and
    where links stand in them.
    """
    head, _, body = markup.partition("\n")
    body = "\n" + body
    given = markup.places if isinstance(markup, Located) else ()
    places = [(at - len(head), end - len(head), link) for at, end, link in given]
    if CELL in body:
        body, places = body.replace(ROW, "\n|-\n|").replace(CELL, "||"), []
    lines: list[str] = []
    if "|+" in body:
        lines = [cell_text(_strip_attributes(match[1])) for match in _CAPTION.finditer(body)]
        body, places = _without_captions(body, places)
    first_row = _ROW.search(body)
    first_cell = _CELL.search(body)
    begin = min(match.start() if match else len(body) for match in (first_row, first_cell))
    lines.append(cell_text(body[:begin]))  # stands before the table, as in a browser
    nested = _nested_rows(markup) if isinstance(markup, Located) and markup.blocks else {}
    if nested and any(mark[1] == "!" for mark in _CELL.finditer(body)):
        nested = {}  # a table with headings says more of them than their place
    rows = []
    for start, end in _between(_ROW, body, begin):
        inside = _inside(places, start, end)
        if row := list(_cells(body[start:end], inside, nested)):
            rows.append(row)
    lines += [cell.text for row in rows for cell in row] if nested else _row_lines(_spread(rows))
    return joined([piece for line in lines if line for piece in ("\n", line)][1:])


def _nested_rows(markup: Located) -> dict[str, tuple[Part, ...]]:
    """The rows of tables inside of this one, by their lines."""
    return {str(markup)[start:end]: parts for start, end, parts in markup.blocks if parts}


def _between(marks: re.Pattern[str], text: str, start: int) -> Iterator[tuple[int, int]]:
    """The slices of ``text`` that these marks part."""
    for mark in marks.finditer(text, start):
        yield start, mark.start()
        start = mark.end()
    yield start, len(text)


def _inside(places: Sequence[Place], start: int, end: int) -> list[Place]:
    """The links that begin in this slice, by their places in it."""
    if not places:
        return []
    first, last = bisect_left(places, (start,)), bisect_left(places, (end,))
    return [(at - start, stop - start, link) for at, stop, link in places[first:last]]


def _without_captions(body: str, places: Sequence[Place]) -> tuple[str, list[Place]]:
    kept: list[Place] = []
    rest = ""
    for start, end in _between(_CAPTION, body, 0):
        inside = _inside(places, start, end)
        kept += [(len(rest) + at, len(rest) + stop, link) for at, stop, link in inside]
        rest += body[start:end]
    return rest, kept


def _cells(
    row: str, places: Sequence[Place], nested: Mapping[str, tuple[Part, ...]]
) -> Iterator[_Cell]:
    """The cells of a row, each as a line, or as its lines where rows are ``nested`` in it."""
    marks = list(_cell_marks(row))
    is_header = False
    if before := cell_text(row[: marks[0].start()] if marks else row):
        yield _Cell(before, is_header=False, rows=1, columns=1)  # cells written as HTML
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(row)
        content = row[mark.end() : end]
        if mark[1]:
            is_header = mark[1] == "!"
        if is_header and content.startswith("!"):  # !! at the beginning of a line
            content = content[1:]
        attributes, bar, text = content.partition("|")
        if not bar and (run := _ATTRIBUTE_RUN.match(content)):
            attributes, bar, text = run.group(), "|", content[run.end() :]
        if not bar or not _looks_like_attributes(attributes):
            attributes, text = "", content
        if attributes and is_hidden(attributes):
            text = ""
        if "</t" in text:
            text = _CLOSED.sub("", text)
        spans = {kind.lower(): int(number) for kind, number in _SPAN.findall(attributes)}
        words = _cell_lines(text, nested) if nested else cell_text(text)
        if inside := _inside(places, mark.end(), end):
            blocks = words.blocks if isinstance(words, Located) else ()
            words = Located(words, moved(content, inside, words), blocks)
        yield _Cell(
            words,
            is_header,
            _span(spans.get("row", 1)),
            _span(spans.get("col", 1)),
        )


def _cell_lines(text: str, nested: Mapping[str, tuple[Part, ...]]) -> str:
    """The lines of a cell, of which those that are rows of a table in it know that."""
    pieces: list[str] = []
    for line in text.split("\n"):
        if words := cell_text(line):
            parts = nested.get(line)
            known = Located(words, (), [TextBlock(0, len(words), parts)]) if parts else words
            pieces += ("\n", known)
    return joined(pieces[1:])


def _cell_marks(row: str) -> Iterator[re.Match[str]]:
    """Where cells begin; "!!" inside a data cell is text."""
    is_header = False
    for mark in _CELL.finditer(row):
        if mark[1]:
            is_header = mark[1] == "!"
        if is_header or not mark[3]:
            yield mark


def _looks_like_attributes(text: str) -> bool:
    return not text.strip() or (bool(_ATTRIBUTES.match(text.strip())) and "\n" not in text.strip())


def _strip_attributes(text: str) -> str:
    attributes, bar, rest = text.partition("|")
    return rest if bar and _looks_like_attributes(attributes) else text


def cell_text(text: str) -> str:
    """The content of a cell on one line; list items and line breaks become commas."""
    text = text.replace(BREAK, "\n").replace("&nbsp;", " ")
    if "<" in text:
        text = _BLOCK_TAG.sub("\n", text)
    lines = text.split("\n") if "\n" in text else [text]
    text = without_emphasis("\n".join(map(_without_list_mark, lines)))
    if DROPPED in text:
        text = without_dropped(text)
    if CAPTION in text or CELL in text:
        text = text.replace(CAPTION, "").replace(ROW, "").replace(CELL, "; ")
    return joined_parts(text.split("\n"))


def joined_parts(parts: Iterable[str]) -> str:
    """The lines of a cell as one; those that end in a stop of their own get no comma."""
    return _COMMA_TOO_MANY.sub("", ", ".join(filter(None, map(str.strip, parts))))


def table_lines(rows: Iterable[Sequence[tuple[str, bool, int, int]]]) -> list[str]:
    """The lines of a table whose cells are text, whatever markup they come from.

    A cell: its text, whether it is a heading, and how many rows and columns it covers.
    """
    cells = (
        [_Cell(text, head, *map(_span, covers)) for text, head, *covers in row] for row in rows
    )
    return list(filter(None, _row_lines(_spread([row for row in cells if row]))))


def _span(count: int) -> int:
    return min(max(count, 1), _MAX_SPAN)


def _without_list_mark(line: str) -> str:
    item = line.lstrip(" \t")
    return item.lstrip("*#:;").lstrip(" \t") if item.startswith(("*", "#", ":", ";")) else line


def _spread(rows: Sequence[Sequence[_Cell]]) -> Iterator[list[_Cell]]:
    """Rows with every spanning cell repeated in each place it covers."""
    pending: dict[int, tuple[_Cell, int]] = {}
    for row in rows:
        line: list[_Cell] = []
        cells = iter(row)
        while True:
            column = len(line)
            if column in pending:
                cell, left = pending.pop(column)
                line.append(cell)
                if left > 1:
                    pending[column] = (cell, left - 1)
                continue
            following = next(cells, None)
            if following is None:
                break
            for _ in range(max(1, min(following.columns, _MAX_COLUMNS - column))):
                if following.rows > 1 and len(line) < _MAX_COLUMNS:
                    pending[len(line)] = (following, following.rows - 1)
                line.append(following)
        yield line


def _row_lines(rows: Iterable[list[_Cell]]) -> Iterator[str]:
    """The line of each row, which knows its parts; one of header cells alone gives none."""
    headers: list[str] = []
    above: Sequence[_Cell] = ()
    told: set[int] = set()  # columns of the headers in force that a value stood in
    fresh = False
    for row in rows:
        is_head = bool(row) and all(cell.is_header for cell in row)
        if not is_head and not headers:  # a picture in the corner is no value
            heads = [cell.is_header for cell in row if cell.text]
            is_head = len(heads) > 1 and all(heads) and row[0].is_header
        if is_head and not _is_summary(row, above, headers, is_below_values=not fresh):
            labels = [cell.text for cell in row]
            if (len(set(labels)) == 1 and len(row) > 1) or (len(row) == 1 and len(headers) > 1):
                # a title row across the table
                yield _line([Part(0, len(row), "", labels[0], is_header=True)])
            elif fresh:
                headers = _stacked(headers, labels)  # a second line of headers refines the first
            else:
                yield _untold(headers, told)
                headers, fresh, told = labels, True, set()
            above = row
            continue
        fresh = False
        if len(told) < len(headers):
            told.update(column for column, cell in enumerate(row) if cell.text)
        yield _row_line(row, headers, above)
        above = row
    yield _untold(headers, told)


def _is_summary(
    row: Sequence[_Cell], above: Sequence[_Cell], headers: Sequence[str], *, is_below_values: bool
) -> bool:
    """Whether a row of header cells below others tells totals: a name, then numbers.

    A row that begins as the headers in force do heads what follows.
    """
    if not above or not row[0].text or row[0] is above[0] or row[0].is_value:
        return False
    if headers and row[0].text == headers[0]:
        return False
    rest = [cell for cell in row if cell is not row[0] and any(map(str.isalnum, cell.text))]
    numbers = sum(cell.is_value or (is_below_values and cell.is_record) for cell in rest)
    return bool(rest) and 2 * numbers > len(rest)


def _untold(headers: Sequence[str], told: set[int]) -> str:
    """Headers that no value stood beside, as a row of their own, where they are most of all."""
    labels = [label for column, label in enumerate(headers) if label and column not in told]
    if 2 * len(labels) <= sum(1 for label in headers if label):
        return ""
    return "; ".join(dict.fromkeys(labels))


def _stacked(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    width = max(len(upper), len(lower))
    pairs = [
        (upper[i] if i < len(upper) else "", lower[i] if i < len(lower) else "")
        for i in range(width)
    ]
    return [b if not a or a == b else f"{a} {b}".strip() for a, b in pairs]


def _row_line(row: Sequence[_Cell], headers: Sequence[str], above: Sequence[_Cell] = ()) -> str:
    if len(row) == 2 and row[0].is_header and not row[1].is_header and not any(headers):
        name, value = row[0].text, row[1].text
        if not value:
            return _line([Part(0, 1, "", name, is_header=True)])
        if not name:
            return f": {value}"
        return _line([Part(1, 1, name, value, is_name=True)])
    parts: list[Part] = []
    previous: _Cell | None = None
    for column, cell in enumerate(row):
        if not cell.text or cell is previous:
            continue
        if cell.columns == 1:
            label = headers[column] if column < len(headers) else ""
        else:
            is_name = previous is None or previous.rows > 1
            label = _label(headers[column : column + cell.columns], is_name=is_name)
        previous = cell
        if parts and parts[-1].text.endswith(":"):  # a heading written into a cell of its own
            parts[-1] = parts[-1]._replace(text=joined([parts[-1].text, " ", cell.text]))
        else:
            repeated = column < len(above) and above[column] is cell
            label = str(label) if label != cell.text else ""  # its links stand beside no value
            columns = cell.columns if cell.columns == 1 else _covered(row, column)
            parts.append(Part(column, columns, label, cell.text, cell.is_header, repeated))
    return _line(parts)


def _covered(row: Sequence[_Cell], column: int) -> int:
    """How many columns the cell at ``column`` stands in, which may be fewer than it says."""
    cell, end = row[column], column + 1
    while end < len(row) and row[end] is cell:
        end += 1
    return end - column


def _line(parts: Sequence[Part]) -> str:
    """A row of these: "Year: 1969; Mission: Apollo 11"; it knows what is what in it."""
    pieces: list[str] = []
    for part in parts:
        pieces += ("; ", part.label, ": ", part.text) if part.label else ("; ", part.text)
    line = joined(pieces[1:])
    places = line.places if isinstance(line, Located) else ()
    return Located(line, places, [TextBlock(0, len(line), tuple(parts))]) if line else ""


def _label(headers: Sequence[str], *, is_name: bool) -> str:
    """What a value is called: by all the columns it spans, unless it names the row."""
    labels = list(dict.fromkeys(header for header in headers if header))
    if (len(labels) > 1 and is_name) or len(labels) > _MOST_LABELS:
        return ""
    return ", ".join(labels)
