"""Calls built like boxes: in the lead they are the page's, below it they belong to their section.

A squad, a track or a match is told where it stands. Works on marks that stand for boxes while the
markup around them is read.
"""

import re
from collections.abc import Mapping, Sequence

__all__ = ["box_mark", "box_marks", "settled", "without_box_marks"]

_BOX, _BOX_END = "\ue007", "\ue008"
_MARK = re.compile(f"{_BOX}(\\d+){_BOX_END}")
_ALONE = re.compile(f"(?m)^[ \\t]*{_BOX}(\\d+){_BOX_END}[ \\t]*$")
_HEADING = re.compile(r"^=[^\n]+=[ \t]*$", re.MULTILINE)
# Rows of squads and results read on one line, boxes of more facts on a line for each.
_LONGEST_ROW = 300


def box_mark(number: int) -> str:
    """A line that stands for the box of this number."""
    return f"\n{_BOX}{number}{_BOX_END}\n"


def box_marks(values: Mapping[str, str] | Sequence[str]) -> list[int]:
    """The numbers of the boxes inside the arguments of a call."""
    texts = values.values() if isinstance(values, Mapping) else values
    return [int(mark) for text in texts if _BOX in text for mark in _MARK.findall(text)]


def without_box_marks(named: Mapping[str, str]) -> dict[str, str]:
    """The named arguments of a call without the boxes inside them."""
    return {
        key: _MARK.sub("", value).strip() if _BOX in value else value
        for key, value in named.items()
    }


def settled(
    text: str, boxes: Sequence[Sequence[str]]
) -> tuple[str, list[str], list[tuple[int, int]]]:
    """``text`` with the boxes of its sections as their facts, and the facts of those in its lead.

    ``boxes`` are the facts of each by number, a line a fact. Third: where in ``text`` something
    replaced ended, and how many letters were added there, or taken where less than 0.
    """
    if _BOX not in text:
        return text, [], []
    heading = _HEADING.search(text)
    lead_end = heading.start() if heading else len(text)
    pieces: list[str] = []
    facts: list[str] = []
    added: list[tuple[int, int]] = []
    at = 0
    for mark in _MARK.finditer(text):
        start, end = mark.span()
        box = boxes[int(mark[1])]
        if start < lead_end:
            facts += box
            told = ""
        elif alone := _ALONE.match(text, text.rfind("\n", 0, start) + 1):
            start, end = alone.span()
            told = _told(box)
        else:
            told = "; ".join(box)
        pieces += (text[at:start], told)
        added.append((end, len(told) - (end - start)))
        at = end
    return "".join([*pieces, text[at:]]), facts, added


def _told(facts: Sequence[str]) -> str:
    row = "; ".join(facts)
    return row if len(row) <= _LONGEST_ROW else "\n".join(facts)
