"""Text that knows where links, rows of tables and quotations stand in it, while it is made.

The text is what it would be without: nothing is written into it, places go along beside it. Where a
step changes the text, a link is found again by its words, not farther on than it was before.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pinakes.ingest.types import Link

__all__ = [
    "LONGEST_ANCHOR",
    "Located",
    "Part",
    "Place",
    "TextBlock",
    "add_shifted",
    "found_in",
    "joined",
    "moved",
]

# What a step may add between two links: a few signs for marks that stand for them.
_SLACK = 16
# Of a link's words so many are kept.
LONGEST_ANCHOR = 200


# From where to where the words of a link stand, and its number on its page. A picture has no words.
Place = tuple[int, int, int]
_WORD = re.compile(r"\s*(\S+)")


class Part(NamedTuple):
    """A cell as a row's line tells it: "label: text", or its text alone.

    ``column`` counts from 0, ``columns`` how many it covers. ``repeated``: it stands in the row
    above and reaches into this one. ``is_name``: its label is the heading of the row.
    """

    column: int
    columns: int
    label: str
    text: str
    is_header: bool = False
    repeated: bool = False
    is_name: bool = False


class TextBlock(NamedTuple):
    """Lines of a kind of their own: a row of a table with its parts, or a quotation (None)."""

    start: int
    end: int
    parts: tuple[Part, ...] | None


class Located(str):
    """A text with the places of links in it, in their order, and its blocks."""

    __slots__ = ("blocks", "places")
    places: Sequence[Place]
    blocks: Sequence[TextBlock]

    def __new__(
        cls, text: str, places: Sequence[Place] = (), blocks: Sequence[TextBlock] = ()
    ) -> "Located":
        """The text, and what it knows."""
        made = str.__new__(cls, text)
        made.places = places
        made.blocks = blocks
        return made


def joined(pieces: Sequence[str]) -> str:
    """The pieces as one text, which knows what they knew."""
    text = "".join(pieces)
    places: list[Place] = []
    blocks: list[TextBlock] = []
    at = 0
    for piece in pieces:
        if isinstance(piece, Located):
            add_shifted(piece, at, places, blocks)
        at += len(piece)
    return Located(text, places, blocks) if places or blocks else text


def add_shifted(piece: Located, at: int, places: list[Place], blocks: list[TextBlock]) -> None:
    """Add what ``piece`` knows, which stands at this place."""
    places += [(at + start, at + end, link) for start, end, link in piece.places]
    blocks += [TextBlock(at + start, at + end, parts) for start, end, parts in piece.blocks]


def found_in(text: str, links: Iterable[tuple[str, int]]) -> str:
    """``text`` with the places of those ``links`` (words, number) that stand there in this order.

    It keeps the blocks that it has.
    """
    places: list[Place] = []
    at = 0
    for words, number in links:
        start = text.find(words, at)
        if start >= 0:
            at = start + len(words)
            places.append((start, at, number))
    if not places:
        return text
    return Located(text, places, text.blocks if isinstance(text, Located) else ())


def moved(
    old: str, places: Sequence[Place], new: str, links: Sequence[Link] = ()
) -> Sequence[Place]:
    """Where the links of ``old`` stand in ``new``, which a step has made of it.

    A link is the one of its words that it was among those since the link before it. ``links``: by
    number, for their words without markup; those that are not found are left out. A picture stands
    before the same word again.
    """
    if old == new:
        return places
    found: list[Place] = []
    old_at = shift = 0
    for start, end, number in places:
        words = old[start:end]
        at = start + shift
        if not words:
            at = _before_word(old, start, new, at)
            found.append((at, at, number))
            continue
        if not new.startswith(words, at):
            at = _found(old[old_at:start], words, new, old_at + shift)
            if at < 0:
                words = links[number].anchor if links else ""
                at = _found(old[old_at:start], words, new, old_at + shift) if words else -1
                if at < 0:
                    continue
        old_at, shift = end, at + len(words) - end
        found.append((at, at + len(words), number))
    return found


def _found(before: str, words: str, new: str, begin: int) -> int:
    """Where ``words`` stand in ``new`` from ``begin`` on, behind what ``before`` has become."""
    last = begin + len(before) + len(words) + _SLACK
    at = new.find(words, begin, last)
    for _ in range(before.count(words) if at >= 0 else 0):
        following = new.find(words, at + len(words), last)
        if following < 0:
            break
        at = following
    return at


def _before_word(old: str, start: int, new: str, at: int) -> int:
    """Where in ``new``, near ``at``, the word stands that follows ``start`` in ``old``."""
    word = _WORD.match(old, start)
    if word is None:
        return len(new)
    first = max(0, at - _SLACK)
    found = new.find(word[1], first, at + len(word[0]) + _SLACK)
    return found if found >= 0 else min(at, len(new))
