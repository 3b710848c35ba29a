"""How found passages look: in blocks of lines, or with ``--explain`` as a table of reasons.

On a terminal long lines are folded, and the question's words are bold; elsewhere every line stays
whole. Titles and texts are shown as they are: nothing in them is taken for markup.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pinakes.index.types import FIRST_STAGE, Explanation, Hit
from pinakes.service.terminal.console import kept_text, out
from pinakes.service.types import Answer, Meaning
from pinakes.service.views.excerpts import Spans, best_excerpt, marked_pieces
from pinakes.service.views.search_views import greatest_first

__all__ = ["print_explained", "print_hits", "print_meanings", "print_sources"]

_EXCERPT = 160
_INDENT = 4
_MOST_ALIASES = 3
_SPACES = re.compile(r"\s+")


def print_hits(hits: Sequence[Hit], console: Console = out, *, told: bool = False) -> None:
    """One block for each passage: where it stands, how it was found, what it says.

    ``told``: also of which collection it is.
    """
    for number, hit in enumerate(hits, start=1):
        place = _place(hit.passage.title, hit.passage.heading_path, hit.kept_as_of)
        ranks = [f"{name} {place.rank}" for name, place in sorted(hit.ranks.items())]
        found_by = ", ".join(ranks) or "by its name"
        place.append(f"  {hit.collection}" if told else "", style="green")
        place.append(f"  {_score(hit)} ({found_by})", style="dim")
        excerpt = _excerpt(hit.passage.text, hit.highlights, _room(console), language=hit.language)
        _print_block(f"{number}.", [place, excerpt], console)


def print_explained(
    hits: Sequence[Hit],
    explanations: Sequence[Explanation],
    console: Console = out,
    *,
    told: bool = False,
) -> None:
    """A row for each passage: its score, and its rank and score in each list; below, the reasons.

    The reasons are what it says, what of it matches, and the parts that add up to its score.
    """
    lists = sorted({name for hit in hits for name in hit.ranks})
    _print_row("", ["score", *lists], Text().append("passage", "dim"), console, style="dim")
    for number, (hit, explanation) in enumerate(zip(hits, explanations, strict=True), start=1):
        figures = [_score(hit), *(_rank(hit, name) for name in lists)]
        place = _place(hit.passage.title, hit.passage.heading_path, hit.kept_as_of)
        place.append(f"  {hit.collection}" if told else "", style="green")
        _print_row(f"{number}.", figures, place, console)
        excerpt = _excerpt(hit.passage.text, hit.highlights, _room(console), language=hit.language)
        width = console.width - _INDENT if console.is_terminal else None
        _print_block("", [excerpt, *_reasons(hit, explanation, width)], console)


def print_meanings(
    name: str, meant: Sequence[Meaning], console: Console = out, *, others: bool = True
) -> None:
    """A line for each page that the name may mean; ``others``: besides one that is shown."""
    if not meant:
        return
    console.print(
        Text(f"{_SPACES.sub(' ', name)} may {'also ' if others else ''}mean:"), soft_wrap=True
    )
    for one in meant:
        line = Text("  ").append(one.title, style="bold cyan")
        line.append(f"  {one.text}" if one.text else "")
        console.print(line, soft_wrap=True)


def print_sources(answer: Answer, console: Console = out) -> None:
    """The numbered sources: place, stable reference, and the part that supports the answer."""
    short = answer.short_answer
    for citation in answer.citations:
        place = _place(citation.title, citation.heading_path, citation.kept_as_of)
        place.append(f"  {citation.ref}", style="dim")
        marked = list(citation.highlights)
        if short is not None and short.number == citation.number:
            marked.append((short.start, short.end))
        places = answer.places(citation.number)
        excerpt = _excerpt(
            citation.quote, sorted(marked), _room(console), places, language=citation.language
        )
        _print_block(f"[{citation.number}]", [place, excerpt], console)


def _print_row(
    label: str, figures: Sequence[str], place: Text, console: Console, style: str = "bold"
) -> None:
    """A row of the table; on a terminal a blank line above sets it apart."""
    score, *ranks = figures
    cells = [f"{label:>{_INDENT - 1}}", f"{score:>6}", *(f"{cell:>10}" for cell in ranks)]
    if label:
        console.print()
    _print_block(" ".join(cells) + " ", [place], console, style)


def _print_block(label: str, lines: Iterable[Text], console: Console, style: str = "bold") -> None:
    """Lines under each other behind ``label``, folded at the terminal's width."""
    label = f"{label:>{_INDENT - 1}} "
    if console.is_terminal:
        grid = Table.grid()
        grid.add_column(width=len(label), no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(label, style), Text("\n").join(lines))
        console.print(grid)
        return
    for number, line in enumerate(lines):
        console.print(Text(label if number == 0 else " " * len(label)) + line, soft_wrap=True)


