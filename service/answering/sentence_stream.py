"""A model's text cut into sentences while it comes, its marks ``[n]`` taken out.

Pure, and the same however the text is cut into pieces: nothing is decided before it is sure.
Knows nothing of what the marks lead to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.passages import SURE_STOPS, sentence_spans
from service.answering.marks import (
    half_mark_is_text,
    mark_at,
    marked_numbers,
    stop_place,
)

__all__ = ["FinishedSentence", "SentenceStream"]

_WORD = re.compile(r"[^\W_]")
# Where a word ends, or a mark may begin.
_SEAM = re.compile(r"[\s\[(【［]")
# Quotes and brackets that a sentence may begin with.
_OPENERS = "\"'“‘(["


@dataclass(frozen=True, slots=True)
class FinishedSentence:
    """A sentence without its marks, the numbers these name, and the space before it.

    ``complete`` is False where the text broke off in it.
    """

    words: str
    numbers: tuple[int, ...]
    gap: str
    complete: bool = True


@dataclass(slots=True)
class _Mark:
    """The numbers of a mark, where it stood, and whether what it belongs to comes after it."""

    numbers: tuple[int, ...]
    place: int
    leads: bool


class SentenceStream:
    """Takes pieces of text; gives each sentence as soon as the next one has begun."""

    def __init__(self) -> None:
        self._raw = ""  # not read yet: what it is depends on what comes
        self._spaces: list[str] = []  # read since the last word: the space before each mark,
        self._numbers: list[tuple[int, ...]] = []  # and the marks
        self._text = ""  # from the beginning of the sentence that is not finished
        self._marks: list[_Mark] = []  # in it
        self._gap = ""  # before it
        self._marks_lead = False  # all of them stand before their sentences

    def feed(self, piece: str) -> list[FinishedSentence]:
        """Sentences that ``piece`` has finished."""
        self._raw += piece
        return list(self._read(at_end=False))

    def end(self) -> list[FinishedSentence]:
        """What is left when the text has ended."""
        finished = list(self._read(at_end=True))
        complete = bool(self._numbers) or stop_place(self._text) is not None
        marks = [*self._marks, *(_Mark(one, 0, leads=False) for one in self._numbers)]
        finished += self._finished(self._text, marks, complete=complete)
        self._text, self._marks, self._numbers = "", [], []
        return finished

    def begun(self) -> tuple[str, str]:
        """The space before the sentence that has begun, and as much of it as is sure to stay."""
        text = self._text
        bare = text
        if text[-1:] in _OPENERS and text[-2:-1].isspace():
            bare = text[:-1].rstrip()  # of this sentence or the next
        stop = stop_place(bare)
        sure = text if stop is None else text[:stop].rstrip()
        return self._gap, sure if _WORD.search(sure) else ""

    def _read(self, *, at_end: bool) -> Iterator[FinishedSentence]:
        while raw := self._raw:
            bare = raw.lstrip()
            space = raw[: len(raw) - len(bare)]
            if not bare:
                return  # a mark would take the space with it
            length, decided = mark_at(bare)
            if not decided and not at_end:
                return
            if not decided and length == len(bare) and half_mark_is_text(bare):
                length = 0
            if length:
                self._spaces.append(space)
                self._numbers.append(tuple(marked_numbers(bare[:length])))
                self._raw = bare[length:]
                continue
            seam = _SEAM.search(bare, 1)
            word = bare[: seam.start()] if seam else bare
            self._raw = bare[len(word) :]
            self._append(space, word)
            yield from self._cut()

    def _append(self, space: str, word: str) -> None:
        """Put ``word`` behind the text, and settle which way the marks between them belong."""
        spaces = [*self._spaces, space]
        if not self._text:
            self._marks_lead = bool(self._numbers)
        for place, numbers in enumerate(self._numbers, start=1):
            opens_line = "\n" in "".join(spaces[:place]) and "\n" not in "".join(spaces[place:])
            leads = self._marks_lead or opens_line
            self._marks.append(_Mark(numbers, len(self._text), leads))
        if self._text:
            self._text += self._joint(spaces, word)
        self._text += word
        self._spaces, self._numbers = [], []

    def _joint(self, spaces: list[str], word: str) -> str:
        """The space that is left where marks were taken out before ``word``."""
        widest = max(spaces, key=_width)
        if "\n" in widest:
            return widest
        if self._numbers and not spaces[-1] and word[0].isalnum():
            stop = stop_place(self._text)
            ends = stop is not None and self._text[stop] not in SURE_STOPS
            return " " if ends or any(spaces) else ""
        return spaces[-1]

    def _cut(self) -> Iterator[FinishedSentence]:
        """Every sentence of the text behind which another has begun."""
        while boundary := _first_boundary(self._text):
            end, start = boundary
            own = [mark for mark in self._marks if mark.place < end + (not mark.leads)]
            yield from self._finished(self._text[:end], own, complete=True)
            self._marks = [
                _Mark(mark.numbers, max(0, mark.place - start), mark.leads)
                for mark in self._marks
                if mark not in own
            ]
            self._gap = max(self._gap, self._text[end:start], key=_width)
            self._text = self._text[start:]

    def _finished(
        self, text: str, marks: list[_Mark], *, complete: bool
    ) -> Iterator[FinishedSentence]:
        if not _WORD.search(text):
            return  # its gap is kept for the next one
        numbers = tuple(number for mark in marks for number in mark.numbers)
        yield FinishedSentence(text, numbers, self._gap, complete)
        self._gap = ""


def _width(space: str) -> tuple[int, int]:
    return space.count("\n"), len(space)


def _first_boundary(text: str) -> tuple[int, int] | None:
    """Where the first sentence ends and the next one begins; None if that has not come yet."""
    spans = sentence_spans(text)
    if len(spans) < 2:
        return None
    end = len(text[: spans[0][1]].rstrip())
    start = len(text) - len(text[end:].lstrip())
    return (end, start) if start < len(text) else None
