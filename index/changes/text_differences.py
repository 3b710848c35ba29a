"""How a page's text differs from an earlier one: by passages, lines, words, and parts of these.

Pure functions. Knows nothing of how differences are shown.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal, TypeVar

from pinakes.ingest.text.scripts import UNSPACED, WORD
from pinakes.ingest.types import Passage

__all__ = ["Piece", "PieceKind", "TextDifference", "compare_texts", "text_differences"]

PieceKind = Literal["same", "removed", "added"]
Item = TypeVar("Item")
# What texts are cut into, ever finer where they differ: lines; what stands between spaces, with
# those behind it; words, spaces and marks. Of scripts without spaces letters.
_LEVELS = (
    re.compile(r"[^\n]*\n|[^\n]+"),
    re.compile(rf"{UNSPACED}|(?:(?!{UNSPACED})\S)+\s*|\s+"),
    re.compile(rf"{UNSPACED}|{WORD}|\s+|.", re.DOTALL),
)
_WORD = re.compile(r"[^\W_]")
# Time grows with the square of the length: in longer sequences what is frequent is not looked for,
# and still longer ones are not aligned.
_LONG, _LONGEST = 2_000, 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that both versions have, only the old one, or only the new one."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class TextDifference:
    """Passages of one section, side by side, that are others than they were.

    ``old`` and ``new``: where they stand, as offsets into the texts of the two versions; None where
    one has nothing there. The pieces without the added ones are the old text, those without the
    removed ones the new.
    """

    heading_path: tuple[str, ...]
    old: tuple[int, int] | None
    new: tuple[int, int] | None
    pieces: tuple[Piece, ...]


def text_differences(
    old_text: str, old: Sequence[Passage], new_text: str, new: Sequence[Passage]
) -> list[TextDifference]:
    """Where two versions of a page differ, in reading order; its title does not count.

    ``old`` and ``new``: all passages of either version, in order.
    """
    found = []
    for is_same, olds, news in _aligned(old, new, lambda one: (one.heading_path, one.text)):
        if is_same:
            continue
        for before, now in _by_section(olds, news):
            at_old, at_new = _bounds(before), _bounds(now)
            pieces = compare_texts(_slice(old_text, at_old), _slice(new_text, at_new))
            path = (before or now)[0].heading_path
            found.append(TextDifference(path, at_old, at_new, pieces))
    return found


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """Both texts as one run of pieces, none of which is empty.

    Where only spaces or marks stand between two changes these count as changed: what was rewritten
    is read at once.
    """
    return tuple(_joined(_compare(old, new, _LEVELS)))


def _compare(old: str, new: str, levels: Sequence[re.Pattern[str]]) -> Iterator[Piece]:
    if not old or not new or not levels:
        yield from (Piece("removed", old), Piece("added", new))
        return
    level, *finer = levels
    for is_same, olds, news in _aligned(level.findall(old), level.findall(new), str):
        if is_same:
            yield Piece("same", "".join(olds))
        else:
            yield from _compare("".join(olds), "".join(news), finer)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pieces of one kind that follow each other as one, what was removed before what was added."""
    removed = added = same = ""
    for piece in pieces:
        if piece.kind == "same":
            same += piece.text
            continue
        if _WORD.search(same) or not (removed or added):
            yield from _told(removed, added, same)
            removed = added = ""
        else:
            removed, added = removed + same, added + same
        same = ""
        if piece.kind == "removed":
            removed += piece.text
        else:
            added += piece.text
    yield from _told(removed, added, same)


def _told(removed: str, added: str, same: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
    if same:
        yield Piece("same", same)


def _aligned(
    old: Sequence[Item], new: Sequence[Item], key: Callable[[Item], Hashable]
) -> Iterator[tuple[bool, Sequence[Item], Sequence[Item]]]:
    """Runs of both, in order: those that are the same by their keys, and those between."""
    if max(len(old), len(new)) > _LONGEST:
        yield False, old, new
        return
    is_long = max(len(old), len(new)) > _LONG
    matcher = SequenceMatcher(None, [*map(key, old)], [*map(key, new)], autojunk=is_long)
    for tag, *ends in matcher.get_opcodes():
        yield tag == "equal", old[ends[0] : ends[1]], new[ends[2] : ends[3]]


def _by_section(
    old: Sequence[Passage], new: Sequence[Passage]
) -> Iterator[tuple[Sequence[Passage], Sequence[Passage]]]:
    """Passages of the same section side by side; with nothing beside them those of others."""
    for is_same, olds, news in _aligned(_sections(old), _sections(new), _path):
        if is_same:
            yield from zip(olds, news, strict=True)
        else:
            yield from ((section, ()) for section in olds)
            yield from (((), section) for section in news)


def _sections(passages: Sequence[Passage]) -> list[list[Passage]]:
    return [list(section) for _, section in groupby(passages, lambda one: one.heading_path)]


def _path(section: Sequence[Passage]) -> Hashable:
    return section[0].heading_path


def _bounds(section: Sequence[Passage]) -> tuple[int, int] | None:
    return (section[0].start, section[-1].end) if section else None


def _slice(text: str, bounds: tuple[int, int] | None) -> str:
    return text[slice(*bounds)] if bounds else ""
