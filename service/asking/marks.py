"""The marks ``[n]`` by which a sentence names its sources: read as models write them, and written.

Knows nothing of what they lead to. Pure functions.
"""

import re
from collections.abc import Iterator

import regex

from pinakes.ingest.text.sentences import CLOSERS, STOPS

__all__ = [
    "half_mark_is_text",
    "mark_at",
    "marked_numbers",
    "open_mark",
    "own_brackets",
    "stop_place",
    "with_marks",
]

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
_LONGEST_MARK = 200
_OPENERS = "[(【［"
# What looks like a mark of ours.
_NUMBERED = re.compile(r"\[(\d{1,3})\]")
_OPEN = re.compile(r"\[\d{0,3}$")


def mark_at(text: str, at: int = 0) -> tuple[int, bool]:
    """Length of the mark that begins at ``at``, 0 if none, and whether that is decided.

    Undecided is a mark as long as it is open, and where "(" may follow: "[1](page)" is a link.
    """
    if text[at] not in _OPENERS:
        return 0, True
    part = text[at : at + _LONGEST_MARK]
    found = _MARK.match(part, partial=True)
    if found is None:
        return 0, True
    if found.partial or found.end() == len(part):
        return (found.end(), False) if len(part) < _LONGEST_MARK else (0, True)
    return (0 if part[found.end()] == "(" else found.end()), True


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


def own_brackets(text: str) -> str:
    """Words of others in which nothing looks like a mark: its brackets are wider, "［1］".

    As many characters as before. Texts on code, chess and chemistry hold such numbers, and pages
    copied from a wiki do.
    """
    return _NUMBERED.sub(r"［\1］", text)


def open_mark(text: str) -> int:
    """Where ``text`` ends in what may become such a number; its length if it does not."""
    found = _OPEN.search(text)
    return found.start() if found else len(text)


def stop_place(words: str) -> int | None:
    """Where the stops and closing quotes begin that a sentence ends with; None without a stop."""
    rest = len(words.rstrip(STOPS + CLOSERS))
    return next((place for place in range(rest, len(words)) if words[place] in STOPS), None)


def with_marks(words: str, numbers: tuple[int, ...]) -> str:
    """The marks stand before the closing stop: "… in 1455 [2]."."""
    place = len(words[: stop_place(words)].rstrip())
    return words[:place] + "".join(f" [{number}]" for number in numbers) + words[place:]
