"""Texts cut to a number of characters of JSON, at the ends of sentences. Pure functions.

What is left out is marked with an ellipsis, for which the room is counted in.
"""

import json
from bisect import bisect_right

from pinakes.ingest.characters import cut_place
from pinakes.ingest.text.sentences import sentence_spans

__all__ = ["excerpt", "first_start", "json_length", "last_end", "shown", "widened"]

_BEFORE, _AFTER = "… ", " …"
_MARKS = len(_BEFORE) + len(_AFTER)
# Enough to see the end of the sentence before.
_LOOK_BACK = 20


def json_length(text: str) -> int:
    """Characters of ``text`` in JSON, between its quotation marks."""
    return len(json.dumps(text, ensure_ascii=False)) - 2


def excerpt(text: str, room: int, start: int = 0, *, language: str = "") -> str:
    """What fits of ``text`` from ``start`` on, with a mark where something is missing."""
    end = len(text)
    if start or json_length(text) > room:
        end = last_end(text, start, end, room - _MARKS, language=language)
    return shown(text, start, end)


def shown(text: str, start: int, end: int) -> str:
    """The stretch, with a mark where something is missing."""
    before = _BEFORE if text[:start].strip() else ""
    after = _AFTER if text[end:].strip() else ""
    return f"{before}{text[start:end]}{after}"


def widened(text: str, start: int, end: int, room: int, *, language: str = "") -> tuple[int, int]:
    """The stretch with as many whole sentences around it as fit with both marks.

    As much before as after, where there is as much; of a stretch that is too long, its beginning.
    """
    if json_length(text) <= room:
        return 0, len(text)
    room -= _MARKS
    spare = room - json_length(text[start:end])
    if spare < 0:
        return start, last_end(text, start, end, room, language=language)
    low = first_start(text, start, spare // 2, language=language)
    rest = spare - json_length(text[low:start])
    high = last_end(text, end, len(text), rest, whole=True, language=language)
    low = first_start(text, start, spare - json_length(text[end:high]), language=language)
    return low, high


def last_end(
    text: str, start: int, end: int, room: int, *, whole: bool = False, language: str = ""
) -> int:
    """Where the last sentence ends that fits from ``start`` on.

    Where none does: ``start`` if only a ``whole`` one will do, else the end of a word.
    """
    part = text[start : min(end, start + max(room, 0) + 1)]
    if json_length(part) <= room:
        return start + len(part)
    fits = bisect_right(range(len(part)), room, key=lambda length: json_length(part[:length])) - 1
    ends = [stop for _, stop in sentence_spans(part, language=language)[:-1] if stop <= fits]
    if ends or whole:
        return start + (ends[-1] if ends else 0)
    if " " in part[1 : fits + 1]:
        return start + part.rfind(" ", 1, fits + 1)
    return start + cut_place(part, max(fits, 0))


def first_start(text: str, start: int, room: int, *, language: str = "") -> int:
    """Where the first sentence begins from which everything up to ``start`` fits, or ``start``."""
    low = max(0, start - max(room, 0) - _LOOK_BACK)
    # The first of them may have begun before.
    spans = sentence_spans(text, low, start, language=language)[1 if low else 0 :]
    begins = [begin for begin, _ in spans if json_length(text[begin:start]) <= room]
    return min(begins, default=start)
