"""How changes look: a line for each page, and for one page its texts with what was put in and out.

On a terminal what was removed is struck out and what was added bold; elsewhere they are marked as
by ``git diff --word-diff``: [-removed-]{+added+}.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.text import Text

from pinakes.index.changes.changed_pages import ChangeKind, PageChange
from pinakes.index.changes.page_difference import PageDifference
from pinakes.index.changes.text_differences import Piece, PieceKind
from pinakes.index.types import Manifest
from pinakes.ingest.characters import cut_place
from pinakes.service.terminal.console import kept_text, out

__all__ = ["change_counts_text", "print_change", "print_page_difference"]

_SIGNS: dict[ChangeKind, tuple[str, str]] = {
    "added": ("+", "green"),
    "deleted": ("−", "red"),
    "moved": ("→", "cyan"),
    "changed": ("~", "yellow"),
    "kept": ("=", "magenta"),
}
_STYLES: dict[PieceKind, str] = {"removed": "red strike", "added": "bold green", "same": ""}
_MARKS: dict[PieceKind, str] = {"removed": "[-{}-]", "added": "{{+{}+}}", "same": "{}"}
# Of what is the same, so many characters are shown on either side of a change.
_CONTEXT = 80
_SPACES = re.compile(r"\s+")


def print_change(change: PageChange, console: Console = out) -> None:
    """A page on one line: what became of it, its title, and how much of it is other."""
    sign, style = _SIGNS[change.kind]
    line = Text(f"{sign} ", style=style)
    titles = [page.title for page in (change.old, change.new) if page]
    line.append(_SPACES.sub(" ", " → ".join(dict.fromkeys(titles))))
    told = kept_text(change.kept_as_of) if change.kind == "kept" else _passages_text(change)
    if told:
        line.append(f"  {told}", style="dim")
    console.print(line)


def _passages_text(change: PageChange) -> str:
    new, gone = change.passages_added, change.passages_removed
    if change.kind == "moved":
        return ""
    if change.kind != "changed":
        return _count_text(new or gone)
    if not (new or gone):
        return "passages in another order"
    if not (new and gone):
        return f"{_count_text(new or gone)} {'new' if new else 'gone'}"
    return f"{_count_text(new)} new, {gone:,} gone"


def _count_text(passages: int) -> str:
    return f"{passages:,} passage{'' if passages == 1 else 's'}"


def change_counts_text(counts: Mapping[ChangeKind, int], old: Manifest, new: Manifest) -> str:
    """The sum of all changes, and of what."""
    kinds = [kind for kind in _SIGNS if kind != "kept" or kind in counts]
    told = ", ".join(f"{counts.get(kind, 0):,} {kind}" for kind in kinds)
    pages = f"{old.pages.articles:,} → {new.pages.articles:,} articles"
    return f"{_name(old)} → {_name(new)}: {told}; {pages}"


def print_page_difference(
    difference: PageDifference, old: Manifest, new: Manifest, console: Console = out
) -> None:
    """One page: which revisions are compared, and each place that differs with words around it."""
    pages = [(page, of) for page, of in ((difference.old, old), (difference.new, new)) if page]
    titles = [_SPACES.sub(" ", page.title) for page, _ in pages]
    console.print(Text(" → ".join(dict.fromkeys(titles)), style="bold underline"))
    revisions = [
        f"{_name(of)} (revision {page.revision_id}{page.timestamp and f' of {page.timestamp}'})"
        for page, of in pages
    ]
    kind: str = difference.kind or "the same text"
    if difference.new and difference.new.kept_as_of:
        kind = kept_text(difference.new.kept_as_of)
    console.print(Text(f"{kind}: {' → '.join(revisions)}", style="dim"))
    for text in difference.texts:
        heading = " › ".join(text.heading_path)
        console.print(Text(f"\n{heading}" if heading else "", style="bold cyan"))
        shown = Text()
        for part, style in _shown(text.pieces, marked=not console.is_terminal):
            shown.append(part, style=style)
        console.print(shown)


def _shown(pieces: Iterable[Piece], *, marked: bool) -> Iterator[tuple[str, str]]:
    """Each piece as it is shown, with its style; of long ones that are the same the ends."""
    pieces = list(pieces)
    for place, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "same":
            before = _CONTEXT if place > 0 else 0
            after = _CONTEXT if place < len(pieces) - 1 else 0
            text = _ends(text, before, after)
        yield (_MARKS[piece.kind].format(text) if marked else text), _STYLES[piece.kind]


def _ends(text: str, before: int, after: int) -> str:
    """The first and last characters of a long text, of whole words where it has spaces."""
    if len(text) <= before + after + _CONTEXT:
        return text
    start = text[: cut_place(text, before)]
    end = text[cut_place(text, len(text) - after) :] if after else ""
    start = start.rpartition(" ")[0] or start
    end = end.partition(" ")[2] or end
    return " ".join(part for part in (start, "…", end) if part)


def _name(manifest: Manifest) -> str:
    return f"{manifest.collection} {manifest.generation}"
