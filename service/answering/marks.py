"""The marks ``[n]`` by which a sentence names its sources: read as models write them, and written.

Knows nothing of what they lead to. Pure functions.
"""

import re
from collections.abc import Iterator

import regex

from ingest.passages import CLOSERS, STOPS

__all__ = ["half_mark_is_text", "mark_at", "marked_numbers", "stop_place", "with_marks"]

_NAME = r"(?:(?:sources?|passages?):?|\^)\s*"
_NUMBER = rf"(?:{_NAME})?\d{{1,3}}"
_NUMBERS = rf"{_NUMBER}(?:\s*(?:[,;–-]|and|&)\s*{_NUMBER})*\s*"
# "[1]", "[1, 2]", "[2-4]", "[Sources 1 and 2]", "[^2]", "【2】", "(source 2)", but not "(2)".
_MARK = regex.compile(
    rf"\[\s*{_NUMBERS}\]|【\s*{_NUMBERS}】|［\s*{_NUMBERS}］|\(\s*(?={_NAME}){_NUMBERS}\)",
    regex.IGNORECASE,
)
_BETWEEN = re.compile("[,;]|and|&", re.IGNORECASE)
_LONGEST_RANGE = 10


def mark_at(text: str) -> tuple[int, bool]:
    """Length of the mark that ``text`` begins with, 0 if none, and whether that is decided.

    Undecided is a mark as long as it is open, and where "(" may follow: "[1](page)" is a link.
    """
    found = _MARK.match(text, partial=True)
    if found is None:
        return 0, True
    if found.partial or found.end() == len(text):
        return found.end(), False
    return (0 if text[found.end()] == "(" else found.end()), True


def half_mark_is_text(text: str) -> bool:
    """Whether the beginning of a mark at the very end of a text may be words: "(so"."""
    return text.startswith("(") and not any(letter.isdecimal() for letter in text)


def marked_numbers(mark: str) -> Iterator[int]:
    """The numbers that a mark names, ranges in full."""
    for part in _BETWEEN.split(mark):
        bounds = [int(number) for number in re.findall(r"\d+", part)]
        if len(bounds) == 2 and 0 < bounds[1] - bounds[0] < _LONGEST_RANGE:
            yield from range(bounds[0], bounds[1] + 1)
        else:
            yield from bounds


def stop_place(words: str) -> int | None:
    """Where the stops and closing quotes begin that a sentence ends with; None without a stop."""
    rest = len(words.rstrip(STOPS + CLOSERS))
    return next((place for place in range(rest, len(words)) if words[place] in STOPS), None)


def with_marks(words: str, numbers: tuple[int, ...]) -> str:
    """The marks stand before the closing stop: "… in 1455 [2]."."""
    place = len(words[: stop_place(words)].rstrip())
    return words[:place] + "".join(f" [{number}]" for number in numbers) + words[place:]