def _reasons(hit: Hit, explanation: Explanation, width: int | None) -> Iterator[Text]:
    """What of the page matches the question, and what the score is the sum of."""
    shown = [f"alias: “{hit.alias}”"] if hit.alias else []
    for field, found in explanation.matched.items():
        if field == "aliases":
            others = [alias for alias in found if alias != hit.alias]
            more = [f"{len(others) - _MOST_ALIASES} more"] if len(others) > _MOST_ALIASES else []
            found = (*others[:_MOST_ALIASES], *more)
        if found:
            shown.append(f"{field}: {', '.join(found)}")
    if shown:
        parts = [_SPACES.sub(" ", part) for part in shown]
        yield _packed([parts[0], *(f"· {part}" for part in parts[1:])], width)
    if explanation.contributions:
        first, *others = (
            (f"{'+' if part > 0 else '−'} {name} {abs(part):.2f}")
            for name, part in greatest_first(explanation.contributions)
        )
        yield _packed([f"= {first.removeprefix('+ ')}", *others], width)


def _packed(parts: Iterable[str], width: int | None) -> Text:
    """The parts in as few lines of ``width`` cells as hold them unbroken, or in one."""
    lines = [""]
    for part in parts:
        joined = f"{lines[-1]} {part}".strip()
        if width is None or cell_len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(part)
    return Text("\n".join(lines), style="dim")


def _rank(hit: Hit, name: str) -> str:
    """Rank and score in that list."""
    place = hit.ranks.get(name)
    return f"{place.rank} {_figure(place.score):>5}" if place else "–"


def _score(hit: Hit) -> str:
    """The score, with as many digits as its parts where it is a sum."""
    is_sum = hit.features.keys() > {FIRST_STAGE}
    return f"{hit.score:.2f}" if is_sum else _figure(hit.score)


def _figure(score: float) -> str:
    """Three digits that tell."""
    size = abs(score)
    return f"{score:.{1 if size >= 10 else 2 if size >= 1 else 3}f}"


def _place(title: str, heading_path: Sequence[str], kept_as_of: str | None) -> Text:
    place = Text().append(_SPACES.sub(" ", " › ".join([title, *heading_path])), style="bold cyan")
    return place.append(f"  {kept_text(kept_as_of)}" if kept_as_of else "", style="yellow")


def _room(console: Console) -> int:
    """Cells for an excerpt: two lines of a terminal, or one of a file."""
    return 2 * (console.width - 2 * _INDENT) if console.is_terminal else _EXCERPT


def _excerpt(
    text: str, highlights: Spans, cells: int, places: Spans = (), *, language: str
) -> Text:
    """The best part of ``text`` on one line, as many cells wide at most, its highlights bold."""
    # Letters of some scripts are two cells wide.
    length = cells * len(text) // max(1, cell_len(text.replace("\n", " ")))
    start, end = best_excerpt(text, highlights, max(1, length - 4), places, language=language)
    shown = Text()
    if start:
        shown.append("… " if text[start - 1].isspace() else "…")
    for piece, is_marked in marked_pieces(text, highlights, start, end):
        shown.append(_SPACES.sub(" ", piece), style="bold" if is_marked else None)
    if end < len(text):
        shown.append(" …" if text[end].isspace() else "…")
    return shown
