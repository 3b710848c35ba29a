"""Which words or numbers of a page's source its text lacks, and where in the source they stood.

A token counts as kept as often as it occurs in both; of those that occur too seldom in the text,
the lost ones are those whose neighbours are not beside them there. Knows nothing of markup.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pinakes.ingest.sources.mediawiki.fidelity.markup_tree import Piece

__all__ = [
    "Occurrence",
    "Occurrences",
    "TokensOf",
    "alike",
    "lost_tokens",
    "neighbours",
    "occurrences",
]

# The tokens of a text in one form each, with the offsets where they begin.
TokensOf = Callable[[str], Iterator[tuple[str, int]]]
_NEIGHBOURHOOD = 30


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A token of the source: the piece it stands in, and where."""

    token: str
    piece: Piece
    offset: int


# By token, in reading order.
Occurrences = dict[str, list[Occurrence]]


def occurrences(pieces: Iterable[Piece], tokens_of: TokensOf) -> Occurrences:
    """The tokens of these pieces."""
    found: Occurrences = {}
    for piece in pieces:
        for token, offset in tokens_of(piece.text):
            found.setdefault(token, []).append(Occurrence(token, piece, offset))
    return found


def lost_tokens(
    found: Occurrences,
    text: str,
    tokens_of: TokensOf,
    other_forms: Callable[[str], Iterable[str]] = lambda _text: (),
) -> list[Occurrence]:
    """Those of ``found`` that ``text`` lacks.

    ``other_forms`` gives tokens of the text in forms that ``tokens_of`` does not know: each makes
    up for one that would be lost.
    """
    there: dict[str, list[int]] = {}
    for token, offset in tokens_of(text):
        there.setdefault(token, []).append(offset)
    scarce = {
        token: missing
        for token, places in found.items()
        if (missing := len(places) - len(there.get(token, ()))) > 0
    }
    others = Counter(other_forms(text)) if scarce else Counter()
    lost = []
    for token, missing in scarce.items():
        if (missing := missing - others[token]) > 0:
            beside = neighbours(text, token, there.get(token, ()))
            ranked = sorted(found[token], key=lambda place: _rank(place, beside))
            lost += ranked[:missing]
    return lost


def neighbours(text: str, token: str, offsets: Sequence[int]) -> set[tuple[str, str]]:
    """The words beside a token at each of these places."""
    return {_beside(text, offset, token) for offset in offsets}


def alike(place: Occurrence, beside: set[tuple[str, str]]) -> int:
    """How many of the words beside a token in the source are beside one in the text, 0 to 2."""
    before, after = _beside(place.piece.text, place.offset, place.token)
    return any(before == pair[0] for pair in beside) + any(after == pair[1] for pair in beside)


def _rank(place: Occurrence, beside: set[tuple[str, str]]) -> tuple[int, bool]:
    return alike(place, beside), place.piece.place != "unrendered"


def _beside(text: str, offset: int, token: str) -> tuple[str, str]:
    end = offset + len(token)
    before = re.findall(r"\w+", text[max(0, offset - _NEIGHBOURHOOD) : offset])
    after = re.findall(r"\w+", text[end : end + _NEIGHBOURHOOD])
    return (before[-1] if before else "", after[0] if after else "")
