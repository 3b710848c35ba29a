"""How a source looks when it is opened: the cited passage where it stands in its article."""

import os
from contextlib import nullcontext

from rich.console import Console
from rich.text import Text

from pinakes.index.types import StoredPage
from pinakes.service.terminal.console import out
from pinakes.service.types import Citation
from pinakes.service.views.excerpts import marked_pieces

__all__ = ["print_source", "source_text"]

# Where there are no colours.
_BRACKETS = ("⟦", "⟧")


def print_source(citation: Citation, page: StoredPage, console: Console = out) -> None:
    """The passage in its section; on a terminal in a pager, where it does not fit the screen."""
    os.environ.setdefault("LESS", "-RFX")  # colours, and no waiting at what fits
    paged = console.is_terminal and not console.stderr
    with console.pager(styles=True) if paged else nullcontext():
        console.print(source_text(citation, page, plain=not console.is_terminal))


def source_text(citation: Citation, page: StoredPage, *, plain: bool = False) -> Text:
    """Title, then each section that the passage reaches into, with its headings.

    What is cited stands out from the rest, and in it the question's words; ``plain`` puts it
    between brackets.
    """
    start, end = citation.ref.start, citation.ref.end
    words = [(start + low, start + high) for low, high in citation.highlights]
    before, after = _BRACKETS if plain else ("", "")
    text = Text().append(page.title, style="bold underline")
    text.append(f"  [{citation.number}]  {citation.ref}", style="dim")
    for section in page.sections:
        if section.end <= start or end <= section.start:
            continue
        if section.heading_path:
            text.append("\n\n" + " › ".join(section.heading_path), style="bold cyan")
        low, high = max(start, section.start), min(end, section.end)
        text.append("\n" + page.text[section.start : low], style="dim")
        text.append(before)
        for piece, is_marked in marked_pieces(page.text, words, low, high):
            text.append(piece, style="bold yellow" if is_marked else "default")
        text.append(after)
        text.append(page.text[high : section.end], style="dim")
    return text
